"""Slow and plain: what the compiled kernels compute, on Python strings and by datasketch itself.

This module is the oracle of the tests, the engine of `verify`, and the implementation behind
`repeats.kernel: datasketch`.
"""

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.letters import CLASS, DIGIT, LETTER, NUMERAL, SKIPPED, SPACE, SYMBOL, UNSPACED, WORD, tables
from pipeline.dedup.negations import negations

_MASK = (1 << 64) - 1


def tokens(text: str) -> list[str]:
    """Words, single characters of unspaced scripts, and signs of quantity, folded, in order.

    >>> tokens("L'OCS, 3 % –  上海!")
    ['l', 'ocs', '3', '%', '上', '海']
    >>> tokens("-5 °C or 10-20")
    ['-', '5', '°', 'c', 'or', '10', '20']
    """
    kinds, folds = tables()
    found: list[str] = []
    word: list[str] = []
    before = SPACE
    for at, char in enumerate(text):
        kind = int(kinds[ord(char)]) & CLASS
        if kind == SKIPPED:
            continue
        if char == "-" and before == SPACE and _is_figure(text, at + 1):
            kind = SYMBOL  # a minus, since it leans on a number
        if kind in (WORD, DIGIT):
            word.append(chr(folds[ord(char)]))
        else:
            if word:
                found.append("".join(word))
                word = []
            if kind in (UNSPACED, SYMBOL):
                found.append(chr(folds[ord(char)]))
        before = kind
    if word:
        found.append("".join(word))
    return found


def _is_figure(text: str, at: int) -> bool:
    return at < len(text) and int(tables()[0][ord(text[at])]) & NUMERAL != 0


def _is_word(token: str) -> bool:
    return int(tables()[0][ord(token[0])]) & CLASS in (WORD, DIGIT)


def joined(parts: Iterable[str]) -> str:
    """Tokens as one string: a space between two words, nothing beside single characters."""
    out: list[str] = []
    for part in parts:
        if out and _is_word(out[-1]) and _is_word(part):
            out.append(" ")
        out.append(part)
    return "".join(out)


def fold(text: str) -> str:
    """The form in which a paragraph is compared.

    >>> fold("Die  SONNE — scheint; 上海 2018!")
    'die sonne scheint上海2018'
    """
    return joined(tokens(text))


def masked(text: str) -> str:
    """The tokens with runs of figures as 0, neighbouring numbers as one: what texts share that differ only in figures.

    >>> masked("up 3.5 % on 2018-06-08") == masked("up 7 % on 9/6/2019")
    True
    >>> masked("第三次会议") == masked("第十四次会议")
    True
    """
    out: list[str] = []
    for token in tokens(text):
        digits = ["0" if _is_figure(char, 0) else char for char in token]
        short = [char for at, char in enumerate(digits) if char != "0" or at == 0 or digits[at - 1] != "0"]
        part = "".join(short)
        if not (part == "0" and out and out[-1] == "0"):
            out.append(part)
    return " ".join(out)


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Pairs of neighbouring tokens; the token itself where there is only one."""
    parts = tokens(text)
    if len(parts) == 1:
        return frozenset([(parts[0],)])
    return frozenset(pairwise(parts))


def similarity(left: str, right: str) -> tuple[int, int]:
    """Exact Jaccard similarity of the shingles of two texts as (shared, union): shared / union.

    >>> similarity("one two three", "One, two, four")
    (1, 3)
    """
    ours, theirs = shingles(left), shingles(right)
    return len(ours & theirs), len(ours | theirs)


def likeness(left: str, right: str) -> tuple[int, int]:
    """The similarity of two texts as the ledger has it: (1, 1) for equal folds, with or without tokens.

    >>> likeness("* * *", "***")
    (1, 1)
    """
    return (1, 1) if tokens(left) == tokens(right) else similarity(left, right)


def novelty(mine: str, theirs: str) -> tuple[int, int]:
    """How many different tokens of `mine` do not stand in `theirs`, and how many there are: (alone, tokens).

    >>> novelty("one two two three", "two four")
    (2, 3)
    """
    ours = set(tokens(mine))
    return len(ours - set(tokens(theirs))), len(ours)


def negates(text: str) -> bool:
    """Whether a token of the text negates.

    >>> negates("It can't be"), negates("It may be")
    (True, False)
    """
    return not negations().isdisjoint(tokens(text))


def unspaced(text: str) -> bool:
    """Whether most letters of the text are of a script written without spaces."""
    kinds = [int(tables()[0][ord(char)]) for char in text]
    return 2 * sum(kind & CLASS == UNSPACED for kind in kinds) > sum(kind & LETTER != 0 for kind in kinds)


class Shares(NamedTuple):
    """What a repeat must reach (threshold, containment) or keep (novelty): section `repeats` of the settings."""

    threshold: Fraction
    novelty: Fraction
    novelty_unspaced: Fraction
    containment: Fraction
    novel_tokens: int


def verdict(mine: str, theirs: str, shares: Shares) -> str:
    """How `mine` says again what `theirs` said: "near", "contained", or "" (see `verdict.verdict`)."""
    shared, union = similarity(mine, theirs)
    ours, others = shingles(mine), shingles(theirs)
    alone, count = novelty(mine, theirs)
    if min(len(tokens(mine)), len(tokens(theirs))) < 2 or masked(mine) == masked(theirs):
        return ""
    most_new = shares.novelty_unspaced if unspaced(mine) else shares.novelty
    if alone > most_new * count or alone > shares.novel_tokens or negates(mine) != negates(theirs):
        return ""
    if any(tokens(mine).count(token) > 1 for token in set(tokens(mine)) - set(tokens(theirs))):
        return ""
    if shared >= shares.threshold * union:
        return "near"
    return "contained" if len(ours) < len(others) and shared >= shares.containment * len(ours) else ""


def token_hash(token: str) -> int:
    """FNV-1a over code points, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/, with code points for octets)."""
    value = 0xCBF29CE484222325
    for char in token:
        value = ((value ^ ord(char)) * 0x100000001B3) & _MASK
    return value


def mix(value: int) -> int:
    """The finalizer of SplitMix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def shingle_hashes(text: str) -> list[int]:
    """64-bit hashes of the pairs of neighbouring tokens, sorted, unique; none for a text of fewer than two tokens."""
    hashes = [token_hash(token) for token in tokens(text)]
    return sorted({mix((left * 0x9E3779B97F4A7C15 + right) & _MASK) for left, right in pairwise(hashes)})


def signature(hashes: Iterable[int], *, permutations: int, seed: int) -> NDArray[np.uint32]:
    """datasketch's MinHash (affine32) of the upper 32 bits of shingle hashes, shape (permutations,)."""
    from datasketch import MinHash  # brings scipy: half a second, for a kernel that is hardly ever chosen

    sketch = MinHash(num_perm=permutations, seed=seed, scheme="affine32", hashfunc=int)
    sketch.update_batch([value >> 32 for value in hashes])
    values: NDArray[np.uint32] = sketch.hashvalues
    return values
