"""What each code point is when paragraphs are compared: a class and a folded form.

The fold of a paragraph evens out case, width, space and punctuation, and nothing else: digits, signs of currency,
per cent and arithmetic stay, since "3 %" and "7 %", or "5 €" and "5 $", are different news.

Classes follow the Unicode general category of the running Python (`unicodedata.unidata_version` is part of the
fingerprint of a store).
"""

import functools
import unicodedata

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
# Blocks of thousands of letters that fold to themselves; walking them one by one would cost 0.1 s at every start.
_PLAIN_LETTERS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0x20000, 0x2A6DF), (0x2A700, 0x323AF))
# Rulers, boxes, blobs and bullets decorate; they do not say anything.
_DECORATION = ((0x2500, 0x25FF), (0x2190, 0x21FF), (0x2700, 0x27BF))
_CASELESS = ("Lo", "Cn")  # letters of scripts without case, and what is no character yet
_SIGNS = frozenset("%‰٪")  # punctuation by category, quantity by meaning
_NO_SIGNS = frozenset("|~^`")  # symbols by category, layout by use
_HAN_NUMERALS = "〇零一二三四五六七八九十百千万萬億亿两兩"
_INVISIBLE = frozenset([0x0640, 0x034F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])


@functools.cache
def tables() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """Class and flags (uint8) and folded code point (uint32) of every code point, each of shape (0x110000,)."""
    kinds = np.zeros(SIZE, np.uint8)
    folds = np.arange(SIZE, dtype=np.uint32)
    kinds[:] = PUNCTUATION
    alone = np.zeros(SIZE, np.bool_)  # what must be asked for one by one
    for first, last in ((0, 0xD7FF), (0xF900, 0x323AF), (0xE0000, 0xE01EF)):
        alone[first : last + 1] = True
    for first, last in _PLAIN_LETTERS:
        alone[first : last + 1] = False
        kinds[first : last + 1] = WORD | LETTER
    for code in np.flatnonzero(alone).tolist():
        kinds[code], folds[code] = _entry(chr(code))
    for first, last in UNSPACED_RANGES:
        within = kinds[first : last + 1]
        words = (within & CLASS) == WORD
        within[words] = (within[words] & LETTER) | UNSPACED
    kinds[list(map(ord, _HAN_NUMERALS))] |= NUMERAL
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


def _entry(char: str) -> tuple[int, int]:
    folded = _folded(char)
    category = unicodedata.category(folded)
    code = ord(folded)
    if char.isspace():
        return SPACE, code
    if ord(char) in _INVISIBLE or category in ("Cf", "Cc"):
        return SKIPPED, code
    if category == "Nd":
        return DIGIT | LETTER | NUMERAL, ord("0") + unicodedata.digit(folded)
    if category[0] in "LN":
        return WORD | LETTER, code
    if category[0] == "M":
        return WORD, code
    decorates = any(first <= code <= last for first, last in _DECORATION)
    if folded in _SIGNS or (category in ("Sm", "Sc", "So") and folded not in _NO_SIGNS and not decorates):
        return SYMBOL, ord("-") if folded == "−" else code
    return PUNCTUATION, code


def _folded(char: str) -> str:
    """`char` in its compatibility form and without case, where either is one code point."""
    if unicodedata.category(char) in _CASELESS and not unicodedata.decomposition(char):
        return char  # two thirds of all; asking for their forms would take most of the time of `tables`
    wide = unicodedata.normalize("NFKC", char)
    if len(wide) == 1:
        char = wide
    for form in (char.casefold(), char.lower()):
        if len(form) == 1:
            return form
    return char
