"""Sorted keys that are looked up without being read: each key costs about one page of a mapped file.

Keys are hashes, so that where one stands can be guessed from its value. They come in two columns, the upper 32 bits and
some of the bits below, in order of both.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.text.utf8 import compiled

_STEP = 8  # how far from the guess is looked first


def find(
    high: NDArray[np.uint32], low: NDArray[np.uint32] | NDArray[np.uint16], keys: NDArray[np.uint64], *, most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(place in `keys`, row) of every row with one of these keys (sorted), in order; at most `most` a key."""
    shift = np.uint64(32 - 8 * low.dtype.itemsize)
    room = len(keys) + 1024
    while True:
        out = np.empty((2, room), np.int64)
        count = _find(high, low, shift, keys, most, out)
        if count <= room:
            return out[0, :count].copy(), out[1, :count].copy()
        room = count


def merged_order(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The order that sorts left + right (both sorted); of equal keys those of `left` come first.

    >>> merged_order(np.array([1, 3], np.uint64), np.array([1, 2], np.uint64)).tolist()
    [0, 2, 3, 1]
    """
    out = np.empty(len(left) + len(right), np.int64)
    _merge(left, right, out)
    return out


@compiled
def _merge(left: NDArray, right: NDArray, out: NDArray) -> None:
    i = j = 0
    for at in range(len(out)):
        if j == len(right) or (i < len(left) and left[i] <= right[j]):
            out[at] = i
            i += 1
        else:
            out[at] = len(left) + j
            j += 1


@compiled
def _find(high: NDArray, low: NDArray, shift: np.uint64, keys: NDArray, most: int, out: NDArray) -> int:
    count = at = 0
    for place in range(len(keys)):
        upper = int(keys[place] >> np.uint64(32))
        lower = (keys[place] & np.uint64(0xFFFFFFFF)) >> shift
        at = int(_first(high, at, upper))
        taken = 0
        row = at
        while row < len(high) and np.int64(high[row]) == upper and taken < most:
            if np.uint64(low[row]) == lower:
                if count < out.shape[1]:
                    out[0, count], out[1, count] = place, row
                count += 1
                taken += 1
            row += 1
    return count


@compiled
def _first(high: NDArray, at: int, value: int) -> int:
    """The first row from `at` on that holds at least `value`."""
    behind = len(high)
    if at >= behind or np.int64(high[at]) >= value:
        return at
    last = np.int64(high[behind - 1])
    if last < value:
        return behind
    here = np.int64(high[at])
    share = (value - here) / (last - here)
    below = min(behind - 1, at + int(share * (behind - 1 - at)))
    above = below
    step = _STEP
    while below > at and np.int64(high[below]) >= value:
        above = below
        below = max(at, below - step)
        step *= 2
    while np.int64(high[above]) < value:
        below = above
        above = min(behind - 1, above + step)
        step *= 2
    while above - below > 1:
        middle = (below + above) // 2
        if np.int64(high[middle]) < value:
            below = middle
        else:
            above = middle
    return above
