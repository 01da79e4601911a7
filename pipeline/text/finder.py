"""Finds which of many named patterns match a paragraph: a screen for all of them, then each suspect by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import re2

from pipeline.errors import SettingsError
from pipeline.text.loose import Screen, options, screen

# Bytes that RE2 may take for the automaton of one pattern, and of many in their loose form.
PATTERN_MEMORY = 32 << 20
SCREEN_MEMORY = 64 << 20


class Named(Protocol):
    """A pattern with an id, from a file."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def pattern(self) -> str:
        """What it looks for, in RE2."""

    @property
    def file(self) -> str:
        """The file it is from."""


N = TypeVar("N", bound=Named)


@dataclass(frozen=True, slots=True)
class Finder(Generic[N]):
    """Patterns of one use: screened at once, and each compiled (2 ms) when it is a suspect for the first time."""

    named: tuple[N, ...]
    screen: Screen
    _compiled: dict[int, Any] = field(default_factory=dict)

    def hits(self, paragraph: str | bytes) -> list[N]:
        """Those that match, in pack order; bytes are UTF-8. A break inside a hard-wrapped paragraph is a space."""
        text = _unwrapped(paragraph.encode() if isinstance(paragraph, str) else paragraph)
        return [self.named[at] for at in self.screen.suspects(text) if self._matches(at, text)]

    def suspected(self, paragraphs: Sequence[bytes]) -> list[int]:
        """The numbers of the paragraphs in which there may be hits, in order: in the others there are none."""
        return self.screen.suspected([_unwrapped(each) for each in paragraphs])

    def found(self, text: str) -> list[tuple[N, int]]:
        """Those that match, in pack order, with the code point where the match of each, or its first group, begins."""
        hits = [(at, self._pattern(at).search(text)) for at in self.screen.suspects(text.encode())]
        return [(self.named[at], begin(match)) for at, match in hits if match is not None]

    def _matches(self, at: int, text: bytes) -> bool:
        return self._pattern(at).search(text) is not None

    def _pattern(self, at: int) -> Any:
        if at not in self._compiled:
            self._compiled[at] = compiled(self.named[at])
        return self._compiled[at]


NOTHING: Finder[Any] = Finder((), Screen(()))


def finder(named: tuple[N, ...], words: str) -> Finder[N]:
    """The finder of these patterns, called `words` in errors. SettingsError if together they are too large."""
    try:
        found = Finder(named, screen([each.pattern for each in named], SCREEN_MEMORY))
    except re2.error:
        said = f"need more than {SCREEN_MEMORY >> 20} MiB; write shorter patterns"
        raise SettingsError(f"the {len(named)} {words} together {said}") from None
    for each in found.hits(b""):
        said = "the pattern matches the empty text, so it would take every line; anchor it"
        raise SettingsError(f"{each.file}: rule `{each.id}`: {said}")
    return found


def compiled(named: Named) -> Any:
    """The pattern by itself. SettingsError says what is wrong with it."""
    try:
        return re2.compile(named.pattern, options(PATTERN_MEMORY))
    except re2.error as error:
        raise SettingsError(f"{named.file}: rule `{named.id}`: {_refused(error)}") from None


def begin(match: Any) -> int:
    """Where the first group of a pattern begins, or all of it if it has none."""
    start: int = match.start(min(match.re.groups, 1))
    return start


def check(named: Named) -> None:
    """Refuses what is not RE2. It only reads the pattern: to compile all takes 0.2 s."""
    try:
        re2.Set.SearchSet(options(PATTERN_MEMORY)).Add(named.pattern)
    except re2.error:
        compiled(named)  # says what is wrong with it


def _unwrapped(paragraph: bytes) -> bytes:
    return paragraph.replace(b"\n", b" ")


def _refused(error: Exception) -> str:
    said = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
    if "(?" in said and any(sign in said for sign in ("(?=", "(?!", "(?<")):
        return f"look-around does not exist in RE2 ({said}); put what must stay in another, narrower pattern"
    return f"the pattern is not RE2 ({said}); see github.com/google/re2/wiki/Syntax"
