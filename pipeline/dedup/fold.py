"""Folds of paragraphs as keys: 128 bits for "equal", 64 bits for "equal but for the figures".

`reference.fold` and `reference.masked` say what is hashed; this is the same, compiled, on UTF-8 buffers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.blake2b import IV, SIGMA, blake2b_128
from pipeline.dedup.letters import tables
from pipeline.text.utf8 import code_point, compiled


@dataclass(frozen=True, slots=True)
class Folds:
    """What is compared of n paragraphs; every array has shape (n,).

    hi, lo: int64 halves of the BLAKE2b-128 of the fold (little-endian words; both 0 without tokens).
    masked: int64 hash of the tokens with figures masked. letters, tokens: int32. unspaced: bool.
    """

    letters: NDArray[np.int32]
    unspaced: NDArray[np.bool_]
    tokens: NDArray[np.int32]
    hi: NDArray[np.int64]
    lo: NDArray[np.int64]
    masked: NDArray[np.int64]


def folds_of(data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Folds:
    """The folds of the paragraphs data[starts[i]:ends[i]] (UTF-8 bytes)."""
    kinds, folded = tables()
    count = len(starts)
    longest = int((ends - starts).max()) if count else 0
    counts = np.zeros((3, count), np.int32)
    keys = np.zeros((3, count), np.int64)
    # A folded code point can be longer than its source (2 bytes to 3); a space can stand before each word.
    words = np.empty(longest // 2 + 32, np.uint64)
    _fold_all(data, starts, ends, kinds, folded, counts, keys, words, IV, SIGMA)
    return Folds(counts[0], counts[1].astype(np.bool_), counts[2], keys[0], keys[1], keys[2])


@compiled
def _put(out: NDArray, at: int, code: int) -> int:
    """Writes `code` as UTF-8 at byte `at`; the byte behind it."""
    if code < 0x80:
        out[at] = code
        return at + 1
    if code < 0x800:
        out[at] = 0xC0 | code >> 6
        out[at + 1] = 0x80 | code & 0x3F
        return at + 2
    if code < 0x10000:
        out[at] = 0xE0 | code >> 12
        out[at + 1] = 0x80 | code >> 6 & 0x3F
        out[at + 2] = 0x80 | code & 0x3F
        return at + 3
    out[at] = 0xF0 | code >> 18
    out[at + 1] = 0x80 | code >> 12 & 0x3F
    out[at + 2] = 0x80 | code >> 6 & 0x3F
    out[at + 3] = 0x80 | code & 0x3F
    return at + 4


@compiled
def _fold_all(
    data: NDArray,
    starts: NDArray,
    ends: NDArray,
    kinds: NDArray,
    folded: NDArray,
    counts: NDArray,
    keys: NDArray,
    words: NDArray,
    iv: NDArray,
    sigma: NDArray,
) -> None:
    out = words.view(np.uint8)
    state = np.empty(8, np.uint64)
    prime = np.uint64(0x100000001B3)
    basis = np.uint64(0xCBF29CE484222325)
    golden = np.uint64(0x9E3779B97F4A7C15)
    number = (basis ^ np.uint64(48)) * prime  # the token "0": a masked number
    for row in range(len(starts)):
        at, end = starts[row], ends[row]
        letters = unspaced = tokens = length = 0
        in_word = False
        token = basis
        last_digit = False  # the masked token so far ends in a digit
        sequence = np.uint64(0)
        last_token = np.uint64(0)
        before = 0
        while at <= end:  # one step past the end closes the last word
            kind, code, size = 0, 0, 1
            if at < end:
                if data[at] < 0x80:
                    code = int(data[at])
                else:
                    code, size = code_point(data, at)
                flags = kinds[code]
                kind = int(flags & 7)
                letters += flags >> 3
                unspaced += kind == 5
            if kind == 2 and at < end:
                at += size
                continue
            if code == 45 and before == 0 and at + 1 < end:
                follower, _ = code_point(data, at + 1)
                if kinds[follower] & 7 == 4:
                    kind = 6
            if kind == 3 or kind == 4:
                if not in_word:
                    if length > 0 and last_token != np.uint64(0):
                        out[length] = 32
                        length += 1
                    in_word = True
                    tokens += 1
                    token = basis
                    last_digit = False
                code = int(folded[code])
                length = _put(out, length, code)
                if kind == 4:
                    if not last_digit:
                        token = (token ^ np.uint64(48)) * prime
                    last_digit = True
                else:
                    token = (token ^ np.uint64(code)) * prime
                    last_digit = False
            else:
                if in_word:
                    in_word = False
                    if not (token == number and last_token == number):
                        sequence = (sequence ^ token) * golden
                        sequence ^= sequence >> np.uint64(29)
                    last_token = token  # not 0: "a word stands before", for the space
                if kind >= 5:
                    code = int(folded[code])
                    length = _put(out, length, code)
                    tokens += 1
                    sequence = (sequence ^ ((basis ^ np.uint64(code)) * prime)) * golden
                    sequence ^= sequence >> np.uint64(29)
                    last_token = np.uint64(0)
            before = kind
            at += size
        counts[0, row] = letters
        counts[1, row] = unspaced * 2 > letters
        counts[2, row] = tokens
        if tokens > 0:
            blake2b_128(words, length, state, iv, sigma)
            keys[0, row] = np.int64(state[0])
            keys[1, row] = np.int64(state[1])
            keys[2, row] = np.int64(sequence)
