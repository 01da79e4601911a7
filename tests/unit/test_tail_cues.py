"""Which cues say something in their place, which languages a text may be in, and what goes only as a whole."""

import pytest

from pipeline.text.languages import languages_of, may_be_in
from pipeline.text.rules import KINDS, load_pack
from pipeline.text.tails import end_lines, tail_removals

PACK = load_pack(
    {
        "words": r"""
rules:
  - {id: block-first, kind: copyright, languages: [any], where: tail, sure: true, block: first, pattern: '^FIRST',
     why: test, matches: [FIRST, FIRST a], keeps: [none, nor]}
  - {id: block-part, kind: copyright, languages: [any], where: tail, sure: true, block: part, pattern: '^PART',
     why: test, matches: [PART, PART a], keeps: [none, nor]}
cues:
  - {id: cue-ga, kind: contact, languages: [ga], at: start, phrases: teil, why: test,
     matches: [Teil 2, teil], keeps: [ein Teil, teilen]}
  - {id: cue-de, kind: related, languages: [de], at: start, phrases: mehr, why: test,
     matches: [Mehr Boote, mehr], keeps: [noch mehr, mehrere]}
"""
    }
)
PROSE = (
    "Die Schleuse wurde am Abend vor dem Fest geöffnet, und neun Boote fuhren hindurch, bevor es ganz dunkel war.",
    "Im Dorf konnte sich niemand erinnern, wann zuletzt so viele Leute auf der alten Brücke gestanden hatten.",
)


def cues(*lines: str) -> list[list[str]]:
    return [[cue.id for cue in line.cues] for line in end_lines(["Die Schleuse", *lines], PACK)[1:]]


def gone(*end: str) -> list[str]:
    last = ["Die Schleuse", *PROSE, *end]
    return [last[each.index] for each in tail_removals(last, PACK, frozenset(KINDS))]


def test_a_cue_counts_only_in_a_text_of_its_language() -> None:
    assert cues(*PROSE, "Teil 2", "Mehr Boote") == [[], [], [], ["cue-de"]]


def test_where_the_language_is_not_known_two_lines_must_agree() -> None:
    assert cues("Teil 2", "Mehr Boote") == [[], []]
    assert cues("Mehr Licht", "Mehr Boote") == [["cue-de"], ["cue-de"]]


def test_headings_and_items_of_a_list_have_no_cues() -> None:
    assert cues(*PROSE, "## Mehr Boote", "- Aale", "- Mehr Boote", "* Mehr Boote")[2:] == [[], [], [], ["cue-de"]]


def test_a_line_between_the_parts_of_a_text_is_its_habit() -> None:
    between = ("Mehr Boote: https://hafen.example/1", PROSE[0], "Mehr Boote: https://hafen.example/2", PROSE[1])
    assert cues(*between, "Mehr Boote: https://hafen.example/3") == [[]] * 5
    assert cues(*between[2:], "Mehr Boote: https://hafen.example/3")[-1] == ["cue-de"]


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        (" ".join(PROSE), {"de"}),
        ("The lock was opened on the eve of the feast, and nine boats went through it before it was dark.", {"en"}),
        ("Шлюз открыли вечером, и до того как стало темно через него прошли девять лодок, но это было не всё.", {"ru"}),
        ("Neun Boote", set()),
        ("Στο χωριό κανείς δεν θυμόταν πότε είχαν σταθεί τόσοι άνθρωποι πάνω στο παλιό γεφύρι της πόλης μας.", set()),
    ],
)
def test_the_commonest_words_tell_the_language(text: str, languages: set[str]) -> None:
    assert languages_of([text]) >= languages
    assert bool(languages_of([text])) == bool(languages)


def test_english_is_everywhere_and_letters_of_its_own_prove_a_language() -> None:
    assert may_be_in(["en"], frozenset({"de"}))
    assert may_be_in(["el"], frozenset({"de"}))
    assert not may_be_in(["ga", "fr"], frozenset({"de"}))


def test_a_block_goes_to_the_end_with_what_no_rule_knows() -> None:
    block = ("FIRST", "PART a", "neun Boote", "PART b", "PART c")
    assert gone("neun Aale", *block) == [*block]


def test_of_a_block_that_is_not_whole_nothing_goes() -> None:
    assert gone("FIRST", "PART a", "PART b") == []
    assert gone("PART a", "PART b", "PART c", "PART d") == []
    assert gone("FIRST", "PART a", "PART b", "PART c", "ein Aal", "eine Lampe", "ein Boot") == []
