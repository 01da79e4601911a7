"""Documents of earlier runs, as they were after normalizing, so that new ones can be compared with them.

They are laid together again from clean text and ledger, take part in every stage as they did when they were new, and
come to the same decisions, since only the past decides. The long way of a night recalls all of them, the short way
(`short_way`) those that the index names.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.errors import IntegrityError
from pipeline.stages.schemas import DOCUMENTS
from pipeline.store.folder import Store
from pipeline.store.laid import laid_back
from pipeline.store.manifest import Manifest
from pipeline.store.read import read_table
from pipeline.store.restore import removals

Row = dict[str, Any]

_BATCH = 1000
_HOLD_TEXT = ("documents", "duplicates", "ledger")


def recalled(
    store: Store, manifest: Manifest, *, without: frozenset[str], renewed: Iterable[Row] = ()
) -> Iterator[pa.RecordBatch]:
    """Live documents of the store (schema DOCUMENTS) in document order, but for the names in `without`.

    New versions, `renewed`, stand where the earlier ones stood.
    """
    index = read_table(store, "index", manifest=manifest).sort_by("doc")
    number = dict(zip(index["doc_id"].to_pylist(), index["doc"].to_pylist(), strict=True))
    parts = {kind: read_table(store, kind, manifest=manifest) for kind in _HOLD_TEXT}
    kept = [row for row in _laid(parts, number) if row["doc_id"] not in without]
    yield from _in_order([*kept, *renewed])


def recalled_some(store: Store, manifest: Manifest, docs: NDArray[np.int64]) -> tuple[list[pa.RecordBatch], pa.Table]:
    """These live documents (schema DOCUMENTS) in document order, and what was removed from them as repeats across
    documents: a table of doc, start, end, in order.
    """
    wanted = pc.field("doc").isin(pa.array(docs, pa.int64()))
    index = read_table(store, "index", columns=["doc", "doc_id"], filters=wanted, manifest=manifest)
    number = dict(zip(index["doc_id"].to_pylist(), index["doc"].to_pylist(), strict=True))
    if len(number) != len(docs):
        raise IntegrityError(f"the index names {len(docs)} documents, of which {len(number)} are there. {_DAMAGED}")
    named = pc.field("doc_id").isin(pa.array(list(number), pa.string()))
    parts = {kind: read_table(store, kind, filters=named, manifest=manifest) for kind in _HOLD_TEXT}
    batches = list(_in_order(_laid(parts, number)))
    gone = parts["ledger"].filter(pc.equal(parts["ledger"]["kind"], "repeat_across"))
    doc = pa.array([number[name] for name in gone["doc_id"].to_pylist()], pa.int64())
    removed = pa.table({"doc": doc, "start": gone["start"], "end": gone["end"]})
    return batches, removed.sort_by([("doc", "ascending"), ("start", "ascending")])


_DAMAGED = "Run `clean-corpus verify` to see what else is, and bring the files back from a backup."


def _laid(parts: Mapping[str, pa.Table], number: Mapping[str, int]) -> list[Row]:
    """The documents of these tables with their whole texts and their numbers."""
    rows = _rows(parts["documents"], _by_document(parts["ledger"]))
    rows += [{**row, "chars": len(row["text"])} for row in _plain(parts["duplicates"])]
    return [{**row, "doc": number[row["doc_id"]]} for row in rows]


def _in_order(rows: list[Row]) -> Iterator[pa.RecordBatch]:
    """Rows of schema DOCUMENTS in document order."""
    rows.sort(key=lambda row: int(row["doc"]))
    for at in range(0, len(rows), _BATCH):
        yield pa.RecordBatch.from_pylist(rows[at : at + _BATCH], DOCUMENTS)


def _by_document(ledger: pa.Table) -> Mapping[str, list[dict[str, Any]]]:
    spans: dict[str, list[dict[str, Any]]] = {}
    table = ledger.filter(pc.not_equal(ledger["kind"], "duplicate")).sort_by(
        [("doc_id", "ascending"), ("start", "ascending")]
    )
    for row in table.to_pylist():
        spans.setdefault(row["doc_id"], []).append(row)
    return spans


def _plain(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.select(
        [name for name in table.schema.names if name in DOCUMENTS.names]
    ).to_pylist()
    return rows


def _rows(table: pa.Table, spans: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    rows = _plain(table)
    for row in rows:
        row["text"] = laid_back(row["text"], removals(tuple(spans.get(row["doc_id"], ()))))
        row["chars"] = len(row["text"])
    return rows
