"""What a character is to a language: one of its letters, or one of a few kinds of all other characters.

Letter pairs are counted in classes, so that a table of pairs stays small and a character that was never seen still has
a likelihood: that of its kind, shared among all characters of the kind.
"""

import unicodedata

SPACE, DIGIT, STOP, APOSTROPHE, HYPHEN, DASH, QUOTE, LOW, LEFT, RIGHT, OPEN, CLOSE = range(12)
ASCII, SYMBOL, RARE, CONTROL, LATIN, OWN, FOREIGN, MARK = range(12, 20)
KINDS = 20  # how many; letters of the alphabet come after them

# How many characters share the likelihood of a kind: roughly those that legacy charsets have.
SHARED_BY = (2, 10, 7, 2, 2, 2, 1, 2, 2, 1, 2, 2, 24, 26, 160, 64, 52, 60, 120, 8)
# The least share of a kind among all characters. Programs and their manuals use less typography than other texts do.
LEAST_SHARE = {STOP: 0.01, APOSTROPHE: 0.003, DASH: 0.002, QUOTE: 0.002, LOW: 0.0005, LEFT: 0.0005, RIGHT: 0.0005}
LEAST_SHARE |= {OPEN: 0.0005, CLOSE: 0.0005, SYMBOL: 0.006}

_FIXED = {" ": SPACE, "\n": SPACE, "\t": SPACE, "\r": SPACE, "\u00a0": SPACE, "'": APOSTROPHE, "\u2019": APOSTROPHE}
_FIXED |= {"-": HYPHEN, "\u00ad": SYMBOL, "–": DASH, "—": DASH, '"': QUOTE, "„": LOW, "‚": LOW, "“": LEFT, "‘": LEFT}
_FIXED |= {"”": RIGHT, "«": OPEN, "‹": OPEN, "»": CLOSE, "›": CLOSE} | dict.fromkeys(".,:;!?…", STOP)
_FIXED |= dict.fromkeys("€£§°²³½¼¾©®™•·ªº¿¡×÷±µ№", SYMBOL)

# Letters whose lower case is two characters, or another letter than the language's own.
_LOWER = {"İ": "i", "ș": "ş", "ț": "ţ", "Ș": "ş", "Ț": "ţ"}


def lower(char: str) -> str:
    """The character in lower case, one character always."""
    small = _LOWER.get(char) or char.lower()
    return small if len(small) == 1 else char


def script(char: str) -> str:
    """The script a letter or mark belongs to: the first word of its name; '' for what has no name.

    >>> script("ж"), script("é"), script("ア")
    ('CYRILLIC', 'LATIN', 'KATAKANA')
    """
    return unicodedata.name(char, "").split(" ")[0]


def kind(char: str, own: str) -> int:
    """The kind of a character that is none of the alphabet's, where `own` is the script of the language."""
    if char in _FIXED:
        return _FIXED[char]
    category = unicodedata.category(char)
    if category[0] == "C" and char not in "\u200c\u200d\u200e\u200f":
        return CONTROL
    if char.isascii():
        return LATIN if char.isalpha() else DIGIT if char.isdigit() else ASCII
    if category[0] == "M":
        return MARK
    if category[0] == "L":
        return OWN if script(char) == own else FOREIGN
    return RARE


def case(char: str) -> int:
    """0 no letter, 1 lower case or without case, 2 upper case."""
    return 2 if char.isupper() else 1 if char.isalpha() or unicodedata.category(char)[0] == "M" else 0
