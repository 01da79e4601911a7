"""What paragraphs hold when two of them are compared: their sets of shingles and of tokens, as sorted hashes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.letters import CLASS, DIGIT, SKIPPED, SPACE, SYMBOL, UNSPACED, WORD, tables
from pipeline.dedup.scan import BASIS, HYPHEN, hashed
from pipeline.dedup.shingles import pair_hash
from pipeline.text.utf8 import code_point, compiled


class Contents(NamedTuple):
    """Sets of n paragraphs: set i is values[offsets[i]:offsets[i + 1]], uint64, sorted, unique.

    `masked` (int64, shape (n,)) is equal for paragraphs whose tokens differ in nothing but figures.
    """

    shingles: NDArray
    shingle_offsets: NDArray
    tokens: NDArray
    token_offsets: NDArray
    masked: NDArray


def contents_of(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], masked: NDArray[np.int64]
) -> Contents:
    """The contents of the paragraphs data[starts[i]:ends[i]] (UTF-8 bytes), equal to `reference.shingle_hashes`."""
    kinds, folded = tables()
    room = int((ends - starts).sum()) + 1
    shingles, tokens = np.empty(room, np.uint64), np.empty(room, np.uint64)
    offsets = np.zeros((2, len(starts) + 1), np.int64)
    _contents(data, starts, ends, kinds, folded, shingles, tokens, offsets)
    ends_of = offsets[:, -1]
    return Contents(shingles[: ends_of[0]].copy(), offsets[0], tokens[: ends_of[1]].copy(), offsets[1], masked)


@compiled
def token_run(data: NDArray, at: int, end: int, kinds: NDArray, folded: NDArray, out: NDArray, first: int) -> int:
    """Writes the hashes of the tokens of bytes [at, end) to out[first:], in order; behind the last one written."""
    token = BASIS
    before = 0
    in_word = False
    to = first
    while at <= end:
        flags, code, size = SPACE, 0, 1
        if at < end:
            if data[at] < 0x80:
                code = int(data[at])
            else:
                code, size = code_point(data, at)
            flags = int(kinds[code])
            if (
                code == HYPHEN
                and before == SPACE
                and at + 1 < end
                and kinds[code_point(data, at + 1)[0]] & CLASS == DIGIT
            ):
                flags = SYMBOL
        at += size
        kind = flags & CLASS
        if kind == SKIPPED:
            continue
        before = kind
        if kind == WORD or kind == DIGIT:
            token = hashed(token if in_word else BASIS, int(folded[code]))
            in_word = True
            continue
        if in_word:
            in_word = False
            out[to] = token
            to += 1
        if kind == UNSPACED or kind == SYMBOL:
            out[to] = hashed(BASIS, int(folded[code]))
            to += 1
    return to


@compiled
def _unique(values: NDArray, first: int, behind: int) -> int:
    """Sorts values[first:behind] and drops what is there twice; behind the last one left."""
    if behind == first:
        return first
    values[first:behind].sort()
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
    kinds: NDArray,
    folded: NDArray,
    shingles: NDArray,
    tokens: NDArray,
    offsets: NDArray,
) -> None:
    pairs = words = 0
    for row in range(len(starts)):
        behind = token_run(data, starts[row], ends[row], kinds, folded, tokens, words)
        to = pairs
        for at in range(words + 1, behind):
            shingles[to] = pair_hash(tokens[at - 1], tokens[at])
            to += 1
        pairs = _unique(shingles, pairs, to)
        words = _unique(tokens, words, behind)
        offsets[0, row + 1], offsets[1, row + 1] = pairs, words
