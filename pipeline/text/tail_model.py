"""Where the tail of a document begins, and what goes from there on.

Everything behind the last paragraph of the text is no part of it, so the place where it ends is what is looked for.
Each line has a score: the sum of the weights of what is seen of it (`tail_lines.seen`), the log-odds, in tenths, that
it stands in a tail. The tail begins where the scores from there to the end have the highest sum, if

* the sum reaches LEAST_SUM, and in the tail there are two evidences of something that is known: a rule counts for
  two, a cue, an address, a handle, a sign of rights or a recurring line for one;
* its first line is such an evidence itself: short lines above it may be a list of the text;
* prose stands above it: verse, tables and pages of addresses have none;
* nothing in it was found to belong to the text (`stays`), or is announced by the text above it.

Then its loose lines go, known or not. Prose goes only if a rule matches, a short sentence only if something that is
known stands below it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.text.tail_lines import SHORTER, Line, seen
from pipeline.text.tail_weights import WEIGHTS

LEAST_SUM = 10
SUREST_SUM = 100  # from here on the score of a removal is 1
NEEDED, NEEDED_ABOVE = 2, 3  # evidences in the run of lines at the end, and in one above prose that stays
BIAS = "any line"  # what is seen of every line
SURE, RULE, OTHER = 3, 2, 1  # what they count for as evidence
RECURS = 25  # weight of a line that ends other documents of the source; they are too few in the set to learn it
_DATA = frozenset({"email", "handle", "rights"})
# Kinds of blocks: what is not known below such a line is of its kind.
_BLOCKS = frozenset({"related", "navigation", "newsletter", "share", "byline"})
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
    start = _start(lines, stays)
    if start is None or not any(line.is_known or line.does_recur for line in lines):
        return []
    names = seen(lines)
    known = [_evidence(line, each) for line, each in zip(lines, names, strict=True)]
    begins, total = _best([score_of(each, weights) for each in names], [_opens(line) for line in lines], start)
    if total < LEAST_SUM:
        return []
    score = min(total, SUREST_SUM) / SUREST_SUM
    going = _going(lines, known, begins)
    return [
        Judged(at, kind, _told(lines[at], names[at]), score)
        for at, kind in enumerate(_kinds(lines[begins:], names[begins:]), begins)
        if going[at]
    ]


def score_of(names: Sequence[str], weights: Mapping[str, int] = WEIGHTS) -> int:
    """The score of a line of which this is seen."""
    return weights[BIAS] + sum(weights.get(name, RECURS if name == "recurs" else 0) for name in names)


def _start(lines: Sequence[Line], stays: Sequence[bool]) -> int | None:
    """The first line at which the tail may begin; None without prose above."""
    prose = next((at for at, line in enumerate(lines) if line.is_prose and line.rule is None), None)
    if prose is None:
        return None
    return max([prose, *(at for at, each in enumerate(stays) if each)]) + 1


def _evidence(line: Line, names: Sequence[str]) -> int:
    """How much the line itself says of a tail."""
    if line.rule is not None:
        return SURE if line.rule.sure else RULE
    is_other = bool(line.cues) or line.does_recur or (not line.is_prose and not _DATA.isdisjoint(names))
    return OTHER if is_other else 0


def _opens(line: Line) -> bool:
    """Whether a tail may begin with the line: the cues that open it are those that no sentence begins with."""
    if line.rule is not None or line.does_recur:
        return True
    return any(
        cue.at == "line" or (cue.at == "start" and (line.is_loose or cue.kind == "related"))
        for cue in line.cues
        if cue.kind not in _EVERYWHERE and not line.introduces
    )


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
        while first > begins and (lines[first - 1].rule is not None or not lines[first - 1].is_prose):
            first -= 1
        if sum(known[first:behind]) >= (NEEDED if behind == len(lines) else NEEDED_ABOVE):
            going[first:behind] = [_fits(lines[at], lines[at + 1 : behind]) for at in range(first, behind)]
        behind = first - 1
    return going


def _fits(line: Line, below: Sequence[Line]) -> bool:
    """Whether a line may go with a tail: no sentence that may be the last of the text."""
    return line.is_known or not line.ends_sentence or any(each.is_known for each in below)


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
    return ", ".join([*names, *matched, *(cue.id for cue in line.cues)])


def _own_kind(line: Line) -> str:
    if line.rule is not None:
        return line.rule.kind
    return min(line.cues, key=lambda cue: cue.at != "line").kind if line.cues else ""
