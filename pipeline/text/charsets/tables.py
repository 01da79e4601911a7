"""The tables of letter pairs and of characters, as arrays. What is in them is told in docs/encodings.md."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from pipeline.text.charsets.classes import KINDS, case, kind, lower

STEP = 0.15  # nats a level
FIRST = 35  # the character of level 0

# What a change of case costs from one character to the next (nats): no letter, lower case, upper case, in that order.
# Counted in the same texts, all languages together; it sets letters in order whose pairs alone are as good upside down.
CASES = np.array([[0.0, 0.2, 1.7], [0.0, 0.02, 5.5], [0.0, 0.3, 1.6]], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Letters:
    """Costs of pairs (languages x classes x classes, nats), languages by name, and each one's alphabet and script."""

    costs: NDArray[np.float32]
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
        rows.append(np.array([list(row.encode()) for row in levels], dtype=np.float32))
    size = max(map(len, rows))
    costs = np.zeros((len(rows), size, size), dtype=np.float32)
    for at, each in enumerate(rows):
        costs[at, : len(each), : len(each)] = (each - FIRST) * STEP
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
    return np.array([case(char) for char in byte_chars(codec)], dtype=np.uint8)


# Characters that were not seen cost by the part of the standards that holds them: lead bytes from, to, and nats. The
# first part of each holds the common ones; other characters of the kind are rarer still.
_PARTS = {
    "zh": ("gb2312", ((0xB0, 0xD7, 9.6), (0xD8, 0xF7, 11.4))),
    "zht": ("big5", ((0xA4, 0xC6, 9.6), (0xC9, 0xF9, 11.4))),
    "ja": ("euc_jp", ((0xB0, 0xCF, 9.6), (0xD0, 0xF4, 11.4))),
    "ko": ("euc_kr", ((0xB0, 0xC8, 9.0), (0xCA, 0xFD, 11.4))),
}
# First, last (code points), and nats for what is in no part: later lines win.
_RANGES = (
    (0x0000, 0xFFFF, 13.0),
    (0x2000, 0x33FF, 10.0),  # symbols, kana
    (0xFF00, 0xFFEF, 10.0),  # wide and narrow forms
    (0xD800, 0xF8FF, 17.0),  # no characters, private ones
    (0xFFF0, 0xFFFF, 17.0),
    (0x0080, 0x009F, 17.0),
)
BEYOND = 14.0  # nats of a character beyond the first 65,536


@cache
def character_costs(language: str) -> NDArray[np.float32]:
    """What each of the first 65,536 characters costs in a language that has no alphabet (nats)."""
    costs = np.zeros(0x10000, dtype=np.float32)
    for first, last, nats in _RANGES:
        costs[first : last + 1] = nats
    codec, parts = _PARTS[language]
    for first, last, nats in parts:
        cells = bytes(byte for lead in range(first, last + 1) for trail in range(0x40, 0xFF) for byte in (lead, trail))
        costs[_codes(cells.decode(codec, "ignore"))] = nats
    block = next(each for each in _read("characters.txt").split("= ")[1:] if each.startswith(language + "\n"))
    for row in block.splitlines()[1:]:
        codes = _codes(row[1:])
        costs[codes] = np.minimum(costs[codes], (ord(row[0]) - FIRST) * STEP)
    return costs


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), dtype="<u4")


def _read(name: str) -> str:
    return resources.files("pipeline.text.charsets").joinpath(name).read_text("utf-8")
