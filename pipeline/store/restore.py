"""One document with all that is known of it, and its text before anything was removed."""

import difflib
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from pipeline.errors import IntegrityError, SettingsError
from pipeline.store.folder import Store
from pipeline.store.laid import Removal, laid_back, text_digest
from pipeline.store.manifest import Manifest
from pipeline.store.read import current_manifest, read_table

Row = dict[str, Any]

_COMPARED_IDS = 20_000  # difflib looks at each: enough to be helpful, too few to keep anyone waiting


@dataclass(frozen=True, slots=True)
class Found:
    """A document row, its ledger rows in order of their spans, and whether it was kept out as a duplicate."""

    document: Row
    ledger: tuple[Row, ...]
    duplicate: bool


def restore(store: Store, doc_id: str) -> str:
    """The normalized text of a document, before removals; IntegrityError when it is not what was read."""
    return normalized_text(found(store, doc_id))


def normalized_text(document: Found) -> str:
    """The normalized text of a document that was found, compared with its digest."""
    row = document.document
    try:
        text = row["text"] if document.duplicate else laid_back(row["text"], removals(document.ledger))
    except ValueError as error:
        raise IntegrityError(f"document {row['doc_id']!r} cannot be put together again: {error}. {_VERIFY}") from error
    if text_digest(text) != row["text_sha256"]:
        raise IntegrityError(
            f"document {row['doc_id']!r}: clean text and removed spans do not make the text that was read. {_VERIFY}"
        )
    return str(text)


_VERIFY = "Run `clean-corpus verify` to see what else is damaged, and bring the files back from a backup."


def removals(ledger: tuple[Row, ...]) -> list[Removal]:
    """The spans of ledger rows."""
    return [Removal(row["start"], row["end"], row["text"]) for row in ledger]


def found(store: Store, doc_id: str, *, manifest: Manifest | None = None) -> Found:
    """A document of the newest manifest; SettingsError names ids that look alike when there is none."""
    manifest = manifest or current_manifest(store)
    wanted = pc.field("doc_id") == doc_id
    for kind in ("documents", "duplicates"):
        rows = read_table(store, kind, filters=wanted, manifest=manifest).to_pylist()
        if len(rows) > 1:
            raise IntegrityError(f"document {doc_id!r} is there {len(rows)} times. {_VERIFY}")
        if rows:
            ledger = read_table(store, "ledger", filters=wanted, manifest=manifest).to_pylist()
            ledger.sort(key=lambda row: (row["start"], row["end"]))
            return Found(rows[0], tuple(ledger), kind == "duplicates")
    raise SettingsError(f"there is no document {doc_id!r} in {store.root}.{near_misses(store, doc_id, manifest)}")


def near_misses(store: Store, doc_id: str, manifest: Manifest) -> str:
    """A sentence with ids of the store that look like this one; empty without any."""
    ids: list[str] = []
    for kind in ("documents", "duplicates"):
        ids += read_table(store, kind, columns=["doc_id"], manifest=manifest).column("doc_id").to_pylist()
    near = [each for each in ids if doc_id and doc_id.casefold() in each.casefold()][:3]
    near += [each for each in difflib.get_close_matches(doc_id, ids[:_COMPARED_IDS], n=3) if each not in near]
    return f" Did you mean {', '.join(repr(each) for each in near[:3])}?" if near else ""
