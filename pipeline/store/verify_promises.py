"""The promises, checked on the tables themselves: nothing is lost, nothing goes without a reason.

Works through the documents file by file; in memory are the ledger and one row a document.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.store.finding import REPORT_BUG, Finding
from pipeline.store.folder import Store
from pipeline.store.laid import Removal, laid_back, text_digest
from pipeline.store.law import law_breaks
from pipeline.store.ledger_index import LedgerIndex
from pipeline.store.manifest import Manifest, manifest_path
from pipeline.store.parquet import read_batches
from pipeline.store.read import read_table
from pipeline.store.subset import WHOLE, Subset
from pipeline.store.verify_twins import Twin, twin_findings

Row = dict[str, Any]

# The closed list of what a removal may be.
REPEATS = ("repeat_within", "repeat_across")
TAILS = ("template", "tracking", "contact", "copyright", "share", "newsletter", "related", "byline", "navigation")
KINDS = frozenset([*REPEATS, *TAILS, "duplicate", "masthead", "other"])
_COLUMNS = ["doc_id", "text", "chars_in", "chars_out", "removed", "text_sha256"]
_BATCH_COLUMNS = {"documents": _COLUMNS, "duplicates": [*_COLUMNS, "duplicate_of", "similarity"]}


@dataclass(slots=True)
class _Seen:
    """What the pass over the documents adds up."""

    digests: dict[str, str] = field(default_factory=dict)  # doc_id -> text_sha256, of every document
    clean: set[str] = field(default_factory=set)  # ids in documents, not duplicates
    counts: Counter[str] = field(default_factory=Counter)


def promise_findings(store: Store, manifest: Manifest, subset: Subset = WHOLE) -> list[Finding]:
    """Every promise that the newest manifest's tables do not keep; what needs all documents is left out of a part."""
    ledger = LedgerIndex(read_table(store, "ledger", manifest=manifest))
    seen = _Seen()
    found = []
    for kind, columns in _BATCH_COLUMNS.items():
        for file in (each for each in manifest.files if each.kind == kind and subset.holds(each)):
            for batch in read_batches(file.path(store), columns):
                for row in batch.to_pylist():
                    found += _document(row, ledger, manifest, seen, kind)
    found += _index_findings(store, manifest, seen)
    if subset == WHOLE:
        found += _orphans(ledger, seen)
        found += _law_findings(store, manifest, seen)
    return found


def _document(row: Row, ledger: LedgerIndex, manifest: Manifest, seen: _Seen, kind: str) -> list[Finding]:
    """All that is wrong with one document, its removals, and the removals that lean on it."""
    doc_id = row["doc_id"]
    found = []
    if doc_id in seen.digests:
        found.append(Finding(f"document {doc_id}", "is there twice", REPORT_BUG))
    seen.digests[doc_id] = row["text_sha256"]
    try:
        rows = ledger.of(doc_id)
        seen.counts.update({kind: 1, "chars_in": row["chars_in"], "chars_out": row["chars_out"]})
        seen.counts["chars_removed"] += sum(each["end"] - each["start"] for each in rows)
        if kind == "duplicates":
            found += [Finding(f"document {doc_id}", what, REPORT_BUG) for what in _duplicate_wrongs(row, rows)]
            return found
        seen.clean.add(doc_id)
        text, wrongs = _rebuilt(row, rows)
        found += [Finding(f"document {doc_id}", what, REPORT_BUG) for what in (*wrongs, *_row_wrongs(row, rows))]
        if text is not None:
            removals = tuple((each["start"], each["end"], each["kind"]) for each in rows)
            found += twin_findings(Twin(doc_id, text, removals), ledger.beside(doc_id), manifest.settings)
    except (TypeError, ValueError, KeyError) as error:  # a null or a kind of value that no writer of ours makes
        found.append(Finding(f"document {doc_id}", f"holds a value that makes no sense: {error}", REPORT_BUG))
    return found


def _rebuilt(row: Row, rows: list[Row]) -> tuple[str | None, list[str]]:
    """The normalized text, None where it cannot be had, and what is wrong with it."""
    try:
        text = laid_back(row["text"], [Removal(each["start"], each["end"], each["text"]) for each in rows])
    except ValueError as error:
        return None, [f"cannot be put together again: {error}"]
    if text_digest(text) != row["text_sha256"]:
        return None, ["clean text and removed spans do not make the text that was read"]
    if (len(text), len(row["text"])) != (row["chars_in"], row["chars_out"]):
        return text, [f"has {len(text)} characters in and {len(row['text'])} out, not as its row says"]
    return text, []


def _row_wrongs(row: Row, rows: list[Row]) -> Iterator[str]:
    """What is wrong between a document's row and its removals, without looking at text."""
    rules = sorted({each["rule"] for each in rows})
    if row["removed"] != rules:
        yield f"says that {row['removed']} removed something; the ledger says {rules}"
    proven = {each["block"] for each in rows if each["evidence"] in ("equal", "near", "contained")}
    for each in rows:
        where = f"span {each['start']}-{each['end']}"
        if each["kind"] not in KINDS or (each["kind"] == "duplicate") != ("duplicate_of" in row):
            yield f"{where} has the kind {each['kind']!r}"
        if not each["rule"]:
            yield f"{where} was removed without a rule"
        if each["kind"] in (*REPEATS, "duplicate") and each["twin_doc_id"] is None:
            yield f"{where} is a {each['kind']} without a kept copy"
        if each["kind"] in REPEATS and each["evidence"] in ("figures", "gap") and each["block"] not in proven:
            yield f"{where} was removed as a part of block {each['block']}, in which nothing repeats by itself"


def _duplicate_wrongs(row: Row, rows: list[Row]) -> Iterator[str]:
    if text_digest(row["text"]) != row["text_sha256"]:
        yield "is kept out, and its text is not the one that was read"
    real = (len(row["text"]), 0)
    if (row["chars_in"], row["chars_out"]) != real:
        yield f"is kept out, so it has {real} characters in and out, not {row['chars_in'], row['chars_out']}"
    if len(rows) != 1 or (rows[0]["start"], rows[0]["end"], rows[0]["text"]) != (0, row["chars_in"], row["text"]):
        yield "is kept out, so the ledger must have its whole text in one row; it has not"
        return
    if (row["duplicate_of"], row["similarity"]) != (rows[0]["twin_doc_id"], rows[0]["similarity"]):
        yield f"is a duplicate of {row['duplicate_of']!r} by its row, of {rows[0]['twin_doc_id']!r} by the ledger"
    yield from _row_wrongs(row, rows)


def _orphans(ledger: LedgerIndex, seen: _Seen) -> Iterator[Finding]:
    for doc_id in ledger.documents():
        if doc_id not in seen.digests:
            yield Finding(f"document {doc_id}", "is in the ledger and nowhere else", REPORT_BUG)
    for twin_id in ledger.twins():
        if twin_id not in seen.clean:
            where = "is itself kept out" if twin_id in seen.digests else "is not there"
            ids = sorted({row["doc_id"] for row in ledger.beside(twin_id)})
            what = f"should hold the kept copy of removals of {len(ids)} documents ({ids[0]}, ...), but {where}"
            yield Finding(f"document {twin_id}", what, REPORT_BUG)


def _index_findings(store: Store, manifest: Manifest, seen: _Seen) -> Iterator[Finding]:
    table = read_table(store, "index", columns=["doc_id", "text_sha256"], manifest=manifest)
    pairs = zip(table.column("doc_id").to_pylist(), table.column("text_sha256").to_pylist(), strict=True)
    known = set(pairs)
    for doc_id, digest in seen.digests.items():
        if (doc_id, digest) not in known:
            yield Finding(f"document {doc_id}", "is not in the index with this text", REPORT_BUG)


def _law_findings(store: Store, manifest: Manifest, seen: _Seen) -> Iterator[Finding]:
    path = str(manifest_path(store, manifest.generation))
    for line in law_breaks(manifest.counts, manifest.files):
        yield Finding(path, line, REPORT_BUG)
    for name in ("documents", "duplicates", "chars_in", "chars_out", "chars_removed"):
        told, real = manifest.counts.get(name), seen.counts[name]
        if told != real:
            yield Finding(path, f"says {name} = {told}; the tables hold {real}", REPORT_BUG)
