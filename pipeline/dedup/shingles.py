"""Shingles of paragraphs as 64-bit hashes: pairs of neighbouring tokens, equal to `reference.shingle_hashes`."""

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.scan import GOLDEN
from pipeline.text.utf8 import compiled

_PILE = 32  # hashes in one pile that are sorted by insertion, at most


@compiled
def shingle_run(tokens: NDArray, count: int, out: NDArray) -> None:
    """Writes the shingles of `count` token hashes to `out`, in order, with repeats: count - 1 of them."""
    for at in range(np.uint64(max(count - 1, 0))):
        value = tokens[at] * GOLDEN + tokens[at + np.uint64(1)]
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        out[at] = value ^ (value >> np.uint64(31))


@compiled
def sort_hashes(values: NDArray, counts: NDArray, scratch: NDArray) -> None:
    """Sorts hashes in place: dealt by their upper bits into about as many piles as hashes, then by insertion.

    Hashes are spread evenly, so piles are small; where many are equal or forged, the general sort takes over. Scratch:
    `counts` int64 of twice their number and 2, `scratch` uint64 of their number.
    """
    count, shift = len(values), np.uint64(64)
    while count >> (np.uint64(64) - shift):
        shift -= np.uint64(1)
    piles = np.uint64(1) << (np.uint64(64) - shift)
    counts[: piles + np.uint64(1)] = 0
    for value in values:
        counts[(value >> shift) + np.uint64(1)] += 1
    highest = np.int64(0)
    for pile in range(piles):
        highest = max(highest, counts[pile + np.uint64(1)])
        counts[pile + np.uint64(1)] += counts[pile]
    if highest > _PILE:
        values.sort()
        return
    for value in values:
        pile = value >> shift
        scratch[np.uint64(counts[pile])] = value
        counts[pile] += 1
    for at in range(count):
        value, to = scratch[at], at
        while to > 0 and values[to - 1] > value:
            values[to] = values[to - 1]
            to -= 1
        values[to] = value
