"""What a night asks the index: which earlier documents its new ones are to be compared with.

More documents than needed do no harm; one that is missing does. So it is asked for everything that can matter, before
any two texts are compared.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.distinct import numbered
from pipeline.dedup.leaders import HELD_WORDS, Held, may_follow
from pipeline.dedup.method import Method, first_places
from pipeline.dedup.trace_keys import FOLD, PAIR, RECENT, Keys, keys_of
from pipeline.flow import Batches
from pipeline.stages.live import live
from pipeline.stages.schemas import ABSENT
from pipeline.stages.tables import batch, columns, lists, places
from pipeline.stages.traces import short_pairs, text_keys
from pipeline.store.traces import Index, Told


class Asking(NamedTuple):
    """The paragraphs of new documents, as `live.live` sees them; `evidence` of what repeats inside, `gone` by rules."""

    known: dict[str, NDArray[Any]]
    evidence: NDArray[np.int8]
    gone: NDArray[np.bool_]

    @property
    def firsts(self) -> NDArray[np.int64]:
        """The first place of each fold among all paragraphs."""
        return first_places(self.known["fold"])

    def fold_keys(self) -> Keys:
        """Keys of the folds."""
        return keys_of(FOLD, self.known["fold_hi"][self.firsts], self.known["fold_lo"][self.firsts])


class Buckets(NamedTuple):
    """Buckets of new folds that have earlier leaders: keys (sorted), and the leaders of bucket i, in order: rows
    bounds[i] to bounds[i + 1] of (doc, paragraph).
    """

    keys: NDArray[np.uint64]
    bounds: NDArray[np.int64]
    doc: NDArray[np.int64]
    paragraph: NDArray[np.int64]


class Candidates(NamedTuple):
    """Leaders that folds may have: those of fold i are number offsets[i] to offsets[i + 1]. What the folds are `told`
    of.
    """

    told: Told
    doc: NDArray[np.int64]
    paragraph: NDArray[np.int64]
    offsets: NDArray[np.int64]
    buckets: Buckets


_COLUMNS = ("doc", "paragraph", "start", "end", "letters", "unspaced", "tokens", "masked", "fold_hi", "fold_lo")


def asking(paragraphs: Batches, within: Batches, tails: pa.Table) -> Asking:
    """The paragraphs of new documents, folds numbered."""
    known = dict(zip(_COLUMNS, columns(paragraphs, *_COLUMNS), strict=True))
    (evidence,) = columns(within, "evidence")
    gone = np.zeros(len(known["doc"]), np.bool_)
    gone[places(known["doc"], tails)] = True
    known["fold"] = numbered(known["fold_hi"], known["fold_lo"], (known["tokens"] > 0) & (evidence == 0) & ~gone)
    return Asking(known, evidence.astype(np.int8), gone)


def candidates(
    index: Index,
    asked: Asking,
    paragraphs: Batches,
    held: tuple[NDArray[np.int64], NDArray[np.int64], Held],
    method: Method,
) -> Candidates:
    """The earlier leaders of the folds that are known, and those that share a bucket with one that is not.

    Of the latter only those that may be alike by what the two `held` (columns of HELD).
    """
    told = index.told(asked.fold_keys())
    count = len(asked.firsts)
    known = np.zeros(count, np.bool_)
    known[told.at] = True
    fold, keys = _bucket_keys(asked, ~known, paragraphs)
    unique, bucket = np.unique(keys, return_inverse=True)
    bounds, rows = index.leaders(unique, most=method.bucket_leaders + 1)
    doc, paragraph = rows["doc"], rows["paragraph"].astype(np.int64)
    words = rows["words"].view(np.uint64).reshape(-1, HELD_WORDS)
    theirs = Held(words, rows["shingles"].astype(np.int64), rows["tokens"].astype(np.int64))
    mine = _held_of(asked, held)
    pairs = may_follow((fold, bucket), bounds, mine, theirs, method.limits, most=method.bucket_leaders)
    led, other = np.unique(pairs, axis=1)
    found = np.stack(
        [np.append(told.at, led), np.append(told.doc, doc[other]), np.append(told.paragraph, paragraph[other])]
    )
    found = np.unique(found, axis=1)
    offsets = np.searchsorted(found[0], np.arange(count + 1))
    return Candidates(told, found[1], found[2], offsets, Buckets(unique, bounds, doc, paragraph))


def _held_of(asked: Asking, held: tuple[NDArray[np.int64], NDArray[np.int64], Held]) -> Held:
    """What the folds hold; nothing for those that lie in no bucket."""
    doc, paragraph, rows = held
    place = np.searchsorted(asked.known["doc"], doc) + paragraph
    row = np.full(len(asked.known["doc"]) + 1, -1)
    row[place] = np.arange(len(doc))
    at = row[asked.firsts]
    some = at >= 0
    out = Held(np.zeros((len(at), HELD_WORDS), np.uint64), *np.zeros((2, len(at)), np.int64))
    for column, values in zip(out, rows, strict=True):
        column[some] = values[at[some]]
    return out


def absent_rows(buckets: Buckets, docs: NDArray[np.int64], method: Method) -> pa.RecordBatch:
    """Buckets of which some leaders lie in none of these documents (schema ABSENT)."""
    bucket = np.repeat(np.arange(len(buckets.keys)), np.diff(buckets.bounds))
    rank = np.arange(len(bucket)) - buckets.bounds[bucket]
    out = ~np.isin(buckets.doc, docs) & (rank < method.bucket_leaders)
    leaders = np.bincount(bucket[out], minlength=len(buckets.keys))
    more = np.diff(buckets.bounds) > method.bucket_leaders
    some = np.flatnonzero((leaders > 0) | more)
    key = buckets.keys[some].view(np.int64)
    order = np.argsort(key)
    columns = {"key": key[order], "leaders": leaders[some][order], "more": more[some][order]}
    return batch(ABSENT, columns)


def _bucket_keys(
    asked: Asking, wanted: NDArray[np.bool_], paragraphs: Batches
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """(fold, key) of all buckets of the folds that are wanted."""
    fold = np.full(len(asked.known["doc"]), -1, np.int64)
    fold[asked.firsts[wanted]] = np.flatnonzero(wanted)
    parts = [(np.empty(0, np.int64), np.empty(0, np.uint64))]
    before = 0
    for rows in paragraphs:
        keys, offsets = lists(pa.Table.from_batches([rows.select(["buckets"])]), "buckets")
        owner = np.repeat(fold[before : before + rows.num_rows], np.diff(offsets))
        parts.append((owner[owner >= 0], keys[owner >= 0].view(np.uint64)))
        before += rows.num_rows
    return np.concatenate([owner for owner, _ in parts]), np.concatenate([keys for _, keys in parts])


def documents_asked(index: Index, asked: Asking, found: Candidates, method: Method) -> NDArray[np.int64]:
    """The earlier documents in which leaders, the last copies of what they lead, and known neighbours stand."""
    leaders = np.unique(np.stack([found.doc, found.paragraph]), axis=1)
    # Only strong paragraphs lead to documents of which a new one may be a double.
    strong = method.strong(asked.known["letters"][asked.firsts], asked.known["unspaced"][asked.firsts])
    of_strong = np.repeat(strong, np.diff(found.offsets))
    strong_leaders = np.unique(np.stack([found.doc[of_strong], found.paragraph[of_strong]]), axis=1)
    recent = index.told(keys_of(RECENT, *strong_leaders))
    beside = index.told(_pair_keys(asked, found, method))
    return np.unique(np.concatenate([leaders[0], recent.doc, beside.doc]))


def _pair_keys(asked: Asking, found: Candidates, method: Method) -> Keys:
    """Keys of all pairs of clusters that two short neighbours may be of."""
    part = live(asked.known, asked.evidence, asked.gone, method)
    at = short_pairs(part.doc, part.rows)
    fold = part.rows.fold.astype(np.int64)
    left, right = np.unique(np.stack([fold[at], fold[at + 1]]), axis=1)
    sizes = np.diff(found.offsets)
    counts = sizes[left] * sizes[right]
    pair = np.repeat(np.arange(len(left)), counts)
    step = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
    one = found.offsets[left[pair]] + step // sizes[right[pair]]
    other = found.offsets[right[pair]] + step % sizes[right[pair]]
    return keys_of(PAIR, found.doc[one], found.paragraph[one], found.doc[other], found.paragraph[other])


def equal_documents(index: Index, documents: Iterator[pa.RecordBatch], method: Method) -> NDArray[np.int64]:
    """The earlier documents that may be wholly equal to new ones."""
    found = [np.empty(0, np.int64)]
    for rows in documents if method.across != "off" else ():
        wanted = rows.select(["doc", "source", "text_sha256", "chars", "reason"])
        found.append(index.told(text_keys(pa.Table.from_batches([wanted]), method)[1]).doc)
    return np.unique(np.concatenate(found))
