"""A line read again: in each right charset that its bytes could be in, with how much less it costs so.

A rereading can be undone to the byte: its text in the right charset, read in the wrong one, is the very line.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.text.misread.classes import (
    BROKEN,
    FIRST_LETTER,
    LETTERS,
    NARROW_KANA,
    OTHER,
    SIGN,
    UNSPACED,
    classes,
)
from pipeline.text.misread.costs import NAT, languages, lowest, tables
from pipeline.text.misread.misreadings import ANSI, OLD, UTF_8, Right, as_read, double, lanes_of, single
from pipeline.text.misread.screen import WORD, is_letter, may_stand

# A character that was a letter or a sign of another sort and comes out as a quotation mark or a dash: possible, seldom.
_TO_TYPOGRAPHY = 3 * NAT
# Of two readings the one that leaves fewer characters without a letter: what is above ASCII mostly is one.
_NO_LETTER = 4 * NAT
_LEAST_UNSPACED = 3  # characters
_ALL = np.arange(len(languages("LATIN")))


@dataclass(frozen=True, slots=True)
class Rereading:
    """`gain`: how much less the line costs so; `words`: the same of the words that change, each in its best language.

    `letters`: how many characters come out as letters that they were not; quarter nats.
    """

    text: str
    right: Right
    language: str
    gain: int
    words: int
    letters: int
    order: int


def best(line: str) -> Rereading | None:
    """The likeliest rereading of the line, whatever it gains; None where there is none."""
    return min(rereadings(line), key=lambda each: each.order, default=None)


def rereadings(line: str, only: Right | None = None) -> Iterator[Rereading]:
    """Each rereading that makes sense, or those in one charset, in a fixed order."""
    now, _, _ = lowest(line, _ALL)
    for right, text in _decoded(line):
        if only in (None, right) and (found := _judged(line, text, right, now)):
            yield found


def _decoded(line: str) -> Iterator[tuple[Right, str]]:
    """Charsets and texts; nothing where the line is UTF-8 read in Latin-1 or Windows-1252, which ftfy repairs."""
    for wrong in ANSI:
        body = as_read(line, wrong)
        if body is None:
            continue
        if _read(body, UTF_8) is not None:
            return
        for right in (*single(), *double()):
            text = _read(body, right)
            if text is not None and text != line:
                yield right, text
        break
    for wrong in OLD:
        body = as_read(line, wrong)
        text = None if body is None else _read(body, UTF_8)
        if text is not None:
            yield UTF_8, text


def _read(body: bytes, right: Right) -> str | None:
    """The bytes in this charset; None where they are not in it, or where the way back leads to other bytes."""
    try:
        text = body.decode(right.charset)
        return text if text.encode(right.charset) == body else None
    except UnicodeError:
        return None


def _judged(line: str, text: str, right: Right, now: int) -> Rereading | None:
    kinds = [_kind(char) for char in text]
    if BROKEN in kinds or NARROW_KANA in kinds or "\xad" in text.replace(line, ""):
        return None
    cost, lane, _ = lowest(text, lanes_of(right))
    script = right.script or "LATIN"
    language = languages(script)[lane]
    count = 0
    if right in single():
        count, other = _letters(line, text, language)
        if not count or not _pure(kinds, script):
            return None
        cost += other * _TO_TYPOGRAPHY
    elif not _unspaced(kinds) and not (right is UTF_8 and _latin(text, kinds, language)):
        return None
    order = cost + _NO_LETTER * sum(char > "\x7f" and kind < UNSPACED for char, kind in zip(text, kinds, strict=True))
    return Rereading(text, right, language, now - cost, _words(line, text, right), count, order)


def _kind(char: str) -> int:
    return int(classes().kinds[ord(char)]) if char < "\U00010000" else BROKEN


def _letters(line: str, text: str, language: str) -> tuple[int, int]:
    """How many characters come out as letters of the language, and how many as typography; no letters where any
    comes out as something else.
    """
    good = other = 0
    for before, char in zip(line, text, strict=True):
        if before == char:
            continue
        if is_letter(char, language):
            good += 1
        elif may_stand(char):
            other += 1
        else:
            return 0, 0
    return (good, other) if 2 * good >= other else (0, 0)


def _pure(kinds: list[int], script: str) -> bool:
    """Whether no word has letters of two scripts, and, where the letters are not Latin, one word of some length."""
    scripts = tables().scripts
    own = list(LETTERS).index(script)
    homes = [int(scripts[kind]) for kind in kinds]
    if any(a >= 0 and b >= 0 and a != b for a, b in zip(homes, homes[1:], strict=False)):
        return False
    run = longest = 0
    for home in homes:
        run = run + 1 if home == own else 0
        longest = max(longest, run)
    return script == "LATIN" or longest >= WORD


def _unspaced(kinds: list[int]) -> bool:
    """Whether the line reads as text of an unspaced script: hardly any of it in words of others, hardly any signs."""
    count = kinds.count(UNSPACED)
    touching = sum(
        (a == UNSPACED and b >= FIRST_LETTER) or (b == UNSPACED and a >= FIRST_LETTER)
        for a, b in zip(kinds, kinds[1:], strict=False)
    )
    others = sum(kind in (SIGN, OTHER) or kind >= _FIRST_NOT_LATIN for kind in kinds)
    return count >= _LEAST_UNSPACED and touching * 4 <= count and others * 3 <= count


_FIRST_NOT_LATIN = FIRST_LETTER + len(LETTERS["LATIN"])


def _latin(text: str, kinds: list[int], language: str) -> bool:
    """Whether UTF-8 makes letters of the language, or of another alphabet, or typography of what is not ASCII."""
    strange = [(char, kind) for char, kind in zip(text, kinds, strict=True) if char > "\x7f"]
    return all(is_letter(char, language) or may_stand(char) or kind >= _FIRST_NOT_LATIN for char, kind in strange)


def _words(line: str, text: str, right: Right) -> int:
    """What the words that change gain, each taken alone in the language that suits it best as it is."""
    if len(line) != len(text):
        return now_and_then(line, text, right)
    gain = 0
    for before, after in zip(line.split(" "), text.split(" "), strict=True):
        if before != after:
            gain += lowest(before, _ALL)[0] - lowest(after, lanes_of(right))[0]
    return gain


def now_and_then(line: str, text: str, right: Right) -> int:
    """What the whole line gains."""
    return lowest(line, _ALL)[0] - lowest(text, lanes_of(right))[0]
