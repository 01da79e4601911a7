"""JSON that is not cut into lines: arrays, and objects printed over several lines, in pieces of any size."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources import json_array
from pipeline.sources.json_array import json_values
from pipeline.sources.records import Fields, Record
from pipeline.sources.rows import Item, Task
from tests.source_kit import reasons, rows_of

TASK = Task(3, "news/in.json", "", "json", "", 0, 0, 0)


def items(content: bytes, size: int = 1 << 20) -> list[Item]:
    parts: Iterator[bytes] = iter([content[at : at + size] for at in range(0, len(content), size)])
    return list(json_values(parts, TASK, Fields()))


def told(content: bytes, size: int = 1 << 20) -> list[str]:
    """The text or the reason of each record."""
    return [
        str(item.understood.text) if isinstance(item.understood, Record) else str(item.understood.reason)
        for item in items(content, size)
    ]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab[]{}",\\'), inner, max_size=3),
    max_leaves=6,
)


texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    records=st.lists(st.fixed_dictionaries({"text": texts}, optional={"n": values})),
    indent=st.sampled_from([None, 0, 2]),
    array=st.booleans(),
    size=st.integers(1, 40),
)
def test_what_goes_in_comes_out_in_pieces_of_any_size(
    records: list[dict[str, Any]], indent: int | None, array: bool, size: int
) -> None:
    whole = json.dumps(records, indent=indent) if array else "\n".join(json.dumps(r, indent=indent) for r in records)
    content = whole.encode()
    found = items(content, size)
    assert [item.record for item in found] == list(range(len(records)))
    for item, record in zip(found, records, strict=True):
        assert isinstance(item.understood, Record)
        assert item.understood.text == record["text"]
        assert json.loads(item.understood.metadata) == {key: value for key, value in record.items() if key != "text"}
        assert json.loads(content[item.byte_offset : item.byte_offset + len(item.body)]) == record


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[]", []),
        (b"", []),
        (b" \n ", []),
        (b'\xef\xbb\xbf[{"text": "a"}]', ["a"]),
        (b'[{"text": "a"}, {broken}, {"text": "b"}]', ["a", "bad_json", "b"]),
        (b'[{"text": "a"}, 3, null, "x, ]", [{"text": "no"}], -1.5e3, {"text": "b"}]',
         ["a", *["not_a_record"] * 5, "b"]),
        (b'[{"text": 3}, {"no": "text"}, {"text": "b"}]', ["text_not_string", "no_text", "b"]),
        (b'[{"text": "a\\"]}["}, {"text": "b"},]', ['a"]}[', "b"]),
        (b'{"text": "a"}\n{\n"text": "b"\n}', ["a", "b"]),
        (b'[{"text": "a"}]\n[{"text": "b"}]', ["a", "b"]),
    ],
)  # fmt: skip
def test_a_value_that_is_no_record_costs_itself(content: bytes, expected: list[str]) -> None:
    for size in (1, 3, 1000):
        assert told(content, size) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'[{"text": "a"}, {"text": "b', ["a", "bad_json"]),
        (b'[{"text": "a"}, {"text": "b"}', ["a", "b", "bad_json"]),
        (b'[{"text": "a"},', ["a", "bad_json"]),
        (b"[", ["bad_json"]),
        (b'[{"text": "a"} {"text": "b"}]', ["a", "bad_json"]),
        (b'[{"text": "a"}]garbage', ["a", "bad_json"]),
        (b'[{"text": "a"}, {"text": "unescaped " quote"}, {"text": "b"}]', ["a", "bad_json"]),
        (b'[,{"text": "a"}]', ["bad_json"]),
    ],
)
def test_where_brackets_do_not_fit_the_rest_is_told_and_nothing_is_guessed(content: bytes, expected: list[str]) -> None:
    for size in (1, 3, 1000):
        assert told(content, size) == expected


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_deep_nesting_costs_its_record(depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    found = told(b'[{"text": "a"}, {"text": "deep", "n": ' + deep + b'}, {"text": "b"}]')
    assert (found[0], found[-1], len(found)) == ("a", "b", 3)


def test_a_value_too_long_to_hold_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_array, "LONGEST_LINE", 100)
    monkeypatch.setattr("pipeline.sources.json_lines.LONGEST_LINE", 100)
    long = b'{"text": "' + b"x" * 200 + b'"}'
    short = b'{"text": "b"}'
    assert told(b"[" + long + b"," + short + b"]") == ["too_large", "b"]
    assert told(b"[" + short + b"," + long + b"," + short + b"]", 50) == ["b", "too_large", "bad_json"]


def test_files_are_read_so(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text('{\n "text": "one",\n "id": 7\n}\n')
    (row,) = rows_of(path)
    assert (row["body"], row["doc_id"], row["encoding"]) == (b"one", "7", "utf-8")
    path.write_text('[{"text": "one"},\n{"text": "tw')
    assert reasons(rows_of(path)) == [None, "bad_json"]
