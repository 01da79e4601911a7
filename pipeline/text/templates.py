"""Templates: lines of one source that recur at its documents' ends or heads, and what else must speak against them.

Recurrence alone is no licence to cut: sub-heads, formulas, signatures and labels of tables recur as well. A line goes
only where it is loose (short, no sentence ends at its end), has letters, stands behind the last prose, is not
announced by a line that stays, and has one more evidence:

- a rule matches it or a cue stands in it, of a kind that is to go (those of a kind that stays keep the line);
- a datum: an e-mail address, a phone number with its country, a sign of rights, or an address of the web without
  figures (with figures it may be a reference: masked, all of one kind are alike);
- it names its source: "El Popola Chinio" in documents of `www.elpopola.org`;
- it has no figures, is no label with a value, and stands in a run of at least three such lines or lines that go, up
  to the end, and one of them goes by an evidence of its own: a menu around a copyright line, not the names under a
  judgment.

At the head only the first two count, in an unbroken run from the first line. A line that the settings confirm needs
no other evidence, and may be a sentence; it still must have no prose behind it that stays.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.text.cues import Cue
from pipeline.text.rules import Finder, Rule, RulePack
from pipeline.text.tail_lines import INTRODUCES, MANY_OTHERS, line_of
from pipeline.text.tails import TailRemoval

TEMPLATE = "template"  # kind and rule of what goes here
ACTIVE, CONFIRMED, VETOED = "active", "confirmed", "vetoed"
FEWEST_IN_RUN = 3
FEWEST_LETTERS = 2
# Words of a source that a line must hold to name it: those of so many letters, all of them, and so many letters in all.
WORD_LETTERS, NAME_LETTERS = 4, 6

_SURE, _CLEAR, _BESIDE = 1.0, 0.8, 0.6  # scores: confirmed; by its own evidence; by that of its neighbours
_DATUM = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+\d[\d ().-]{6,}\d|©|ⓒ|\([cC]\)")
_WEB = re.compile(r"https?://\w|\bwww\.\w|(?<![\w.-])(?:[a-z-]{2,}\.)+(?:com|org|net|info|edu|gov)(?![\w.])")
_DIGIT = re.compile(r"\d")
_NO_LETTERS = re.compile(r"[\W\d_]+")
_LABELLED = re.compile(r"[:：]\s*\S")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a line in its place: how many of the first documents of the source had it when it became a
    template (None where only the settings make it one), and its state.
    """

    had: int | None
    of_first: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Bench:
    """What lines are judged by: the rules of their place, cues, the kinds that go, and the name of their source."""

    pack: RulePack
    finder: Finder
    kinds: frozenset[str]
    source: str

    def said(self, line: str) -> list[Rule | Cue]:
        """The rules that match a line, then the cues in it."""
        return [*self.finder.hits(line), *self.pack.cues(line)]


def tail_templates(
    last: Sequence[str], standings: Mapping[int, Standing], gone: Collection[int], bench: Bench
) -> list[TailRemoval]:
    """What goes from the end as a template, in order.

    `last`: the last paragraphs of a document; `standings`: of those of them that are known; `gone`: those that rules
    take. A document without prose loses nothing.
    """
    first = _behind_prose(last, standings, gone)
    if first == 0:
        return []
    own = {
        at: evidence
        for at, standing in standings.items()
        if at >= first and at not in gone and (evidence := _own_evidence(last[at], standing, bench))
    }
    run = len(last)
    while run > first and (run - 1 in gone or run - 1 in own or _says_the_same(last, run - 1, standings, bench)):
        run -= 1
    is_junk = len(last) - run >= FEWEST_IN_RUN and any(at in own or at in gone for at in range(run, len(last)))
    beside = {at: "neighbours" for at in range(run, len(last)) if is_junk and at not in gone}
    removals = []
    for at, evidence in sorted((beside | own).items()):
        if not _is_announced(last, at, {*own, *gone}):
            removals.append(_removal(at, standings[at], evidence))
    return removals


def head_templates(
    first: Sequence[str], standings: Mapping[int, Standing], gone: Collection[int], bench: Bench
) -> list[TailRemoval]:
    """What goes from the start as a template, in order: an unbroken run that leaves a paragraph behind it."""
    removals: list[TailRemoval] = []
    nameless = replace(bench, source="")  # a title may well name the source
    for at in range(len(first) - 1):
        if at in gone:
            continue
        evidence = _own_evidence(first[at], standings[at], nameless) if at in standings else ""
        if not evidence:
            break
        removals.append(_removal(at, standings[at], evidence))
    return removals


def telling(last: Sequence[str], recurs: Sequence[int]) -> list[int]:
    """`recurs` of the lines behind the last prose that say the same everywhere; 0 of all others.

    Sub-heads recur above prose; and masked, lines with figures or a value behind a label are alike in documents of
    which each has its own: "Energy: 210 kcal". Prose that recurs itself is no prose of the document.
    """
    told = [0] * len(last)
    for at in range(len(last) - 1, -1, -1):
        if recurs[at] < MANY_OTHERS and line_of(last[at]).is_prose:
            break
        if not _DIGIT.search(last[at]) and not _LABELLED.search(last[at]):
            told[at] = recurs[at]
    return told


def names_source(line: str, source: str) -> bool:
    """Whether a line holds all longer words of the name of its source, whatever stands between their letters.

    >>> names_source("El Popola Chinio", "www.elpopola.org"), names_source("The Herald says", "www.harbour-herald.com")
    (True, False)
    """
    words = [word for word in _NO_LETTERS.split(source.casefold()) if len(word) >= WORD_LETTERS]
    letters = _NO_LETTERS.sub("", line.casefold())
    return sum(map(len, words)) >= NAME_LETTERS and all(word in letters for word in words)


def _removal(at: int, standing: Standing, evidence: str) -> TailRemoval:
    score = {CONFIRMED: _SURE, "neighbours": _BESIDE}.get(evidence, _CLEAR)
    told = [] if standing.had is None else [f"{standing.had} of the first {standing.of_first} documents"]
    return TailRemoval(at, TEMPLATE, TEMPLATE, score, ", ".join([*told, evidence]))


def _behind_prose(last: Sequence[str], standings: Mapping[int, Standing], gone: Collection[int]) -> int:
    """The first paragraph behind the last prose that stays; 0 where there is no prose."""
    for at in range(len(last) - 1, -1, -1):
        confirmed = at in standings and standings[at].state == CONFIRMED
        if at not in gone and not confirmed and line_of(last[at]).is_prose:
            return at + 1
    return 0


def _own_evidence(line: str, standing: Standing, bench: Bench) -> str:
    """Why a line goes by what is known of it and what it says itself; empty where it does not."""
    if standing.state == CONFIRMED:
        return CONFIRMED
    if standing.state != ACTIVE or not _is_loose(line):
        return ""
    said = bench.said(line)
    if said:
        # What is script or a code only the rules decide: they look at the text around it.
        return next((each.id for each in said if each.kind in bench.kinds and each.kind != "tracking"), "")
    if _DATUM.search(line) or (_WEB.search(line) and not _DIGIT.search(line)):
        return "datum"
    return "source name" if names_source(line, bench.source) else ""


def _says_the_same(last: Sequence[str], at: int, standings: Mapping[int, Standing], bench: Bench) -> bool:
    """Whether a line is a template with the same words everywhere: no figures, no label with a value, nothing kept."""
    if at not in standings or standings[at].state != ACTIVE or not _is_loose(last[at]):
        return False
    if _DIGIT.search(last[at]) or _LABELLED.search(last[at]):
        return False
    return all(each.kind in bench.kinds for each in bench.said(last[at]))


def _is_announced(last: Sequence[str], at: int, going: Collection[int]) -> bool:
    """Whether the nearest line above that stays ends in a colon."""
    above = next(above for above in range(at - 1, -1, -1) if above not in going)
    return last[above].rstrip().endswith(INTRODUCES)


def _is_loose(line: str) -> bool:
    """Short, with letters, and no sentence ends at its end."""
    return line_of(line).is_loose and sum(map(str.isalpha, line)) >= FEWEST_LETTERS
