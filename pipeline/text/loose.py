r"""Which of many patterns may match a text, quickly.

RE2 can look for many patterns in one pass, but its automaton, which it builds as it reads, gets a state for every
combination of counts that are open: `.{0,60}` in one pattern beside `[^.!?]{0,100}` in another, at every place of a
text. With eighty patterns it is never finished and costs 300 ns a byte. So all are looked for at once in a *loose*
form, without counts and without Unicode's tables of letters, at 10 ns a byte; what is left is tried one by one.

What a pattern matches, its loose form matches too: RE2 has no look-around, so a pattern matches no less where a part
of it matches more, and only classes can be negated.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import re2

# The pieces of a pattern that are made loose, and those that only look like one: `\{3}` is no count.
_ESCAPE = r"\\[pPx]\{[^}]*\}|\\[pP].|\\."
_PIECES = re.compile(
    rf"(?s)(?P<set>\[\^?\]?(?:\[:\^?\w+:\]|{_ESCAPE}|[^\]\\])*\])|(?P<escape>{_ESCAPE})|\{{(?P<fewest>\d+)(?:,\d*)?\}}"
)
_ESCAPES = re.compile(f"(?s){_ESCAPE}")
_ANY_LETTER, _ANY_DIGIT = r"A-Za-z\x{80}-\x{10ffff}", r"0-9\x{80}-\x{10ffff}"
_MORE = {
    r"\pL": _ANY_LETTER,
    r"\p{L}": _ANY_LETTER,
    r"\p{Lu}": _ANY_LETTER,
    r"\p{Ll}": _ANY_LETTER,
    r"\pN": _ANY_DIGIT,
    r"\p{N}": _ANY_DIGIT,
}
_LESS = {r"\pL": "A-Za-z", r"\p{L}": "A-Za-z", r"\pN": "0-9", r"\p{N}": "0-9"}  # for what a class leaves out
_AT_START = re.compile(r"(?:\(\?\w+\))?\^")


@dataclass(frozen=True, slots=True)
class _Group:
    """Patterns looked for at once; number i of the automaton is pattern numbers[i]."""

    numbers: tuple[int, ...]
    automaton: Any  # re2.Set


@dataclass(frozen=True, slots=True)
class Screen:
    """Patterns in their loose form."""

    groups: tuple[_Group, ...]

    def suspects(self, text: bytes) -> list[int]:
        """The numbers of the patterns that may match the text, which is UTF-8, in order: all others do not."""
        return sorted(group.numbers[at] for group in self.groups for at in group.automaton.Match(text) or ())

    def suspected(self, texts: Sequence[bytes]) -> list[int]:
        """The numbers of the texts that a pattern may match, in order: none matches any of the others."""
        found: set[int] = set()
        for group in self.groups:
            matches = group.automaton.Match
            found.update(at for at, text in enumerate(texts) if matches(text))
        return sorted(found)


def screen(patterns: Sequence[str], memory: int) -> Screen:
    """The screen for these patterns, numbered from 0. Raises re2.error if they need more bytes than `memory`.

    Patterns tied to the start of a text mostly fail after a few letters. In one automaton with those that go on to
    the end they would only multiply its states.
    """
    starting = [number for number, pattern in enumerate(patterns) if _AT_START.match(pattern)]
    others = [number for number, pattern in enumerate(patterns) if not _AT_START.match(pattern)]
    return Screen(tuple(_group(patterns, numbers, memory) for numbers in (starting, others) if numbers))


def loosened(pattern: str) -> str:
    r"""A pattern that matches every text that `pattern` matches, and is cheaper to look for.

    >>> loosened(r"^[^\pL]{0,4}(?:by|from) \p{Lu}{2,}$")
    '^[^A-Za-z]*(?:by|from) [A-Za-z\\x{80}-\\x{10ffff}]+$'
    """
    return pattern if r"\Q" in pattern else _PIECES.sub(_loose_piece, pattern)


def options(memory: int) -> Any:
    """RE2's options for patterns whose automaton may take so many bytes."""
    chosen = re2.Options()
    chosen.max_mem = memory
    chosen.log_errors = False  # they are told once, as SettingsError
    return chosen


def _loose_piece(piece: re.Match[str]) -> str:
    written = piece.group()
    if piece["fewest"] is not None:
        return "*" if int(piece["fewest"]) == 0 else "+"
    if piece["escape"] is not None:
        return f"[{_MORE[written]}]" if written in _MORE else written
    known = _LESS if written.startswith("[^") else _MORE
    return _ESCAPES.sub(lambda escape: known.get(escape.group(), escape.group()), written)


def _group(patterns: Sequence[str], numbers: Sequence[int], memory: int) -> _Group:
    automaton = re2.Set.SearchSet(options(memory))
    for number in numbers:
        automaton.Add(loosened(patterns[number]))
    automaton.Compile()
    return _Group(tuple(numbers), automaton)
