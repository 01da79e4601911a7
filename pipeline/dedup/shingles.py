"""Shingles of paragraphs as 64-bit hashes: pairs of neighbouring tokens, equal to `reference.shingle_hashes`."""

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.letters import CLASS, DIGIT, SKIPPED, SPACE, SYMBOL, UNSPACED, WORD
from pipeline.dedup.scan import BASIS, GOLDEN, HYPHEN, hashed
from pipeline.text.utf8 import code_point, compiled


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
    out[to] = pair_hash(left, right)
    return to + 1


@compiled
def pair_hash(left: np.uint64, right: np.uint64) -> np.uint64:
    """The shingle of two neighbouring tokens (`reference.mix`)."""
    value = left * GOLDEN + right
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
