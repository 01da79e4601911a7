"""What earlier nights decided on the paragraphs that new documents are compared with, as rows of FROZEN."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.trace_keys import DOUBLE, keys_of
from pipeline.errors import IntegrityError
from pipeline.nights.questions import Asking, Candidates
from pipeline.stages.schemas import FROZEN
from pipeline.stages.tables import batch, numbers
from pipeline.store.traces import Index, Told


def told_rows(asked: Asking, offered: Candidates) -> list[pa.RecordBatch]:
    """New paragraphs whose fold is known to follow a leader: what leads it was settled when it came first."""
    told = offered.told
    row = np.full(len(asked.firsts), -1)
    follows = told.union != 0
    row[told.at[follows]] = np.flatnonzero(follows)
    fold = asked.known["fold"]
    at = np.flatnonzero((fold >= 0) & (row[fold] >= 0)) if len(row) else np.empty(0, np.int64)
    return [_rows(asked, at, told, row[fold[at]], np.ones(len(at), np.bool_))]


def past_rows(index: Index, past: Asking, removed: pa.Table, docs: NDArray[np.int64]) -> list[pa.RecordBatch]:
    """All paragraphs of earlier documents that may be compared with, and the documents of them that are doubles.

    `removed`: what went from them as a repeat of another document (columns doc, start, end, in order).
    """
    told = index.told(past.fold_keys())
    if len(told.at) != len(past.firsts):
        raise IntegrityError(
            f"the index knows {len(told.at)} of {len(past.firsts)} paragraphs that earlier runs kept. "
            "Run `clean-corpus verify` to see what is damaged, and bring the files back from a backup."
        )
    doubles = index.told(keys_of(DOUBLE, docs))
    kept = ~_covered(past, removed) & ~np.isin(past.known["doc"], docs[doubles.at])
    at = np.flatnonzero(past.known["fold"] >= 0)
    out = [_rows(past, at, told, past.known["fold"][at], kept[at])]
    out.append(_silent_rows(past, np.flatnonzero((past.known["tokens"] == 0) & ~kept)))
    columns = _columns(docs[doubles.at], np.full(len(doubles.at), -1), doubles, np.arange(len(doubles.at)))
    return [*out, batch(FROZEN, columns | {"kept": np.ones(len(doubles.at), np.bool_)})]


def _covered(past: Asking, removed: pa.Table) -> NDArray[np.bool_]:
    """Which paragraphs lie in a removed span."""
    doc, start, end = (numbers(removed, name) for name in ("doc", "start", "end"))
    if len(doc) == 0:
        return np.zeros(len(past.known["doc"]), np.bool_)
    docs = np.unique(np.concatenate([doc, past.known["doc"]]))
    spans, own = (np.searchsorted(docs, each) << 32 for each in (doc, past.known["doc"]))
    at = np.searchsorted(spans + start, own + past.known["start"], side="right") - 1
    found: NDArray[np.bool_] = (at >= 0) & (spans[at] == own) & (end[at] >= past.known["end"])
    return found


def _rows(
    asked: Asking, at: NDArray[np.int64], told: Told, row: NDArray[np.int64], kept: NDArray[np.bool_]
) -> pa.RecordBatch:
    columns = _columns(asked.known["doc"][at], asked.known["paragraph"][at], told, row)
    return batch(FROZEN, columns | {"kept": kept})


def _columns(
    doc: NDArray[np.int64], paragraph: NDArray[np.int64], told: Told, row: NDArray[np.int64]
) -> dict[str, NDArray[Any]]:
    return {
        "doc": doc,
        "paragraph": paragraph,
        "leader_doc": told.doc[row],
        "leader_paragraph": told.paragraph[row],
        "shared": told.shared[row],
        "union": np.abs(told.union[row]),
        "partial": told.union[row] < 0,
    }


def _silent_rows(past: Asking, at: NDArray[np.int64]) -> pa.RecordBatch:
    """Paragraphs without tokens that were removed: they lead themselves."""
    doc, paragraph, nothing = past.known["doc"][at], past.known["paragraph"][at], np.zeros(len(at), np.int32)
    columns: dict[str, NDArray[Any]] = {"doc": doc, "paragraph": paragraph}
    columns |= {"leader_doc": doc, "leader_paragraph": paragraph}
    columns |= {"shared": nothing, "union": nothing, "partial": nothing.astype(np.bool_)}
    return batch(FROZEN, columns | {"kept": nothing.astype(np.bool_)})
