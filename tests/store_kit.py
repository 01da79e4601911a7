"""A small store made by hand: what a run would hand to the store, and the steps of a run around it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.dedup.reference import similarity
from pipeline.store.commit import begin, commit, new_files
from pipeline.store.folder import Store, open_store
from pipeline.store.kinds import SCHEMAS
from pipeline.store.law import check_law
from pipeline.store.lock import hold
from pipeline.store.manifest import LiveFile, Manifest, manifest_bytes, newest, parent_digest, sealed
from pipeline.store.parquet import write_parquet
from pipeline.store.read import load
from pipeline.store.sweep import sweep
from pipeline.store.views import publish, repair

Row = dict[str, Any]
Tables = dict[str, list[Row]]

SETTINGS = {
    "repeats": {"threshold": 0.5, "novelty": 0.2, "novelty_unspaced": 0.1, "containment": 0.9, "novel_tokens": 8}
}

OPENING = "The river rose by two metres in the night, and the old bridge was closed to all traffic at dawn."
NEARLY = "The river rose by two metres in the night, and the old bridge was closed to all traffic before dawn."
MIDDLE = "Nobody was hurt. Schools stay open, said the mayor of the town, who had walked the banks herself."
CONTACT = "Contact: desk@example.org"
CHINESE = "昨夜河水上涨两米,老桥于清晨关闭。"
TRACKING = "0001234567"


def cut(text: str, part: str, *, kind: str, rule: str, last: bool = False, **more: Any) -> Row:
    """A ledger row for the last `part` in a text, with the line-end behind it, or before it at its end."""
    start = text.rindex(part)
    start, end = (start - 1, start + len(part)) if last else (start, start + len(part) + 1)
    return {"start": start, "end": end, "text": text[start:end], "kind": kind, "rule": rule, **more}


def twin(row: Row, doc_id: str, text: str, part: str, evidence: str) -> Row:
    """The ledger row with its kept copy: the first occurrence of `part` in the text of document `doc_id`."""
    start = text.index(part)
    shared, union = similarity(row["text"], part)
    place = {"twin_doc_id": doc_id, "twin_start": start, "twin_end": start + len(part)}
    return {**row, **place, "evidence": evidence, "similarity": shared / union, "block": row["start"]}


def documents() -> tuple[list[Row], list[Row], list[Row]]:
    """Rows of documents, duplicates and ledger: each kind of removal once."""
    printed_twice = "\n".join([OPENING, MIDDLE, OPENING, CONTACT])
    rewritten = "\n".join(["Floods", NEARLY, CHINESE, TRACKING])
    second = cut(printed_twice, OPENING, kind="repeat_within", rule="repeat", last=True)
    again = twin(second, "a", printed_twice, OPENING, "equal")
    near = twin(cut(rewritten, NEARLY, kind="repeat_across", rule="repeat"), "a", printed_twice, OPENING, "near")
    contact = cut(printed_twice, CONTACT, kind="contact", rule="contact-line", last=True, evidence="desk@")
    tracking = cut(rewritten, TRACKING, kind="tracking", rule="digits", last=True, evidence="10 digits")
    whole = {"start": 0, "end": 11, "text": "Plain text.", "kind": "duplicate", "rule": "duplicate", "block": 0}
    whole |= {"twin_doc_id": "c", "twin_start": 0, "twin_end": 11, "similarity": 1.0, "evidence": "equal"}
    clean = [_document("a", printed_twice, [again, contact]), _document("b", rewritten, [near, tracking])]
    clean.append(_document("c", "Plain text.", []))
    copy = _document("d", "Plain text.", [whole]) | {"text": "Plain text.", "duplicate_of": "c", "similarity": 1.0}
    ledger = [{"doc_id": "a", **again}, {"doc_id": "a", **contact}, {"doc_id": "b", **near}]
    return clean, [copy], [*ledger, {"doc_id": "b", **tracking}, {"doc_id": "d", **whole}]


def _document(doc_id: str, text: str, removals: list[Row]) -> Row:
    clean, at = "", 0
    for row in removals:
        clean, at = clean + text[at : row["start"]], row["end"]
    clean += text[at:]
    digest = hashlib.sha256(text.encode()).hexdigest()
    row = {"doc_id": doc_id, "text": clean, "path": f"{doc_id}.txt", "record": 0, "metadata": "{}", "encoding": "utf-8"}
    row |= {"chars_in": len(text), "chars_out": len(clean), "removed": sorted({each["rule"] for each in removals})}
    return row | {"repairs": [], "layout": "lines", "body_sha256": digest, "text_sha256": digest, "byte_offset": 0}


def first_night() -> Tables:
    """All tables of a first run."""
    clean, copies, ledger = documents()
    quarantine = [{"path": "bad.jsonl", "record": 7, "byte_offset": 90, "reason": "bad_json", "detail": "line 8"}]
    return tables(clean, copies, ledger, quarantine)


def second_night() -> Tables:
    """All tables of a run with one new document."""
    return tables([_document("e", "Something new\nin two lines.", [])], [], [], [])


def later_night(number: int) -> Tables:
    """All tables of a run with another new document, `n<number>`."""
    return tables([_document(f"n{number}", f"News of night {number},\nin two lines.", [])], [], [], [])


def tables(clean: list[Row], copies: list[Row], ledger: list[Row], quarantine: list[Row]) -> Tables:
    index = [
        {"doc": at, "doc_id": row["doc_id"], "text_sha256": row["text_sha256"], "path": row["path"], "record": 0}
        for at, row in enumerate([*clean, *copies])
    ]
    return {"documents": clean, "duplicates": copies, "ledger": ledger, "quarantine": quarantine, "index": index}


def batch(rows: list[Row], kind: str, run: int = 1) -> pa.RecordBatch:
    filled = [{name: row.get(name, run if name == "run" else None) for name in SCHEMAS[kind].names} for row in rows]
    return pa.RecordBatch.from_pylist(filled, schema=SCHEMAS[kind])


def counted(night: Tables, earlier: Mapping[str, int]) -> dict[str, int]:
    everyone = [*night["documents"], *night["duplicates"]]
    now = {
        "documents_in": len(everyone) + len(night["quarantine"]),
        "documents": len(night["documents"]),
        "duplicates": len(night["duplicates"]),
        "quarantined": len(night["quarantine"]),
        "quarantine_rows": len(night["quarantine"]),
        "ledger_rows": len(night["ledger"]),
        "index_rows": len(night["index"]),
        "chars_in": sum(row["chars_in"] for row in everyone),
        "chars_out": sum(row["chars_out"] for row in everyone),
        "chars_removed": sum(row["end"] - row["start"] for row in night["ledger"]),
    }
    return {name: number + earlier.get(name, 0) for name, number in now.items()}


@dataclass(frozen=True)
class Prepared:
    """A run up to its commit."""

    store: Store
    manifest: Manifest


def prepare(store: Store, night: Tables, run_id: str) -> Prepared:
    """Everything of a run before its commit."""
    before = newest(store)
    generation = before.generation + 1 if before else 1
    folder = begin(store, generation, run_id)
    facts = [
        fact
        for kind, rows in night.items()
        for fact in write_parquet(
            iter([batch(rows, kind, generation)]), folder=str(folder), name=kind, schema=SCHEMAS[kind], level=3
        )
    ]
    (folder / "report.html").write_text(f"<p>run {generation}</p>\n", encoding="utf-8")
    files = new_files(folder, facts, earlier=before.files if before else (), level=3)
    manifest = Manifest(
        generation=generation,
        parent=parent_digest(store, generation),
        run_id=run_id,
        inputs={**(before.inputs if before else {}), f"{generation:064x}": f"night{generation}.jsonl"},
        next_file=generation,
        files=files,
        counts=counted(night, before.counts if before else {}),
        settings=dict(SETTINGS),
        fingerprint={"format": 1},
    )
    check_law(manifest.counts, manifest.files)
    return Prepared(store, sealed(manifest))


def run(root: Path, night: Tables, run_id: str) -> Manifest:
    """A whole run, as the command line makes it."""
    store = open_store(root, create=True)
    with hold(store):
        repair(store)
        sweep(store)
        prepared = prepare(store, night, run_id)
        commit(store, prepared.manifest)
        publish(store, prepared.manifest)
    return prepared.manifest


def rewrite(store: Store, kind: str, change: Callable[[list[Row]], list[Row]]) -> None:
    """Changes the rows of a committed kind, and every digest and count of files so that only the content is wrong."""
    manifest = newest(store)
    assert manifest
    files = []
    for file in manifest.files:
        if file.kind != kind:
            files.append(file)
            continue
        path = file.path(store)
        rows = change(pq.read_table(path).to_pylist())
        path.chmod(0o644)
        pq.write_table(pa.Table.from_batches([batch(rows, kind)]), path)
        files.append(described(file, path))
    replaced = sealed(replace(manifest, files=tuple(files)))
    path = store.manifests / f"{manifest.generation:08d}.json"
    path.unlink()
    path.write_bytes(manifest_bytes(replaced))


def described(file: LiveFile, path: Path) -> LiveFile:
    table = pq.read_table(path)
    chars = sum(len(text or "") for text in table.column("text").to_pylist()) if "text" in table.schema.names else 0
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return replace(file, rows=table.num_rows, chars=chars, bytes=len(content), sha256=digest)


def current(store: Store) -> Manifest:
    manifest = newest(store)
    assert manifest
    return manifest


def ids(store: Store) -> list[str]:
    return [str(each) for each in load(store.root)["doc_id"]]


def three_nights(root: Path) -> Store:
    """Three generations: documents a b c, then e, then n3."""
    for number, night in enumerate((first_night(), second_night(), later_night(3)), 1):
        run(root, night, f"n{number}")
    return Store(root)
