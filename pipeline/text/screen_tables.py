"""The tables of the screen, derived from ftfy's own data and from `unicodedata` of the running Python.

Nothing here is copied from ftfy: its regular expression for bad text is taken apart, so a new version of ftfy makes
new tables. What cannot be taken apart raises; what is taken apart wrongly fails the test that draws its examples
from that very expression.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from ftfy.badness import BADNESS_RE
from ftfy.chardata import CHARMAP_ENCODINGS, CONTROL_CHARS, UTF8_CLUES
from numpy.typing import NDArray

CODES = 0x110000

Uint8s = NDArray[np.uint8]
Uint64s = NDArray[np.uint64]
Int64s = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Kinds of code points above the classes of ftfy's expression.
MARK = 254  # may compose with what stands before it, or has a combining class
CHANGES = 255  # `normalize` changes it wherever it stands

# Kinds of bytes.
PLAIN, CHANGING, AMPERSAND, HIGH = range(4)

# What a character is in one encoding, five bits each: there, a lead byte of UTF-8 for 1, 2, 3 more, a continuation.
THERE, LEAD, CONTINUES = 1, 2, 16
FIELD_BITS = 5


class Tables(NamedTuple):
    """Arrays for the kernel; n = number of classes, c = number of code points, p = number of composing pairs."""

    kinds: Uint8s  # [c] class of ftfy's expression, or MARK, or CHANGES
    bytes_: Uint8s  # [256] PLAIN, CHANGING, AMPERSAND, HIGH
    first: Uint64s  # [256] of a class: rules whose first character it can be
    second: Uint64s
    third: Uint64s
    pairs_only: np.uint64  # rules that ask for no third character
    combining: Uint8s  # [c] canonical combining class
    trailing: Uint8s  # [c] combining class of the last character of the decomposition
    composing: Bools  # [c] is the second half of a composition
    pairs: Int64s  # [p] sorted, first << 21 | second
    garbled: Uint64s  # [0x10000] FIELD_BITS for each encoding, then for ftfy's clues


@cache
def tables() -> Tables:
    """The tables, made once in a process (about 0.03 s)."""
    kinds = np.zeros(CODES, np.uint8)
    first, second, third, pairs_only = _expression(kinds)
    combining, trailing, composing, pairs = _composition(kinds)
    for code in (*CONTROL_CHARS, 0x0D, 0x2028, 0x2029):
        kinds[code] = CHANGES
    kinds[0x80:0xA0] = CHANGES  # C1 is repaired or removed
    kinds[0xD800:0xE000] = CHANGES
    bytes_ = np.where(np.arange(256) < 0x80, PLAIN, HIGH).astype(np.uint8)
    bytes_[:0x80][kinds[:0x80] == CHANGES] = CHANGING
    bytes_[ord("&")] = AMPERSAND
    if set(bytes_[[ord("\n"), *range(0x20, 0x26), *range(0x27, 0x7F)]]) != {PLAIN}:
        raise ValueError("normalizing changes ordinary ASCII: the screen, which runs over it, must learn to look")
    return Tables(kinds, bytes_, first, second, third, pairs_only, combining, trailing, composing, pairs, _garbled())


# --- ftfy's expression for bad text -------------------------------------------------------------------------------

# The expression without its comments, and what one character of it is: a class, an escape or a letter.
BADNESS = "\n".join(line for line in BADNESS_RE.pattern.splitlines() if not line.strip().startswith("#"))
TOKEN = re.compile(r"(\[(?:\\.|[^\]\\])*\]|\\.|\S)(\??)")
_OUTSIDE = -1  # stands for every character of a block that the expression does not name


class _Element(NamedTuple):
    """One character of an alternative: the codes it can be, and whether the alternative can do without it."""

    codes: frozenset[int]
    needed: bool


_Window = tuple[_Element, _Element, _Element | None]


def _expression(kinds: Uint8s) -> tuple[Uint64s, Uint64s, Uint64s, np.uint64]:
    """Fills in the classes; the rules that a class can be the first, second, third character of, as bits.

    A rule is a window of two or three neighbouring characters that an alternative of the expression cannot do
    without. No window in a line: the line is not bad, and ftfy leaves its letters alone.
    """
    blocks = sorted({ord(char) >> 8 for char in BADNESS} | {0})
    known = "".join(chr(block << 8 | low) for block in blocks for low in range(256))
    windows = _windows(BADNESS, known)
    if len(windows) > 64:
        raise ValueError(f"{len(windows)} rules in ftfy's expression, 64 fit: make the masks wider")
    codes = (_OUTSIDE, *map(ord, known))
    classes: dict[tuple[int, ...], int] = {}
    numbers = [classes.setdefault(mask, len(classes)) for mask in zip(*_bits(windows, codes), strict=True)]
    if len(classes) > MARK:
        raise ValueError(f"{len(classes)} classes of characters, {MARK} fit in a byte")
    kinds[list(codes[1:])] = numbers[1:]  # the outside came first: class 0 is every other character
    masks = np.full((256, 3), next(iter(classes)), np.uint64)
    masks[: len(classes)] = list(classes)
    only = sum(1 << number for number, window in enumerate(windows) if window[2] is None)
    return masks[:, 0].copy(), masks[:, 1].copy(), masks[:, 2].copy(), np.uint64(only)


def _bits(windows: list[_Window], codes: Sequence[int]) -> list[list[int]]:
    """For each place in a window the rules, as bits, of which each code can stand there; a rule of two takes anything
    as the third.
    """
    place = {code: at for at, code in enumerate(codes)}
    masks = np.zeros((3, len(codes)), np.uint64)
    for number, window in enumerate(windows):
        for mask, element in zip(masks, window, strict=True):
            mask[slice(None) if element is None else [place[code] for code in element.codes]] |= np.uint64(1 << number)
    found: list[list[int]] = masks.tolist()
    return found


def _windows(pattern: str, known: str) -> list[_Window]:
    alternatives: list[list[_Element]] = [[]]
    for part, optional in TOKEN.findall(pattern):
        if part == "|":
            alternatives.append([])
        elif part != "^":  # without it, more is bad: safe
            alternatives[-1].append(_Element(_codes(part, known), needed=not optional))
    windows = []
    for elements in alternatives:
        if len(elements) > 1:
            windows.append(_rarest_window(elements))
        elif not elements[0].codes <= set(range(0x80, 0xA0)):
            raise ValueError("ftfy calls a single character bad that is no C1 control: the screen must learn it")
    return windows


def _codes(token: str, known: str) -> frozenset[int]:
    r"""The known codes that one token of the expression matches; \w, [^a] and their like match the outside as well."""
    codes = set(map(ord, re.findall(token, known)))
    return frozenset(codes | {_OUTSIDE} if token in (".", r"\s", r"\w") or token.startswith("[^") else codes)


def _rarest_window(elements: list[_Element]) -> _Window:
    """The pair that ordinary text holds least often, with what follows it. ASCII counts as very common."""

    def cost(at: int) -> int:
        pair = elements[at : at + 2]
        return sum(50 if code < 0x80 else 1 for element in pair for code in element.codes)

    starts = [at for at in range(len(elements) - 1) if elements[at].needed and elements[at + 1].needed]
    starts = [at for at in starts if min(elements[at].codes) >= 0x80]  # the kernel reads runs of ASCII unseen
    best = min(starts, key=cost)
    third = elements[best + 2] if best + 2 < len(elements) and elements[best + 2].needed else None
    return elements[best], elements[best + 1], third


# --- NFC ----------------------------------------------------------------------------------------------------------


def _composition(kinds: Uint8s) -> tuple[Uint8s, Uint8s, Bools, Int64s]:
    """Fills in MARK and CHANGES; combining classes, those of the last decomposed character, who composes, with whom.

    The quick check of Unicode Annex 15, but with "maybe" decided by the character before (see the kernel).
    """
    combining = np.zeros(CODES, np.uint8)
    trailing = np.zeros(CODES, np.uint8)
    composing = np.zeros(CODES, np.bool_)
    pairs = []
    for code in _mixed():
        char = chr(code)
        combining[code] = unicodedata.combining(char)
        parts = unicodedata.decomposition(char)
        if not parts or parts[0] == "<":
            continue
        trailing[code] = unicodedata.combining(unicodedata.normalize("NFD", char)[-1])
        if unicodedata.normalize("NFC", char) != char:
            kinds[code] = CHANGES
        else:
            one, two = (int(part, 16) for part in parts.split())
            composing[two] = True
            pairs.append(one << 21 | two)
    marks = composing | (combining > 0)
    kinds[marks & (kinds != CHANGES)] = MARK
    # Conjoining Hangul vowels and finals nearly always compose; Old Korean pays with a look by `normalize`.
    kinds[0x1161:0x1176] = kinds[0x11A8:0x11C3] = CHANGES
    return combining, trailing, composing, np.array(sorted(pairs), np.int64)


# Where there are letters and marks that decompose or combine. Han (but for its compatibility forms), Hangul syllables,
# surrogates and private use do neither here.
_MIXED = ((0, 0x3400), (0xA000, 0xAC00), (0xD700, 0xD800), (0xF900, 0x20000), (0x2F800, 0x2FB00), (0xE0000, 0xE0200))


def _mixed() -> Iterable[int]:
    """The codes of those planes, less the blocks of which NFD is itself and whose characters all have class 0."""
    for start in (start for first, end in _MIXED for start in range(first, end, 256)):
        block = "".join(map(chr, range(start, start + 256)))
        if not unicodedata.is_normalized("NFD", block) or any(map(unicodedata.combining, block)):
            yield from range(start, start + 256)


# --- text that could be UTF-8 read in another encoding ------------------------------------------------------------


def _garbled() -> Uint64s:
    """What each character is in each of ftfy's encodings, and by its clues for mixed text."""
    fields = np.zeros(0x10000, np.uint64)
    for number, encoding in enumerate(CHARMAP_ENCODINGS):
        chars = bytes(range(0x80, 0x100)).decode(encoding)
        for byte, char in enumerate(chars, 0x80):
            fields[ord(char)] |= np.uint64((THERE | _role(byte)) << number * FIELD_BITS)
        if encoding.startswith("sloppy"):  # stands for a lost byte there
            fields[0xFFFD] |= np.uint64((THERE | CONTINUES) << number * FIELD_BITS)
    shift = len(CHARMAP_ENCODINGS) * FIELD_BITS
    if shift + FIELD_BITS > 64:
        raise ValueError("too many encodings in ftfy for 64 bits")
    plane = "".join(map(chr, range(0x80, 0x10000)))
    for name, role in (
        ("utf8_first_of_2", LEAD),
        ("utf8_first_of_3", LEAD << 1),
        ("utf8_first_of_4", LEAD << 2),
        ("utf8_continuation", CONTINUES),
    ):
        for char in re.findall(f"[{UTF8_CLUES[name]}]", plane):
            fields[ord(char)] |= np.uint64(role << shift)
    return fields


def _role(byte: int) -> int:
    if byte < 0xC0:
        return CONTINUES
    # C0 begins the two bytes some programs write for NUL; ftfy reads them.
    return LEAD if byte < 0xE0 else LEAD << 1 if byte < 0xF0 else LEAD << 2 if byte < 0xF5 else 0
