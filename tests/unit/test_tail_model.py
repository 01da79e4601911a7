"""How a tail is found, with a pack and weights of its own, so that it does not depend on what the weights are now."""

from typing import Any

import pytest

from pipeline.text.rules import KINDS, load_pack
from pipeline.text.tail_lines import MANY_OTHERS, Line, line_of, seen
from pipeline.text.tail_model import BIAS, score_of
from pipeline.text.tail_weights import WEIGHTS
from pipeline.text.tails import TailRemoval, end_lines, tail_removals

PACK = load_pack(
    {
        "words": r"""
rules:
  - {id: weak-share, kind: share, languages: [any], where: tail, pattern: '^WEAK', why: test,
     matches: [WEAK, WEAK a], keeps: [none, nor]}
  - {id: weak-byline, kind: byline, languages: [any], where: tail, pattern: '^WRITER', why: test,
     matches: [WRITER, WRITER a], keeps: [none, nor]}
  - {id: sure-related, kind: related, languages: [any], where: tail, sure: true, pattern: '^SURE', why: test,
     matches: [SURE, SURE a], keeps: [none, nor]}
cues:
  - {id: cue-whole, kind: newsletter, languages: [en], at: line, phrases: ring the bell, why: test,
     matches: [Ring the bell, ring the bell!], keeps: [ring it, they ring the bell]}
  - {id: cue-first, kind: contact, languages: [en], at: start, phrases: knock, why: test,
     matches: [Knock twice, knock], keeps: [a knock, knocked]}
  - {id: cue-within, kind: contact, languages: [en], at: within, phrases: doorbell, why: test,
     matches: [the doorbell rings, doorbell], keeps: [the bell, door]}
  - {id: cue-other, kind: other, languages: [en], at: line, phrases: remarks, why: test,
     matches: [Remarks, 'remarks:'], keeps: [his remarks, remark]}
""",
    }
)
ALL = frozenset(KINDS)
PROSE = "The lock was opened on the eve of the feast, and nine boats went through it before the lamps were lit."
MORE = "Nobody in the village could remember when there had last been so many people on the old stone bridge."
# Every line behind the prose is worth more than the prose above it costs.
PLAIN = {BIAS: 10, "prose": -30, "sentence": -5}


def found(*end: str, kinds: frozenset[str] = ALL, recurs: tuple[int, ...] = (), **weights: int) -> list[TailRemoval]:
    last = ["The lock", PROSE, *end]
    counts = (0, 0, *recurs) if recurs else ()
    return tail_removals(last, PACK, kinds, counts, {**PLAIN, **weights})


def gone(*end: str, **more: Any) -> list[str]:
    return [end[each.index - 2] for each in found(*end, **more)]


def test_data_beside_a_match_is_a_second_evidence() -> None:
    line = "WEAK, said the keeper of the lock as he went and put it all on"
    assert gone(f"{line} www.harbour.example") == [f"{line} www.harbour.example"]
    assert gone(f"{line} the old bridge") == []
    assert gone("Knock at a.keller@harbour.example") == ["Knock at a.keller@harbour.example"]


def test_two_cues_beside_each_other_open_a_tail() -> None:
    assert gone("Remarks", "Ring the bell", "nine boats") == ["Remarks", "Ring the bell", "nine boats"]
    assert gone("Remarks", "an eel", "Ring the bell", "nine boats") == ["Ring the bell", "nine boats"]


def test_what_is_known_right_above_a_tail_goes_with_it() -> None:
    assert gone("WRITER", "WEAK", "nine boats")[0] == "WRITER"
    assert gone("the doorbell rings", "Ring the bell", "nine boats") == ["Ring the bell", "nine boats"]


def test_what_is_known_takes_the_unknown_below_it_along() -> None:
    assert gone("nine boats", "WEAK", "three lamps", "an eel") == ["WEAK", "three lamps", "an eel"]
    assert gone("nine boats", "three lamps", "an eel", "a bridge") == []


def test_the_sum_must_be_clear() -> None:
    lines = ("WEAK", "nine boats that wait for the keeper of the lock")
    assert gone(*lines, **{BIAS: 5}) == [*lines]
    assert gone(*lines, **{BIAS: 4}) == ["WEAK"]  # by its points


def test_a_single_line_is_not_judged_by_a_weak_rule() -> None:
    line = "WEAK, said the keeper of the lock as he went and put it all on"
    assert gone(line) == []
    assert gone(line, "an eel") == [line, "an eel"]
    assert gone(line + " the old stone bridge, and then he went home.", "an eel") == []


def test_a_tail_begins_where_the_sum_is_highest() -> None:
    ends = ("WEAK", "an eel", "WEAK", PROSE, "SURE a", "an eel", "three lamps")
    assert gone(*ends, prose=-50) == ["SURE a", "an eel", "three lamps"]
    assert gone(*ends) == ["WEAK", "an eel", "WEAK", "SURE a", "an eel", "three lamps"]


def test_what_is_unknown_right_above_prose_may_be_its_heading() -> None:
    ends = ("WEAK", "an eel", "WEAK", "three lamps", PROSE, "SURE a", "a bridge")
    assert gone(*ends, prose=0) == ["WEAK", "an eel", "WEAK", "SURE a", "a bridge"]


def test_a_cue_alone_takes_nothing_and_two_do() -> None:
    lines = ("nine boats", "three lamps", "an eel")
    assert gone("Knock", *lines) == []
    assert gone("Knock", *lines, "the doorbell rings") == ["Knock", *lines, "the doorbell rings"]


def test_a_heading_takes_what_stands_below_it() -> None:
    lines = ("nine boats", "three lamps", "an eel")
    assert gone("Ring the bell:", *lines) == ["Ring the bell:", *lines]
    assert gone("nine boats", "Ring the bells", **{BIAS: 30}) == []
    assert gone("Remarks", *lines) == []


@pytest.mark.parametrize(
    "first", ["the doorbell rings", "Remarks", "Knock at the gate of the keeper, he said, and wait" * 2]
)
def test_cues_that_stand_in_texts_do_not_open_a_tail(first: str) -> None:
    assert gone(first, "nine boats", "WEAK", "an eel", "three lamps") == ["WEAK", "an eel", "three lamps"]


def test_a_line_that_announces_opens_none_unless_it_is_a_cue_as_a_whole() -> None:
    assert gone("Knock if you have seen:", "nine boats", "WEAK", "an eel", "three lamps")[:1] == ["WEAK"]
    assert gone("Ring the bell:", "nine boats", "SURE", "an eel")[:1] == ["Ring the bell:"]


def test_prose_goes_only_if_a_sure_rule_matches() -> None:
    ends = ("SURE", MORE, "SURE a", "SURE " + MORE, "SURE", "an eel")
    assert gone(*ends, prose=0) == [end for end in ends if end != MORE]


def test_a_run_above_prose_needs_more_evidence() -> None:
    assert gone("WEAK", "nine boats", MORE, "SURE", "an eel", prose=0) == ["SURE", "an eel"]
    assert gone("WEAK", "Ring the bell", MORE, "SURE", "an eel", prose=0) == ["WEAK", "Ring the bell", "SURE", "an eel"]


def test_a_short_sentence_goes_only_above_what_is_known() -> None:
    assert gone("WEAK", "Nine boats.", "an eel", "a lamp") == ["WEAK", "an eel", "a lamp"]
    assert gone("WEAK", "Nine boats.", "an eel", "WEAK") == ["WEAK", "Nine boats.", "an eel", "WEAK"]


def test_nothing_goes_without_prose_above() -> None:
    poem = ["The lock", "WEAK", "nine boats", "Ring the bell", "an eel"]
    assert tail_removals(poem, PACK, ALL, weights=PLAIN) == []


def test_what_stays_ends_the_search() -> None:
    announced = ("These are the ones they used most of all:", "WEAK", "nine boats")
    assert gone(*announced, "an eel", "three lamps") == []
    assert gone(*announced, "an eel", "SURE", "three lamps", "a bridge") == ["SURE", "three lamps", "a bridge"]


def test_headings_stay() -> None:
    assert gone("WEAK", "### nine boats", "an eel", "SURE") == ["WEAK", "an eel", "SURE"]


def test_recurring_lines_are_evidence_beside_another_one() -> None:
    lines = ("nine boats", "three lamps", "an eel")
    often = (MANY_OTHERS,) * 3
    assert gone(*lines, recurs=often) == []
    assert gone("Knock", *lines, recurs=(0, *often)) == ["Knock", *lines]
    assert gone("Knock", *lines, recurs=(MANY_OTHERS - 1,) * 4) == []


def test_each_removal_tells_kind_rule_score_and_evidence() -> None:
    one, two, three = found("SURE", "nine boats", "a.keller@harbour.example")
    assert (one.kind, one.rule) == ("related", "sure-related")
    assert (two.kind, two.rule, two.score) == ("related", "model-related", 0.3)
    assert two.evidence == "tiny, behind, below known, near known, under known"
    assert (three.kind, three.rule) == ("contact", "model-contact")
    assert found("Ring the bell", "Knock twice", "an eel")[1].evidence.endswith("cue-first")


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        (["SURE", "nine boats"], "related"),
        (["WEAK", "nine boats"], "share"),
        (["WEAK", "Remarks", "nine boats"], "navigation"),
        (["WEAK", "Remarks", "nine boats that waited for the lamps"], "related"),
        (["WEAK", "© Harbour Press"], "copyright"),
        (["WEAK", "@marenholt_12"], "contact"),
        (["WRITER", "nine boats"], "byline"),
    ],
)
def test_the_kind_of_an_unknown_line(end: list[str], kind: str) -> None:
    assert found(*end, **{BIAS: 20})[-1].kind == kind


def test_kinds_that_are_not_wanted_still_say_where_the_tail_is() -> None:
    assert gone("WEAK", "WRITER", "nine boats", "SURE", kinds=frozenset({"related"})) == ["SURE"]


def names(text: str, *around: Line) -> list[str]:
    return seen([*around, line_of(text)])[-1]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (PROSE, "prose"),
        ("w" * 150, "endless"),
        ("Yes.", "sentence"),
        ("w" * 60, "open"),
        ("w" * 59, "loose"),
        ("w" * 29, "short"),
        ("w" * 11, "tiny"),
        ("- eels", "mark"),
        ("1. eels", "mark"),
        ("eels:", "colon"),
        ("eels | lamps", "pipe"),
        ("12:30 14", "digits"),
        ("anna@harbour.example", "email"),
        ("see www.harbour.example", "url"),
        ("write to @marenholt", "handle"),
        ("Tel. 0113 555", "phone"),
        ("© 2011", "rights"),
    ],
)
def test_what_is_seen_of_a_line(text: str, name: str) -> None:
    assert name in names(text)
    assert name not in names(
        "Nine boats at the old lock, and no lamp" if name == "open" else "Nine boats at the lock " * 3
    )


def test_short_lines_are_a_habit_of_a_text_that_has_many() -> None:
    prose, loose = line_of(PROSE), line_of("nine boats")
    assert "loose text" in names("an eel", loose, loose, prose, loose, prose)
    assert "loose text" not in names("an eel", loose, loose, prose)
    assert "loose text" not in names("an eel", *[loose] * 3, *[prose] * 9)
    assert "loose text" not in names("An eel.", *[loose] * 3, prose)


def test_a_line_in_other_letters_than_the_prose_is_foreign() -> None:
    russian = line_of(
        "Никто в деревне не мог вспомнить, когда на мосту в последний раз было так много народу, как вчера."
    )
    assert "foreign" in names("Share", russian)
    assert "foreign" not in names("Ещё", russian)
    assert "foreign" not in names("Share", line_of(PROSE))


def test_every_name_has_a_weight_but_the_one_that_cannot_be_learned() -> None:
    lines = end_lines(["The lock", PROSE, "WEAK", "Ring the bell", MORE, "SURE", "nine boats"], PACK)
    assert {name for each in seen(lines) for name in each} - {"recurs"} <= set(WEIGHTS)
    assert score_of([]) == WEIGHTS[BIAS]
