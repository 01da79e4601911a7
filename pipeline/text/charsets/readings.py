"""All readings of some bytes, the likeliest first.

A reading is a charset and a language; its cost is minus the logarithm of the likelihood of the letters it makes, in
nats, so that the costs of all readings of the same bytes compare: `P(bytes) = P(charset, language) * product of
P(character | character before it, language)`. Pairs of bytes are counted once, and each reading looks each distinct
pair up once, so that a body of 64 KB costs little more than one of 4 KB.

Only *informative* characters count: those above ASCII, and the ASCII letters of the same words. The other ASCII words
are the same in every reading; they only say, with bounded weight, which of the languages with Latin letters it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.text.charsets.charsets import DOUBLE, SINGLE
from pipeline.text.charsets.tables import (
    BEYOND,
    CASES,
    byte_cases,
    byte_chars,
    character_costs,
    classes_of,
    letters,
)

# ASCII words weigh at most this much of what informative words weigh.
ASCII_SHARE = 0.5

# Nats for each informative word of a reading whose letters are not Latin, where ASCII words are this many times as many
# or more; less where they are fewer. One foreign letter in a text in Latin letters is nearly always one of theirs.
_STRANGER, _STRANGE_AT = 3.0, 8


@dataclass(frozen=True, slots=True)
class Reading:
    """`cost` in nats, with the charset's own; `codecs` in the order in which they are to be tried."""

    cost: float
    codecs: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Distinct pairs of bytes and how often each is there: informative ones, and those of ASCII words."""

    first: NDArray[np.uint8]
    second: NDArray[np.uint8]
    times: NDArray[np.float32]
    ascii_first: NDArray[np.uint8]
    ascii_second: NDArray[np.uint8]
    ascii_times: NDArray[np.float32]
    stranger: float  # nats for letters that are not Latin


def readings(body: bytes) -> list[Reading]:
    """Each charset in its likeliest language, the cheapest first."""
    pairs = pairs_of(body)
    found = [*_single(pairs, _combinations()), *_double(body, pairs.stranger)]
    return sorted(found, key=lambda each: each.cost)  # stable: equal ones in the order of the lists


# --- charsets of single bytes ----------------------------------------------------------------------------------------

_LETTER_OR_HIGH = np.array([chr(byte).isalpha() or byte > 127 for byte in range(256)])
_LETTER_OR_HIGH[128:] = True


def pairs_of(body: bytes) -> Pairs:
    """The pairs of bytes, of which at least one is in a word."""
    codes = np.frombuffer(b" " + body + b" ", dtype=np.uint8)
    inside = _LETTER_OR_HIGH[codes]
    starts = inside[1:] & ~inside[:-1]
    word = np.cumsum(np.concatenate(([False], starts)))
    high = np.zeros(int(word[-1]) + 1, dtype=bool)
    high[word[codes > 127]] = True
    informative = inside & high[word]
    whole = informative[:-1] | informative[1:]
    plain = (inside[:-1] | inside[1:]) & ~whole
    code = codes[:-1].astype(np.int32) * 256 + codes[1:]
    first, times = np.unique(code[whole], return_counts=True)
    other, others = np.unique(code[plain], return_counts=True)
    words, others_words = int(high.sum()), len(high) - 1 - int(high.sum())
    stranger = _STRANGER * min(words, others_words / _STRANGE_AT)
    weight = min(1.0, ASCII_SHARE * times.sum() / max(1, others.sum()))
    return Pairs(
        (first >> 8).astype(np.uint8),
        (first & 255).astype(np.uint8),
        times.astype(np.float32),
        (other >> 8).astype(np.uint8),
        (other & 255).astype(np.uint8),
        (others * weight).astype(np.float32),
        stranger,
    )


@dataclass(frozen=True, slots=True)
class _Combinations:
    """Charsets by languages: names, prior costs, number of the language, classes (each x 256), cases (each x 256)."""

    codecs: tuple[str, ...]
    priors: NDArray[np.float32]
    languages: NDArray[np.int64]
    classes: NDArray[np.uint8]
    cases: NDArray[np.uint8]


@cache
def _combinations() -> _Combinations:
    number = letters().number
    return _combined(
        tuple((codec, prior, number[language]) for codec, prior, names in SINGLE for language in names.split())
    )


@cache
def _combined(each: tuple[tuple[str, float, int], ...]) -> _Combinations:
    return _Combinations(
        tuple(codec for codec, _, _ in each),
        np.array([prior for _, prior, _ in each], dtype=np.float32),
        np.array([language for _, _, language in each]),
        np.stack([classes_of(byte_chars(codec), language) for codec, _, language in each]),
        np.stack([byte_cases(codec) for codec, _, _ in each]),
    )


def _single(pairs: Pairs, combined: _Combinations) -> Iterator[Reading]:
    costs = letters().costs
    size = costs.shape[1]
    first, second = combined.classes[:, pairs.first].astype(np.int64), combined.classes[:, pairs.second]
    at = (combined.languages[:, None] * size + first) * size + second
    cost = np.take(costs, at) + CASES[combined.cases[:, pairs.first], combined.cases[:, pairs.second]]
    total = cost @ pairs.times + combined.priors + _ascii_costs(pairs)[combined.languages]
    names = list(letters().number)
    best: dict[str, Reading] = {}
    for codec, value, language in zip(combined.codecs, total.tolist(), combined.languages.tolist(), strict=True):
        if codec not in best or value < best[codec].cost:
            best[codec] = Reading(value, (codec,), names[language])
    yield from best.values()


def _ascii_costs(pairs: Pairs) -> NDArray[np.float32]:
    """For each language, how much worse the ASCII words are in it than in the best; 0 where letters are not Latin."""
    table = letters()
    latin = np.array([own == "LATIN" for own in table.scripts])
    classes = _ascii_classes()
    at = classes[:, pairs.ascii_first].astype(np.int64) * table.costs.shape[1] + classes[:, pairs.ascii_second]
    flat = table.costs.reshape(len(table.scripts), -1)
    total = np.take_along_axis(flat, at, axis=1) @ pairs.ascii_times
    return np.where(latin, total - total[latin].min(), pairs.stranger).astype(np.float32)


@cache
def _ascii_classes() -> NDArray[np.uint8]:
    chars = "".join(map(chr, range(256)))
    return np.stack([classes_of(chars, language) for language in range(len(letters().scripts))])


# --- charsets of two bytes ------------------------------------------------------------------------------------------

# Nats of: an ASCII letter in a word with other characters; a run of others that begins behind an ASCII letter, or
# behind anything else; one that ends before an ASCII letter, or before anything else. A lone character between Latin
# letters is nearly always a Latin one.
_LETTER_COST = 3.0
_BEGINS_INSIDE, _BEGINS = 7.0, 1.0
_ENDS_INSIDE, _ENDS = 7.0, 2.0
_WRONG_BYTE = 20.0  # of a sequence that is no character


def _double(body: bytes, stranger: float) -> Iterator[Reading]:
    for _, prior, languages, codecs in DOUBLE:
        text = next((text for codec in codecs if (text := _text(body, codec)) is not None), None)
        wrong = 0
        if text is None:
            text = body.decode(codecs[0], "replace")
            wrong = text.count("\ufffd")
            if wrong * 40 > len(text):
                continue
        costs = [(prior + _text_cost(text, language) + wrong * _WRONG_BYTE, language) for language in languages.split()]
        cost, language = min(costs)
        yield Reading(cost + stranger, codecs, language)


def _text(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except UnicodeDecodeError:
        return None


def _text_cost(text: str, language: str) -> float:
    codes = np.frombuffer((" " + text + " ").encode("utf-32-le", "replace"), dtype="<u4")
    low = np.minimum(codes, 0xFFFF)
    high = codes > 127
    letter = _LETTER_OR_HIGH[np.minimum(codes, 127)] & ~high
    begins, ends = ~high[:-1] & high[1:], high[:-1] & ~high[1:]
    inside = int((begins & letter[:-1]).sum()), int((ends & letter[1:]).sum())
    costs = np.where(codes > 0xFFFF, BEYOND, character_costs(language)[low])
    total = float(costs[high].sum()) + _letters_beside(letter, high) * _LETTER_COST
    total += int(begins.sum()) * _BEGINS + inside[0] * (_BEGINS_INSIDE - _BEGINS)
    return total + int(ends.sum()) * _ENDS + inside[1] * (_ENDS_INSIDE - _ENDS)


def _letters_beside(letter: NDArray[np.bool], high: NDArray[np.bool]) -> int:
    """How many ASCII letters stand in words that have other characters, too."""
    inside = letter | high
    word = np.cumsum(np.concatenate(([False], inside[1:] & ~inside[:-1])))
    other = np.zeros(int(word[-1]) + 1, dtype=bool)
    other[word[high]] = True
    return int((letter & other[word]).sum())
