"""The classes of characters that costs tell apart: letters by script, and what stands between words.

A letter is one class in both cases. Unspaced scripts need no pairs: how common each character is says enough.
"""

import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# What is no letter. GAP: blanks and all that may stand anywhere between words; SIGN: "²", "√", "║", which stand beside
# letters now and then, but not in words; LOW: quotation marks that only open; APOSTROPHE: stands in words, too;
# WIDE: punctuation of unspaced scripts; BROKEN: controls and what has no meaning; OTHER: letters of other scripts.
GAP, DIGIT, SIGN, QUOTE, LOW, DOTS, APOSTROPHE, BROKEN, OTHER, WIDE, UNSPACED = range(11)
NARROW_KANA = 11  # which nobody writes words in any more: in them, bytes of other charsets make sense by chance
FIRST_LETTER = 12

LETTERS = {
    "LATIN": "abcdefghijklmnopqrstuvwxyz"
    "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿßšžœƒ"
    "ăąćčďđęěĺľłńňőŕřśşťţůűźż"
    "ğıāēģīķļņōŗūėįų"
    "ĉĝĥĵŝŭ",
    "CYRILLIC": "абвгдежзийклмнопрстуфхцчшщъыьэюяёєіїґўђѓјљњћќџѕ",
    "GREEK": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ",
    "HEBREW": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "ARABIC": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژکگیٹڈڑںہےھ",
    "THAI": "".join(map(chr, (*range(0x0E01, 0x0E3B), *range(0x0E40, 0x0E4F)))),
}
_ALIKE = {"ș": "ş", "ț": "ţ"}  # old charsets have one of each pair
_KINDS = {"„": LOW, "‚": LOW, "'": APOSTROPHE, "’": APOSTROPHE, "…": DOTS, "\ufffd": BROKEN}
_KINDS |= dict.fromkeys("“”‘«»‹›", QUOTE) | dict.fromkeys("¡¿§¶·†‡•‰ªºµ", SIGN) | dict.fromkeys("\t\n\xad", GAP)
_SIGNS = {"Sc", "Sk", "So", "Sm", "No", "Lm"}
_JOINERS = "\u200b\u200c\u200d\u200e\u200f"


class Classes(NamedTuple):
    """Arrays over the basic plane: the class of each character, and 1 for capitals."""

    kinds: NDArray[np.uint16]
    capitals: NDArray[np.uint8]


@cache
def classes() -> Classes:
    """The class of each character, made once in a process (about 0.05 s)."""
    kinds = np.array([_kind(chr(code)) for code in range(0x10000)], np.uint16)
    capitals = np.zeros(0x10000, np.uint8)
    for number, letter in enumerate("".join(LETTERS.values()), FIRST_LETTER):
        capital = letter.upper()
        kinds[ord(letter)] = number
        if len(capital) == 1 and capital != letter:
            kinds[ord(capital)], capitals[ord(capital)] = number, 1
    for char, same in ("I", "i"), ("İ", "i"), *_ALIKE.items(), *((a.upper(), b.upper()) for a, b in _ALIKE.items()):
        kinds[ord(char)], capitals[ord(char)] = kinds[ord(same)], char.isupper()
    return Classes(kinds, capitals)


def _kind(char: str) -> int:
    """The class of a character that is none of the letters."""
    code, category = ord(char), unicodedata.category(char)
    if char in _KINDS:
        return _KINDS[char]
    if category in ("Cc", "Cs", "Co", "Cn"):
        return BROKEN
    if 0xFF61 <= code < 0xFFA0:
        return NARROW_KANA
    if 0x3040 <= code < 0x3100 or 0x3400 <= code < 0xA000 or 0xAC00 <= code < 0xD7A4 or 0xF900 <= code < 0xFB00:
        return UNSPACED
    if 0x3000 <= code < 0x3040 or 0xFF00 <= code < 0xFFF0:
        return WIDE
    if category == "Nd":
        return DIGIT
    if category in _SIGNS and not char.isascii():
        return SIGN
    return OTHER if category[0] in "LM" and char not in _JOINERS else GAP
