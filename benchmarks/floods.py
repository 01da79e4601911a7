"""Inputs made to be expensive: each function gives the records of a corpus with n paragraphs of its kind."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.corpus import Record

_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il", "on", "us")]


def word(number: int) -> str:
    """A word of its own for each number: digits to the base of the syllables, at least two."""
    out = ""
    for _ in range(2):
        number, at = divmod(number, len(_SYLLABLES))
        out += _SYLLABLES[at]
    while number:
        number, at = divmod(number, len(_SYLLABLES))
        out += _SYLLABLES[at]
    return out


def sentence(number: int, words: int = 20) -> str:
    """Words that depend on the number; two numbers have hardly a pair of neighbours in common."""
    seed = (number * 0x9E3779B97F4A7C15 + 0x1234567) & (1 << 64) - 1
    out = []
    for _ in range(words):
        seed = (seed * 6364136223846793005 + 1442695040888963407) & (1 << 64) - 1
        out.append(word(seed >> 40))
    return " ".join(out).capitalize() + "."


def documents(paragraphs: Iterator[str], each: int) -> Iterator[Record]:
    """Records of `each` paragraphs, headed by one of their own, so that no two documents are equal."""
    for number in itertools.count():
        part = list(itertools.islice(paragraphs, each))
        if not part:
            return
        yield {"id": f"flood-{number}", "source": "flood", "text": "\n".join([sentence(number), *part])}


def equal(n: int) -> Iterator[Record]:
    return documents(itertools.repeat(sentence(-1, 25), n), 10)


def near(n: int) -> Iterator[Record]:
    """One word in forty differs."""
    base = sentence(-2, 40).split()
    return documents((" ".join([*base[: at % 40], word(at), *base[at % 40 + 1 :]]) for at in range(n)), 1)


def unlike(n: int) -> Iterator[Record]:
    """Half the words are the same in all: similar enough to share buckets, not to be repeats."""
    stock = sentence(-3, 22)
    return documents((f"{stock} {sentence(n + at, 22)}" for at in range(n)), 1)


def figures(n: int) -> Iterator[Record]:
    """The same but for the figures."""
    base = sentence(-4, 20)
    return documents((f"On day {at} it was {at * 7919 % 10007} of {at * 31}: {base}" for at in range(n)), 1)


def chain(n: int) -> Iterator[Record]:
    """Each is like the one before and the one after, and unlike those farther off."""
    words = [word(at * 7919 % 1_000_003) for at in range(n * 5 + 40)]
    return documents((" ".join(words[at * 5 : at * 5 + 40]) for at in range(n)), 1)


def short(n: int) -> Iterator[Record]:
    """2,000 to a document, each too short for a shingle."""
    return documents((word(at % 2000) for at in range(n)), 2000)


def one_document(n: int) -> Iterator[Record]:
    """One document; its second half is its first half again."""
    half = [sentence(at, 18) for at in range(n // 2)]
    yield {"id": "long", "source": "flood", "text": "\n".join([*half, *half])}


def punctuation(n: int) -> Iterator[Record]:
    lines = ("* * *", "-----", "…", "———", "###", ". . .", "===", "•")
    return documents((lines[at % len(lines)] for at in range(n)), 100)


@dataclass(frozen=True, slots=True)
class Flood:
    """A kind of input: `full` paragraphs at scale 1."""

    name: str
    full: int
    records: Callable[[int], Iterator[Record]]


FLOODS = (
    Flood("equal paragraphs", 1_000_000, equal),
    Flood("near copies in one bucket", 200_000, near),
    Flood("unlike, in shared buckets", 200_000, unlike),
    Flood("only figures differ", 200_000, figures),
    Flood("chain A~B~...~Z", 200_000, chain),
    Flood("too short for a shingle", 400_000, short),
    Flood("one document", 200_000, one_document),
    Flood("punctuation only", 1_000_000, punctuation),
)
