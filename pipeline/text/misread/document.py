"""The misread lines of a document, read again: what proves itself, and what the rest of the document proves."""

from collections.abc import Iterable, Iterator

import numpy as np

from pipeline.text.misread.costs import NAT
from pipeline.text.misread.misreadings import ANSI, UTF_8, Right, as_read
from pipeline.text.misread.rereadings import Rereading, best, rereadings
from pipeline.text.misread.screen import suspicious

_NEWLINE = ord("\n")
LONGEST_LINE = 100_000  # characters; a longer line is nobody's text, and is left as it is

# In nats, and measured on right text in 65 languages (docs/mojibake.md). What is read again must cost no more for each
# letter than text of its language does: that is what keeps languages out that we do not know, for they come out as
# some language that we know, but as poor text of it.
_DEAREST = {"": 9.5, "LATIN": 3.5, "CYRILLIC": 3.9, "GREEK": 3.9, "HEBREW": 3.9, "ARABIC": 4.6, "THAI": 3.9}
# A line for its own sake: by scripts, by how many different letters prove it.
_SURE, _SURE_OF_ONE, _SURE_OF_SCRIPT, _SURE_UTF_8 = 8 * NAT, 9 * NAT, 12 * NAT, 6 * NAT
_VERY_SURE, _SURE_WORDS, _SURE_WORDS_OF_ONE = 14 * NAT, 4 * NAT, 6 * NAT
_LETTERS, _LETTERS_OF_ONE = 20, 30  # of a line with Latin letters, at least
_DIFFERENT = 3  # letters or characters, where the script changes
# A line that others speak for.
_SUPPORTED, _SUPPORTED_COST, _SUPPORTED_MORE = 2 * NAT, 1.25, 6 * NAT
_CLOSE = 3 * NAT // 2  # how much more, for each letter, it may cost than in its own likeliest charset
_TOGETHER, _SEEN_WORDS, _WITNESSES = 16 * NAT, 2 * NAT, 2


def reread(text: str) -> str:
    """The text with its misread lines read in the right charset; it holds no lone surrogates."""
    flags = suspicious_lines(text)
    if not any(flags):
        return text
    lines = text.split("\n")
    found = {at: each for at, flag in enumerate(flags) if flag and (each := _best(lines[at]))}
    sure = {at: each for at, each in found.items() if _sure(each)}
    for right in _proven(found, sure, lines):
        for at, each in _supported(right, lines):
            if at not in sure or each.order - sure[at].order <= each.letters * _CLOSE:
                sure[at] = each
    return "\n".join(sure[at].text if at in sure else line for at, line in enumerate(lines))


def _proven(found: dict[int, Rereading], sure: dict[int, Rereading], lines: list[str]) -> list[Right]:
    """Charsets that the document was in, that which most speaks for last."""
    gains: dict[Right, int] = {}
    for each in sure.values():
        gains[each.right] = gains.get(each.right, 0) + each.gain
    for right in dict.fromkeys(each.right for each in found.values()):
        if right not in gains and _together(right, found, lines):
            gains[right] = 0
    return sorted(gains, key=lambda right: gains[right])


def is_misread(line: str) -> bool:
    """Whether the line alone proves that it was misread."""
    known = any(as_read(line, wrong) is not None for wrong in ANSI)  # of one line, asked sooner than the screen is
    return known and reread(line) != line


def suspicious_lines(text: str) -> list[bool]:
    """For each line False only if no letter of it says that it is misread."""
    data = np.frombuffer(text.encode(), np.uint8)
    breaks = np.flatnonzero(data == _NEWLINE) + 1
    flags: list[bool] = suspicious(data, np.concatenate(([0], breaks, [len(data)]))).tolist()
    return flags


def _best(line: str) -> Rereading | None:
    return best(line) if len(line) <= LONGEST_LINE else None


def _sure(found: Rereading) -> bool:
    """Whether the line alone proves that it was misread."""
    if found.right is UTF_8:
        return found.gain >= _SURE_UTF_8
    if not _cheap(found, 1.0, 0):
        return False
    if found.right.script != "LATIN":
        return found.gain >= _SURE_OF_SCRIPT and found.changed >= _DIFFERENT
    if found.changed == 1:
        return found.gain >= _SURE_OF_ONE and found.words >= _SURE_WORDS_OF_ONE and found.letters >= _LETTERS_OF_ONE
    enough = found.words >= _SURE_WORDS or (found.gain >= _VERY_SURE and found.words >= 0)
    return found.gain >= _SURE and enough and found.letters >= _LETTERS


def _cheap(found: Rereading, factor: float, more: int) -> bool:
    return found.cost <= factor * _DEAREST[found.right.script] * NAT * found.letters + more


def _supported(right: Right, lines: list[str]) -> Iterator[tuple[int, Rereading]]:
    """The lines that gain when read in a charset that other lines of the document were in."""
    for at, each in _all(right, lines):
        if each.gain >= _SUPPORTED and _cheap(each, _SUPPORTED_COST, _SUPPORTED_MORE):
            yield at, each


def _all(right: Right, lines: list[str]) -> Iterator[tuple[int, Rereading]]:
    for at, line in enumerate(lines):
        if not line.isascii() and len(line) <= LONGEST_LINE:
            each = min(rereadings(line, right), key=lambda each: each.order, default=None)
            if each is not None:
                yield at, each


def _together(right: Right, found: dict[int, Rereading], lines: list[str]) -> bool:
    """Whether the lines that would change in this charset prove it together, or others that have its letters."""
    witnesses = [each for each in found.values() if each.right == right and _cheap(each, 1.0, 0)]
    seen = any(each.words >= _SEEN_WORDS and _seen(each, lines) for each in witnesses)
    together = sum(each.words >= _SURE_WORDS for each in witnesses) >= _WITNESSES
    if right.script != "LATIN" or not (seen or together):
        return False
    every = [each for _, each in _all(right, lines)]
    gain, cost, letters = (sum(getattr(each, name) for each in every) for name in ("gain", "cost", "letters"))
    return cost <= _DEAREST["LATIN"] * NAT * letters and gain >= (0 if seen else _TOGETHER)


def _seen(found: Rereading, lines: Iterable[str]) -> bool:
    """Whether other lines have the letters already that this one gets."""
    plain = [line for line in lines if not line.isascii()]
    letters = {char for char in found.text.lower() if char > "\u00ff" and char.isalpha()}
    return bool(letters) and sum(any(char in letters for char in line.lower()) for line in plain) >= _WITNESSES
