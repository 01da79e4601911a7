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

LEAST_SUM = 30
SUREST_SUM = 100  # from here on the score of a removal is 1
FEWEST_EVIDENCES = 2
BIAS = "any line"  # what is seen of every line
RULE, OTHER = 2, 1  # what they count for as evidence
RECURS = 25  # weight of a line that ends other documents of the source; they are too few in the set to learn it
_OPENING = frozenset({"email", "handle", "rights"})
# Kinds of blocks: what is not known below such a line is of its kind.
_BLOCKS = frozenset({"related", "navigation", "newsletter", "share", "byline"})
_CONTACTS = frozenset({"email", "handle", "phone"})


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
    if start is None:
        return []
    names = seen(lines)
    known = [_evidence(line, each) for line, each in zip(lines, names, strict=True)]
    scores = [score_of(each, weights) for each in names]
    begins, total = _best(scores, known, start)
    if total < LEAST_SUM or sum(known[begins:]) < FEWEST_EVIDENCES:
        return []
    score = min(total, SUREST_SUM) / SUREST_SUM
    kinds = _kinds(lines[begins:], names[begins:])
    return [
        Judged(at, kind, ", ".join(names[at]), score)
        for at, kind in enumerate(kinds, begins)
        if _goes(lines[at], any(known[at + 1 :]))
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
        return RULE
    is_other = bool(line.cues) or line.recurs > 0 or (not line.is_prose and not _OPENING.isdisjoint(names))
    return OTHER if is_other else 0


def _best(scores: Sequence[int], known: Sequence[int], start: int) -> tuple[int, int]:
    """Where the tail begins, and the sum of the scores from there on; the last such place if several are as good."""
    begins, most, total = len(scores), 0, 0
    for at in range(len(scores) - 1, start - 1, -1):
        total += scores[at]
        if known[at] and total > most:
            begins, most = at, total
    return begins, most


def _goes(line: Line, known_below: bool) -> bool:
    if line.rule is not None:
        return True
    if line.is_prose:
        return False
    return bool(line.cues) or not line.ends_sentence or known_below


def _kinds(lines: Sequence[Line], names: Sequence[Sequence[str]]) -> Iterator[str]:
    """The kind of each line: its own, that of its data, that of its block, else that of most such lines."""
    block = ""
    for line, each in zip(lines, names, strict=True):
        kind = _own_kind(line)
        if kind:
            block = kind if kind in _BLOCKS else ""
            yield kind
        elif not _CONTACTS.isdisjoint(each) and line.is_loose:
            yield "contact"
        elif "rights" in each:
            yield "copyright"
        else:
            yield block or ("navigation" if line.size < SHORTER else "related")


def _own_kind(line: Line) -> str:
    if line.rule is not None:
        return line.rule.kind
    return min(line.cues, key=lambda cue: cue.at != "line").kind if line.cues else ""
