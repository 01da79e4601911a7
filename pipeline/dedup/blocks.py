"""Blocks: which repeated paragraphs go, and beside which twins.

A repeated paragraph goes when it carries enough text by itself (it is strong), or when its neighbours repeat beside
the same neighbours and the block has a strong paragraph. A short line that merely also occurs elsewhere stays.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.align import Sequence, extend, sure
from pipeline.dedup.kinds import CONTAINED, EQUAL, FIGURES, GAP, NEAR, STAYS
from pipeline.text.utf8 import compiled

# Equal and near paragraphs hold at least 2/3 of the letters of a block that takes others along, ...
SURE_SHARE = (2, 3)
# Across documents a block of short lines goes if it covers at least 80 % of the later document.
COVERED_SHARE = (4, 5)
# A block inside a document prints "the whole document again" if it holds 80 % of the letters that stay before it, and
# these are 80 % of the letters of the document printed once (else it is an opening that comes again).
AGAIN_SHARE = (4, 5)
# A line seen so often in one document is a refrain, a table cell or a response, not a second printing.
REFRAIN = 3
# Without a strong paragraph, a block across documents must cover that share of it too (a poem printed in two books),
# and hold this many letters: tables and forms of short lines recur in documents that have little else in common.
# Inside a document, such a block must print the whole of it again, and hold as many.
WEAK_LETTERS = 240


class Marks(NamedTuple):
    """What goes, for n paragraphs; every array has shape (n,).

    kind: int8 (`kinds` and align.BESIDE; 0 stays). twin, block: int32 positions (-1 without): the counterpart, and
    the first paragraph of the block.
    """

    kind: NDArray
    twin: NDArray
    block: NDArray


def no_marks(count: int) -> Marks:
    """Marks of paragraphs that all stay."""
    return Marks(np.zeros(count, np.int8), np.full(count, -1, np.int32), np.full(count, -1, np.int32))


@compiled
def weigh(left: int, right: int, seq: Sequence, kind: NDArray) -> tuple[int, int]:
    """(firm, soft): letters of what repeats by itself, letters of the others that go."""
    firm = soft = 0
    for at in range(left, right + 1):
        if sure(kind[at]):
            firm += seq.letters[at]
        elif kind[at] != STAYS:
            soft += seq.letters[at]
    return firm, soft


@compiled
def has_strong(left: int, right: int, seq: Sequence, kind: NDArray, refrain: NDArray) -> bool:
    """Whether a paragraph of the block could go alone."""
    for at in range(left, right + 1):
        if sure(kind[at]) and seq.strong[at] and not refrain[at]:
            return True
    return False


@compiled
def grow(
    a: int,
    b: int,
    bounds: tuple[int, int, int, int],
    soft: bool,
    inside: bool,
    seq: Sequence,
    kind: NDArray,
    twin: NDArray,
) -> tuple[int, int]:
    """First and last position of the block around the pair (a, b); kind and twin are written on the way.

    `bounds`: first and behind-last position usable on the side of a, then of b. `inside`: both are one document, so
    the earlier copy must end before the later one begins.
    """
    low_a, high_a, low_b, high_b = bounds
    kind[a] = EQUAL if seq.fold[a] == seq.fold[b] else NEAR
    twin[a] = b
    if inside:
        low_a = max(low_a, b + 1)
    left = extend(a, b, -1, low_a - 1, low_b - 1, soft, seq, kind, twin)
    if inside:
        high_b = min(high_b, left)
    right = extend(a, b, 1, high_a, high_b, soft, seq, kind, twin)
    return left, right


@compiled
def trusted(at: int, b: int, kind: int, first: NDArray, seq: Sequence, kept: NDArray) -> tuple[int, int]:
    """(kind, twin) for a paragraph matched with position b: a kept twin that was really compared, or (STAYS, -1).

    A near pair counts only beside the leader itself: what follows the same leader need not be similar.
    """
    if kept[b] and kind != NEAR and kind != CONTAINED:
        return kind, b
    if kept[b] and seq.fold[b] == seq.cluster[at]:
        return _by_leader(at, b, seq), b
    leader = first[at]
    if 0 <= leader < at and kept[leader] and kind != FIGURES and kind != GAP:
        return _by_leader(at, leader, seq), leader
    return STAYS, -1


@compiled
def _by_leader(at: int, leader: int, seq: Sequence) -> int:
    if seq.fold[leader] == seq.fold[at]:
        return EQUAL
    return CONTAINED if seq.partial[at] else NEAR


@compiled
def settle(
    at: int, left: int, right: int, first: NDArray, seq: Sequence, kept: NDArray, kind: NDArray, twin: NDArray
) -> int:
    """Puts kind and twin of the block around `at` right; its last position.

    What has no twin that stays, stays too, and weighs nothing. Behind `at`, the block ends before a strong paragraph
    of that sort: it may start a block elsewhere.
    """
    for k in range(left, right + 1):
        if kind[k] != STAYS:
            kind[k], twin[k] = trusted(k, twin[k], kind[k], first, seq, kept)
            if kind[k] == STAYS and seq.strong[k] and k > at:
                return k - 1
    return right


@compiled
def take(left: int, right: int, spared: NDArray, kind: NDArray, twin: NDArray, marks: Marks, kept: NDArray) -> None:
    """Marks what goes of a settled block, but for what is `spared`, and takes it from `kept`."""
    for k in range(left, right + 1):
        if kind[k] != STAYS and not spared[k]:
            marks.kind[k] = kind[k]
            marks.twin[k] = twin[k]
            marks.block[k] = left
            kept[k] = False


@compiled
def next_start(at: int, right: int, seq: Sequence, kind: NDArray) -> int:
    """Where to look on when the block from `at` to `right` stays: at a strong paragraph that did not repeat in it."""
    for k in range(at + 1, right + 1):
        if seq.strong[k] and not sure(kind[k]):
            return k
    return max(at, right) + 1


@compiled
def too_soft(firm: int, soft: int) -> bool:
    """Whether what repeats by itself holds less than SURE_SHARE of the letters of a block."""
    return firm * SURE_SHARE[1] < (firm + soft) * SURE_SHARE[0]


@compiled
def sums_before(values: NDArray) -> NDArray:
    """The sum of all values before each position, shape (n + 1,), int64."""
    out = np.zeros(len(values) + 1, np.int64)
    for at in range(len(values)):
        out[at + 1] = out[at] + values[at]
    return out


@compiled
def within(starts: NDArray, seq: Sequence, first: NDArray, kept: NDArray, marks: Marks) -> None:
    """Marks what repeats inside each document, and takes it from `kept` (all True at first).

    `starts`: first position of each document and, last, behind all (n + 1). `first`: for each position, the first
    position of its cluster in its document (its own where it is the first).
    """
    count = len(seq.fold)
    kind = np.zeros(count, np.int8)
    twin = np.full(count, -1, np.int32)
    refrain = _refrains(seq, first)
    nothing = np.zeros(count, np.bool_)
    sums = sums_before(seq.letters)
    fresh = sums_before(np.where(first == np.arange(count), seq.letters, 0))
    for d in range(len(starts) - 1):
        low, high = starts[d], starts[d + 1]
        at = floor = low
        gone = 0  # letters that went before `floor`
        while at < high:
            b = first[at]
            if b >= at or seq.cluster[at] < 0 or not (seq.strong[at] or _beside(at, b, high, seq)):
                at += 1
                continue
            left, right, firm, _ = _block(at, b, (floor, high, low, at), first, seq, kept, kind, twin)
            before = sums[left] - sums[low] - gone
            again = firm >= WEAK_LETTERS or has_strong(left, right, seq, kind, nothing)
            again = again and _again(firm, before, before + fresh[high] - fresh[right + 1])
            # What stands before must be mostly new: rows of a table that are alike are no printing of a document.
            again = again and (fresh[left] - fresh[low]) * SURE_SHARE[1] >= before * SURE_SHARE[0]
            if again or has_strong(left, right, seq, kind, refrain):
                take(left, right, nothing if again else refrain, kind, twin, marks, kept)
                for k in range(left, right + 1):
                    gone += 0 if kept[k] else seq.letters[k]
                at = floor = right + 1
            else:
                at = next_start(at, right, seq, kind)


@compiled
def _refrains(seq: Sequence, first: NDArray) -> NDArray:
    """Which paragraphs are seen so often in their document that they are no second printing, shape (n,)."""
    seen = np.zeros(len(first), np.int32)  # by position of the first copy
    for at in range(len(first)):
        seen[first[at]] += 1
    out = np.zeros(len(first), np.bool_)
    for at in range(len(first)):
        out[at] = seq.cluster[at] >= 0 and seen[first[at]] >= REFRAIN
    return out


@compiled
def _block(
    a: int,
    b: int,
    bounds: tuple[int, int, int, int],
    first: NDArray,
    seq: Sequence,
    kept: NDArray,
    kind: NDArray,
    twin: NDArray,
) -> tuple[int, int, int, int]:
    """(left, right, firm, soft) of the settled block around the pair (a, b) of one document (see `weigh`)."""
    left, right = grow(a, b, bounds, True, True, seq, kind, twin)
    right = settle(a, left, right, first, seq, kept, kind, twin)
    firm, soft = weigh(left, right, seq, kind)
    if too_soft(firm, soft):
        left, right = grow(a, b, bounds, False, True, seq, kind, twin)
        right = settle(a, left, right, first, seq, kept, kind, twin)
        firm, soft = weigh(left, right, seq, kind)
    return left, right, firm, soft


@compiled
def _again(firm: int, before: int, once: int) -> bool:
    """Whether `firm` letters are those of the whole document; letters that stay before, and of the document once."""
    holds = firm * AGAIN_SHARE[1] >= before * AGAIN_SHARE[0]
    return holds and before * AGAIN_SHARE[1] >= once * AGAIN_SHARE[0]


@compiled
def _beside(a: int, b: int, high: int, seq: Sequence) -> bool:
    if a + 1 >= high or b + 1 >= a:
        return False
    return seq.cluster[a + 1] == seq.cluster[b + 1] and seq.cluster[a + 1] >= 0
