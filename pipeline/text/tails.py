"""Tails and mastheads: which of the last (first) paragraphs of a document are no part of its text.

A tail is a stack of short lines without a full stop, and what we look for is often not the last of them: related
links, comment forms and buttons stand behind it. So the *tail region* is found first: everything behind the last
paragraph that looks like prose and stays. In it every paragraph is judged on its own, by points:

    2  a rule matches (3 if the rule is sure)
    1  short, and no sentence ends at its end
    1  it holds an e-mail address
    1  the paragraph above or below matches a rule too
    1  it is script, and there is no other script in the text

From 3 points it goes; the score is points / 5. Then what is right by the text around it stays: see `_stays`.
A notice about cookies or a comment looks like prose too. So up to 3 such paragraphs are looked past: a loose line
above them that has 4 points goes, and the tail region begins there.
A document without prose (a poem, a table, a page that *is* a contact) loses at most a closing run of sure lines.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.text.paragraphs import SENTENCE_ENDS
from pipeline.text.rules import Rule, RulePack
from pipeline.text.sentences import END_CLOSERS

TAIL_WINDOW = 30  # paragraphs looked at from the end
HEAD_WINDOW = 3  # and from the start

# 66 % of tail lines are below 60 letters (25 in scripts without spaces) and end no sentence; 6 % of body ends are.
SHORT = 60
WIDE_LETTER = 2.4  # what a letter of a script without spaces counts for: 60 / 25
ENDLESS = 150  # so long is prose even without a full stop
# Notices and contact blocks are short; what is longer is an article about them. Script can have any length, but it
# ends no sentence.
LONGEST = 600
SAMPLE = 200  # characters that say how many of a paragraph belong to a script without spaces
# A page with more contact lines than this is a directory.
MOST_CONTACTS = 8
# In a document without prose this many lines must stay, and only the sure rules cut.
FEWEST_LEFT = 3

WEAK, SURE, ENOUGH, MOST_POINTS = 2, 3, 3, 5
ENOUGH_PAST = 4  # above prose that stays
LOOK_PAST = 3  # paragraphs of prose in a row
ENOUGH_HEAD = 4  # a first line goes only with two evidences beside the rule

# Scripts without spaces.
WIDE_RANGES = (
    ("\u0e00", "\u0eff"),
    ("\u1000", "\u109f"),
    ("\u1780", "\u17ff"),
    ("\u3040", "\u30ff"),
    ("\u3400", "\u9fff"),
    ("\uf900", "\ufaff"),
)
_WIDE = re.compile("[" + "".join(f"{first}-{last}" for first, last in WIDE_RANGES) + "]")
_SENTENCE_ENDS = frozenset(SENTENCE_ENDS)
_EMAIL = re.compile(r"[\w.+-]@[\w-]+\.\w|\w\s?(?:\(at\)|\[at\])\s?\w")
_ADDRESS_DRESS = re.compile(r"^https?://|^www\.|/$")
_SEVEN_DIGITS = re.compile(r"(?:\d[^\d\n]{0,3}){7}")
_INTRODUCES = (":", "：")
# One token with a digit in it.
_CODE = re.compile(r"(?=\S*\d)[\w.+/=-]{12,}")
# Words that announce a code as content.
_CODE_WORDS = re.compile(
    r"(?i)\b(?:sha|md5|checksum|hash|digest|fingerprint|key|serial|isbn|wallet|bitcoin|transaction|torrent|magnet|"
    r"signature|decimals?|digits|number|cipher|password|code|pr(?:ü|ue)fsumme|schl(?:ü|ue)ssel|nachkommastellen|zahl|"
    r"empreinte|cl(?:é|ef)|d(?:é|e)cimales|chiffres|huella|clave|cifras|suma)\b|校验|哈希|密钥|密码|圆周率|数字|号码"
)
_SCRIPT_RULES = frozenset({"tracking-script", "tracking-call", "tracking-markup"})
_PROGRAM = re.compile(r"[{};]\s*$|^\s*(?:def|class|import|return|#include|<\?php|</?\w+>|```|\$ |>>> )")


@dataclass(frozen=True, slots=True)
class TailRemoval:
    """A paragraph that goes; `index` is its place in the sequence that was given, `score` is 0 to 1."""

    index: int
    kind: str
    rule: str
    score: float


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    rule: Rule | None
    size: float  # characters, those of scripts without spaces counted for more
    ends_sentence: bool

    @property
    def is_prose(self) -> bool:
        return (self.ends_sentence and self.size >= SHORT) or self.size >= ENDLESS

    @property
    def is_loose(self) -> bool:
        """Short, and no sentence ends at its end."""
        return self.size < SHORT and not self.ends_sentence

    @property
    def introduces(self) -> bool:
        """Announces what comes next, in words of the text itself."""
        return self.rule is None and self.text.endswith(_INTRODUCES)


def tail_removals(last: Sequence[str], pack: RulePack, kinds: frozenset[str]) -> list[TailRemoval]:
    """What goes from the end, in order. `last`: the last TAIL_WINDOW paragraphs (all, if there are fewer).

    Rules of kinds that are not in `kinds` still say where the tail is, so that fewer kinds never remove more.
    """
    lines = _lines(last, pack)
    first = len(last) - len(lines)
    points = [_points(lines, at) for at in range(len(lines))]
    going = _in_region(lines, [0 if _stays(lines, at) else points[at] for at in range(len(lines))])
    return [
        TailRemoval(first + at, line.rule.kind, line.rule.id, min(points[at], MOST_POINTS) / MOST_POINTS)
        for at, line in enumerate(lines)
        if going[at] and line.rule is not None and line.rule.kind in kinds
    ]


def head_removals(first: Sequence[str], pack: RulePack, kinds: frozenset[str]) -> list[TailRemoval]:
    """What goes from the start, in order: an unbroken run that always leaves a paragraph behind it.

    `first`: the first HEAD_WINDOW paragraphs. A bare address goes on two of three evidences: a title follows; it has
    a sub-domain or is written as a link; a line below begins with it.
    """
    removals: list[TailRemoval] = []
    for at in range(len(first) - 1):
        line = _ruled(_line(first[at]), pack.head.hits(first[at]))
        if line.rule is None:
            break
        name = _ADDRESS_DRESS.sub("", line.text).casefold()
        title = _line(first[at + 1])
        points = SURE + 1 if line.rule.sure else WEAK
        points += not title.ends_sentence and not title.is_prose
        points += name.count(".") > 1 or name != line.text.casefold()
        points += any(other.strip().casefold().startswith(name) for other in first[at + 1 :])
        if points < ENOUGH_HEAD or line.ends_sentence:
            break
        if line.rule.kind in kinds:
            removals.append(TailRemoval(at, line.rule.kind, line.rule.id, min(points, MOST_POINTS) / MOST_POINTS))
    return removals


def _lines(last: Sequence[str], pack: RulePack) -> list[_Line]:
    """The end of a document, in order, from LOOK_PAST paragraphs of prose on; rules are tried where they can decide."""
    lines: list[_Line] = []
    prose = passed = 0
    title = len(last) - 1 if len(last) < TAIL_WINDOW else -1  # of a whole document: it opens the text, whatever it is
    for back, text in enumerate(reversed(last)):
        line = _line(text)
        if back != title and not (line.ends_sentence and (passed or line.size > LONGEST)):
            line = _ruled(line, pack.tail.hits(text))
        lines.append(line)
        if line.rule is not None:
            prose = 0
        elif line.is_prose:
            prose, passed = prose + 1, passed + 1
            if prose == LOOK_PAST:
                break
    lines.reverse()
    return lines


def size_of(text: str) -> float:
    """Characters, those of scripts without spaces counted for more."""
    if text.isascii():
        return float(len(text))
    sample = text[:SAMPLE]
    return len(text) * (1 + (WIDE_LETTER - 1) * len(_WIDE.findall(sample)) / len(sample))


def _line(text: str) -> _Line:
    text = text.strip()
    return _Line(text, None, size_of(text), text.rstrip(END_CLOSERS)[-1:] in _SENTENCE_ENDS)


def _ruled(line: _Line, hits: Sequence[Rule]) -> _Line:
    """The line with the rule that names its removal: the first sure one, else the first."""
    fitting = [rule for rule in hits if line.size <= LONGEST or rule.kind == "tracking"]
    if not fitting:
        return line
    return replace(line, rule=next((rule for rule in fitting if rule.sure), fitting[0]))


def _points(lines: Sequence[_Line], at: int) -> int:
    line = lines[at]
    if line.rule is None:
        return 0
    points = SURE if line.rule.sure else WEAK
    address = _EMAIL.search(line.text) is not None
    # a number without an address is as often the ticket office as the newsroom
    lone_number = line.rule.kind == "contact" and not address and _SEVEN_DIGITS.search(line.text) is not None
    points += line.is_loose and not lone_number
    points += address
    points += any(lines[near].rule is not None for near in (at - 1, at + 1) if 0 <= near < len(lines))
    points += line.rule.id in _SCRIPT_RULES and not _has_program(lines)
    return points


def _stays(lines: Sequence[_Line], at: int) -> bool:
    """Whether the text around a line that matched speaks for it."""
    line = lines[at]
    rule = line.rule
    if rule is None:
        return True
    if rule.kind == "contact":
        contacts = sum(each.rule is not None and each.rule.kind == "contact" for each in lines)
        if contacts > MOST_CONTACTS:
            return True
    if rule.id in _SCRIPT_RULES and _has_program(lines):
        return True
    above = at - 1
    if not rule.sure:
        while above > 0 and lines[above].rule is not None:
            above -= 1
        if above >= 0 and lines[above].introduces:
            return True
    return rule.kind == "tracking" and _CODE.fullmatch(line.text) is not None and _is_content(lines, at)


def _is_content(lines: Sequence[_Line], at: int) -> bool:
    """Whether a bare code is one of several in a row, or announced by the paragraphs above it."""
    if any(_CODE.fullmatch(lines[near].text) for near in (at - 1, at + 1) if 0 <= near < len(lines)):
        return True
    return any(_CODE_WORDS.search(line.text) for line in lines[max(0, at - 2) : at] if line.rule is None)


def _has_program(lines: Sequence[_Line]) -> bool:
    """Whether there is script in the text itself, above the last prose."""
    prose = max((at for at, line in enumerate(lines) if line.rule is None and line.is_prose), default=len(lines))
    return any(line.rule is None and _PROGRAM.search(line.text) for line in lines[: prose + 1])


def _in_region(lines: Sequence[_Line], points: Sequence[int]) -> list[bool]:
    """What goes: in the region, in front of prose only on more points, and never the whole of a document."""
    going = [False] * len(lines)
    enough = ENOUGH
    any_prose = False
    for at in range(len(lines) - 1, -1, -1):
        if points[at] >= enough:
            going[at], enough = True, ENOUGH
        elif lines[at].is_prose:
            any_prose, enough = True, ENOUGH_PAST
    if any_prose:
        return going
    left = sum(line.rule is None for line in lines)
    sure_run = len(lines)
    while sure_run > 0 and going[sure_run - 1] and _is_sure(lines[sure_run - 1]):
        sure_run -= 1
    return [at >= sure_run and left >= FEWEST_LEFT for at in range(len(lines))]


def _is_sure(line: _Line) -> bool:
    return line.rule is not None and line.rule.sure
