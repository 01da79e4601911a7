"""Cues that say something in their place: those of the language of the text, and no habit of the text itself.

A cue says nothing

* of a text in another language: see `languages.py`. Where that is not known, two lines must have cues of one language;
* in a heading of the text, which is marked with `#`;
* in an item of a list or a row of a table whose neighbour above is one, too, and has no cue: it is one of many;
* in a line that stands above prose twice or more, links and figures aside: the text itself has it between its parts.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pipeline.text.cues import Cue
from pipeline.text.languages import EVERYWHERE, languages_of, may_be_in
from pipeline.text.tail_lines import Line, last_prose

HEADING_MARK = "#"  # of Markdown: a text with headings has one above its last section, too
HABIT = 2  # times above prose

_ITEM = re.compile(r"(?:[-–—•·*▪●■□◆▶►>|→✉]|(\d{1,3})[.)]\s)")
_VARYING = re.compile(r"\(?https?://\S*|[\W\d_]+")


def believed(lines: Sequence[Line]) -> list[Line]:
    """The lines with the cues that say something of them."""
    if not any(line.cues for line in lines):
        return list(lines)
    habits = _habits(lines)
    found: list[Line] = []
    for line in lines:
        above = found[-1] if found else None
        is_nothing = line.cues and (_is_of_many(line, above) or _core(line) in habits)
        found.append(replace(line, cues=()) if is_nothing else line)
    if not any(line.cues for line in found):
        return found
    languages = languages_in(found)
    return [replace(line, cues=fitting(line.cues, languages)) if line.cues else line for line in found]


def languages_in(lines: Sequence[Line]) -> frozenset[str]:
    """The languages that the prose may be in; else those that have cues in two lines or more."""
    return languages_of([line.text for line in lines if line.is_plain_prose]) or _shared(lines)


def fitting(cues: Sequence[Cue], languages: frozenset[str]) -> list[Cue]:
    """The cues that may stand in a text in these languages."""
    return [cue for cue in cues if may_be_in(cue.languages, languages)]


def _shared(lines: Sequence[Line]) -> frozenset[str]:
    """The languages that have cues in two lines or more."""
    having = Counter(each for line in lines for each in {each for cue in line.cues for each in cue.languages})
    return frozenset(language for language, count in having.items() if count > 1) - EVERYWHERE


def _habits(lines: Sequence[Line]) -> frozenset[str]:
    """What is said twice or more above the last prose, without links and figures."""
    counts = Counter(_core(line) for line in lines[: max(last_prose(lines), 0)] if line.cues)
    return frozenset(core for core, count in counts.items() if count >= HABIT)


def _core(line: Line) -> str:
    return _VARYING.sub(" ", line.text.casefold()).strip()


def _is_of_many(line: Line, above: Line | None) -> bool:
    """Whether the line is a heading, or one of the items of a list."""
    if line.text.startswith(HEADING_MARK):
        return True
    item = _ITEM.match(line.text)
    other = _ITEM.match(above.text) if above is not None and not above.is_known else None
    if item is None or other is None:
        return False
    return item.group() == other.group() or (item[1] is not None and other[1] is not None)
