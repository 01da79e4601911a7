"""JSON lines, and what the fields of a record mean: one bad record costs one record."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.sources import read
from pipeline.sources.records import Fields
from pipeline.sources.rows import Task
from tests.source_kit import lines, one, reasons, rows_of, slice_rows


@pytest.fixture(params=["singly", "in columns"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of reading JSON lines: few lines are read one by one."""
    if request.param == "in columns":
        monkeypatch.setattr(read, "_FEW_BYTES", 0)


# --- JSON lines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"not json",
        b"{'text': 'single quotes'}",
        b'{"text": "a"} {"text": "b"}',
        b'{"text": "cut',
        b"\0\0\0\0",
        b'{"text": "latin \xe9"}',
        b'{"text": "a", "n": ' + b"9" * 5000 + b"}",
        b'{"text": "a", "n": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[" * 200_000,
        b"\xff\xfe{\0}\0",
    ],
    ids=lambda line: repr(line[:20]),
)
def test_a_line_that_is_not_json_costs_itself(tmp_path: Path, line: bytes) -> None:
    row = one(tmp_path, line)
    assert (row["reason"], row["body"]) == ("bad_json", line)
    assert len(row["detail"]) <= 200


@pytest.mark.parametrize("line", [b"[1]", b"null", b'"text"', b"3", b"true", b"NaN"])
def test_json_that_is_no_object_costs_itself(tmp_path: Path, line: bytes) -> None:
    assert one(tmp_path, line)["reason"] == "not_a_record"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"text": None}, "no_text"),
        ({"id": "a", "title": "no text"}, "no_text"),
        ({}, "no_text"),
        ({"text": 3}, "text_not_string"),
        ({"text": ["a"]}, "text_not_string"),
        ({"text": {"a": 1}}, "text_not_string"),
        ({"text": False}, "text_not_string"),
    ],
)
def test_a_record_without_a_text_costs_itself(tmp_path: Path, record: dict[str, Any], reason: str) -> None:
    row = one(tmp_path, record)
    assert row["reason"] == reason
    assert row["body"] == json.dumps(record).encode()


def test_the_bytes_of_a_text_pass_unchanged(tmp_path: Path) -> None:
    texts = [
        "",
        " ",
        "~{!",
        "\x1b$B",
        "a\u2028b\u2029c\x85d\x0be\x0cf",
        "\ufeffx",
        "é",
        "e\u0301",
        "😀",
        "a\r\nb",
        "\0",
    ]
    path = tmp_path / "in.jsonl"
    path.write_text(
        "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts), "utf-8", newline=""
    )
    rows = rows_of(path)
    assert [row["body"].decode() for row in rows] == texts
    assert {(row["encoding"], row["reason"], tuple(row["repairs"])) for row in rows} == {("utf-8", None, ())}


def test_a_byte_order_mark_before_the_first_record_is_no_harm(tmp_path: Path) -> None:
    rows = rows_of(lines(tmp_path, b'\xef\xbb\xbf{"text": "a", "id": "x"}', {"text": "b"}))
    assert [(row["body"], row["doc_id"]) for row in rows] == [(b"a", "x"), (b"b", None)]


def test_windows_line_ends_and_a_missing_last_one_are_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b'{"text": "a"}\r\n\r\n{"text": "b"}')
    assert [(row["record"], row["body"]) for row in rows_of(path)] == [(0, b"a"), (2, b"b")]


def test_lone_surrogates_are_replaced_and_named(tmp_path: Path) -> None:
    row = one(tmp_path, rb'{"text": "a\ud800b\ud83d\ude00", "id": "\udc00", "k\ud800": "\udfff", "url": "\ud800"}')
    assert row["body"].decode() == "a\ufffdb😀"
    assert (row["repairs"], row["doc_id"], row["url"]) == (["surrogates"], "\ufffd", "\ufffd")
    assert json.loads(row["metadata"]) == {"k\ufffd": "\ufffd"}


def test_numbers_that_json_does_not_know_cost_no_text(tmp_path: Path) -> None:
    line = b'{"text": "a", "n": NaN, "i": Infinity, "big": 123456789012345678901234567890, "e": 1e999999}'
    row = one(tmp_path, line)
    assert (row["body"], row["reason"]) == (b"a", None)
    row = one(tmp_path, line.replace(b"NaN", b"1").replace(b"Infinity", b"2").replace(b"1e999999", b"3"))
    assert json.loads(row["metadata"])["big"] == 123456789012345678901234567890


def test_of_equal_keys_the_last_one_counts_in_both_parsers(tmp_path: Path) -> None:
    assert one(tmp_path, b'{"text": "first", "text": "last"}')["body"] == b"last"
    assert one(tmp_path, b'{"text": "first", "n": NaN, "text": "last"}')["body"] == b"last"


@pytest.mark.parametrize("depth", [100, 400])
def test_nesting_that_can_be_read_is_carried(tmp_path: Path, depth: int) -> None:
    row = one(tmp_path, b'{"text": "a", "n": ' + b"[" * depth + b"]" * depth + b"}")
    assert (row["body"], row["reason"]) == (b"a", None)
    assert "[" * depth + "]" * depth in row["metadata"]


@pytest.mark.parametrize(
    ("value", "doc_id", "kept"),
    [
        ("a", "a", False),
        (3, "3", False),
        (1.5, "1.5", False),
        (10**30, str(10**30), False),
        ("../../etc/passwd", "../../etc/passwd", False),
        ("x" * 100_000, "x" * 100_000, False),
        ("\x00\x1b[31m", "\x00\x1b[31m", False),
        (None, None, True),
        ("", None, True),
        (True, None, True),
        ([1], None, True),
        ({"$oid": "5"}, None, True),
    ],
)
def test_an_id_is_a_label_of_any_kind(tmp_path: Path, value: object, doc_id: str | None, kept: bool) -> None:
    row = one(tmp_path, {"text": "a", "id": value})
    assert row["doc_id"] == doc_id
    assert json.loads(row["metadata"]) == ({"id": value} if kept else {})


# --- fields -----------------------------------------------------------------------------------------------------------

RECORD = {
    "body": "the text",
    "content": "the better guess",
    "doc_id": "7",
    "publisher": "Gazette",
    "link": "https://www.example.org/a",
    "published": "2024-01-02",
    "language": "de",
    "title": "Title",
    "tags": ["a", {"b": None}],
}


def test_fields_are_guessed_and_all_others_carried(tmp_path: Path) -> None:
    row = one(tmp_path, RECORD)
    found = [row[name] for name in ("body", "doc_id", "source", "url", "date", "lang")]
    assert found == [b"the better guess", "7", "Gazette", "https://www.example.org/a", "2024-01-02", "de"]
    assert json.loads(row["metadata"]) == {name: RECORD[name] for name in ("body", "title", "tags")}


def test_fields_by_settings_replace_the_guess(tmp_path: Path) -> None:
    row = one(tmp_path, {**RECORD, "text": "x"}, Fields(text="text", id="title", source="language"))
    assert (row["body"], row["doc_id"], row["source"]) == (b"x", "Title", "de")
    rows = rows_of(lines(tmp_path, RECORD), Fields(text="story"))
    assert reasons(rows) == ["no_text"]
    assert "no field story" in rows[0]["detail"]
    assert "body" in rows[0]["detail"]


@pytest.mark.parametrize(
    ("more", "source"),
    [
        ({"source": "a"}, "a"),
        ({"source": "", "url": "http://WWW.News.example:80/x"}, "news.example"),
        ({"url": "not a url"}, "."),
        ({"url": "http://[::1"}, "."),
        ({"url": ["http://a.b"]}, "."),
        ({}, "."),
    ],
)
def test_the_source_is_given_or_the_host_or_the_folder(tmp_path: Path, more: dict[str, Any], source: str) -> None:
    assert one(tmp_path, {"text": "x", **more})["source"] == source


def test_a_text_file_is_named_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    path = tmp_path / "news" / "a.txt"
    path.write_bytes(b"\xff\xfe")
    task = Task(0, "news/a.txt", str(path), "text", "", 0, 2, 0)
    (row,) = slice_rows(task, Fields(text="other", id="other"))
    found = [row[name] for name in ("body", "doc_id", "source", "metadata", "encoding", "reason")]
    assert found == [b"\xff\xfe", "news/a.txt", "news", "{}", None, None]
