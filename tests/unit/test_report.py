from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import IntegrityError, SettingsError
from pipeline.report.markup import foreign
from pipeline.report.numbers import numbers_of
from pipeline.report.page import render, render_folder, write_report
from pipeline.report.records import Numbers, breaks
from pipeline.report.tables import SHOWN_CHARS
from pipeline.store.folder import open_store
from pipeline.store.kinds import VIEWED
from pipeline.store.verify import verify
from tests import store_kit as kit
from tests.report_kit import HIDDEN, HOSTILE, Taken, counts_of, hostile_night, strange_attributes, written

ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "nav", "section"),
    *("div", "span", "p", "b", "i", "a", "ul", "li", "h1", "h2", "h3", "pre", "bdi", "br"),
    *("table", "thead", "tbody", "tr", "th", "td", "details", "summary", "figure", "figcaption"),
}


def numbers(folder: Path, night: kit.Tables, parts: int = 1) -> Numbers:
    written(folder, night, parts=parts)
    files = {kind: sorted(folder.glob(f"{kind}-*.parquet")) for kind in VIEWED}
    return numbers_of(files, counts_of(night), generation=1, whole_corpus=False)


def page(folder: Path, night: kit.Tables, parts: int = 1) -> str:
    return render_folder(folder, written(folder, night, parts=parts), counts_of(night), 1)


def removals(count: int, rule: str = "repeat-within", text: str = "again") -> kit.Tables:
    """Documents of `text` and "left", where `text` was taken out."""
    cut = {"start": 0, "end": len(text), "text": text, "kind": "repeat_within", "rule": rule, "evidence": "equal"}
    cut |= {"similarity": 1.0, "twin_start": 10, "twin_end": 20}
    ids = [f"doc-{at}" for at in range(count)]
    row = {"text": "left", "chars_in": len(text) + 4, "chars_out": 4, "source": "feed", "repairs": []}
    return {
        "documents": [{**row, "doc_id": name} for name in ids],
        "duplicates": [],
        "ledger": [{**cut, "doc_id": name, "twin_doc_id": name} for name in ids],
        "quarantine": [],
    }


def test_templates_are_told_by_state_with_counts(tmp_path: Path) -> None:
    row = {"source": "feed", "place": "end", "documents": 9, "of_source": 20, "removed": 0, "doc_id": "doc-1"}
    lines = [
        {**row, "state": "active", "removed": 3, "line": "Evening desk <7>"},
        {**row, "state": "active", "removed": 5, "line": "Front page"},
        {**row, "state": "proposed", "line": "Background", "place": "head"},
    ]
    night = {**removals(5), "templates": lines}
    found = numbers(tmp_path / "numbers", night)
    assert [(each.state, each.line, each.removed) for each in found.templates] == [
        ("active", "Front page", 5),
        ("active", "Evening desk <7>", 3),
        ("proposed", "Background", 0),
    ]
    assert found.template_counts == {"active": 2, "proposed": 1}
    shown = page(tmp_path / "page", night)
    assert "Evening desk &lt;7&gt;" in shown
    assert shown.index("Active: ") < shown.index("Front page") < shown.index("Proposed: ") < shown.index("Background")
    assert 'href="#templates"' in shown
    assert 'href="#templates"' not in page(tmp_path / "without", removals(5))


def test_of_many_templates_some_are_told_and_all_counted(tmp_path: Path) -> None:
    row = {"source": "feed", "place": "end", "state": "proposed", "documents": 9, "of_source": 20, "removed": 0}
    lines = [{**row, "line": f"Line {at:03}", "doc_id": "doc-1"} for at in range(60)]
    shown = page(tmp_path, {**removals(5), "templates": lines})
    assert "the first 50 of 60" in shown
    assert "Line 049" in shown
    assert "Line 050" not in shown


def test_the_numbers_add_up(tmp_path: Path) -> None:
    night = kit.first_night()
    found = numbers(tmp_path, night)
    told = counts_of(night)
    assert breaks(found) == []
    assert {name: told[name] for name in found.measured} == dict(found.measured)
    assert sum(each.chars for each in found.rules) == told["chars_removed"]
    assert sum(each.spans for each in found.rules) == told["ledger_rows"] == 5
    assert sum(each.documents for each in found.sources) == 4
    assert sum(each.removed for each in found.sources) == told["chars_removed"]
    assert sum(each.count for each in found.encodings) == sum(each.count for each in found.languages) == 4
    assert [(each.name, each.count) for each in found.evidence] == [("equal", 2), ("near", 1)]
    assert [(each.reason, each.records) for each in found.quarantine] == [("bad_json", 1)]


def test_what_does_not_add_up_is_said(tmp_path: Path) -> None:
    found = numbers(tmp_path, kit.first_night())
    assert "Everything is accounted for" in render(found)
    wrong = replace(found, counts={**found.counts, "chars_in": found.counts["chars_in"] + 1})
    assert len(breaks(wrong)) == 2
    assert "do not add up" in render(wrong)
    assert "Everything is accounted for" not in render(wrong)


def test_a_source_with_its_worst_rule(tmp_path: Path) -> None:
    night = removals(12)
    night["ledger"][0] |= {"rule": "other-rule"}
    [source] = numbers(tmp_path, night).sources
    assert (source.source, source.documents, source.chars, source.removed) == ("feed", 12, 108, 60)
    assert (source.top_rule, source.top_chars) == ("repeat-within", 55)


def test_sources_of_few_documents_come_last(tmp_path: Path) -> None:
    night = removals(12)
    night["documents"][0] |= {"source": "tiny", "chars_in": 9, "chars_out": 0}
    assert [each.source for each in numbers(tmp_path, night).sources] == ["feed", "tiny"]


def test_similarities_are_sorted_into_bins_that_hold_their_lower_end(tmp_path: Path) -> None:
    night = removals(6)
    for row, similarity in zip(night["ledger"], [0.55, 0.599, 0.6, 0.7, 0.95, 1.0], strict=True):
        row |= {"evidence": "near", "similarity": similarity}
    bins = {round(each.low, 2): each.counts.get("near", 0) for each in numbers(tmp_path, night).likeness}
    assert bins == {0.55: 2, 0.6: 1, 0.65: 0, 0.7: 1, 0.75: 0, 0.8: 0, 0.85: 0, 0.9: 0, 0.95: 2}


def test_a_block_counts_once_among_the_copies(tmp_path: Path) -> None:
    night = removals(3)
    first = night["ledger"][0]
    night["ledger"] = [{**row, "block": at, "twin_doc_id": "kept"} for at, row in enumerate(night["ledger"])] + [
        {
            **first,
            "start": 5,
            "end": 9,
            "text": "more",
            "block": 0,
            "twin_doc_id": "kept",
            "twin_start": 21,
            "twin_end": 25,
        }
    ]
    [copied] = numbers(tmp_path, night).copied
    assert (copied.copies, copied.documents, copied.example.twin_doc_id) == (2, 2, "kept")
    sizes = {each.name: each.count for each in numbers(tmp_path / "again", night).block_sizes if each.count}
    assert sizes == {"1": 2, "2": 1}


def test_records_that_only_a_summary_row_counts_are_counted(tmp_path: Path) -> None:
    night = removals(1)
    night["quarantine"] = [
        {"path": "a", "record": 1, "reason": "bad_json", "detail": "x"},
        {"path": "a", "reason": "more_of_the_same", "detail": "250 more records of this file"},
    ]
    found = numbers(tmp_path, night)
    assert {each.reason: each.records for each in found.quarantine} == {"more_of_the_same": 250, "bad_json": 1}
    assert found.measured["documents_in"] == 252


def test_examples_are_ten_a_rule_and_the_same_from_any_files(tmp_path: Path) -> None:
    night = removals(40)
    [rule] = numbers(tmp_path / "one", night).rules
    assert len(rule.examples) == 10
    backwards = {kind: rows[::-1] for kind, rows in night.items()}
    assert page(tmp_path / "a", night) == page(tmp_path / "b", backwards, parts=3)
    names = [each.doc_id for each in rule.examples]
    assert names != sorted(names)  # drawn, not the first ones


def test_long_texts_are_cut_and_their_length_is_told(tmp_path: Path) -> None:
    text = "x" * (SHOWN_CHARS + 1_000)
    shown = page(tmp_path, removals(1, text=text))
    assert "x" * SHOWN_CHARS in shown
    assert "x" * (SHOWN_CHARS + 1) not in shown
    assert "and 1,000 characters more" in shown


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    made = page(tmp_path, hostile_night())
    taken = Taken(made)
    assert {tag for tag, _ in taken.elements} <= ELEMENTS
    assert list(strange_attributes(taken)) == []
    for evil in HOSTILE:
        spelled = "".join(f"U+{ord(char):04X}" if char in HIDDEN else char for char in evil)
        assert spelled in taken.text
    assert not set(HIDDEN) & set(made)
    assert "<script" not in made
    assert taken.text.count("Run 1: what was taken out, and why") == 2


def test_hostile_text_changes_no_element(tmp_path: Path) -> None:
    def night(names: Sequence[str]) -> kit.Tables:
        made = removals(len(names))
        for at, name in enumerate(names):
            made["documents"][at] |= {"doc_id": name, "source": name, "encoding": name}
            made["ledger"][at] |= {"doc_id": name, "rule": name, "twin_doc_id": name}
        return made

    evil = page(tmp_path / "evil", night(sorted(HOSTILE[:4])))
    tame = page(tmp_path / "tame", night(["a", "b", "c", "d"]))
    assert Taken(evil).elements == Taken(tame).elements


@given(st.text())
def test_any_text_is_one_element(text: str) -> None:
    taken = Taken(foreign("pre", text))
    assert [tag for tag, _ in taken.elements if tag != "span"] == ["pre"]
    assert not any(0xD800 <= ord(char) <= 0xDFFF for char in foreign("pre", text))


def test_the_page_asks_for_nothing_and_runs_nothing(tmp_path: Path) -> None:
    made = page(tmp_path, kit.first_night())
    assert escape("default-src 'none'", quote=False) in made.split("<title>")[0]
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in Taken(made).elements}
    assert "url(" not in made
    assert "@import" not in made
    assert "http://" not in made
    assert "https://" not in made


def test_nothing_taken_out(tmp_path: Path) -> None:
    made = page(tmp_path, kit.second_night())
    assert "Nothing was taken out" in made
    assert "Everything could be read" in made


def test_no_rows_at_all(tmp_path: Path) -> None:
    assert "Everything is accounted for" in page(tmp_path, kit.tables([], [], [], []))


def test_files_that_no_fact_names_are_not_counted(tmp_path: Path) -> None:
    night = kit.first_night()
    facts = written(tmp_path, night)
    left_behind = written(tmp_path, night)
    assert left_behind
    assert "Everything is accounted for" in render_folder(tmp_path, facts, counts_of(night), 1)


def test_the_report_of_a_store(tmp_path: Path) -> None:
    kit.run(tmp_path / "out", kit.first_night(), "a")
    kit.run(tmp_path / "out", kit.second_night(), "b")
    store = open_store(tmp_path / "out", create=False)
    newest = write_report(store, None)
    assert newest == store.root / "reports" / "00000002.html"
    text = Taken(newest.read_text(encoding="utf-8")).text
    assert "6documents in" in text
    assert "Everything is accounted for" in text
    assert "Run by run" in text
    assert "5documents in" in Taken(write_report(store, 1).read_text(encoding="utf-8")).text
    assert sorted(path.name for path in newest.parent.iterdir()) == ["00000001.html", "00000002.html"]
    assert verify(store, deep=True) == []


def test_a_run_that_there_is_not(tmp_path: Path) -> None:
    store = open_store(tmp_path / "out", create=True)
    with pytest.raises(SettingsError, match="nothing has been committed"):
        write_report(store, None)
    with pytest.raises(SettingsError, match="nothing has been committed"):
        write_report(store, 1)
    kit.run(tmp_path / "out", kit.first_night(), "a")
    with pytest.raises(SettingsError, match=r"no run 7 .*there are 1 to 1"):
        write_report(store, 7)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    manifest = kit.run(tmp_path / "out", kit.first_night(), "a")
    store = open_store(tmp_path / "out", create=False)
    path = next(file.path(store) for file in manifest.files if file.kind == "ledger")
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(IntegrityError, match=path.name):
        write_report(store, None)
