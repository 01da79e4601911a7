"""Budgets: what one night may take, by what was usual in the nights before it. Pure arithmetic, without rounding.

A share is judged against the same share of the latest nights in which its source brought enough documents, the highest
of them set aside: a single night never is the norm, and a level that came twice (each weekend) is. Of the others

    limit = max(median + reach, highest) + slack      reach = min(3 x spread, 2 x (highest - median))

where spread = 1.4826 x the median distance to the median: the standard deviation of shares that are normally
distributed.
The second bound of the reach is for sources with two levels, of which each is half of the nights.
Worked: of 4, 5, 5, 6 and 40 % the highest is set aside. The others have the median 5, the distances 1, 0, 0 and 1, so a
spread of 0.74 and a reach of min(2.2, 2) = 2; 5 + 2 is more than their highest, 6; with a slack of 10 the limit
is 17 %.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from pipeline.brake.tolls import Take, Toll
from pipeline.unattended import BrakeSettings

SMALL = "all smaller sources together"
WHOLE = "the whole run"
CORPUS = "the corpus"
_LARGE_NIGHT = 10  # times `fewest_documents`: a night of fewer documents is never too large

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of one night that can be too high: `part` of `whole`.

    `what` is removed, rule, emptied, uncertain, quarantined, size, withdrawn or lost; `source` one, or a name above.
    """

    what: str
    source: str
    rule: str
    part: int
    whole: int

    @property
    def share(self) -> Fraction:
        """The part of the whole."""
        return Fraction(self.part, max(1, self.whole))

    @property
    def key(self) -> Key:
        """What makes it comparable with another night's."""
        return self.what, self.source, self.rule


@dataclass(frozen=True, slots=True)
class Finding:
    """A measure over its limit. `nights`: of history behind the limit, 0 where it is a fixed one."""

    measure: Measure
    limit: Fraction
    usual: Fraction
    nights: int
    documents: int  # of the source
    worst: Toll | None = None  # of its rules the one that took most


def findings(tonight: Take, past: Sequence[Take], settings: BrakeSettings) -> list[Finding]:
    """Everything of this night that is over its limit, in the order of measures."""
    history = [measures(night, settings.fewest_documents) for night in past]
    found = []
    for measure in measures(tonight, settings.fewest_documents).values():
        shares = _shares(measure, history)
        if len(shares) >= settings.fewest_nights:
            most, usual, nights = limit(shares, settings.fraction("slack")), median(shares), len(shares)
        elif measure.what == "removed" and measure.source != SMALL:
            most, usual, nights = settings.fraction("most_removed_share"), Fraction(0), 0
        else:
            continue
        if measure.share > most:
            some = [toll for toll in tonight.tolls if toll.source == measure.source]
            worst = max(some, key=lambda toll: toll.removed or 0, default=None)
            documents = some[0].documents if some else _documents(measure, tonight, settings)
            found.append(Finding(measure, most, usual, nights, documents, worst))
    return [*found, *_too_large(tonight, past, settings)]


def limit(shares: Sequence[Fraction], slack: Fraction) -> Fraction:
    """What a share may be after nights with these shares (three or more).

    >>> float(limit([Fraction(each, 100) for each in (5, 40, 4, 6, 5)], Fraction(1, 10)))
    0.17
    """
    others = sorted(shares)[:-1]
    middle = median(others)
    spread = Fraction("1.4826") * median([abs(each - middle) for each in others])
    reach = min(3 * spread, 2 * (others[-1] - middle))
    return max(middle + reach, others[-1]) + slack


def lost(before: int, after: int, documents: int, settings: BrakeSettings) -> list[Finding]:
    """The finding that the corpus would shrink: its clean characters before and after this run."""
    most = settings.fraction("most_lost_share")
    measure = Measure("lost", CORPUS, "", before - after, before)
    if documents < settings.fewest_documents or measure.share <= most:
        return []
    return [Finding(measure, most, Fraction(0), 0, documents)]


def small(tonight: Take, past: Sequence[Take], settings: BrakeSettings) -> str | None:
    """A warning where far fewer documents came than usual. No reason to hold back those that came."""
    sizes = _sizes(past)
    if len(sizes) < settings.fewest_nights or tonight.documents * settings.largest_growth >= sizes[1]:
        return None
    return f"only {tonight.documents:,} documents came, where {median(sizes):,.0f} are usual: is the feed whole?"


def _too_large(tonight: Take, past: Sequence[Take], settings: BrakeSettings) -> Iterator[Finding]:
    sizes = _sizes(past)
    if len(sizes) < settings.fewest_nights or tonight.documents < _LARGE_NIGHT * settings.fewest_documents:
        return
    most = settings.largest_growth * sizes[-2]
    if tonight.documents > most:
        measure = Measure("size", WHOLE, "", tonight.documents, 1)
        yield Finding(measure, Fraction(most), Fraction(median(sizes)), len(sizes), tonight.documents)


def _sizes(past: Sequence[Take]) -> list[int]:
    """Documents of the nights that brought any, ascending."""
    return sorted(night.documents for night in past if night.documents)


def measures(night: Take, fewest: int) -> dict[Key, Measure]:
    """The measures of a night by their keys; of sources with fewer documents than `fewest` only all together."""
    by_source: dict[str, list[Toll]] = defaultdict(list)
    for toll in night.tolls:
        by_source[toll.source].append(toll)
    units = [(source, [rows]) for source, rows in sorted(by_source.items()) if rows[0].documents >= fewest]
    rest = [rows for rows in by_source.values() if rows[0].documents < fewest]
    if sum(rows[0].documents for rows in rest) >= fewest:
        units.append((SMALL, rest))
    found = [measure for source, members in units for measure in _unit(source, members)]
    if night.documents >= fewest:
        found.append(Measure("quarantined", WHOLE, "", night.quarantined, night.documents))
    return {measure.key: measure for measure in found}


def _unit(source: str, members: Sequence[Sequence[Toll]]) -> Iterator[Measure]:
    """The measures of one source, or of several as one."""
    documents, chars, emptied, uncertain = (
        sum(getattr(rows[0], name) for rows in members) for name in ("documents", "chars", "emptied", "uncertain")
    )
    taken: dict[str, int] = defaultdict(int)
    for rows in members:
        for toll in rows:
            if toll.rule and toll.removed:
                taken[toll.rule] += toll.removed
    yield Measure("removed", source, "", sum(taken.values()), chars)
    for rule, removed in sorted(taken.items()):
        yield Measure("rule", source, rule, removed, chars)
    yield Measure("emptied", source, "", emptied, documents)
    yield Measure("uncertain", source, "", uncertain, documents)


def _shares(measure: Measure, history: Sequence[Mapping[Key, Measure]]) -> list[Fraction]:
    """The same share in each night that knew its source; a rule that took nothing then had the share 0."""
    there = (measure.what if measure.what == "quarantined" else "removed", measure.source, "")
    nights = [night for night in history if there in night]
    return [night[measure.key].share if measure.key in night else Fraction(0) for night in nights]


def _documents(measure: Measure, tonight: Take, settings: BrakeSettings) -> int:
    """Documents behind a measure that is of no single source."""
    if measure.source == WHOLE:
        return tonight.documents
    sizes = {toll.source: toll.documents for toll in tonight.tolls}
    return sum(size for size in sizes.values() if size < settings.fewest_documents)
