"""What paragraphs hold when two of them are compared: their sets of shingles and of tokens, as sorted hashes."""

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.negations import negations
from pipeline.dedup.reference import token_hash
from pipeline.dedup.scan import Scratch, entries, hash_tokens, scanned, scratch
from pipeline.dedup.shingles import shingle_run, sort_hashes
from pipeline.text.utf8 import compiled

AGAIN = np.uint64(1)  # the bit of a token that stands there more than once
_NEGATING_SLOTS = 1024  # about one in eight is used


class Contents(NamedTuple):
    """Sets of n paragraphs: set i is values[offsets[i]:offsets[i + 1]], uint64, sorted, unique.

    The lowest bit of a token tells whether it stands there more than once; the others are those of its hash.
    `masked` (int64, shape (n,)) is equal for paragraphs whose tokens differ in nothing but figures; `unspaced` (bool,
    shape (n,)) tells whether most letters are of a script written without spaces, `negates` (bool, shape (n,)) whether
    a token negates.
    """

    shingles: NDArray
    shingle_offsets: NDArray
    tokens: NDArray
    token_offsets: NDArray
    masked: NDArray
    unspaced: NDArray
    negates: NDArray


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
    negates = np.zeros(len(starts), np.bool_)
    _contents(data, starts, ends, entries(), room, negating(), shingles, tokens, offsets, negates)
    pairs, words = offsets[:, -1]
    return Contents(shingles[:pairs].copy(), offsets[0], tokens[:words].copy(), offsets[1], masked, unspaced, negates)


@functools.cache
def negating() -> NDArray[np.uint64]:
    """Hashes of the tokens that negate, each at its lower bits or behind: an open hash table, 0 for an empty slot."""
    table = np.zeros(_NEGATING_SLOTS, np.uint64)
    for value in sorted(map(token_hash, negations())):
        at = value % _NEGATING_SLOTS
        while table[at]:
            at = (at + 1) % _NEGATING_SLOTS
        table[at] = value
    table.setflags(write=False)
    return table


@compiled
def _is_in(value: np.uint64, table: NDArray) -> bool:
    mask = np.uint64(len(table) - 1)
    at = value & mask
    while table[at] != value and table[at] != np.uint64(0):
        at = (at + np.uint64(1)) & mask
    return table[at] == value


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
def _tokens(values: NDArray, first: int, behind: int, counts: NDArray, spare: NDArray) -> int:
    """The same for tokens, of which the lowest bit becomes 0 where they stand there once."""
    if behind <= first:
        return first
    sort_hashes(values[first:behind], counts, spare)
    to = first - 1
    for at in range(first, behind):
        if to >= first and values[at] == values[to] | AGAIN:
            values[to] |= AGAIN
        else:
            to += 1
            values[to] = values[at] ^ AGAIN
    return to + 1


@compiled
def _contents(
    data: NDArray,
    starts: NDArray,
    ends: NDArray,
    table: NDArray,
    room: Scratch,
    negating: NDArray,
    shingles: NDArray,
    tokens: NDArray,
    offsets: NDArray,
    negates: NDArray,
) -> None:
    fold = np.empty(4 * len(room.text), np.uint8)
    counts, spare = np.empty(2 * len(room.text) + 2, np.int64), np.empty(len(room.text), np.uint64)
    pairs = words = 0
    for row in range(len(starts)):
        count, _, _ = scanned(data, starts[row], ends[row], table, room)
        hash_tokens(count, room, fold, 0)
        shingle_run(room.hashes, count, shingles[pairs:])
        for at in range(count):
            tokens[words + at] = room.hashes[at] | AGAIN
            negates[row] |= _is_in(room.hashes[at], negating)
        pairs = _unique(shingles, pairs, pairs + max(count - 1, 0), counts, spare)
        words = _tokens(tokens, words, words + count, counts, spare)
        offsets[0, row + 1], offsets[1, row + 1] = pairs, words
