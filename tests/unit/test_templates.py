"""Templates: lines of a source that recur are counted so that counts only grow, and go only with more evidence."""

import random
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipeline.stages.schemas import ENDINGS, TEMPLATES
from pipeline.stages.templates import templates_sql
from pipeline.store.verify import verify
from pipeline.text.rules import load_pack
from pipeline.text.tails import TailRemoval
from pipeline.text.templates import Bench, Standing, head_templates, names_source, tail_templates, telling
from tests.helpers import clean_corpus, docs_of, run_on, write_json_lines

PACK = load_pack(
    {
        "words": r"""
rules:
  - {id: weak-share, kind: share, languages: [any], where: tail, pattern: '^Share', why: test,
     matches: [Share, Share a], keeps: [none, nor]}
  - {id: weak-byline, kind: byline, languages: [any], where: tail, pattern: '^Written', why: test,
     matches: [Written, Written a], keeps: [none, nor]}
  - {id: a-code, kind: tracking, languages: [any], where: tail, pattern: '^track', why: test,
     matches: [track, track a], keeps: [none, nor]}
  - {id: a-masthead, kind: masthead, languages: [any], where: head, pattern: '^The Herald', why: test,
     matches: [The Herald, The Herald a], keeps: [none, nor]}
cues:
  - {id: cue-bell, kind: newsletter, languages: [en], at: line, phrases: ring the bell, why: test,
     matches: [Ring the bell, ring the bell!], keeps: [ring it, they ring the bell]}
"""
    }
)
KINDS = frozenset({"share", "tracking", "masthead", "newsletter"})
PROSE = "The lock was opened on the eve of the feast, and nine boats went through it before the lamps were lit."
TAIL = Bench(PACK, PACK.tail, KINDS, "www.elpopola.org")


def standings(*lines: str, state: str = "active", but: Sequence[int] = ()) -> dict[int, Standing]:
    return {at: Standing(7, 20, state) for at in range(len(lines)) if at not in but}


def taken(*end: str, gone: Sequence[int] = (), state: str = "active", but: Sequence[int] = ()) -> list[TailRemoval]:
    lines = ("The lock", PROSE, *end)
    away = [at + 2 for at in gone]
    return tail_templates(lines, standings(*lines, state=state, but=[0, 1, *(at + 2 for at in but)]), away, TAIL)


def lines_taken(*end: str, **more: Any) -> list[str]:
    return [end[each.index - 2] for each in taken(*end, **more)]


@pytest.mark.parametrize(
    ("line", "evidence"),
    [
        ("Share this page", "weak-share"),
        ("Ring the bell", "cue-bell"),
        ("a.keller@harbour.example", "datum"),
        ("Desk: +44 555 0101", "datum"),
        ("www.harbour.example", "datum"),
        ("© 2011 Harbour Press", "datum"),
        ("El Popola Chinio", "source name"),
    ],
)
def test_a_template_goes_with_one_more_evidence(line: str, evidence: str) -> None:
    assert taken(line) == [TailRemoval(2, "template", "template", 0.8, f"7 of the first 20 documents, {evidence}")]
    for state in ("seen", "proposed", "vetoed"):
        assert taken(line, state=state) == []
    assert lines_taken(line, "A sentence that is long enough to be prose stands behind it, and so it stays.") == []
    assert tail_templates(["The lock", line], standings("", line), [], TAIL) == []  # no prose


@pytest.mark.parametrize(
    "line",
    [
        "Background",  # nothing against it
        "Written by hand",  # of a kind that stays
        "Written by El Popola Chinio",
        "track-0123456789ab",  # only the rules decide
        "www.journal.example/article/7",  # a reference
        "© 2011.",  # ends a sentence
        "+44 555 0101 " + "x" * 60,  # not short
        "1 2 3 ©",  # no letters
    ],
)
def test_a_template_without_it_stays(line: str) -> None:
    assert taken(line) == []


def test_what_the_text_announces_stays() -> None:
    assert lines_taken("Bring them to:", "Desk, +44 555 0101", but=[0]) == []
    assert lines_taken("Share with:", "Desk, +44 555 0101") == ["Share with:", "Desk, +44 555 0101"]


def test_a_run_goes_around_a_line_with_evidence_of_its_own() -> None:
    menu = ("Front", "Tides", "© Harbour Press")
    assert lines_taken(*menu) == [*menu]
    assert lines_taken("Front", "Tides", "Lamps") == []
    assert lines_taken("Tides", "© Harbour Press") == ["© Harbour Press"]
    assert lines_taken(*menu, "an eel", but=[3]) == ["© Harbour Press"]  # not up to the end
    assert lines_taken("Front", "Tides", "rule takes me", gone=[2]) == ["Front", "Tides"]
    assert lines_taken("Front", "Boats: nine", *menu[1:]) == ["© Harbour Press"]
    assert lines_taken("Front", "9 boats", "Lamps", *menu[1:]) == ["Lamps", *menu[1:]]
    assert lines_taken("Front", "Written by hand", *menu[1:]) == ["© Harbour Press"]


def test_a_confirmed_line_goes_by_itself_even_as_a_sentence() -> None:
    sentence = "All texts of this house may be read aloud to anybody who is prepared to listen to them."
    (only,) = taken(sentence, state="confirmed")
    assert (only.score, only.evidence) == (1.0, "7 of the first 20 documents, confirmed")
    assert lines_taken("Background", sentence, state="confirmed", but=[1]) == []


def test_a_head_goes_by_rule_or_datum_from_the_first_line_on() -> None:
    bench = Bench(PACK, PACK.head, KINDS, "www.elpopola.org")

    def heads(*first: str) -> list[int]:
        return [each.index for each in head_templates(first, standings(*first), [], bench)]

    assert heads("The Herald", "www.herald.example", PROSE) == [0, 1]
    assert heads("Background", "www.herald.example", PROSE) == []
    assert heads("El Popola Chinio", PROSE) == []  # may be a title
    assert heads("The Herald") == []


def test_a_confirmed_line_goes_from_the_head_too() -> None:
    first = ("The Weir Observer", "A title", PROSE)
    bench = Bench(PACK, PACK.head, KINDS, "")
    (only,) = head_templates(first, standings(*first, state="confirmed", but=[1, 2]), [], bench)
    assert (only.index, only.score) == (0, 1.0)
    assert head_templates(first, standings(*first, state="confirmed", but=[0, 2]), [], bench) == []  # not the first


def test_lines_with_figures_or_values_are_not_told_as_recurring() -> None:
    assert telling(["Front", "9 boats", "Boats: nine", "Share:"], [4, 4, 4, 4]) == [4, 0, 0, 4]


def test_sub_heads_are_not_told_as_recurring() -> None:
    assert telling([PROSE, "News in brief", PROSE, "Front"], [0, 9, 0, 9]) == [0, 0, 0, 9]
    assert telling([PROSE, "Front", PROSE, "Tides"], [0, 9, 9, 9]) == [0, 9, 9, 9]


def test_a_source_is_named_by_all_its_longer_words() -> None:
    assert names_source("Published by Global Voices", "global_voices_eo")
    assert not names_source("Global news", "global_voices_eo")
    assert not names_source("BBC News", "www.bbc.com")
    assert not names_source("anything", "")


# --- counts -------------------------------------------------------------------------------------------------------


def counted(rows: Sequence[tuple[int, int, int, int]], fewest: int = 2, share: str = "0.5") -> dict[int, str]:
    """Document -> documents and state of its one line."""
    return {row["doc"]: f"{row['documents']} {row['state']}" for row in templates_of(rows, fewest, share)}


def templates_of(rows: Sequence[tuple[int, int, int, int]], fewest: int, share: str) -> list[dict[str, Any]]:
    """Rows of TEMPLATES. `rows`: (document, source, longest paragraph, line or 0)."""
    table: list[dict[str, int | bool]] = []
    for doc, source, longest, line in rows:
        row: dict[str, int | bool] = {"doc": doc, "source": source, "longest": longest, "head": False, "said": 0}
        table.append({**row, "paragraph": -1, "hi": 0, "lo": 0})
        if line:
            table.append({**row, "paragraph": 0, "hi": source, "lo": line})
    with duckdb.connect() as connection:
        connection.register("endings", pa.Table.from_pylist(table, schema=ENDINGS))
        found = connection.sql(templates_sql(fewest, Fraction(share))).to_arrow_table().cast(TEMPLATES)
    return list(found.to_pylist())


def test_a_line_of_enough_documents_and_share_is_active() -> None:
    assert counted([(1, 1, 1, 9), (2, 1, 2, 9), (3, 1, 3, 0)]) == {1: "2 active", 2: "2 active"}
    assert counted([(1, 1, 1, 9), (2, 1, 2, 8)]) == {}
    assert counted([(1, 1, 1, 9), (2, 1, 2, 9)], fewest=3) == {1: "2 seen", 2: "2 seen"}


def test_a_line_of_a_small_share_is_proposed_and_once_active_stays_so() -> None:
    many = [(doc, 1, doc, 0) for doc in range(10, 20)]
    assert counted([*many, (20, 1, 20, 9), (21, 1, 21, 9)]) == {20: "2 proposed", 21: "2 proposed"}
    assert counted([(1, 1, 1, 9), (2, 1, 2, 9), *many]) == {1: "2 active", 2: "2 active"}


def test_copies_count_once_and_sources_by_themselves() -> None:
    assert counted([(1, 1, 5, 9), (2, 1, 5, 9), (3, 1, 5, 9)]) == {}
    assert counted([(1, 1, 1, 9), (2, 2, 2, 9)]) == {}


def test_counts_only_grow() -> None:
    dice = random.Random(3)
    rows = [(doc, dice.randrange(2), dice.randrange(30), dice.choice([0, 7, 8, 9])) for doc in range(60)]
    before: set[int] = set()
    for size in range(1, 60):
        active = {row["doc"] for row in templates_of(rows[:size], 3, "0.3") if row["state"] == "active"}
        assert before <= active
        before = active
    assert before


def test_what_is_told_of_a_template_stays_as_it_was_when_it_became_one() -> None:
    dice = random.Random(5)
    rows = [(doc, dice.randrange(2), doc, dice.choice([0, 7, 8, 9])) for doc in range(60)]
    before: dict[int, tuple[int, int]] = {}
    for size in range(5, 60, 9):
        found = [row for row in templates_of(rows[:size], 3, "0.3") if row["state"] == "active"]
        told = {row["doc"]: (row["had"], row["of_first"]) for row in found}
        assert before.items() <= told.items()
        before = told
    assert {had for had, _ in before.values()} >= {3}


# --- whole runs ---------------------------------------------------------------------------------------------------

SUBJECTS = ("ferry", "goat", "baker", "orchard", "theatre", "weir", "clock", "market")


def articles(line: str, subjects: Sequence[str] = SUBJECTS) -> list[dict[str, str]]:
    texts = (
        f"Nobody who saw the {each} on Tuesday evening could say afterwards whether the old {each} had ever been "
        f"as {'very ' * at}loud as that, and the owner of the {each} would not be asked about it at all."
        for at, each in enumerate(subjects)
    )
    return [
        {"id": each, "source": "www.elpopola.org", "text": f"{text}\n\n{line}"}
        for each, text in zip(subjects, texts, strict=True)
    ]


ON = ("tails.model=true", "tails.templates.enabled=true")


def test_veto_wins_over_confirm_and_masks_as_lines_are(tmp_path: Path) -> None:
    line = "Evening desk 0555 0101"

    def left(name: str, *sets: str) -> int:
        cleaned = clean_corpus(articles(line), tmp_path / name, "repeats.across='off'", *ON, *sets)
        return sum("desk" in each.text for each in cleaned.values())

    assert left("plain") == 8
    confirm = "tails.templates.confirm=[evening desk 0]"
    assert left("confirmed", confirm) == 0
    assert left("vetoed", confirm, "tails.templates.veto=[Evening Desk 99]") == 8


def test_what_went_as_a_template_is_no_twin_when_its_share_has_shrunk(tmp_path: Path) -> None:
    first, more = articles("El Popola Chinio"), articles("Nothing of the kind", [f"night{at}" for at in range(40)])
    more_prose = "Two more witnesses came forward on Friday, one of them with a drawing of the whole affair in chalk."
    again = [
        {**each, "id": f"again-{at}", "text": f"{each['text']}\n\n{more_prose}"} for at, each in enumerate(first[:2])
    ]
    inbox = tmp_path / "in"
    for night, part in (("a", first), ("b", [*more, *again])):
        write_json_lines(inbox / f"{night}.jsonl", part)
        store, _ = run_on([inbox], tmp_path / "out", "brake.enabled=false", *ON)
        assert verify(store, deep=True) == []
    assert {name for name, each in docs_of(store).items() if "Chinio" in each.text} == {"again-0", "again-1"}


def test_a_template_that_a_later_night_reveals_goes_from_earlier_documents(tmp_path: Path) -> None:
    everything = articles("El Popola Chinio")
    whole = clean_corpus(everything, tmp_path / "once", "repeats.across='off'", *ON)
    assert not any("Chinio" in each.text for each in whole.values())
    inbox = tmp_path / "in"
    for night, part in (("a", everything[:3]), ("b", everything[3:6]), ("c", everything[6:])):
        write_json_lines(inbox / f"{night}.jsonl", part)
        store, _ = run_on([inbox], tmp_path / "out", "repeats.across='off'", *ON)
        assert verify(store, deep=True) == []
    assert docs_of(store) == whole
