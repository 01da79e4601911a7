"""How far a repeat reaches: neighbours of a repeated paragraph that repeat beside the same neighbours.

Positions are indices into sequences of paragraphs in corpus order. `cluster` is the number of the leader's fold, -1
for a paragraph without tokens ("* * *"), which matches any other such paragraph.
"""

from typing import NamedTuple

from numpy.typing import NDArray

from pipeline.text.utf8 import compiled

STAYS, EQUAL, NEAR, CONTAINED, FIGURES, GAP = range(6)
MOST_SKIPPED = 3  # short paragraphs that a gap may hold on either side


class Sequence(NamedTuple):
    """What alignment sees of n paragraphs in corpus order; every array has shape (n,)."""

    cluster: NDArray  # int32
    fold: NDArray  # int32
    masked: NDArray  # int64
    letters: NDArray  # int32
    strong: NDArray  # bool: enough letters to start a block alone


@compiled
def match(a: int, b: int, seq: Sequence) -> int:
    """EQUAL, NEAR, FIGURES or STAYS (no match)."""
    if seq.cluster[a] == seq.cluster[b]:
        return EQUAL if seq.fold[a] == seq.fold[b] else NEAR
    if seq.masked[a] == seq.masked[b] and seq.cluster[a] >= 0 and seq.cluster[b] >= 0:
        return FIGURES
    return STAYS


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
            if seq.cluster[next_a] < 0 or seq.cluster[next_a] != seq.cluster[next_b]:
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
    paragraphs that differ in figures, or that stand in a gap, are taken along.
    """
    while True:
        next_a, next_b = a + step, b + step
        found = STAYS
        if (end_a - next_a) * step > 0 and (end_b - next_b) * step > 0:
            found = match(next_a, next_b, seq)
        if found == FIGURES and not soft:
            found = STAYS
        if found == STAYS:
            here, there = _skip(a, b, step, end_a, end_b, seq)
            if here + there == 0 or (not soft and here > 0 and there > 0):
                return a
            for k in range(here):
                paired = k < there
                kind[a + step * (k + 1)] = GAP if paired else STAYS
                twin[a + step * (k + 1)] = b + step * (k + 1) if paired else -1
            next_a, next_b = a + step * (here + 1), b + step * (there + 1)
            found = match(next_a, next_b, seq)
        a, b = next_a, next_b
        kind[a] = found
        twin[a] = b
