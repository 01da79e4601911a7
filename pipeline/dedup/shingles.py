"""Shingles of paragraphs as 64-bit hashes: pairs of neighbouring tokens, equal to `reference.shingle_hashes`."""

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.scan import GOLDEN, Scratch, entries, hash_tokens, scanned, scratch
from pipeline.text.utf8 import compiled

_PILE = 32  # hashes in one pile that are sorted by insertion, at most


def shingle_sets(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """(values, offsets): the sorted, unique shingles of paragraph i are values[offsets[i]:offsets[i + 1]]."""
    sizes = ends - starts
    values = np.empty(int(sizes.sum()) + 1, np.uint64)
    offsets = np.zeros(len(starts) + 1, np.int64)
    longest = int(sizes.max()) if len(sizes) else 0
    used = _shingle_sets(data, starts, ends, entries(), scratch(longest), values, offsets)
    return values[:used].copy(), offsets


@compiled
def shingle_run(tokens: NDArray, count: int, out: NDArray) -> None:
    """Writes the shingles of `count` token hashes to `out`, in order, with repeats: count - 1 of them."""
    for at in range(np.uint64(max(count - 1, 0))):
        value = tokens[at] * GOLDEN + tokens[at + np.uint64(1)]
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        out[at] = value ^ (value >> np.uint64(31))


@compiled
def _shingle_sets(
    data: NDArray, starts: NDArray, ends: NDArray, table: NDArray, room: Scratch, values: NDArray, offsets: NDArray
) -> int:
    fold = np.empty(4 * len(room.text), np.uint8)
    counts, scratch = np.empty(2 * len(room.text) + 2, np.int64), np.empty(len(room.text), np.uint64)
    to = 0
    for row in range(len(starts)):
        tokens, _, _ = scanned(data, starts[row], ends[row], table, room)
        hash_tokens(tokens, room, fold, 0)
        behind = to + max(tokens - 1, 0)
        shingle_run(room.hashes, tokens, values[to:])
        if behind > to:
            sort_hashes(values[to:behind], counts, scratch)
            first = to
            to += 1
            for at in range(first + 1, behind):
                if values[at] != values[to - 1]:
                    values[to] = values[at]
                    to += 1
        offsets[row + 1] = to
    return to


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


@compiled
def overlap(left: NDArray, right: NDArray) -> tuple[int, int]:
    """(shared, union) of two sorted, unique arrays of hashes."""
    i = j = shared = 0
    while i < len(left) and j < len(right):
        a, b = left[i], right[j]
        shared += a == b
        i += a <= b
        j += b <= a
    return shared, len(left) + len(right) - shared
