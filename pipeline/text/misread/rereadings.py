"""A line read again: in each right charset that its bytes could be in, with how much less it costs so.

A rereading can be undone to the byte: its text in the right charset, read in the wrong one, is the very line.
"""

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from unicodedata import category

import numpy as np

from pipeline.text.misread.classes import (
    BROKEN,
    FIRST_LETTER,
    LETTERS,
    NARROW_KANA,
    OTHER,
    SIGN,
    UNSPACED,
    WIDE,
    classes,
)
from pipeline.text.misread.costs import NAT, languages, lowest
from pipeline.text.misread.misreadings import ALL_LANES, ANSI, OLD, UTF_8, Right, as_read, double, lanes_of, single
from pipeline.text.misread.screen import WORD
from pipeline.text.misread.tables import is_letter, may_stand

# A character that was a letter or a sign of another sort and comes out as a quotation mark or a dash: possible, seldom.
_TO_TYPOGRAPHY = 3 * NAT
# Of two readings the one that leaves fewer characters without a letter: what is above ASCII mostly is one.
_NO_LETTER = 6 * NAT
_TABLE = 4  # characters, at least, of a table of characters
_LEAST_UNSPACED = 3  # characters of a line that also has words of other scripts, or for which no other line speaks
# How much likelier than the next one a rereading must be; in unspaced scripts for each character that differs: their
# charsets use the same bytes, and a few characters that are all rare may be anything.
_LEAD = 1 * NAT
_MIDDLE_DOT = "·"  # stands in Catalan words, and so in nearly no other ones
_WORD_OF_UTF_8 = 3  # letters of a word that has one of UTF-8, or that typography stands beside: "√π" is no "ù"

_SCRIPT_ENDS = [FIRST_LETTER + end for end in accumulate(map(len, LETTERS.values()))]
_FIRST_NOT_LATIN = _SCRIPT_ENDS[0]


@dataclass(frozen=True, slots=True)
class Rereading:
    """A line read again; costs and gains in quarter nats.

    `gain`: how much less the line costs so, in the best language before and after. `words`: the same of the words that
    change, each in its own best language before. `changed`: how many different characters come out as letters that
    they were not. `order`: the less, the likelier among rereadings of one line.
    """

    text: str
    right: Right
    gain: int
    words: int
    cost: int
    letters: int
    changed: int
    order: int


def best(line: str) -> Rereading | None:
    """The likeliest rereading of the line, whatever it gains; None where there is none, or no one likeliest."""
    found = sorted(rereadings(line), key=lambda each: each.order)  # stable: of equal ones the commoner charset
    if not found:
        return None
    first = found[0]
    second = next((each for each in found if each.text != first.text), None)
    if second is None:
        return first
    unlike = 1 if first.right.script else _unlike(first.text, second.text)
    return first if second.order - first.order >= unlike * _LEAD else None


def _unlike(one: str, other: str) -> int:
    """How many characters differ."""
    return len(one) if len(one) != len(other) else sum(a != b for a, b in zip(one, other, strict=True))


def rereadings(line: str, only: Right | None = None) -> Iterator[Rereading]:
    """Each rereading that makes sense, or those in one charset that the document is known to have been in."""
    if in_order(line):
        return
    now, _, _ = lowest(line, ALL_LANES)
    for right, text in _decoded(line, (only,) if only else (*single(), *double(), UTF_8)):
        found = _judged(line, text, right, now, only is not None)
        if found:
            yield found


def in_order(line: str) -> bool:
    """Whether the characters above ASCII follow each other as in Unicode or in an old charset: a table, no text.

    >>> in_order("ÀÁÂÃÄÅÆ"), in_order("ÇüéâäàåçêëèïîìÄÅ"), in_order("Ïðèâåò")
    (True, True, False)
    """
    high = "".join(char for char in line if char > "\x7f")
    if len(high) < _TABLE:
        return False
    orders = ([ord(char) for char in high], *(as_read(high, wrong) or b"" for wrong in OLD))
    steps = max(sum(b - a == 1 for a, b in pairwise(codes)) for codes in orders)
    return steps * 5 >= len(high) * 2


def _decoded(line: str, asked: tuple[Right, ...]) -> Iterator[tuple[Right, str]]:
    """Charsets and texts; nothing where the line is UTF-8 read in Latin-1 or Windows-1252, which ftfy repairs."""
    body = next((body for wrong in ANSI if (body := as_read(line, wrong)) is not None), None)
    if body is not None and _read(body, UTF_8) is not None:
        return
    for right in asked:
        bodies = [as_read(line, wrong) for wrong in OLD] if right is UTF_8 else [body]
        for each in bodies:
            text = None if each is None else _read(each, right)
            if text is not None and text != line:
                yield right, text


def _read(body: bytes, right: Right) -> str | None:
    """The bytes in this charset; None where they are not in it, or where the way back leads to other bytes."""
    try:
        text = body.decode(right.charset)
        return text if text.encode(right.charset) == body else None
    except UnicodeError:
        return None


def _judged(line: str, text: str, right: Right, now: int, supported: bool) -> Rereading | None:
    kinds = _kinds(text)
    if BROKEN in kinds or NARROW_KANA in kinds:
        return None
    cost, lane, letters = lowest(text, lanes_of(right))
    script = right.script or "LATIN"
    language = languages(script)[lane]
    if right.script:
        good, other = _letters(line, text, language)
        if not good or not _pure(kinds, script, supported):
            return None
        changed = len(good)
        cost += other * _TO_TYPOGRAPHY
    elif not _unspaced(kinds, supported) and not (right is UTF_8 and _meant(text, kinds, supported)):
        return None
    else:
        changed = len({char for char, kind in zip(text, kinds, strict=True) if kind == UNSPACED})
    strange = sum(char > "\x7f" and kind < UNSPACED for char, kind in zip(text, kinds, strict=True))
    words = _words(line, text, right) if len(line) == len(text) else now - cost
    return Rereading(text, right, now - cost, words, cost, letters, changed, cost + strange * _NO_LETTER)


def _kinds(text: str) -> list[int]:
    """The class of each character; what is beyond the basic plane is broken."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    found: list[int] = np.where(codes > 0xFFFF, BROKEN, classes().kinds[np.minimum(codes, 0xFFFF)]).tolist()
    return found


def _letters(line: str, text: str, language: str) -> tuple[set[str], int]:
    """Which letters of the language come out, and how often typography does; no letters where anything else does."""
    good: list[str] = []
    other = 0
    for before, char in zip(line, text, strict=True):
        if before == char:
            continue
        if is_letter(char, language):
            good.append(char.lower())
        elif (may_stand(char) and char != _MIDDLE_DOT) or category(char) == "Mn":  # such as vowel points
            other += 1
        else:
            return set(), 0
    return (set(good), other) if 2 * len(good) >= other else (set(), 0)


def _pure(kinds: list[int], script: str, supported: bool) -> bool:
    """Whether no word has letters of two scripts, and, where the letters are not Latin, one word of some length; or
    most of them are of this script, where others speak for the line.
    """
    own = list(LETTERS).index(script)
    homes = [bisect(_SCRIPT_ENDS, kind) if kind >= FIRST_LETTER else -1 for kind in kinds]
    if any(a >= 0 and b >= 0 and a != b for a, b in pairwise(homes)):
        return False
    runs = [len(list(run)) for home, run in groupby(homes) if home == own]
    most = 2 * sum(runs) > sum(home >= 0 for home in homes)
    return script == "LATIN" or max(runs, default=0) >= WORD or (supported and most)


def _unspaced(kinds: list[int], supported: bool) -> bool:
    """Whether the line reads as text of an unspaced script: hardly any of it in words of others, hardly any signs."""
    count = kinds.count(UNSPACED)
    least = 1 if supported and all(kind < FIRST_LETTER for kind in kinds) else _LEAST_UNSPACED
    touching = sum(
        (a == UNSPACED and b >= FIRST_LETTER) or (b == UNSPACED and a >= FIRST_LETTER) for a, b in pairwise(kinds)
    )
    others = sum(kind in (SIGN, OTHER) or kind >= _FIRST_NOT_LATIN for kind in kinds)
    return count >= least and touching * 2 <= count and others * 3 <= count


def _meant(text: str, kinds: list[int], supported: bool) -> bool:
    """Whether what is not ASCII is letters that we know, or typography, in or beside a word."""
    strange = [(char, kind) for char, kind in zip(text, kinds, strict=True) if char > "\x7f"]
    if not all(kind >= FIRST_LETTER or kind in (UNSPACED, WIDE) or may_stand(char) for char, kind in strange):
        return False
    words = "".join("x" if char > "\x7f" else "a" if char.isalpha() else " " for char in text).split()
    return supported or any("x" in word and len(word) >= _WORD_OF_UTF_8 for word in words)


def _words(line: str, text: str, right: Right) -> int:
    gain = 0
    for before, after in zip(line.split(" "), text.split(" "), strict=False):
        if before != after:
            gain += lowest(before, ALL_LANES)[0] - lowest(after, lanes_of(right))[0]
    return gain
