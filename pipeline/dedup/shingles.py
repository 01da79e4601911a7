"""Shingles of paragraphs as 64-bit hashes: pairs of neighbouring tokens, equal to `reference.shingle_hashes`."""

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.scan import GOLDEN, Scratch, entries, hash_tokens, scanned, scratch
from pipeline.text.utf8 import compiled


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
    to = 0
    for row in range(len(starts)):
        tokens, _, _ = scanned(data, starts[row], ends[row], table, room)
        hash_tokens(tokens, room, fold, 0)
        behind = to + max(tokens - 1, 0)
        shingle_run(room.hashes, tokens, values[to:])
        if behind > to:
            values[to:behind].sort()
            first = to
            to += 1
            for at in range(first + 1, behind):
                if values[at] != values[to - 1]:
                    values[to] = values[at]
                    to += 1
        offsets[row + 1] = to
    return to


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
