"""How far a repeat reaches: neighbours of a repeated paragraph that repeat beside the same neighbours.

Positions are indices into sequences of paragraphs in corpus order. `cluster` is the number of the leader's fold, -1
for a paragraph without tokens ("* * *"), which matches any other such paragraph.
"""

from typing import NamedTuple

from numpy.typing import NDArray

from pipeline.dedup.beside import Beside, place_of
from pipeline.dedup.kinds import CONTAINED, EQUAL, FIGURES, GAP, NEAR, STAYS
from pipeline.text.utf8 import compiled

BESIDE = 6  # a pair that was compared because it stands beside a repeat (`beside`); becomes NEAR or CONTAINED
BRIDGED_LETTERS = 40  # what a paragraph behind a gap that stays must have to go on with the block
MOST_SKIPPED = 3  # short paragraphs that a gap may hold on either side


class Sequence(NamedTuple):
    """What alignment sees of n paragraphs in corpus order; every array has shape (n,).

    `partial`: contained in the leader rather than near to it. `beside`: verified pairs.
    """

    cluster: NDArray  # int32
    fold: NDArray  # int32
    masked: NDArray  # int64
    letters: NDArray  # int32
    strong: NDArray  # bool: enough letters to start a block alone
    partial: NDArray  # bool
    beside: Beside


@compiled
def match(a: int, b: int, seq: Sequence) -> int:
    """EQUAL, NEAR, BESIDE, FIGURES or STAYS (no match)."""
    if seq.cluster[a] == seq.cluster[b]:
        return EQUAL if seq.fold[a] == seq.fold[b] else NEAR
    if seq.cluster[a] < 0 or seq.cluster[b] < 0:
        return STAYS
    if seq.masked[a] == seq.masked[b]:
        return FIGURES
    at = place_of(a, seq.fold[b], seq.beside)
    return BESIDE if at >= 0 and seq.beside.kind[at] != STAYS else STAYS


@compiled
def sure(kind: int) -> bool:
    """Whether a paragraph of this kind repeats by itself, whatever stands beside it."""
    return kind == EQUAL or kind == NEAR or kind == CONTAINED or kind == BESIDE


@compiled
def compared(a: int, b: int, seq: Sequence) -> bool:
    """Whether the similarity of the two is known."""
    return place_of(a, seq.fold[b], seq.beside) >= 0


@compiled
def _all_short(first: int, count: int, step: int, seq: Sequence) -> bool:
    for k in range(count):
        if seq.strong[first + k * step]:
            return False
    return True


@compiled
def _skip(a: int, b: int, step: int, end_a: int, end_b: int, seq: Sequence) -> tuple[int, int]:
    """How many short paragraphs to pass on each side until both agree again; (0, 0) where they do not."""
    for total in range(1, 2 * MOST_SKIPPED + 1):
        for here in range(total + 1):
            there = total - here
            if here > MOST_SKIPPED or there > MOST_SKIPPED:
                continue
            next_a, next_b = a + step * (here + 1), b + step * (there + 1)
            if (end_a - next_a) * step <= 0 or (end_b - next_b) * step <= 0:
                continue
            if seq.cluster[next_a] < 0 or not sure(match(next_a, next_b, seq)):
                continue
            if _all_short(a + step, here, step, seq) and _all_short(b + step, there, step, seq):
                return here, there
    return 0, 0


@compiled
def extend(
    a: int, b: int, step: int, end_a: int, end_b: int, soft: bool, seq: Sequence, kind: NDArray, twin: NDArray
) -> int:
    """Walks from the pair (a, b) in direction `step` while neighbours match; the last position on the side of a.

    Writes kind and twin of what it passes. `end_a`, `end_b` are the first positions not to be used. With `soft`,
    paragraphs that differ in figures, or that stand in a gap, are taken along; without, a gap stays, and only a
    paragraph of BRIDGED_LETTERS goes on behind it: forms of short lines are alike in pieces without being copies.
    """
    while True:
        next_a, next_b = a + step, b + step
        found = STAYS
        if (end_a - next_a) * step > 0 and (end_b - next_b) * step > 0:
            found = match(next_a, next_b, seq)
        if found == FIGURES and not (soft and compared(next_a, next_b, seq)):
            found = STAYS
        if found == STAYS:
            here, there = _skip(a, b, step, end_a, end_b, seq)
            if here + there == 0:
                return a
            if not soft and here > 0 and there > 0 and seq.letters[a + step * (here + 1)] < BRIDGED_LETTERS:
                return a
            for k in range(here):
                paired = soft and k < there and compared(a + step * (k + 1), b + step * (k + 1), seq)
                kind[a + step * (k + 1)] = GAP if paired else STAYS
                twin[a + step * (k + 1)] = b + step * (k + 1) if paired else -1
            next_a, next_b = a + step * (here + 1), b + step * (there + 1)
            found = match(next_a, next_b, seq)
        a, b = next_a, next_b
        kind[a] = found
        twin[a] = b
