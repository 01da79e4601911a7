"""The tables of letter pairs and of characters, as arrays. What is in them is told in docs/encodings.md."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from pipeline.text.charsets.classes import CONTROL, KINDS, case, kind, lower

# Costs are whole numbers, hundredths of a nat: sums of them are the same on every machine.
NAT = 100
STEP = 15  # a level
FIRST = 35  # the character of level 0
NO_CHARACTER = 25 * NAT  # a byte that the charset does not have, or has a control for

# What a change of case costs from one character to the next: no letter, lower case, upper case, in that order. Round
# figures; they set letters in order whose pairs alone are as good upside down (KOI8-R read as windows-1251).
CASES = np.array([[0, 20, 120], [0, 2, 550], [0, 30, 30]], dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Letters:
    """Costs of pairs (languages x classes x classes), languages by name, and each one's alphabet and script."""

    costs: NDArray[np.int32]
    number: dict[str, int]
    alphabets: tuple[str, ...]
    scripts: tuple[str, ...]


@cache
def letters() -> Letters:
    """The table of letter pairs."""
    heads, rows = [], []
    for block in _read("letters.txt").split("= ")[1:]:
        head, alphabet, *levels = block.splitlines()
        heads.append((*head.split(" "), alphabet))
        rows.append(np.array([list(row.encode()) for row in levels], dtype=np.int32))
    size = max(map(len, rows))
    costs = np.zeros((len(rows), size, size), dtype=np.int32)
    for at, each in enumerate(rows):
        costs[at, : len(each), : len(each)] = (each - FIRST) * STEP
    costs[:, :, CONTROL] = NO_CHARACTER
    names = {language: at for at, (language, _, _) in enumerate(heads)}
    return Letters(costs, names, tuple(alphabet for *_, alphabet in heads), tuple(own for _, own, _ in heads))


def classes_of(chars: str, language: int) -> NDArray[np.uint8]:
    """The class of each character to the language."""
    table = letters()
    own, index = table.scripts[language], {char: KINDS + at for at, char in enumerate(table.alphabets[language])}
    smalls = map(lower, chars)
    return np.array([index[char] if char in index else kind(char, own) for char in smalls], dtype=np.uint8)


@cache
def byte_chars(codec: str) -> str:
    """The 256 characters of a charset of single bytes; U+FFFF, a control by its class, where it has none."""
    return "".join(bytes([byte]).decode(codec, "replace").replace("\ufffd", "\uffff") for byte in range(256))


@cache
def byte_cases(codec: str) -> NDArray[np.uint8]:
    """The case of each of the 256 characters."""
    return np.array([case(char) for char in byte_chars(codec)], dtype=np.uint8)


# Characters that were not seen cost by the part of the standards that holds them: lead bytes from, to, and cost. The
# first part of each holds the common ones; other characters of the kind are rarer still.
_PARTS = {
    "zh": ("gb2312", ((0xB0, 0xD7, 960), (0xD8, 0xF7, 1140))),
    "zht": ("big5", ((0xA4, 0xC6, 960), (0xC9, 0xF9, 1140))),
    "ja": ("euc_jp", ((0xB0, 0xCF, 960), (0xD0, 0xF4, 1140))),
    "ko": ("euc_kr", ((0xB0, 0xC8, 900), (0xCA, 0xFD, 1140))),
}
# First, last (code points), and cost of what is in no part: later lines win.
_RANGES = (
    (0x0000, 0xFFFF, 1300),
    (0x2000, 0x33FF, 1000),  # symbols, kana
    (0xFF00, 0xFFEF, 1000),  # wide and narrow forms
    (0xD800, 0xF8FF, 1700),  # no characters, private ones
    (0xFFF0, 0xFFFF, 1700),
    (0x0080, 0x009F, 1700),
)
BEYOND = 14 * NAT  # a character beyond the first 65,536


@cache
def character_costs(language: str) -> NDArray[np.int32]:
    """What each of the first 65,536 characters costs in a language that has no alphabet."""
    costs = np.zeros(0x10000, dtype=np.int32)
    for first, last, cost in _RANGES:
        costs[first : last + 1] = cost
    codec, parts = _PARTS[language]
    for first, last, cost in parts:
        cells = bytes(byte for lead in range(first, last + 1) for trail in range(0x40, 0xFF) for byte in (lead, trail))
        costs[_codes(cells.decode(codec, "ignore"))] = cost
    block = next(each for each in _read("characters.txt").split("= ")[1:] if each.startswith(language + "\n"))
    for row in block.splitlines()[1:]:
        codes = _codes(row[1:])
        costs[codes] = np.minimum(costs[codes], (ord(row[0]) - FIRST) * STEP)
    return costs


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), dtype="<u4")


def _read(name: str) -> str:
    return resources.files("pipeline.text.charsets").joinpath(name).read_text("utf-8")
