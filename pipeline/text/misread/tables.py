"""The tables of the screen for misread lines: what each character can be in the charsets that are looked for."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.text.charsets.tables import letters
from pipeline.text.misread.classes import APOSTROPHE, DIGIT, DOTS, GAP, LOW, QUOTE, classes
from pipeline.text.misread.costs import LANES, languages
from pipeline.text.misread.misreadings import (
    ALL_LANES,
    LOW_CHARSETS,
    OLD,
    Right,
    ansi_chars,
    bytes_of,
    chars_of,
    single,
)

# Roles of bytes. TYPOGRAPHY: what right English has above ASCII; a line that has nothing else is not looked at, nor one
# that has BETWEEN_WORDS only where they belong. ODD_SIGN: Big5 has it for bytes of common characters, text seldom.
TYPOGRAPHY, BETWEEN_WORDS, ODD_SIGN, ORDINARY = range(4)
_ROLES = {TYPOGRAPHY: "’\xa0«»°©®·§", BETWEEN_WORDS: "“”‘„‚—–…", ODD_SIGN: "¤¥¦¯±²³´µ¶¸¹º¼½¾"}

_STANDING = {GAP, DIGIT, QUOTE, LOW, DOTS, APOSTROPHE}
_SIGNS_OF_TEXT = set("°§•·€™®©†№–—")


class Screen(NamedTuple):
    """Arrays for the kernel; c = charsets. A language is a bit."""

    bytes_: NDArray[np.int16]  # [0x10000] byte in Latin-1 or Windows-1252, or -1
    roles: NDArray[np.uint8]  # [256] role of the byte in Windows-1252
    allowed: NDArray[np.uint64]  # [256] languages in whose charsets the byte can stand in a text
    changed: NDArray[np.uint64]  # [256] languages to whom it is a letter, and another one than it was read as
    chars: NDArray[np.uint32]  # [c, 256] what the charset makes of each byte
    languages: NDArray[np.uint64]  # [c] languages written in the charset
    latin: np.uint64  # languages with Latin letters
    low: np.uint64  # languages whose charsets are LOW_CHARSETS
    lanes: NDArray[np.uint64]  # [c, LANES] the language of each lane in it, 0 where it is none of the charset's
    every: NDArray[np.uint64]  # all lanes
    old: NDArray[np.uint8]  # [3, 0x10000] what a character is to UTF-8 read in OLD: 0 nothing, 1 goes on, 2-4 leads


@cache
def screen() -> Screen:
    """The tables, made once in a process."""
    names = sorted({name for right in single() for name in right.names})
    if len(names) > 64:
        raise ValueError(f"{len(names)} languages, 64 fit: make the masks wider")
    bits = {name: np.uint64(1 << number) for number, name in enumerate(names)}
    lanes = np.zeros((len(single()), LANES), np.uint64)
    allowed, changed = np.zeros((2, 256), np.uint64)
    for at, right in enumerate(single()):
        lanes[at] = [bits.get(name, 0) if name in right.names else 0 for name in languages(right.script)]
        for name in right.names:
            stands, differs = _roles(right, name)
            allowed[stands] |= bits[name]
            changed[differs] |= bits[name]
    of_charset = np.bitwise_or.reduce(lanes, axis=1)
    latin, low = (
        np.bitwise_or.reduce([mask for mask, right in zip(of_charset, single(), strict=True) if of_kind(right)])
        for of_kind in (lambda right: right.script == "LATIN", lambda right: right.charset in LOW_CHARSETS)
    )
    chars = np.stack([chars_of(right.charset) for right in single()])
    return Screen(bytes_of(), _sign_roles(), allowed, changed, chars, of_charset, latin, low, lanes, ALL_LANES, _old())


def _roles(right: Right, language: str) -> tuple[list[int], list[int]]:
    """Bytes that can stand in a text of the language, and those that are letters there that they were not read as."""
    stands, differs = [], []
    pairs = zip(ansi_chars(), map(chr, chars_of(right.charset).tolist()), strict=True)
    for byte, (now, char) in enumerate(pairs):
        if is_letter(char, language):
            stands.append(byte)
            if char != now:
                differs.append(byte)
        elif may_stand(char) or (char == now and not char.isalpha()):
            stands.append(byte)
    return stands, differs


def _sign_roles() -> NDArray[np.uint8]:
    roles = np.full(256, ORDINARY, np.uint8)
    for role, chars in _ROLES.items():
        roles[[ansi_chars().index(char) for char in chars]] = role
    return roles


def _old() -> NDArray[np.uint8]:
    roles = np.zeros((len(OLD), 0x10000), np.uint8)
    for each, charset in zip(roles, OLD, strict=True):
        chars = chars_of(charset)
        each[chars[0x80:0xC0]] = 1
        for lead, (first, last) in enumerate(((0xC2, 0xE0), (0xE0, 0xF0), (0xF0, 0xF5)), 2):
            each[chars[first:last]] = lead
    return roles


def is_letter(char: str, language: str) -> bool:
    """Whether the language has this letter.

    >>> is_letter("Ő", "hu"), is_letter("õ", "hu")
    (True, False)
    """
    return char.lower() in letters().alphabets[letters().number[language]] or (char == "İ" and language == "tr")


def may_stand(char: str) -> bool:
    """Whether a character that is no letter is one that texts have: a quotation mark, a dash, a degree sign."""
    return int(classes().kinds[ord(char)]) in _STANDING or char in _SIGNS_OF_TEXT
