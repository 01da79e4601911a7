"""The verdict over two paragraphs: does the later one say again what the earlier one said?

It is given over their real contents, in integers, never over signatures:

    similarity  = shared / union        shared, union: shingles in both, in either       at least `threshold`
    containment = shared / mine         mine: shingles of the later paragraph            at least `containment`
    novelty     = alone / tokens        alone: tokens of the later that the earlier has not   at most `novelty`

One of the first two must be reached, and the third kept: similarity alone cannot tell an edited copy from another
item on the same template, but an edit brings few words that the first text had not, while names, places and events
of another item are new. What is new would be lost, so novelty looks one way, at what would go. Where a token is one
character, less of it says as much: there are fewer different ones, and a name is two or three of them.

Two texts stay apart whatever they share if they differ in nothing but figures (other figures are other news), or if one
of them negates and the other does not.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.contents import Contents
from pipeline.dedup.kinds import CONTAINED, NEAR, STAYS
from pipeline.dedup.negations import negations
from pipeline.dedup.reference import Shares, token_hash
from pipeline.text.utf8 import compiled


class Limits(NamedTuple):
    """Fractions as (numerator, denominator), and the sorted hashes of tokens that negate (uint64)."""

    threshold: tuple[int, int]
    novelty: tuple[int, int]
    novelty_unspaced: tuple[int, int]
    containment: tuple[int, int]
    negations: NDArray


def limits(shares: Shares) -> Limits:
    """The limits of a verdict."""
    negating = np.array(sorted(map(token_hash, negations())), np.uint64)
    threshold, novelty, novelty_unspaced, containment = (each.as_integer_ratio() for each in shares)
    return Limits(threshold, novelty, novelty_unspaced, containment, negating)


@compiled
def overlap(left: NDArray, right: NDArray, least: int) -> int:
    """How many hashes two sorted, unique arrays share; any smaller number where that is less than `least`."""
    i = j = shared = 0
    spare = len(left) - least  # so many of `left` may be missing in `right`
    while i < len(left) and j < len(right):
        a, b = left[i], right[j]
        shared += a == b
        i += a <= b
        j += b <= a
        if i - shared > spare:
            break
    return shared


@compiled
def similarity(mine: int, theirs: int, contents: Contents) -> tuple[int, int]:
    """(shared, union) of the shingles of two paragraphs that are not equal; a lone token is a shingle of its own."""
    ours = _set(mine, contents.shingles, contents.shingle_offsets)
    other = _set(theirs, contents.shingles, contents.shingle_offsets)
    shared = overlap(ours, other, 0)
    return shared, max(1, len(ours)) + max(1, len(other)) - shared


@compiled
def _set(row: int, values: NDArray, offsets: NDArray) -> NDArray:
    return values[offsets[row] : offsets[row + 1]]


@compiled
def _reaches(count: int, whole: int, share: tuple[int, int]) -> bool:
    return count * share[1] >= whole * share[0]


@compiled
def verdict(mine: int, theirs: int, contents: Contents, limits: Limits) -> tuple[int, int, int]:
    """(NEAR, CONTAINED or STAYS, shared, union) for paragraph `mine` beside the earlier paragraph `theirs`."""
    if contents.masked[mine] == contents.masked[theirs]:
        return STAYS, 0, 1
    ours = _set(mine, contents.shingles, contents.shingle_offsets)
    other = _set(theirs, contents.shingles, contents.shingle_offsets)
    low, high = min(len(ours), len(other)), max(len(ours), len(other))
    shorter = len(ours) < len(other)
    if low == 0 or not (shorter or _reaches(low, high, limits.threshold)):
        return STAYS, 0, 1
    shared = overlap(ours, other, _least(low, high, shorter, limits))
    union = low + high - shared
    found = STAYS
    if _reaches(shared, union, limits.threshold):
        found = NEAR
    elif shorter and _reaches(shared, low, limits.containment):
        found = CONTAINED
    if found != STAYS and not _says_the_same(mine, theirs, contents, limits):
        found = STAYS
    return found, shared, union


@compiled
def _least(low: int, high: int, shorter: bool, limits: Limits) -> int:
    """The fewest shared shingles with which two paragraphs of these sizes can be near, or the shorter contained.

    shared / (low + high - shared) >= n / d if and only if shared * (n + d) >= n * (low + high).
    """
    numerator, denominator = limits.threshold
    near = -(-numerator * (low + high) // (numerator + denominator))
    part = -(-limits.containment[0] * low // limits.containment[1])
    return min(near, part) if shorter else near


@compiled
def _says_the_same(mine: int, theirs: int, contents: Contents, limits: Limits) -> bool:
    """Whether `mine` brings few tokens that `theirs` has not, and both negate or neither does."""
    left = _set(mine, contents.tokens, contents.token_offsets)
    right = _set(theirs, contents.tokens, contents.token_offsets)
    alone = len(left) - overlap(left, right, 0)
    most_new = limits.novelty_unspaced if contents.unspaced[mine] else limits.novelty
    if alone * most_new[1] > len(left) * most_new[0]:
        return False
    return _any(left, limits.negations) == _any(right, limits.negations)


@compiled
def _any(ordered: NDArray, wanted: NDArray) -> bool:
    """Whether any of a few wanted hashes stands in a sorted array."""
    for value in wanted:
        at = np.searchsorted(ordered, value)
        if at < len(ordered) and ordered[at] == value:
            return True
    return False
