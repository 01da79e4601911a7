"""What paragraphs hold when two of them are compared: their sets of shingles and of tokens, as sorted hashes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.scan import Scratch, entries, hash_tokens, scanned, scratch
from pipeline.dedup.shingles import shingle_run, sort_hashes
from pipeline.text.utf8 import compiled


class Contents(NamedTuple):
    """Sets of n paragraphs: set i is values[offsets[i]:offsets[i + 1]], uint64, sorted, unique.

    `masked` (int64, shape (n,)) is equal for paragraphs whose tokens differ in nothing but figures; `unspaced` (bool,
    shape (n,)) tells whether most letters are of a script written without spaces.
    """

    shingles: NDArray
    shingle_offsets: NDArray
    tokens: NDArray
    token_offsets: NDArray
    masked: NDArray
    unspaced: NDArray


def contents_of(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    masked: NDArray[np.int64],
    unspaced: NDArray[np.bool_],
) -> Contents:
    """The contents of the paragraphs data[starts[i]:ends[i]] (UTF-8 bytes), equal to `reference.shingle_hashes`."""
    sizes = ends - starts
    shingles, tokens = np.empty((2, int(sizes.sum()) + 1), np.uint64)
    offsets = np.zeros((2, len(starts) + 1), np.int64)
    room = scratch(int(sizes.max()) if len(sizes) else 0)
    _contents(data, starts, ends, entries(), room, shingles, tokens, offsets)
    pairs, words = offsets[:, -1]
    return Contents(shingles[:pairs].copy(), offsets[0], tokens[:words].copy(), offsets[1], masked, unspaced)


@compiled
def _unique(values: NDArray, first: int, behind: int, counts: NDArray, spare: NDArray) -> int:
    """Sorts values[first:behind] and drops what is there twice; behind the last one left."""
    if behind <= first:
        return first
    sort_hashes(values[first:behind], counts, spare)
    to = first + 1
    for at in range(first + 1, behind):
        if values[at] != values[to - 1]:
            values[to] = values[at]
            to += 1
    return to


@compiled
def _contents(
    data: NDArray,
    starts: NDArray,
    ends: NDArray,
    table: NDArray,
    room: Scratch,
    shingles: NDArray,
    tokens: NDArray,
    offsets: NDArray,
) -> None:
    fold = np.empty(4 * len(room.text), np.uint8)
    counts, spare = np.empty(2 * len(room.text) + 2, np.int64), np.empty(len(room.text), np.uint64)
    pairs = words = 0
    for row in range(len(starts)):
        count, _, _ = scanned(data, starts[row], ends[row], table, room)
        hash_tokens(count, room, fold, 0)
        shingle_run(room.hashes, count, shingles[pairs:])
        tokens[words : words + count] = room.hashes[:count]
        pairs = _unique(shingles, pairs, pairs + max(count - 1, 0), counts, spare)
        words = _unique(tokens, words, words + count, counts, spare)
        offsets[0, row + 1], offsets[1, row + 1] = pairs, words
