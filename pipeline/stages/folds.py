"""Stages `folds`, `candidates`, `leaders`: which live paragraphs of the corpus are alike."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup import buckets
from pipeline.dedup.distinct import numbered
from pipeline.dedup.method import Method, first_places
from pipeline.flow import Batches
from pipeline.stages.schemas import CANDIDATES, CONTENTS, EQUALS, FOLDS, LEADERS, TAILS
from pipeline.stages.tables import batch, columns, contents_in, gathered, list_column, lists, numbers, places, whole


def folds(paragraphs: Batches, within: Batches, tails: Batches, equals: Batches) -> Batches:
    """The number of the fold of every live paragraph (schema FOLDS).

    Live is what neither repeats inside its document, nor falls to a rule, nor stands in a document that is wholly
    equal to an earlier one.
    """
    doc, paragraph, tokens, hi, lo = columns(paragraphs, "doc", "paragraph", "tokens", "fold_hi", "fold_lo")
    (evidence,) = columns(within, "evidence")
    live = (tokens > 0) & (evidence == 0)
    live[places(doc, whole(tails, TAILS))] = False
    live &= ~np.isin(doc, numbers(whole(equals, EQUALS), "doc"))
    fold = numbered(hi, lo, live)
    yield batch(FOLDS, {"doc": doc, "paragraph": paragraph, "fold": fold})


def candidates(folds: Batches, paragraphs: Batches, paragraphs_again: Batches, *, method: Method) -> Batches:
    """First occurrences of folds that share a bucket with another fold (schema CANDIDATES), in order.

    The keys of buckets come twice: once to mark the table of buckets, once to see what is crowded.
    """
    doc, paragraph, fold = columns(folds, "doc", "paragraph", "fold")
    first = np.zeros(len(fold), np.bool_)
    first[first_places(fold)] = method.across != "off"
    table = buckets.empty_table(int(np.count_nonzero(first)) * method.keys_a_paragraph)
    at = 0
    for rows in paragraphs:
        keys, _ = _live_keys(rows, first[at : at + rows.num_rows])
        buckets.mark(table, keys)
        at += rows.num_rows
    kept_keys, kept_at = [np.empty(0, np.int64)], [np.empty(0, np.int32)]
    at = 0
    for rows in paragraphs_again:
        keys, owner = _live_keys(rows, first[at : at + rows.num_rows])
        some = np.flatnonzero(buckets.crowded(table, keys))
        kept_keys.append(keys[some])
        kept_at.append((owner[some] + at).astype(np.int32))
        at += rows.num_rows
    all_keys = np.concatenate(kept_keys)
    kept_keys.clear()  # the most memory that a run needs is here
    numbers_of = buckets.bucket_numbers(all_keys)
    where = np.concatenate(kept_at)[numbers_of >= 0]
    numbers_of = numbers_of[numbers_of >= 0]
    some = np.unique(where)
    offsets = np.searchsorted(where, np.append(some, len(fold)))
    yield batch(
        CANDIDATES,
        {
            "doc": doc[some],
            "paragraph": paragraph[some],
            "fold": fold[some],
            "buckets": list_column(numbers_of, offsets, CANDIDATES.field("buckets").type),
        },
    )


def _live_keys(rows: pa.RecordBatch, first: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keys of the buckets of the live first occurrences of a batch, and the row of each key in it."""
    keys, offsets = lists(pa.Table.from_batches([rows.select(["buckets"])]), "buckets")
    owner = np.repeat(np.arange(rows.num_rows), np.diff(offsets))
    live = first[owner]
    return keys[live], owner[live]


def leaders(contents: Batches, *, method: Method) -> Batches:
    """Folds that have a leader, and those whose search was capped (schema LEADERS), in order."""
    held = gathered(contents, CONTENTS)
    fold = held["fold"]
    found = method.leaders(held["buckets"], contents_in(held))
    some = np.flatnonzero((found.leader != np.arange(len(fold))) | found.capped)
    yield batch(
        LEADERS,
        {
            "fold": fold[some],
            "leader": fold[found.leader[some]],
            "shared": found.shared[some],
            "union": found.union[some],
            "partial": found.partial[some],
            "capped": found.capped[some],
        },
    )
