"""Numbers for distinct folds, in order of first occurrence."""

import numpy as np
from numpy.typing import NDArray

from pipeline.text.utf8 import compiled


def numbered(hi: NDArray[np.int64], lo: NDArray[np.int64], live: NDArray[np.bool_]) -> NDArray[np.int32]:
    """For each of n 128-bit keys the number of its first occurrence among the live ones, -1 where not live.

    >>> numbered(np.array([7, 8, 7, 9]), np.array([1, 1, 1, 1]), np.array([True, True, True, False])).tolist()
    [0, 1, 0, -1]
    """
    slots = np.full(_room(int(np.count_nonzero(live))), -1, np.int64)
    out = np.full(len(hi), -1, np.int32)
    _number(hi, lo, live, slots, out)
    return out


def _room(rows: int) -> int:
    """Slots of a hash table for so many rows: a power of two, at most half full."""
    return 1 << max(4, (2 * rows).bit_length())


@compiled
def _number(hi: NDArray, lo: NDArray, live: NDArray, slots: NDArray, out: NDArray) -> None:
    mask = len(slots) - 1
    found = 0
    for row in range(len(hi)):
        if not live[row]:
            continue
        mixed = lo[row] ^ hi[row]  # one of them alone may be the same in many rows (`within` salts the other)
        at = (mixed ^ (mixed >> 32)) & mask
        while slots[at] >= 0 and (lo[slots[at]] != lo[row] or hi[slots[at]] != hi[row]):
            at = (at + 1) & mask
        if slots[at] < 0:
            slots[at] = row
            out[row] = found
            found += 1
        else:
            out[row] = out[slots[at]]
