"""Stages `folds`, `candidates`, `leaders`: which live paragraphs of the corpus are alike."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup import buckets
from pipeline.dedup.distinct import numbered
from pipeline.dedup.method import Method, first_places
from pipeline.flow import Batches
from pipeline.stages.schemas import ABSENT, CANDIDATES, CONTENTS, EQUALS, FOLDS, FROZEN, LEADERS, TAILS
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


def candidates(
    folds: Batches,
    paragraphs: Batches,
    paragraphs_again: Batches,
    frozen: Batches,
    absent: Batches,
    *,
    method: Method,
    since: int,
) -> Batches:
    """First occurrences of folds that share a bucket with another fold (schema CANDIDATES), in order.

    The keys of buckets come twice: once to mark the table of buckets, once to see what is crowded. Of documents before
    number `since` only those take part that are known to lead, and only in buckets that a later one shares. Buckets
    with leaders that are `absent` (schema ABSENT) come first, numbered as they are there.
    """
    doc, paragraph, fold = columns(folds, "doc", "paragraph", "fold")
    first = np.zeros(len(fold), np.bool_)
    first[first_places(fold)] = method.across != "off"
    first[_followers(doc, whole(frozen, FROZEN))] = False
    others = numbers(whole(absent, ABSENT), "key")
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
        some = np.flatnonzero(buckets.crowded(table, keys) | (_among(keys, others) >= 0))
        kept_keys.append(keys[some])
        kept_at.append((owner[some] + at).astype(np.int32))
        at += rows.num_rows
    all_keys = np.concatenate(kept_keys)
    kept_keys.clear()  # the most memory that a run needs is here
    numbers_of = _numbered(all_keys, others)
    where = np.concatenate(kept_at)
    asked = np.zeros(int(numbers_of.max(initial=-1)) + 2, np.bool_)  # the last one: of keys that are alone
    asked[numbers_of[doc[where] >= since]] = True
    asked[-1] = False
    where, numbers_of = where[asked[numbers_of]], numbers_of[asked[numbers_of]]
    some = np.unique(where)
    offsets = np.searchsorted(where, np.append(some, len(fold)))
    yield batch(
        CANDIDATES,
        {
            "doc": doc[some],
            "paragraph": paragraph[some],
            "fold": fold[some],
            "frozen": doc[some] < since,
            "buckets": list_column(numbers_of, offsets, CANDIDATES.field("buckets").type),
        },
    )


def _numbered(keys: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int32]:
    """Numbers of buckets: of `others` (sorted) by their place there, then of keys that occur twice; -1 for the rest."""
    found = buckets.bucket_numbers(keys)
    at = _among(keys, others)
    return np.where(at >= 0, at, np.where(found >= 0, found + len(others), -1)).astype(np.int32)


def _among(keys: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each key in `others` (sorted), -1 without."""
    if len(others) == 0:
        return np.full(len(keys), -1)
    at = np.minimum(np.searchsorted(others, keys), len(others) - 1)
    return np.where(others[at] == keys, at, -1)


def _followers(doc: NDArray[np.int64], frozen: pa.Table) -> NDArray[np.int64]:
    """Places of paragraphs that are known not to be the first of a leader's fold."""
    leads = pc.and_(
        pc.equal(frozen["doc"], frozen["leader_doc"]), pc.equal(frozen["paragraph"], frozen["leader_paragraph"])
    )
    return places(doc, frozen.filter(pc.and_(pc.greater_equal(frozen["paragraph"], 0), pc.invert(leads))))


def _live_keys(rows: pa.RecordBatch, first: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keys of the buckets of the live first occurrences of a batch, and the row of each key in it."""
    keys, offsets = lists(pa.Table.from_batches([rows.select(["buckets"])]), "buckets")
    owner = np.repeat(np.arange(rows.num_rows), np.diff(offsets))
    live = first[owner]
    return keys[live], owner[live]


def leaders(contents: Batches, absent: Batches, *, method: Method) -> Batches:
    """Folds that have a leader, and those whose search was capped (schema LEADERS), in order."""
    held = gathered(contents, CONTENTS)
    fold = held["fold"]
    others = whole(absent, ABSENT)
    used, full = (numbers(others, name) for name in ("leaders", "more"))
    room = max(0, int(held["buckets"][0].max(initial=-1)) + 1 - len(used))
    used, full = np.append(used, np.zeros(room, np.int32)), np.append(full, np.zeros(room, np.bool_))
    found = method.leaders(held["buckets"], contents_in(held), held["frozen"], (used, full))
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
