"""Mastheads: which of the first paragraphs of a document are no part of its text.

A masthead begins at the very first paragraph and is an unbroken run of lines that rules match, from where on the text
stands: it never reaches past a line that no rule knows, which may be the title. Then it has to show enough:

* a sure rule among its lines, such as "Skip to content", "Home > News > Harbour" or a menu in one line;
* or three lines of two rules: the front page, a menu, members, buttons;
* or, for the bare address of a site in the first line, two of three: a title follows; it has a sub-domain or is written
  as a link; a line below names it with a bar behind it.

What stays, whatever matches it:

* a date below the last such line, for it may be the day of the text; dates are no evidence;
* the line right above prose, for it may be its title, unless it is a row with bars or a sentence;
* everything, where a single word of the run stands below once more: it is the heading of a part, and the run a list of
  contents. Where the text goes on about what a notice speaks of, the notice;
* everything in front of no prose: verse, tables and lists of links begin with short lines, too.
"""

import re
from collections.abc import Sequence

from pipeline.text.rules import RulePack
from pipeline.text.tail_lines import Line, line_of, ruled
from pipeline.text.tails import TailRemoval

HEAD_WINDOW = 20  # paragraphs looked at from the start

FEWEST_WEAK, FEWEST_RULES = 3, 2
FEWEST_OF_ADDRESS = 2
_SURE, _NEAR_SURE, _WEAK = 1.0, 0.8, 0.6  # scores: a sure rule; beside one, or an address; all weak
_ADDRESS, _DATE = "masthead-domain", "masthead-date"
# What a text that goes on about it has for its subject.
_SUBJECTS = {
    "masthead-cookies": ("cookie", "browser", "privacy", "consent", "datenschutz"),
    "masthead-script": ("javascript", "browser", "navigat"),
    "masthead-skip": ("skip", "screen reader", "screenreader", "springen"),
}
_ADDRESS_DRESS = re.compile(r"^https?://|^www\.|/$")
# Names of files and packages, which have the form of an address: of these endings none is one of a site that matters.
_FILE_ENDING = re.compile(
    r"\.(?:[cm]?js|ts|jsx|tsx|py|rb|go|cs|vb|kt|java|cpp|hpp|php|html?|css|scss|json|ya?ml|toml|xml|txt|md|rst|csv|tsv|"
    r"zip|gz|tgz|tar|exe|dll|so|lib|lua|cfg|conf|ini|log|bat|jpe?g|png|gif|svg|pdf|docx?|xlsx?|mp[34]|avi|mov|sql|env)$"
)
_BAR = re.compile("[|•·]")


def head_removals(first: Sequence[str], pack: RulePack, kinds: frozenset[str]) -> list[TailRemoval]:
    """What goes from the start, in order: an unbroken run that always leaves prose behind it.

    `first`: the first HEAD_WINDOW paragraphs (all, if there are fewer).
    """
    run = _run(first, pack)
    below = [line_of(text) for text in first[len(run) :]]
    if not run or not any(line.is_prose for line in below) or _lists_contents(run, below):
        return []
    goes_on = next((at for at, line in enumerate(run) if _is_subject(line, below)), len(run))
    if goes_on == len(run) and below[0].is_prose and _may_be_title(run[-1]):
        goes_on -= 1
    run = run[:goes_on]
    while run and run[-1].rule_id == _DATE:
        run.pop()
    score = _score(run, [line.text for line in below])
    if not score:
        return []
    told = f", {len(run)} lines" if len(run) > 1 else ""
    return [
        TailRemoval(at, rule.kind, rule.id, _SURE if rule.sure else score, rule.id + told)
        for at, line in enumerate(run)
        if (rule := line.rule) is not None and rule.kind in kinds
    ]


def _run(first: Sequence[str], pack: RulePack) -> list[Line]:
    """The lines that rules match, from the first one on."""
    run: list[Line] = []
    for text in first:
        line = ruled(line_of(text), pack.head.hits(text))
        if line.rule is None or (line.ends_sentence and not line.rule.sure) or _is_file(line):
            break
        run.append(line)
    return run


def _score(run: Sequence[Line], below: Sequence[str]) -> float:
    """How sure a run is to be a masthead; 0 where it shows too little."""
    rules = {line.rule.id for line in run if line.rule is not None and line.rule.id != _DATE}
    if any(line.rule is not None and line.rule.sure for line in run):
        return _NEAR_SURE
    if sum(line.rule_id != _DATE for line in run) >= FEWEST_WEAK and len(rules) >= FEWEST_RULES:
        return _WEAK
    lone = len(run) == 1 and run[0].rule_id == _ADDRESS
    return _NEAR_SURE if lone and _is_address(run[0].text, below) else 0.0


def _is_address(text: str, below: Sequence[str]) -> bool:
    """Whether two of three say that a bare address is that of the site: see the head of this file."""
    name = _ADDRESS_DRESS.sub("", text).casefold()
    title = line_of(below[0])
    evidence = [
        not title.ends_sentence and not title.is_prose,
        name.count(".") > 1 or name != text.casefold(),
        any(_BAR.match(other[len(name) :].lstrip()) for other in below if other.casefold().startswith(name)),
    ]
    return sum(evidence) >= FEWEST_OF_ADDRESS


def _is_file(line: Line) -> bool:
    return line.rule_id == _ADDRESS and _FILE_ENDING.search(line.text) is not None


def _is_subject(line: Line, below: Sequence[Line]) -> bool:
    """Whether the text goes on about what the line speaks of."""
    words = _SUBJECTS.get(line.rule_id, ())
    return any(word in other.text.casefold() for other in below for word in words)


def _lists_contents(run: Sequence[Line], below: Sequence[Line]) -> bool:
    """Whether a single word of the run is a line of the text below, too."""
    words = {line.text.casefold() for line in run if line.rule is not None and not line.rule.sure}
    return any(line.text.casefold() in words for line in below)


def _may_be_title(line: Line) -> bool:
    return not line.ends_sentence and _BAR.search(line.text) is None
