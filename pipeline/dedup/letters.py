"""What each code point is when paragraphs are compared: a class and a folded form.

The fold of a paragraph evens out case, width, space and punctuation, and nothing else: digits, signs of currency,
per cent and arithmetic stay, since "3 %" and "7 %", or "5 €" and "5 $", are different news.

Classes follow the Unicode general category of the running Python (`unicodedata.unidata_version` is part of the
fingerprint of a store).
"""

import functools
import unicodedata
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

SPACE, PUNCTUATION, SKIPPED, WORD, DIGIT, UNSPACED, SYMBOL = range(7)
CLASS = 7  # bits that hold the class
LETTER = 8  # flag: counts as a letter (letters and digits; not the marks that sit on them)
NUMERAL = 16  # flag: is a figure where figures are masked (digits, and the numerals of Chinese and Japanese)

SIZE = 0x110000

# Scripts written without spaces between words: there, one character is one token.
UNSPACED_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x19E0, 0x19FF),
    (0x3005, 0x3007),  # ideographic iteration mark, closing mark, zero
    (0x3021, 0x3029),
    (0x3031, 0x3035),
    (0x303B, 0x303C),
    (0x3041, 0x30FF),  # Hiragana, Katakana
    (0x3105, 0x312F),  # Bopomofo
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA000, 0xA48F),  # Yi
    (0xA9E0, 0xA9FF),  # Myanmar extensions
    (0xAA60, 0xAA7F),
    (0xF900, 0xFAFF),
    (0x1B000, 0x1B16F),
    (0x20000, 0x3FFFD),
)
# Blocks of thousands of letters that fold to themselves, and the other code points with characters: those are asked.
_PLAIN_LETTERS = (
    *((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3)),
    *((0x20000, 0x2A6DF), (0x2A700, 0x2F7FF), (0x2FA1E, 0x323AF)),
)
_ASKED = (
    *((0, 0x33FF), (0x4DC0, 0x4DFF), (0xA000, 0xABFF), (0xD7A4, 0xD7FF)),
    *((0xF900, 0x1FFFF), (0x2A6E0, 0x2A6FF), (0x2F800, 0x2FA1D), (0xE0000, 0xE01EF)),
)
# Rulers, boxes, blobs and bullets decorate; they do not say anything.
_DECORATION = ((0x2500, 0x25FF), (0x2190, 0x21FF), (0x2700, 0x27BF))
_SIGNS = "%‰٪"  # punctuation by category, quantity by meaning
_NO_SIGNS = "|~^`"  # symbols by category, layout by use
_MINUS = ord("−")
_HAN_NUMERALS = "〇零一二三四五六七八九十百千万萬億亿两兩"
_INVISIBLE = (0x0640, 0x034F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
# Category to class and flags; PUNCTUATION is all that is not named.
_KINDS = {
    **dict.fromkeys(("Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "No"), WORD | LETTER),
    **dict.fromkeys(("Mn", "Mc", "Me"), WORD),
    **dict.fromkeys(("Cf", "Cc"), SKIPPED),
    **dict.fromkeys(("Sm", "Sc", "So"), SYMBOL),
    "Nd": DIGIT | LETTER | NUMERAL,
}


@functools.cache
def tables() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """Class and flags (uint8) and folded code point (uint32) of every code point, each of shape (0x110000,)."""
    codes = np.concatenate([np.arange(first, last + 1, dtype="<u4") for first, last in _ASKED])
    chars = codes.tobytes().decode("utf-32-le")
    folds = _folds(chars)
    kinds = _by_category(codes, chars)[folds]  # the kind of a character is that of its folded form
    kinds[list(_INVISIBLE)] = SKIPPED
    kinds[_codes(filter(str.isspace, chars))] = SPACE
    digits = np.flatnonzero(kinds == _KINDS["Nd"])
    folds[digits] = [ord("0") + unicodedata.digit(chr(code)) for code in folds[digits].tolist()]
    folds[folds == _MINUS] = ord("-")
    for first, last in UNSPACED_RANGES:
        within = kinds[first : last + 1]
        words = (within & CLASS) == WORD
        within[words] = (within[words] & LETTER) | UNSPACED
    kinds[_codes(_HAN_NUMERALS)] |= NUMERAL
    # Compatibility forms (half-width kana, for one) fold into unspaced scripts from outside their ranges.
    moved = np.flatnonzero((kinds & CLASS == WORD) & (kinds[folds] & CLASS == UNSPACED))
    kinds[moved] = kinds[folds[moved]]
    kinds.setflags(write=False)
    folds.setflags(write=False)
    return kinds, folds


@functools.cache
def spaces() -> NDArray[np.bool_]:
    """Whether each code point is white space, shape (0x110000,)."""
    white = (tables()[0] & CLASS) == SPACE
    white.setflags(write=False)
    return white


def _codes(chars: Iterable[str]) -> list[int]:
    return list(map(ord, chars))


def _by_category(codes: NDArray[np.uint32], chars: str) -> NDArray[np.uint8]:
    """Class and flags by category alone, or by exception from it."""
    kinds = np.full(SIZE, PUNCTUATION, np.uint8)
    categories = np.frombuffer("".join(map(unicodedata.category, chars)).encode(), "S2")
    for category, kind in _KINDS.items():
        kinds[codes[categories == category.encode()]] = kind
    for first, last in _PLAIN_LETTERS:
        kinds[first : last + 1] = WORD | LETTER
    for first, last in _DECORATION:
        some = kinds[first : last + 1]
        some[some == SYMBOL] = PUNCTUATION
    kinds[_codes(_NO_SIGNS)] = PUNCTUATION
    kinds[_codes(_SIGNS)] = SYMBOL
    return kinds


def _folds(chars: str) -> NDArray[np.uint32]:
    """Each code point in its compatibility form and without case."""
    folds = np.arange(SIZE, dtype=np.uint32)
    moving = [char for char in chars if char.casefold() != char or unicodedata.decomposition(char)]
    folds[_codes(moving)] = _codes(map(_folded, moving))
    return folds


def _folded(char: str) -> str:
    """`char` in its compatibility form and without case, where either is one code point."""
    wide = unicodedata.normalize("NFKC", char)
    if len(wide) == 1:
        char = wide
    for form in (char.casefold(), char.lower()):
        if len(form) == 1:
            return form
    return char
