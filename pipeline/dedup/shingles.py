"""Shingles of paragraphs as 64-bit hashes: pairs of neighbouring tokens, equal to `reference.shingle_hashes`."""

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.letters import CLASS, DIGIT, SKIPPED, SPACE, SYMBOL, UNSPACED, WORD, tables
from pipeline.dedup.scan import BASIS, GOLDEN, HYPHEN, hashed
from pipeline.text.utf8 import code_point, compiled


def shingle_sets(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """(values, offsets): the sorted, unique shingles of paragraph i are values[offsets[i]:offsets[i + 1]]."""
    kinds, folded = tables()
    room = int((ends - starts).sum())
    values = np.empty(room + 1, np.uint64)
    offsets = np.zeros(len(starts) + 1, np.int64)
    used = _shingle_sets(data, starts, ends, kinds, folded, values, offsets)
    return values[:used].copy(), offsets


@compiled
def shingle_run(data: NDArray, at: int, end: int, kinds: NDArray, folded: NDArray, out: NDArray, first: int) -> int:
    """Writes the shingles of bytes [at, end) to out[first:], in order, with repeats; behind the last one written."""
    left = token = BASIS
    tokens = before = 0
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
            to = _put(out, to, tokens, left, token)
            left = token
            tokens += 1
        if kind == UNSPACED or kind == SYMBOL:
            token = hashed(BASIS, int(folded[code]))
            to = _put(out, to, tokens, left, token)
            left = token
            tokens += 1
    return to


@compiled
def _put(out: NDArray, to: int, tokens: int, left: np.uint64, right: np.uint64) -> int:
    """Writes the shingle of two tokens to out[to], if there is a token before; where the next one goes."""
    if tokens == 0:
        return to
    out[to] = _mix(left * GOLDEN + right)
    return to + 1


@compiled
def _mix(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@compiled
def _shingle_sets(
    data: NDArray, starts: NDArray, ends: NDArray, kinds: NDArray, folded: NDArray, values: NDArray, offsets: NDArray
) -> int:
    to = 0
    for row in range(len(starts)):
        behind = shingle_run(data, starts[row], ends[row], kinds, folded, values, to)
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
