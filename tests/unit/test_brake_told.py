"""What a person is told about a run that was held back, and which of it can be accepted."""

from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.brake.budget import SMALL, WHOLE, Finding, Measure
from pipeline.brake.examples import Example, examples
from pipeline.brake.held import Held, accepted, clear_braked, hold_back
from pipeline.brake.tolls import Take, Toll
from pipeline.stages.schemas import CUTS, DOCUMENTS
from pipeline.store.folder import Store, open_store


def finding(what: str = "removed", part: int = 70, *, source: str = "s", rule: str = "", whole: int = 100) -> Finding:
    return Finding(Measure(what, source, rule, part, whole), Fraction(6, 10), Fraction(0), 0, 300, TOLL)


TOLL = Toll("s", 300, 100, 0, 0, "r", "contact", 7, 70)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / "report.html").write_text("page")
    return open_store(tmp_path / "out", create=True)


def hold(store: Store, *held: Held) -> str:
    return str(hold_back(store, held, 8, store.root.parent / "report.html"))


# --- accept ---------------------------------------------------------------------------------------------------------


def test_as_bad_or_better_passes_and_nothing_else(store: Store) -> None:
    hold(store, Held(finding(), ()))
    passes = [finding(), finding(part=65), finding(part=700, whole=1000)]
    stopped = [finding(part=71), finding(source="t"), finding("emptied"), finding("rule", rule="r")]
    assert accepted(store, [*stopped, *passes]) == passes


def test_what_was_published_is_not_accepted_again(store: Store) -> None:
    hold(store, Held(finding(), ()))
    clear_braked(store)
    clear_braked(store)
    assert accepted(store, [finding()]) == []


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"findings": [{}]}', b'{"findings": 3}', b"\xff", b'{"findings": [3]}', b"[" * 9999]
)
def test_a_damaged_record_accepts_nothing(store: Store, content: bytes) -> None:
    hold(store, Held(finding(), ()))
    (store.cache / "braked" / "braked.json").write_bytes(content)
    assert accepted(store, [finding()]) == []


# --- message --------------------------------------------------------------------------------------------------------


def test_the_message_says_what_where_and_what_to_do(store: Store) -> None:
    message = hold(store, Held(finding(), tuple(Example(f"d{n}", "r", "Call us\x1b[2J") for n in range(4))))
    assert "run 8 is complete but not published" in message
    assert "s: 70% of 100 characters in 300 documents would be removed; the limit is 60%" in message
    assert "most by rule r (70 characters in 7 spans)" in message
    assert "d3 [r] 'Call us\\x1b[2J'" in message
    assert "--accept" in message
    assert str(store.cache / "braked" / "report.html") in message
    assert (store.cache / "braked" / "report.html").read_text() == "page"
    error = hold_back(store, [Held(finding(), ())], 8, store.root.parent / "report.html")
    assert error.findings == (message.splitlines()[1].strip(),)
    assert error.report == str(store.cache / "braked" / "report.html")


def test_examples_are_taken_from_each_finding_in_turn(store: Store) -> None:
    held = [Held(finding(source=name), tuple(Example(f"{name}{n}", "r", "") for n in range(10))) for name in "abc"]
    message = hold(store, *held)
    assert [line.split()[0] for line in message.splitlines() if "[r]" in line] == (
        ["a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2", "a3"]
    )


def test_a_flood_of_findings_is_told_in_few_lines(store: Store) -> None:
    message = hold(store, *(Held(finding(source=f"s{n:03d}"), ()) for n in range(500)))
    assert "and 480 more" in message
    assert len(message.splitlines()) < 30


def test_names_from_outside_are_shown_without_their_control_codes(store: Store) -> None:
    message = hold(store, Held(finding(source="s\x1b[2J\n"), (Example("d\x1b[2J\n", "r", ""),)))
    assert "\x1b" not in message
    assert len(message.splitlines()) == 7


# --- examples -------------------------------------------------------------------------------------------------------


def batch(schema: pa.Schema, *rows: dict[str, object]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema)


def documents(count: int, source: str = "s", first: int = 0) -> list[dict[str, object]]:
    ours: dict[str, object] = {"source": source, "repairs": [], "encoding": "utf-8", "chars": 9}
    return [{"doc": first + n, "doc_id": f"{source}{n}", "text": "Some text", **ours} for n in range(count)]


def cut(
    doc: int, name: str, *, start: int = 0, end: int = 5, rule: str = "r", kind: str = "contact"
) -> dict[str, object]:
    return {"doc": doc, "doc_id": name, "start": start, "end": end, "rule": rule, "kind": kind, "text": "x" * 500}


def shown(found: Finding, rows: list[dict[str, object]], cuts: list[dict[str, object]]) -> list[tuple[str, str]]:
    tonight = Take((Toll("s", 20, 0, 0, 0, None, None, None, None),), 0)
    both = [batch(DOCUMENTS, *rows)], [batch(CUTS, *cuts)] if cuts else []
    some = examples(found, tonight, lambda: iter(both[0]), lambda: iter(both[1]), 20)
    assert all(len(each.text) <= 120 for each in some)
    return [(each.document, each.rule) for each in some]


def test_ten_of_the_rule_and_source_evenly_spaced() -> None:
    rows = documents(40) + documents(5, "t", 100)
    cuts = [cut(n, f"s{n}", rule="rq"[n % 2]) for n in range(40)] + [cut(100, "t0")]
    assert shown(finding("rule", rule="q"), rows, cuts) == [(f"s{n}", "q") for n in range(1, 40, 4)]
    assert len(shown(finding(), rows, cuts)) == 10
    assert {rule for _, rule in shown(finding(), rows, cuts)} == {"r"}
    assert shown(finding("rule", rule="r", source="t"), rows, cuts) == [("t0", "r")]
    assert shown(finding("rule", rule="r", source=SMALL), rows, cuts) == [("t0", "r")]
    assert shown(finding(), rows, [{**cut(0, "s0"), "twin_doc_id": "s9"}]) == [("s0", "r of s9")]
    assert shown(finding(), rows, []) == []


def test_emptied_ones_by_their_first_cut() -> None:
    rows = documents(4)
    cuts = [cut(0, "s0", end=9), cut(1, "s1"), cut(1, "s1", start=5, end=9, rule="q"), cut(2, "s2")]
    cuts.append(cut(3, "s3", end=9, kind="duplicate"))
    assert shown(finding("emptied"), rows, cuts) == [("s0", "r"), ("s1", "r")]


def test_guessed_ones_by_their_encoding() -> None:
    rows = documents(3)
    rows[1] |= {"repairs": ["nfc", "encoding_uncertain"], "encoding": "cp1250"}
    assert shown(finding("uncertain"), rows, []) == [("s1", "cp1250")]


def test_refused_ones_by_their_place_and_reason() -> None:
    rows = [*documents(2), {"doc": 9, "path": "a.jsonl", "record": 3, "reason": "bad_json", "detail": "cut"}]
    rows.append({"doc": 10, "path": "b.gz", "reason": "bad_compression"})
    told = shown(finding("quarantined", source=WHOLE), rows, [])
    assert told == [("a.jsonl#3", "bad_json"), ("b.gz#", "bad_compression")]
    assert shown(finding("size", source=WHOLE), rows, []) == []
