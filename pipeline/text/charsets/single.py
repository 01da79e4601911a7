"""What texts cost that charsets of single bytes make of a body, by letter pairs.

Pairs of bytes are counted once, and each reading looks each distinct pair up once, so that a body of 64 KB costs little
more than one of 4 KB.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.text.charsets.charsets import SINGLE
from pipeline.text.charsets.tables import CASES, NAT, byte_cases, byte_chars, classes_of, letters
from pipeline.text.charsets.words import words_of

# Pairs of ASCII words count for at most as much as so many pairs and half of the informative ones: enough to tell
# Spanish from Catalan by them, and not enough to drown a Russian sentence in markup.
_PLAIN_PAIRS, _PLAIN_SHARE = 40, 2
# English stands in texts of all languages: no language is worse than English by more than this.
_ENGLISH = 3 * NAT

_AT_ONCE = 512  # pairs: what is looked up at once stays in the cache


class Pairs(NamedTuple):
    """The distinct pairs of bytes and how often each is there; `stranger` is what letters that are not Latin cost."""

    first: NDArray[np.uint8]
    second: NDArray[np.uint8]
    times: NDArray[np.int64]
    plain_first: NDArray[np.uint8]
    plain_second: NDArray[np.uint8]
    plain_times: NDArray[np.int64]
    stranger: int

    @property
    def informative(self) -> int:
        """How many informative pairs there are, each as often as it is there."""
        return int(self.times.sum())


def pairs_of(body: bytes) -> Pairs:
    """The pairs of bytes of which at least one is in a word."""
    codes = np.frombuffer(b" " + body + b" ", dtype=np.uint8)
    words = words_of(codes)
    telling = words.informative[:-1] | words.informative[1:]
    plain = (words.plain[:-1] | words.plain[1:]) & ~telling
    pairs = codes[:-1].astype(np.uint16) * np.uint16(256) + codes[1:]
    return Pairs(*_counted(pairs[telling]), *_counted(pairs[plain]), words.stranger)


def _counted(pairs: NDArray[np.uint16]) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]]:
    distinct, times = np.unique(pairs, return_counts=True)
    return (distinct >> 8).astype(np.uint8), (distinct & 255).astype(np.uint8), times


def costs(pairs: Pairs, codec: str = "") -> Iterator[tuple[int, str, str]]:
    """Cost, codec and language for each charset in each of its languages; with `codec`, that one in all languages."""
    combined = _combined(((codec, 0, " ".join(letters().number)),) if codec else SINGLE)
    total = _informative_costs(pairs, combined) + combined.priors + _plain_costs(pairs)[combined.languages]
    names = tuple(letters().number)
    for at, (cost, language) in enumerate(zip(total.tolist(), combined.languages.tolist(), strict=True)):
        yield cost, combined.codecs[at], names[language]


class _Combinations(NamedTuple):
    """Charsets by languages: codec, prior cost, number of the language, and for each of the 256 bytes where it leads.

    `rows` and `columns` add up to the place of a pair in the flat table of costs, `case_rows` and `case_columns` in
    that of cases.
    """

    codecs: tuple[str, ...]
    priors: NDArray[np.int64]
    languages: NDArray[np.int64]
    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    case_rows: NDArray[np.uint8]
    case_columns: NDArray[np.uint8]


@cache
def _combined(charsets: Iterable[tuple[str, int, str]]) -> _Combinations:
    table = letters()
    each = [(codec, prior, table.number[language]) for codec, prior, names in charsets for language in names.split()]
    languages = np.array([language for _, _, language in each])
    classes = np.stack([classes_of(byte_chars(codec), language) for codec, _, language in each]).astype(np.int32)
    cases = np.stack([byte_cases(codec) for codec, _, _ in each])
    size = table.costs.shape[1]
    return _Combinations(
        tuple(codec for codec, _, _ in each),
        np.array([prior * NAT for _, prior, _ in each]),
        languages,
        (languages[:, None] * size + classes).astype(np.int32) * size,
        classes,
        cases * np.uint8(len(CASES)),
        cases,
    )


def _informative_costs(pairs: Pairs, combined: _Combinations) -> NDArray[np.int64]:
    total = np.zeros(len(combined.codecs), dtype=np.int64)
    table = letters().costs
    for start in range(0, len(pairs.first), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        first, second = pairs.first[some], pairs.second[some]
        cost = np.take(table, combined.rows[:, first] + combined.columns[:, second])
        cost += np.take(CASES, combined.case_rows[:, first] + combined.case_columns[:, second])
        total += _summed(cost, pairs.times[some])
    return total


def _summed(cost: NDArray[np.int32], times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Products and sums of whole numbers below 2**53, so that floats hold them exactly, and are added faster."""
    return (cost.astype(np.float64) @ times.astype(np.float64)).astype(np.int64)


def _plain_costs(pairs: Pairs) -> NDArray[np.int64]:
    """For each language, how much worse the ASCII words are in it than in the best; `stranger` if it is not Latin."""
    table = letters()
    latin = np.array([own == "LATIN" for own in table.scripts])
    classes = _ascii_classes()
    at = classes[:, pairs.plain_first].astype(np.int64) * table.costs.shape[2] + classes[:, pairs.plain_second]
    total = _summed(np.take_along_axis(table.costs.reshape(len(latin), -1), at, axis=1), pairs.plain_times)
    total -= total[latin].min()
    most, there = _PLAIN_PAIRS + pairs.informative // _PLAIN_SHARE, int(pairs.plain_times.sum())
    if there > most:
        total = total * most // there
    total = np.minimum(total, total[table.number["en"]] + _ENGLISH)
    return np.where(latin, total, pairs.stranger)


@cache
def _ascii_classes() -> NDArray[np.uint8]:
    chars = "".join(map(chr, range(128)))
    return np.stack([classes_of(chars, language) for language in range(len(letters().scripts))])
