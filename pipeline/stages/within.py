"""Stage `within`: what repeats inside its own document, and the band keys of what may meet other documents."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup import reference
from pipeline.dedup.align import EQUAL, FIGURES, GAP, NEAR, Sequence
from pipeline.dedup.blocks import Marks, no_marks
from pipeline.dedup.blocks import within as mark_within
from pipeline.dedup.distinct import numbered
from pipeline.dedup.method import Method, first_places
from pipeline.flow import Batches
from pipeline.stages.schemas import DOCUMENTS, PARAGRAPHS, WITHIN
from pipeline.stages.tables import batch, byte_spans, list_column, lists, numbers, source_salts, whole

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def within(documents: Batches, paragraphs: Batches, *, method: Method) -> Batches:
    """One row a paragraph (schema WITHIN), beside the rows of `paragraphs`."""
    texts = whole(documents, DOCUMENTS)
    table = whole(paragraphs, PARAGRAPHS)
    if len(table) == 0:
        return
    data, starts, ends = byte_spans(texts, table)
    doc = numbers(table, "doc")
    opening = np.flatnonzero(np.diff(doc, prepend=-1))
    owner = np.repeat(np.arange(len(opening)), np.diff(np.append(opening, len(doc))))
    tokens = numbers(table, "tokens")
    masked = numbers(table, "masked")
    fold = numbered(_salted(numbers(table, "fold_hi"), owner), numbers(table, "fold_lo"), tokens > 0)
    firsts = first_places(fold)
    eligible = firsts[tokens[firsts] >= method.fewest_tokens]
    signed = np.cumsum(tokens >= method.fewest_tokens) - 1  # row of each paragraph in what has band keys
    keys = lists(table, "bands")[0].reshape(-1, method.bands)[signed[eligible]]
    count = len(doc)
    marks, counts, kept = no_marks(count), np.zeros((2, count), np.int32), np.ones(count, np.bool_)
    capped = np.zeros(count, np.bool_)
    if method.within:
        found = method.leaders_inside(data, starts[eligible], ends[eligible], masked[eligible], keys, owner[eligible])
        capped[eligible] = found.capped
        leader = np.arange(len(firsts), dtype=np.int32)
        leader[fold[eligible]] = fold[eligible[found.leader]]
        fold_counts = np.zeros((2, len(firsts)), np.int32)
        fold_counts[:, fold[eligible]] = found.shared, found.union
        cluster = np.where(fold >= 0, leader[fold], -1).astype(np.int32)
        first = np.where(fold >= 0, firsts[cluster], np.arange(count)).astype(np.int32)
        letters = numbers(table, "letters")
        seq = Sequence(cluster, fold, masked, letters, method.strong(letters, numbers(table, "unspaced")))
        mark_within(np.append(opening, count).astype(np.int64), seq, first, kept, marks)
        counts = np.where(marks.kind == NEAR, fold_counts[:, np.maximum(fold, 0)], 0)
        counts[:, marks.kind == EQUAL] = 1
        _weigh_others(marks, counts, data, starts, ends)
    if method.across == "source":
        row = np.searchsorted(numbers(texts, "doc"), doc[eligible])
        keys = keys ^ source_salts(texts)[row][:, None]
    paragraph = numbers(table, "paragraph")
    yield batch(
        WITHIN,
        {
            "doc": doc,
            "paragraph": paragraph,
            "evidence": marks.kind,
            "twin": np.where(marks.twin >= 0, paragraph[marks.twin], -1),
            "shared": counts[0],
            "union": counts[1],
            "block": np.where(marks.block >= 0, paragraph[marks.block], -1),
            "capped": capped,
            "bands": _bands(keys, eligible, kept, method, count),
        },
    )


def _salted(hi: NDArray[np.int64], owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Halves of keys that are equal only inside one document."""
    return (hi.view(np.uint64) ^ (owner.astype(np.uint64) * _GOLDEN)).view(np.int64)


def _weigh_others(
    marks: Marks,
    counts: NDArray[np.int32],
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> None:
    """The real similarity of the few that go for another reason than their own similarity."""
    for at in np.flatnonzero((marks.kind == FIGURES) | (marks.kind == GAP)).tolist():
        mine, theirs = (data[starts[i] : ends[i]].tobytes().decode() for i in (at, marks.twin[at]))
        counts[:, at] = reference.likeness(mine, theirs)


def _bands(
    keys: NDArray[np.int64], eligible: NDArray[np.int64], kept: NDArray[np.bool_], method: Method, count: int
) -> pa.Array:
    used = np.zeros(count, np.bool_)
    used[eligible] = kept[eligible] & (method.across != "off")
    offsets = np.concatenate(([0], np.cumsum(used * keys.shape[1])))
    return list_column(keys[used[eligible]].ravel(), offsets, WITHIN.field("bands").type)
