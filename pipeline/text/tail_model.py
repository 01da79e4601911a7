"""Where the tail of a document begins, and what goes from there on.

Everything behind the last paragraph of the text is no part of it, so the place where it ends is what is looked for.
Each line has a score, the sum of the weights (`tail_weights.py`) of what is seen of it (`tail_lines.seen`). The tail
begins where the scores from there to the end have the highest sum, if

* the sum reaches LEAST_SUM;
* it begins with a line that a rule matches or that a cue begins: short lines above it may be a list of the text.
  Cues for names of writers and words such as "References" stand in texts, too: they open no tail, but go with one
  that begins right below them;
* prose stands above it: verse, tables and pages of addresses have none;
* nothing in it was found to belong to the text (`stays`).

Prose parts it into runs of lines. A run goes, known lines and unknown ones, if there is enough evidence in it: of each
line what matches (a sure rule counts for three, a rule or the heading of a block for two, another cue for one) and the
data in it (an e-mail address counts for two, a handle, a link or a sign of rights for one); a line that recurs in the
source counts for one at least. Sentences at its end stay, and so does what is not known right above prose: it may be
its heading. Prose goes only if a sure rule matches it, or by its points (see `tails`).
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.text.cues import Cue
from pipeline.text.tail_cues import HEADING_MARK
from pipeline.text.tail_lines import INTRODUCES, SHORTER, SHORTEST, Line, seen
from pipeline.text.tail_weights import WEIGHTS

LEAST_SUM = 10
SUREST_SUM = 100  # from here on the score of a removal is 1
# Evidence that is needed for a run of lines at the end, and for a single line or a run above prose; for one known line
# above prose one more. With MUCH, sentences at the end go, too.
NEEDED, NEEDED_ALONE, MUCH = 2, 3, 5
BIAS = "any line"  # what is seen of every line
SURE, LABEL, RULE, HEADING, CUE = 3, 3, 2, 2, 1  # what a line counts for as evidence by what matches
_DATA = {"email": 2, "handle": 1, "rights": 1, "url": 1}  # ... and data beside it
# Kinds of cues that are headings of blocks, or buttons, if nothing else stands in the line.
_HEADINGS = frozenset({"related", "newsletter", "share", "contact"})
# Kinds of blocks: what is not known below such a line is of its kind.
_BLOCKS = frozenset({"related", "navigation", "newsletter", "share", "byline"})
_OPENING = ("line", "start")  # places of cues with which a tail may begin
# Cues that stand in texts, too: names of writers, "References".
_EVERYWHERE = frozenset({"byline", "other"})
_CONTACTS = frozenset({"handle", "phone"})


@dataclass(frozen=True, slots=True)
class Judged:
    """A line that goes; `score` is 0 to 1."""

    index: int
    kind: str
    evidence: str
    score: float


def judged(lines: Sequence[Line], stays: Sequence[bool], weights: Mapping[str, int] = WEIGHTS) -> list[Judged]:
    """What goes from the end of a document, in order. `stays` says of each line whether it is known to be text."""
    start = first_of_tail(lines, stays)
    if start is None:
        return []
    opens = _openings(lines)
    names = seen(lines)
    begins, total = _best([score_of(each, weights) for each in names], opens, start)
    if total < LEAST_SUM:
        return []
    while start < begins < len(lines) and _joins(lines[begins - 1]):
        begins -= 1
    known = [_evidence(line, each) for line, each in zip(lines, names, strict=True)]
    known[-1] += _ends_in_heading(lines[-1])
    going = _going(lines, known, begins)
    score = min(total, SUREST_SUM) / SUREST_SUM
    return [
        Judged(at, kind, _told(lines[at], names[at]), score)
        for at, kind in enumerate(_kinds(lines[begins:], names[begins:]), begins)
        if going[at]
    ]


def score_of(names: Sequence[str], weights: Mapping[str, int] = WEIGHTS) -> int:
    """The score of a line of which this is seen."""
    return weights[BIAS] + sum(weights.get(name, 0) for name in names)


def first_of_tail(lines: Sequence[Line], stays: Sequence[bool]) -> int | None:
    """The first line at which the tail may begin; None without prose above, and where nothing below opens one."""
    prose = next((at for at, line in enumerate(lines) if line.is_plain_prose), None)
    if prose is None:
        return None
    start = max([prose, *(at for at, each in enumerate(stays) if each)]) + 1
    return start if any(_openings(lines)[start:]) else None


def _openings(lines: Sequence[Line]) -> list[bool]:
    return [_opens(line, below) for line, below in itertools.zip_longest(lines, lines[1:])]


def _evidence(line: Line, names: Sequence[str]) -> int:
    """How much the line itself says of a tail."""
    evidence = 0
    if line.is_label:
        evidence = LABEL
    elif line.rule is not None:
        evidence = SURE if line.rule.sure else RULE
    elif line.is_known:
        evidence = HEADING if any(_is_heading(line, cue) for cue in line.cues) else CUE
    if not line.is_prose:
        evidence += max((weight for name, weight in _DATA.items() if name in names), default=0)
    return max(evidence, int(line.does_recur))


def _is_heading(line: Line, cue: Cue) -> bool:
    """Whether the cue says that a block begins here, such as `Read also`."""
    if cue.at == "line":
        return cue.kind in _HEADINGS
    return cue.at == "start" and cue.kind == "related" and line.is_loose


def _opens(line: Line, below: Line | None) -> bool:
    """Whether a tail may begin with the line: the cues that open it are those that no sentence begins with.

    Any cue in a loose line does, if the line below is known, too. Lines that recur do not: names under every judgment
    and labels in every recipe do as well.
    """
    if line.rule is not None:
        return line.rule.sure or not (line.is_prose and line.ends_sentence)
    if line.introduces:
        return False
    beside = line.is_loose and below is not None and below.is_known
    cues = [cue for cue in line.cues if cue.at in _OPENING and cue.kind != "byline"]
    if line.is_label:
        return True
    return any(_begins_none(line, cue) or (beside and (cue.at == "line" or cue.kind != "other")) for cue in cues)


def _begins_none(line: Line, cue: Cue) -> bool:
    return cue.kind != "other" and (cue.at == "line" or line.is_loose or cue.kind == "related")


def _joins(line: Line) -> bool:
    """Whether the line goes with a tail that begins right below it."""
    cues = any(cue.at in _OPENING and (line.is_loose or cue.kind == "byline") for cue in line.cues)
    return line.rule is not None or (cues and not line.introduces)


def _ends_in_heading(line: Line) -> bool:
    """Whether the last line of all is the heading of a block that is gone."""
    heads = [cue for cue in line.cues if cue.at == "line" and cue.kind in _HEADINGS]
    return bool(heads) and (line.text.endswith(INTRODUCES) or line.size >= SHORTEST) and not line.ends_sentence


def _best(scores: Sequence[int], opens: Sequence[bool], start: int) -> tuple[int, int]:
    """Where the tail begins, and the sum of the scores from there on; the last such place if several are as good."""
    begins, most, total = len(scores), 0, 0
    for at in range(len(scores) - 1, start - 1, -1):
        total += scores[at]
        if opens[at] and total > most:
            begins, most = at, total
    return begins, most


def _going(lines: Sequence[Line], known: Sequence[int], begins: int) -> list[bool]:
    """What goes, from number `begins` on: from each run of lines between prose as much as it has evidence for."""
    going = [False] * len(lines)
    behind = len(lines)
    while behind > begins:
        first = behind
        while first > begins and not _parts(lines[first - 1]):
            first -= 1
        _take_run(going, lines, known, first, behind)
        behind = first - 1
    return going


def _parts(line: Line) -> bool:
    """Whether the line parts the tail: it is prose, and no notice by the words in it."""
    return line.is_plain_prose and not line.said


def _take_run(going: list[bool], lines: Sequence[Line], known: Sequence[int], first: int, behind: int) -> None:
    """Marks what goes of the run from `first` to `behind`. Right above prose, what is unknown may be its heading."""
    evidence = sum(known[first:behind])
    is_last = behind == len(lines)
    at_least = NEEDED if is_last and behind - first > 1 else NEEDED_ALONE
    alone = not is_last and max(known[first:behind], default=0) in (0, evidence)
    nothing_known = not is_last and not any(line.is_known for line in lines[first:behind])
    if evidence < at_least + alone or nothing_known:
        return
    last = max(at for at in range(first, behind) if known[at])
    heads_prose = not is_last and lines[behind - 1].text.endswith(INTRODUCES)
    for at in range(first, behind - heads_prose):
        is_tail = at <= last or (is_last and (evidence >= MUCH or not lines[at].ends_sentence))
        is_known = lines[at].is_known or bool(lines[at].said)
        going[at] = is_known or (is_tail and not lines[at].text.startswith(HEADING_MARK))


def _kinds(lines: Sequence[Line], names: Sequence[Sequence[str]]) -> Iterator[str]:
    """The kind of each line: its own, that of its data, that of its block, else that of most such lines."""
    block = ""
    for line, each in zip(lines, names, strict=True):
        kind = _own_kind(line)
        if kind:
            block = kind if kind in _BLOCKS else ""
            yield kind
        elif "email" in each or (line.is_loose and not _CONTACTS.isdisjoint(each)):
            yield "contact"
        elif "rights" in each:
            yield "copyright"
        else:
            yield block or ("navigation" if line.size < SHORTER else "related")


def _told(line: Line, names: Sequence[str]) -> str:
    """The evidence, for the ledger: what is seen, and by name what matched."""
    matched = [line.rule.id] if line.rule is not None else []
    return ", ".join([*names, *matched, *(cue.id for cue in (*line.cues, *line.said))])


def _own_kind(line: Line) -> str:
    """The kind of the rule, else of the cue that says most of the line; "" if there is none."""
    if line.rule is not None:
        return line.rule.kind
    best = min([*line.cues, *line.said], key=lambda cue: (cue.kind in _EVERYWHERE, cue.at != "line"), default=None)
    return best.kind if best else ""
