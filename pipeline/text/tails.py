"""Tails: which of the last paragraphs of a document are no part of its text.

A tail is a stack of short lines without a full stop, and what we look for is often not the last of them: related
links, comment forms and buttons stand behind it. Two judges look at the end of a document, and what one of them takes
goes. The model (`tail_model.py`) looks for the place where the tail begins. And every line that a rule matches is
judged on its own, by points:

    2  a rule matches (3 if the rule is sure)
    1  short, and no sentence ends at its end
    1  it holds an e-mail address
    1  the paragraph above or below matches a rule too
    1  it is script, and there is no other script in the text

From 3 points it goes; the score is points / 5. Then what is right by the text around it stays: see `_stays`.
A notice about cookies or a comment looks like prose too. So up to 3 such paragraphs are looked past: a loose line
above them that has 4 points goes.
A document without prose (a poem, a table, a page that *is* a contact) loses at most a closing run of sure lines, or
of lines of three kinds.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.text.glued import before_glued
from pipeline.text.rules import RulePack
from pipeline.text.tail_blocks import block_start, is_of_block
from pipeline.text.tail_cues import believed, fitting, languages_in
from pipeline.text.tail_lines import EMAIL, LONGEST, Line, line_of, ruled
from pipeline.text.tail_model import first_of_tail, judged
from pipeline.text.tail_weights import WEIGHTS

TAIL_WINDOW = 30  # paragraphs looked at from the end

# A page with more contact lines than this is a directory.
MOST_CONTACTS = 8
# In a document without prose this many lines must stay, and only the sure rules cut.
FEWEST_LEFT = 3
STACK = 3  # lines in a row, each of another kind, are no part of a text, whatever stands above them
LONG_PAGE = 10  # lines above a stack, of a page without prose

WEAK, SURE, ENOUGH, MOST_POINTS = 2, 3, 3, 5
ENOUGH_PAST = 4  # above prose that stays
# Cues that say of prose that it is a notice.
SAID_AT, SAID_KINDS = ("start", "within"), frozenset({"tracking", "copyright", "share", "newsletter", "other"})
LOOK_PAST = 3  # paragraphs of prose in a row

_SEVEN_DIGITS = re.compile(r"(?:\d[^\d\n]{0,3}){7}")
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
    """A paragraph that goes; `index` is its place in the sequence that was given, `score` is 0 to 1.

    `evidence`: the rule, what the model saw, or how often the line recurs.
    """

    index: int
    kind: str
    rule: str
    score: float
    evidence: str


def tail_removals(
    last: Sequence[str],
    pack: RulePack,
    kinds: frozenset[str],
    recurs: Sequence[int] = (),
    weights: Mapping[str, int] | None = WEIGHTS,
) -> list[TailRemoval]:
    """What goes from the end, in order. `last`: the last TAIL_WINDOW paragraphs (all, if there are fewer).

    `recurs`: how many other documents of the source end in the same line, for each paragraph (none: not known).
    `weights`: those of the model; None asks the rules alone.
    Rules of kinds that are not in `kinds` still say where the tail is, so that fewer kinds never remove more.
    """
    lines = end_lines(last, pack, recurs)
    first = len(last) - len(lines)
    block = block_start(lines)
    if block is not None:
        opener = lines[block].rule
        assert opener is not None
        whole = [TailRemoval(first + at, opener.kind, opener.id, 1.0, opener.id) for at in range(block, len(lines))]
        return whole if opener.kind in kinds else []
    modelled = [] if weights is None else _modelled(lines, pack, weights)
    found = {each.index: each for each in (*modelled, *_pointed(lines))}
    return [replace(found[at], index=first + at) for at in sorted(found) if found[at].kind in kinds]


def _pointed(lines: Sequence[Line]) -> list[TailRemoval]:
    """What rules take, each by its own points."""
    points = [_points(lines, at) for at in range(len(lines))]
    going = _in_region(lines, [0 if _stays(lines, at) else points[at] for at in range(len(lines))])
    return [
        TailRemoval(at, line.rule.kind, line.rule.id, min(points[at], MOST_POINTS) / MOST_POINTS, line.rule.id)
        for at, line in enumerate(lines)
        if going[at] and line.rule is not None
    ]


def _modelled(lines: Sequence[Line], pack: RulePack, weights: Mapping[str, int]) -> list[TailRemoval]:
    """What goes with the tail that the model finds."""
    stays = [line.rule is not None and _stays(lines, at) for at, line in enumerate(lines)]
    if first_of_tail(lines, stays) is None:
        return []
    return [
        TailRemoval(each.index, each.kind, _name(lines[each.index], each.kind), each.score, each.evidence)
        for each in judged(_noticed(lines, pack), stays, weights)
    ]


def end_lines(last: Sequence[str], pack: RulePack, recurs: Sequence[int] = ()) -> list[Line]:
    """The end of a document, in order, from LOOK_PAST paragraphs of prose on; rules are tried where they can decide."""
    lines: list[Line] = []
    prose = passed = 0
    title = len(last) - 1 if len(last) < TAIL_WINDOW else -1  # of a whole document: it opens the text, whatever it is
    for back, text in enumerate(reversed(last)):
        before = before_glued(text, pack.glued)
        line = line_of(before, recurs[-1 - back] if recurs else 0)
        if back != title and not (line.ends_sentence and (line.size > LONGEST or (passed and line.is_prose))):
            line = ruled(line, pack.tail.hits(text))
            line = line if before != text else cued(line, pack)  # the words of a credit say nothing of the sentence
        lines.append(line)
        if line.is_known:
            prose = 0
        elif line.is_prose:
            prose, passed = prose + 1, passed + 1
            if prose == LOOK_PAST:
                break
    lines.reverse()
    return believed(lines)


def _name(line: Line, kind: str) -> str:
    """The rule that a removal by the model is told by."""
    return line.rule.id if line.rule is not None else f"model-{kind}"


def cued(line: Line, pack: RulePack) -> Line:
    """The line with the cues in it; prose has none."""
    cues = [] if line.is_prose else pack.cues(line.text)
    return replace(line, cues=cues) if cues else line


def _noticed(lines: Sequence[Line], pack: RulePack) -> list[Line]:
    """The lines, prose with the cues that say that it is a notice."""
    languages = languages_in(lines)
    found = []
    for line in lines:
        cues = pack.cues(line.text) if line.is_prose and line.rule is None else []
        said = [cue for cue in fitting(cues, languages) if cue.at in SAID_AT and cue.kind in SAID_KINDS]
        found.append(replace(line, said=said) if said else line)
    return found


def _points(lines: Sequence[Line], at: int) -> int:
    line = lines[at]
    if line.rule is None:
        return 0
    points = SURE if line.rule.sure else WEAK
    address = EMAIL.search(line.text) is not None
    # a number without an address is as often the ticket office as the newsroom
    lone_number = line.rule.kind == "contact" and not address and _SEVEN_DIGITS.search(line.text) is not None
    points += line.is_loose and not lone_number
    points += address
    points += any(lines[near].rule is not None for near in (at - 1, at + 1) if 0 <= near < len(lines))
    points += line.rule.id in _SCRIPT_RULES and not _has_program(lines)
    return points


def _stays(lines: Sequence[Line], at: int) -> bool:
    """Whether the text around a line that matched speaks for it."""
    line = lines[at]
    rule = line.rule
    if rule is None or is_of_block(line):
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
        if above >= 0 and lines[above].introduces and not _is_stack(lines, above + 1):
            return True
    return rule.kind == "tracking" and _CODE.fullmatch(line.text) is not None and _is_content(lines, at)


def _is_stack(lines: Sequence[Line], first: int) -> bool:
    """Whether the lines from `first` to the end match rules, the first three of three kinds: nobody announces rights, a
    newsletter and an address in one breath, nor are they what a page without prose is about.
    """
    rules = [line.rule for line in lines[first:]]
    return len({rule.kind for rule in rules[:STACK] if rule is not None}) == STACK and None not in rules


def _is_content(lines: Sequence[Line], at: int) -> bool:
    """Whether a bare code is one of several in a row, or announced by the paragraphs above it."""
    if any(_CODE.fullmatch(lines[near].text) for near in (at - 1, at + 1) if 0 <= near < len(lines)):
        return True
    return any(_CODE_WORDS.search(line.text) for line in lines[max(0, at - 2) : at] if line.rule is None)


def _has_program(lines: Sequence[Line]) -> bool:
    """Whether there is script in the text itself, above the last prose."""
    prose = max((at for at, line in enumerate(lines) if line.rule is None and line.is_prose), default=len(lines))
    return any(line.rule is None and _PROGRAM.search(line.text) for line in lines[: prose + 1])


def _in_region(lines: Sequence[Line], points: Sequence[int]) -> list[bool]:
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
    stack = len(lines)
    while stack > 0 and going[stack - 1]:
        stack -= 1
    if stack >= LONG_PAGE and _is_stack(lines, stack):
        sure_run = stack
    return [at >= sure_run and left >= FEWEST_LEFT for at in range(len(lines))]


def _is_sure(line: Line) -> bool:
    return line.rule is not None and line.rule.sure
