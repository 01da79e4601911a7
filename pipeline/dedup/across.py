"""Repeats across documents: one pass over the corpus in order, so that only the past decides.

Each document is aligned with the earlier documents that its leaders stand in. What goes is settled at once, document
by document: a twin is always a paragraph that stays, in a document that stays.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.align import BESIDE, Sequence
from pipeline.dedup.blocks import (
    COVERED_SHARE,
    WEAK_LETTERS,
    Marks,
    grow,
    has_strong,
    next_start,
    settle,
    sums_before,
    take,
    weigh,
)
from pipeline.text.utf8 import compiled

# "Nearly all" of a document: what does not repeat is short lines with at most 5 % of its letters.
WHOLE_SHARE = (19, 20)
TRIED_DOCUMENTS = 4


class Doubles(NamedTuple):
    """Documents that nearly wholly repeat an earlier one; every array has shape (documents,).

    of: int32 number of the earlier document, -1 for none. shared, union: int64 letters that repeat, letters of all.
    """

    of: NDArray
    shared: NDArray
    union: NDArray


class Pairs(NamedTuple):
    """Where two neighbouring clusters were first seen beside each other: an open hash table (keys, positions)."""

    keys: NDArray
    places: NDArray


def across(
    starts: NDArray[np.int64],
    seq: Sequence,
    first: NDArray[np.int32],
    marks: Marks,
    kept: NDArray[np.bool_],
    doubled: NDArray[np.bool_] | None = None,
    past: int = 0,
) -> Doubles:
    """Marks what repeats earlier documents, and finds documents that are doubles.

    `starts`: first position of each document, and behind all, shape (documents + 1,). `first`: the first position of
    the cluster of each paragraph in the corpus, -1 for a paragraph without tokens. `kept` (n,): what goes is set to
    False. Of the first `past` documents all is decided: they are what later ones are compared with, `kept` tells what
    of them stays, and `doubled` (documents,) which of them are doubles (here of themselves).
    """
    documents = len(starts) - 1
    of = np.full(documents, -1, np.int32)
    if doubled is not None:
        of[doubled] = np.flatnonzero(doubled)
    doubles = Doubles(of, np.zeros(documents, np.int64), np.zeros(documents, np.int64))
    slots = 1 << max(4, (2 * int(np.count_nonzero(~seq.strong))).bit_length())
    pairs = Pairs(np.zeros(slots, np.int64), np.full(slots, -1, np.int32))
    _across(starts, seq, first, marks, kept, doubles, pairs, past)
    return doubles


@compiled
def _pair_key(at: int, seq: Sequence) -> np.int64:
    key = np.uint64(seq.cluster[at]) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seq.cluster[at + 1]) + np.uint64(1)
    key ^= key >> np.uint64(31)
    return np.int64(key * np.uint64(0xBF58476D1CE4E5B9))


@compiled
def _slot(key: np.int64, pairs: Pairs) -> np.int64:
    mask = len(pairs.keys) - 1
    slot = (key ^ (key >> 33)) & mask
    while pairs.places[slot] >= 0 and pairs.keys[slot] != key:
        slot = (slot + 1) & mask
    return slot


@compiled
def _short_pair(at: int, high: int, seq: Sequence) -> bool:
    if at + 1 >= high or seq.strong[at] or seq.strong[at + 1]:
        return False
    return seq.cluster[at] >= 0 and seq.cluster[at + 1] >= 0


@compiled
def _seed(at: int, low: int, high: int, first: NDArray, seq: Sequence, pairs: Pairs) -> int:
    """A position in an earlier document beside which a block may start, or -1."""
    if seq.strong[at]:
        return first[at] if 0 <= first[at] < low else -1
    if first[at] < 0 or first[at] >= low or not _short_pair(at, high, seq):
        return -1
    place = pairs.places[_slot(_pair_key(at, seq), pairs)]
    if place < 0 or seq.cluster[place] != seq.cluster[at] or seq.cluster[place + 1] != seq.cluster[at + 1]:
        return -1
    return place


class Work(NamedTuple):
    """Scratch of the pass. kind, twin: of the block in hand. By paragraph: nothing (False), sums (letters before it),
    owner (its document). By first position of a cluster: recent (its latest position), stamp (int64: the try of
    `_find_double` that saw it last).
    """

    kind: NDArray
    twin: NDArray
    nothing: NDArray
    sums: NDArray
    owner: NDArray
    recent: NDArray
    stamp: NDArray


@compiled
def _work(starts: NDArray, seq: Sequence) -> Work:
    count = len(seq.fold)
    owner = np.empty(count, np.int32)
    for d in range(len(starts) - 1):
        owner[starts[d] : starts[d + 1]] = d
    return Work(
        np.zeros(count, np.int8),
        np.full(count, -1, np.int32),
        np.zeros(count, np.bool_),
        sums_before(seq.letters),
        owner,
        np.full(count, -1, np.int32),
        np.full(count, -1, np.int64),
    )


@compiled
def _across(
    starts: NDArray,
    seq: Sequence,
    first: NDArray,
    marks: Marks,
    kept: NDArray,
    doubles: Doubles,
    pairs: Pairs,
    past: int,
) -> None:
    work = _work(starts, seq)
    for d in range(past):
        _remember(starts[d], starts[d + 1], seq, first, pairs, work)
    for d in range(past, len(starts) - 1):
        low, high = starts[d], starts[d + 1]
        at = floor = low
        gone = 0
        while at < high:
            b = _seed(at, low, high, first, seq, pairs)
            if b < 0:
                at += 1
                continue
            left, right, letters = _block(at, b, floor, d, starts, seq, first, kept, work)
            if letters > 0:
                take(left, right, work.nothing, work.kind, work.twin, marks, kept)
                gone += letters
                at = floor = right + 1
            else:
                at = next_start(at, right, seq, work.kind)
        if 2 * gone > work.sums[high] - work.sums[low]:
            _find_double(d, starts, seq, first, marks, kept, doubles, work)
        _remember(low, high, seq, first, pairs, work)


@compiled
def _block(
    at: int,
    b: int,
    floor: int,
    d: int,
    starts: NDArray,
    seq: Sequence,
    first: NDArray,
    kept: NDArray,
    work: Work,
) -> tuple[int, int, int]:
    """(left, right, letters) of the settled block around the pair (at, b); no letters where it carries too little."""
    other = work.owner[b]
    bounds = (floor, starts[d + 1], starts[other], starts[other + 1])
    share = (work.sums[starts[d + 1]] - work.sums[starts[d]]) * COVERED_SHARE[0]
    # Nothing goes across documents without a similarity of its own. A daily report is standing text around the figures
    # of the day, and two laws in one formula differ in names, dates and numbers only: both cover each other well.
    left, right = grow(at, b, bounds, False, False, seq, work.kind, work.twin)
    right = settle(at, left, right, first, seq, kept, work.kind, work.twin)
    firm, _ = weigh(left, right, seq, work.kind)
    covers = firm * COVERED_SHARE[1] >= share
    if has_strong(left, right, seq, work.kind, work.nothing) or (covers and firm >= WEAK_LETTERS):
        return left, right, firm
    return left, right, 0


@compiled
def _remember(low: int, high: int, seq: Sequence, first: NDArray, pairs: Pairs, work: Work) -> None:
    """Enters the paragraphs of a document into what later documents are compared with."""
    for k in range(low, high):
        if first[k] >= 0:
            work.recent[first[k]] = k
        if _short_pair(k, high, seq):
            slot = _slot(_pair_key(k, seq), pairs)
            if pairs.places[slot] < 0:
                pairs.places[slot] = k
                pairs.keys[slot] = _pair_key(k, seq)


@compiled
def _find_double(
    d: int,
    starts: NDArray,
    seq: Sequence,
    first: NDArray,
    marks: Marks,
    kept: NDArray,
    doubles: Doubles,
    work: Work,
) -> None:
    """Sets document d as a double of the earlier document that holds most of it, where that is nearly all."""
    low, high = starts[d], starts[d + 1]
    total = work.sums[high] - work.sums[low]
    tried = np.empty(TRIED_DOCUMENTS, np.int32)
    best, best_letters, tries = -1, 0, 0
    for k in range(low, high):
        if not seq.strong[k] or first[k] < 0 or first[k] >= low:
            continue
        for place in (first[k], work.recent[first[k]]):
            other = work.owner[place]
            if doubles.of[other] >= 0 or tries >= TRIED_DOCUMENTS or other in tried[:tries]:
                continue
            tried[tries] = other
            mark = d * TRIED_DOCUMENTS + tries  # of this try alone
            letters = _common_letters(d, other, mark, starts, seq, first, marks, work)
            tries += 1
            if letters > best_letters or (letters == best_letters and other < best):
                best, best_letters = other, letters
    if best >= 0 and best_letters * WHOLE_SHARE[1] >= total * WHOLE_SHARE[0]:
        doubles.of[d] = best
        doubles.shared[d] = best_letters
        doubles.union[d] = total
        for k in range(low, high):
            kept[k] = False


@compiled
def _common_letters(
    d: int, other: int, mark: int, starts: NDArray, seq: Sequence, first: NDArray, marks: Marks, work: Work
) -> int:
    """Letters of paragraphs of d whose cluster or twin stands in `other`; 0 where a strong one has neither there.

    `mark` is written to `work.stamp` for the clusters of `other`, and must be new.
    """
    for k in range(starts[other], starts[other + 1]):
        if first[k] >= 0:
            work.stamp[first[k]] = mark
    letters = 0
    for k in range(starts[d], starts[d + 1]):
        beside = marks.kind[k] == BESIDE and work.owner[marks.twin[k]] == other
        if beside or (first[k] >= 0 and work.stamp[first[k]] == mark):
            letters += seq.letters[k]
        elif seq.strong[k]:
            return 0
    return letters
