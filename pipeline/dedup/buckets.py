"""Which paragraphs share a bucket: band keys that occur more than once.

Most keys of a corpus occur once. A first pass over all keys marks slots of a bit table that are hit at least twice
(no key that occurs twice is ever missed); only what falls in such slots is kept and sorted.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.text.utf8 import compiled

MOST_SLOTS = 1 << 30  # two bits each: 256 MB
SLOTS_A_KEY = 6  # at this load about one single key in seven passes the table


@dataclass(frozen=True, slots=True)
class Table:
    """Two bits a slot: hit once, hit again. Arrays of uint64, each of 2**n / 64 words."""

    once: NDArray[np.uint64]
    again: NDArray[np.uint64]


def empty_table(keys: int) -> Table:
    """A table for about so many keys."""
    slots = min(MOST_SLOTS, 1 << max(10, (SLOTS_A_KEY * keys).bit_length()))
    return Table(np.zeros(slots // 64, np.uint64), np.zeros(slots // 64, np.uint64))


def mark(table: Table, keys: NDArray[np.int64]) -> None:
    """Enters keys into the table."""
    _mark(table.once, table.again, keys)


def crowded(table: Table, keys: NDArray[np.int64]) -> NDArray[np.bool_]:
    """True for every key that was entered more than once (and for a few that share a slot), shape (n,)."""
    out = np.empty(len(keys), np.bool_)
    _crowded(table.again, keys, out)
    return out


def bucket_numbers(keys: NDArray[np.int64]) -> NDArray[np.int32]:
    """A number for each key that occurs at least twice, -1 for the others, shape (n,).

    >>> bucket_numbers(np.array([5, 9, 5, 7, 9, 5])).tolist()
    [0, 1, 0, -1, 1, 0]
    """
    order = np.argsort(keys)
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(keys) else np.empty(0, int)
    del ordered
    sizes = np.diff(np.append(starts, len(keys)))
    numbers = np.where(sizes > 1, np.cumsum(sizes > 1) - 1, -1).astype(np.int32)
    out = np.empty(len(keys), np.int32)
    out[order] = np.repeat(numbers, sizes)
    return out


@compiled
def _mark(once: NDArray, again: NDArray, keys: NDArray) -> None:
    mask = np.uint64(len(once) * 64 - 1)
    for key in keys:
        slot = np.uint64(key) & mask
        word = slot >> np.uint64(6)
        bit = np.uint64(1) << (slot & np.uint64(63))
        again[word] |= once[word] & bit
        once[word] |= bit


@compiled
def _crowded(again: NDArray, keys: NDArray, out: NDArray) -> None:
    mask = np.uint64(len(again) * 64 - 1)
    for at in range(len(keys)):
        slot = np.uint64(keys[at]) & mask
        out[at] = (again[slot >> np.uint64(6)] >> (slot & np.uint64(63))) & np.uint64(1) != np.uint64(0)
