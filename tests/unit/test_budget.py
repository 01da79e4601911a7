"""What the brake lets pass and what it holds back, on made-up nights: first everything that must pass."""

from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.brake.budget import SMALL, WHOLE, findings, limit, lost, small
from pipeline.brake.tolls import Take, Toll, take_rows, takes
from pipeline.unattended import BrakeSettings

SETTINGS = BrakeSettings()
SLACK = Fraction(1, 10)


def source(name: str, removed: int, *, of: int = 1000, rule: str = "a", emptied: int = 0, uncertain: int = 0) -> Toll:
    """A source of `of` documents of 100 characters each, of which `removed` percent go."""
    return Toll(name, of, of * 100, emptied, uncertain, rule, "contact", of, of * removed)


def night(*tolls: Toll, quarantined: int = 0) -> Take:
    return Take(tolls, quarantined)


def usual(*shares: int, **more: int) -> list[Take]:
    return [night(source("s", share, **more)) for share in shares]


QUIET = (4, 5, 5, 6, 4)


def told(tonight: Take, past: list[Take], settings: BrakeSettings = SETTINGS) -> list[tuple[str, str, str]]:
    return [each.measure.key for each in findings(tonight, past, settings)]


# --- what must pass -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tonight", "past"),
    [
        pytest.param(night(source("s", 60)), [], id="exactly the fixed limit"),
        pytest.param(night(source("s", 100, of=199)), [], id="a small source"),
        pytest.param(night(source("s", 100, of=199)), usual(*QUIET), id="a small source, with history"),
        pytest.param(night(source("s", 60)), usual(1, 1, 1, 1), id="four nights are no history"),
        pytest.param(night(source("s", 5, of=9000)), usual(*QUIET), id="a night that is merely larger"),
        pytest.param(night(source("s", 5, of=100_000)), usual(*QUIET, of=10_000), id="ten times as large"),
        pytest.param(night(source("s", 5, of=1999)), usual(*QUIET, of=2), id="many more than very few"),
        pytest.param(night(source("s", 5), source("new", 60)), usual(*QUIET), id="a new source"),
        pytest.param(night(source("s", 95)), usual(91, 93, 90, 92, 94), id="a share that always was high"),
        pytest.param(night(source("s", 40)), usual(5, 5, 40, 5, 5, 5, 5, 38, 5), id="a weekend"),
        pytest.param(night(source("s", 14)), usual(*QUIET), id="within the slack"),
        pytest.param(night(source("s", 0)), usual(50, 50, 50, 50, 50), id="less than ever"),
        pytest.param(night(source("s", 5), quarantined=90), usual(*QUIET), id="some in quarantine"),
        pytest.param(night(), usual(*QUIET), id="nothing readable came, nor anything else"),
        pytest.param(
            night(source("s", 30, rule="b")), usual(28, 29, 28, 30, 27, of=10), id="its nights were too small"
        ),
        pytest.param(
            night(source("s", 5), *[source(f"t{n}", 70, of=90) for n in range(9)]),
            usual(*QUIET),
            id="new small sources",
        ),
    ],
)
def test_this_passes(tonight: Take, past: list[Take]) -> None:
    assert told(tonight, past) == []


# --- what is held back ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tonight", "past", "found"),
    [
        pytest.param(night(source("s", 61)), [], [("removed", "s", "")], id="the fixed limit"),
        pytest.param(night(source("s", 61, of=200)), [], [("removed", "s", "")], id="from 200 documents on"),
        pytest.param(night(source("new", 61)), usual(*QUIET), [("removed", "new", "")], id="a new source"),
        pytest.param(
            night(source("s", 20)), usual(*QUIET), [("removed", "s", ""), ("rule", "s", "a")], id="over what is usual"
        ),
        pytest.param(
            night(source("s", 30)), usual(4, 5, 5, 6, 90), [("removed", "s", ""), ("rule", "s", "a")],
            id="one bad night is no norm",
        ),
        pytest.param(
            night(source("s", 30, rule="b")), usual(28, 29, 28, 30, 27), [("rule", "s", "b")],
            id="another rule takes as much",
        ),
        pytest.param(night(source("s", 5, emptied=150)), usual(*QUIET), [("emptied", "s", "")], id="emptied"),
        pytest.param(night(source("s", 5, uncertain=150)), usual(*QUIET), [("uncertain", "s", "")], id="guessed"),
        pytest.param(
            night(source("s", 5), quarantined=150), usual(*QUIET), [("quarantined", WHOLE, "")], id="quarantine"
        ),
        pytest.param(night(quarantined=500), usual(*QUIET), [("quarantined", WHOLE, "")], id="nothing but quarantine"),
        pytest.param(night(source("s", 5, of=10_001)), usual(*QUIET), [("size", WHOLE, "")], id="far too large"),
        pytest.param(
            night(source("s", 5, of=10_001)), [*usual(*QUIET), *usual(5, of=99_000)], [("size", WHOLE, "")],
            id="one huge night is no norm",
        ),
        pytest.param(
            night(source("s", 35), source("s", 35, rule="b")), [], [("removed", "s", "")], id="two rules together"
        ),
        pytest.param(
            night(*[source(f"t{n}", 50, of=90) for n in range(9)]),
            [night(*[source(f"t{n}", share, of=90) for n in range(9)]) for share in QUIET],
            [("removed", SMALL, ""), ("rule", SMALL, "a")],
            id="small sources together",
        ),
    ],
)  # fmt: skip
def test_this_is_held_back(tonight: Take, past: list[Take], found: list[tuple[str, str, str]]) -> None:
    assert told(tonight, past) == found


def test_a_corpus_that_shrinks_is_held_back() -> None:
    assert lost(1000, 900, 200, SETTINGS) == []
    assert lost(1000, 1100, 200, SETTINGS) == []
    assert lost(1000, 0, 199, SETTINGS) == []
    (found,) = lost(1000, 899, 200, SETTINGS)
    assert (found.measure.part, found.measure.whole) == (101, 1000)


def test_far_too_few_documents_are_told_but_not_held_back() -> None:
    few = night(source("s", 5, of=50))
    assert "only 50 documents came, where 1,000 are usual" in (small(few, usual(*QUIET), SETTINGS) or "")
    assert findings(few, usual(*QUIET), SETTINGS) == []
    assert small(night(source("s", 5, of=100)), usual(*QUIET), SETTINGS) is None
    assert small(few, usual(1, 2, 3, 4), SETTINGS) is None
    assert small(few, [*usual(1, 2, 3, 4), *[night()] * 9], SETTINGS) is None  # nights that brought nothing


@pytest.mark.parametrize(
    ("past", "percent"),
    [
        ((4, 5, 5, 6, 40), "17"),  # the bound for two levels: 5 + 2 x (6 - 5)
        ((2, 4, 6, 8, 14, 50), "24.8956"),  # three spreads: 6 + 3 x 1.4826 x 2
        ((5, 5, 5, 5, 40, 41), "50"),  # what came twice: 40
        ((0, 0, 0, 0, 0), "10"),
    ],
)
def test_worked_limits(past: tuple[int, ...], percent: str) -> None:
    assert limit([Fraction(share, 100) for share in past], SLACK) * 100 == Fraction(percent)


# --- the formula ----------------------------------------------------------------------------------------------------

shares = st.fractions(0, 1, max_denominator=1000)
histories = st.lists(shares, min_size=5, max_size=30)


@given(histories)
def test_every_night_but_the_highest_would_pass_again(history: list[Fraction]) -> None:
    assert all(share <= limit(history, SLACK) for share in sorted(history)[:-1])


@given(histories, shares, shares)
def test_one_night_alone_never_decides(history: list[Fraction], one: Fraction, other: Fraction) -> None:
    """The highest night may be as high as it likes."""
    top = max(history)
    high = [limit([*history, top + each], SLACK) for each in (one, other)]
    assert high[0] == high[1]


@given(histories, shares, st.permutations(range(30)))
def test_the_order_of_nights_does_not_matter(history: list[Fraction], slack: Fraction, order: list[int]) -> None:
    assert limit([history[at] for at in order if at < len(history)], slack) == limit(history, slack)


@given(histories, shares)
def test_the_limit_rises_with_the_level(history: list[Fraction], more: Fraction) -> None:
    assert limit([each + more for each in history], SLACK) == limit(history, SLACK) + more
    assert limit(history, SLACK) >= median(sorted(history)[:-1]) + SLACK


@given(shares, shares, st.integers(3, 15))
def test_two_levels_do_not_take_the_brake_away(one: Fraction, other: Fraction, times: int) -> None:
    history = [one, other] * times
    assert limit(history, SLACK) <= max(history) + (max(history) - min(history)) / 2 + SLACK


@given(st.lists(st.integers(0, 100), max_size=8), st.integers(0, 5))
def test_nights_come_back_from_their_rows_as_they_were(levels: list[int], refused: int) -> None:
    nights = [night(source("s", level), source("t", 1), quarantined=refused) for level in levels]
    rows = [take_rows(each, run) for run, each in enumerate(nights, 1)]
    assert takes(rows, 5) == nights[-5:]
    assert takes(rows[::-1], 5) == nights[-5:]
