"""Folds of paragraphs as keys: 128 bits for "equal", 64 bits for "equal but for the figures".

`reference.fold` and `reference.masked` say what is hashed; this is the same, compiled, on UTF-8 buffers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.blake2b import IV, SIGMA, blake2b_128
from pipeline.dedup.letters import CLASS, DIGIT, SKIPPED, SPACE, SYMBOL, UNSPACED, WORD, tables
from pipeline.dedup.scan import BASIS, GOLDEN, HYPHEN, PRIME, hashed
from pipeline.text.utf8 import code_point, compiled

with np.errstate(over="ignore"):
    NUMBER = (BASIS ^ np.uint64(ord("0"))) * PRIME  # the token "0": a masked number


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
def _chained(sequence: np.uint64, token: np.uint64) -> np.uint64:
    """The hash of a sequence of tokens with one more of them."""
    sequence = (sequence ^ token) * GOLDEN
    return sequence ^ (sequence >> np.uint64(29))


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
    for row in range(len(starts)):
        letters, unspaced, tokens, length, masked = _fold(data, starts[row], ends[row], kinds, folded, out)
        counts[0, row] = letters
        counts[1, row] = unspaced * 2 > letters
        counts[2, row] = tokens
        if tokens > 0:
            blake2b_128(words, length, state, iv, sigma)
            keys[0, row] = np.int64(state[0])
            keys[1, row] = np.int64(state[1])
            keys[2, row] = np.int64(masked)


@compiled
def _fold(
    data: NDArray, at: int, end: int, kinds: NDArray, folded: NDArray, out: NDArray
) -> tuple[int, int, int, int, np.uint64]:
    """(letters, letters of unspaced scripts, tokens, bytes written, hash with figures masked) of one paragraph.

    Writes the fold of bytes [at, end) to `out`.
    """
    letters = unspaced = tokens = length = before = 0
    in_word = False
    in_number = False  # the masked token so far ends in a digit
    token = BASIS
    masked = np.uint64(0)
    last_word = np.uint64(0)  # hash of the token before if that is a word, which calls for a space; else 0
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
        letters += flags >> 3
        if kind == SKIPPED:
            continue
        before = kind
        if kind == WORD or kind == DIGIT:
            if not in_word:
                if last_word != np.uint64(0):
                    out[length] = 32
                    length += 1
                tokens += 1
                token, in_word, in_number = BASIS, True, False
            length = _put(out, length, int(folded[code]))
            if kind == WORD:
                token = hashed(token, int(folded[code]))
            elif not in_number:
                token = hashed(token, 48)
            in_number = kind == DIGIT
            continue
        if in_word:
            in_word = False
            if token != NUMBER or last_word != NUMBER:
                masked = _chained(masked, token)
            last_word = token
        if kind == UNSPACED or kind == SYMBOL:
            unspaced += kind == UNSPACED
            tokens += 1
            length = _put(out, length, int(folded[code]))
            masked = _chained(masked, hashed(BASIS, int(folded[code])))
            last_word = np.uint64(0)
    return letters, unspaced, tokens, length, masked
