"""Columns out of JSON lines are, record for record, what reading each line by itself gives."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.sources.json_columns import json_batches
from pipeline.sources.json_lines import json_items
from pipeline.sources.records import Fields
from pipeline.sources.rows import RAW, Task, batch_of, row_of
from pipeline.text import json_scan
from pipeline.text.json_scan import MOST_FIELDS, MOST_SHAPES, scanned
from pipeline.text.json_values import DEEPEST

GUESSED = Fields()
CHOSEN = (GUESSED, Fields(text="title", id="n"), Fields(text="text", id="text"), Fields(url="no such field"))
TASK = Task(3, "news/in.jsonl", "", "jsonl", "", 1000, 0, 50)


def one_by_one(content: bytes, fields: Fields) -> list[dict[str, Any]]:
    """The oracle: every line parsed by itself."""
    rows = [row_of(TASK, item) for item in json_items(content, TASK, fields)]
    return batch_of(rows).to_pylist() if rows else []


def in_columns(content: bytes, fields: Fields = GUESSED, most_bytes: int = 1 << 20) -> list[dict[str, Any]]:
    batches = list(json_batches(content, TASK, fields, most_bytes))
    for batch in batches:
        assert batch.schema == RAW
        assert batch.num_rows > 0
        batch.validate(full=True)
    return [row for batch in batches for row in batch.to_pylist()]


def same(content: bytes, fields: Fields = GUESSED, most_bytes: int = 1 << 20) -> None:
    assert in_columns(content, fields, most_bytes) == one_by_one(content, fields)


def ordinary(line: bytes) -> bool:
    """Whether the scanner understands the line, so that the comparison is not one of a thing with itself."""
    return bool(scanned(np.frombuffer(line, np.uint8), 0, 1 << 20).shape[0] >= 0)


# --- lines that are right -----------------------------------------------------------------------------------------

keys = st.sampled_from(["text", "id", "url", "source", "date", "lang", "title", "n", "é", "", "content"]) | st.text()
strings = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["", "http://www.a.example/x", "a" * 200 + '"\\/\b\f\n\r\t\x00\x1f\x7f' + "b" * 70, "é€😀" * 40, "\\u0041", "'"]
)
numbers = (
    st.integers() | st.floats() | st.sampled_from([0, -1, 0.5, 1e15, 1e16, 123456789012345678, 2**63, 2**64, 10**30])
)
values = st.recursive(
    st.none() | st.booleans() | numbers | strings,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=4,
)
records = st.fixed_dictionaries(
    {"text": strings}, optional={"id": strings | numbers, "url": values, "n": values}
).flatmap(
    lambda record: st.dictionaries(keys, values, max_size=3).map(lambda more: {**record, **more})
) | st.dictionaries(keys, values)


@st.composite
def written(draw: st.DrawFn, value: object) -> str:
    """JSON text of a value, with or without escapes and blanks."""
    ascii_only, separators = draw(st.booleans()), draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\t", "\r:  ")]))
    text = json.dumps(value, ensure_ascii=ascii_only, separators=separators)
    return text.replace("/", draw(st.sampled_from(["/", "\\/"])))


lines = records.flatmap(written).map(str.encode)
contents = st.tuples(
    st.lists(lines | st.sampled_from([b"", b" \t", b"\r", b"\x0b", b"[1]", b"null", b"{}"])),
    st.sampled_from([b"\n", b"\r\n", b"\n\n"]),
    st.booleans(),
).map(lambda parts: parts[1].join(parts[0]) + (parts[1] if parts[2] else b""))


@given(contents, st.sampled_from(CHOSEN), st.sampled_from([1, 100, 1 << 20]))
def test_right_lines(content: bytes, fields: Fields, most_bytes: int) -> None:
    same(content, fields, most_bytes)


@given(contents, st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=3), st.integers(0, 3)), max_size=3))
def test_lines_with_something_put_in_or_taken_out(content: bytes, edits: list[tuple[int, bytes, int]]) -> None:
    for at, piece, less in edits:
        content = content[:at] + piece + content[at + less :]
    same(content)


# --- every form of one value ----------------------------------------------------------------------------------------

NUMBERS = [
    "0",
    "-0",
    "1",
    "-1",
    "10",
    "01",
    "-01",
    "00",
    "-",
    "--",
    "+1",
    "1.",
    ".5",
    "0.5",
    "-0.5",
    "0.0",
    "-0.0",
    "1.0",
    "1.50",
    "1.05",
    "0.05",
    "0.005",
    "0.000001",
    "1e5",
    "1E5",
    "1e-7",
    "1e400",
    "-1e400",
    "1e",
    "1.e5",
    "1.5e3",
    "0x1",
    "1_0",
    "999999999999999999",
    "1000000000000000000",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551616",
    "123456789012345",
    "123456789012345.5",
    "12345678901234.5",
    "1234567890123456.5",
    "0.123456789012345",
    "0.1234567890123456",
    "99999999999999.9",
    "9999999999999999.0",
    "1e15",
    "1.7976931348623157e308",
    "NaN",
    "Infinity",
    "-Infinity",
]
LITERALS = ["null", "true", "false", "nul", "nulls", "True", "None", "t", "f", ""]
NESTED = [
    "[]",
    "{}",
    "[1,]",
    "[}",
    "{]",
    "[[1]",
    '{"a":[{"b":null}]}',
    '{"a":1,"a":2}',
    '["]"]',
    '["\\"]"]',
    "[1]]",
    '["a\nb"]',
]
ESCAPES = [f"\\{char}" for char in map(chr, range(0x20, 0x7F))]
UNICODE = [
    "\\u0041",
    "\\u00e9",
    "\\u20AC",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\ude00",
    "\\ud83d\\u0041",
    "\\ud83dx",
    "\\u12",
    "\\u12g4",
]
UNICODE += [f"\\u00{code:02x}" for code in (0, 8, 9, 10, 12, 13, 0x1F, 0x22, 0x2F, 0x5C, 0x7F, 0x80)] + [
    "\\u",
    "\\U0041",
]
RAW_BYTES = [bytes([byte]) for byte in range(256)] + [
    b"\xc3\xa9",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf",
]


def forms() -> Iterator[bytes]:
    for text in (*NUMBERS, *LITERALS, *NESTED):
        yield text.encode()
    for text in (*ESCAPES, *UNICODE):
        yield b'"' + b"x" * 63 + text.encode() + b'y"'
        yield b'"' + text.encode() + b'"'
    for piece in RAW_BYTES:
        yield b'"a' + piece + b'b"'
        yield piece


@pytest.mark.parametrize("key", ["text", "id", "url", "more"])
def test_every_form_of_a_value(key: str) -> None:
    for form in forms():
        line = b'{"%s": %s}' % (key.encode(), form)
        beside = b'{"text": "t", "%s":%s, "z": 1}' % (key.encode(), form)
        same(b"\n".join([b'{"text": "before"}', line, beside, b'{"text": "behind"}']))


@given(st.integers(-(10**20), 10**20), st.integers(0, 20), st.sampled_from(["", "e5", "e-3", "0"]))
def test_decimals(digits: int, places: int, tail: str) -> None:
    text = f"{digits:0{places + 1}d}"
    text = f"{text[: len(text) - places]}.{text[len(text) - places :]}" if places else text
    same(b'{"text": "a", "n": %s}' % (text + tail).encode())


@pytest.mark.parametrize(
    "line",
    [
        b'{"text": "plain"}',
        b' {"text":"a\\n\\u00e9\\ud83d\\ude00" , "id":7,"x":[1,{"a":null}], "y":1e5,"z":0.25,"u":null,"v":false}\r',
    ],
)
def test_ordinary_lines_are_understood(line: bytes) -> None:
    assert ordinary(line)
    same(line)


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b'{"text": "a"',
        b'{"text": "a"}x',
        b'{"text": "a",}',
        b'{"text": "a" "b": 1}',
        b'{"te\\u0078t": "a"}',
        b'\xef\xbb\xbf{"text": "a"}',
        b'{"text": "a", "n": NaN}',
        b'{"text": "\\ud800"}',
        b'{"text": "a\tb"}',
    ],
)
def test_lines_out_of_the_ordinary_are_left_alone(line: bytes) -> None:
    assert not ordinary(line)
    same(line)


def test_more_shapes_fields_and_lines_than_a_block_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [{"text": str(number), f"key {number}": number} for number in range(MOST_SHAPES + 20)]
    wide = {"text": "wide"} | {str(number): number for number in range(MOST_FIELDS - 1)}
    wider = wide | {"one more": 1}
    content = b"\n".join(map(orjson.dumps, [*many, wide, wider, *many]))
    same(content)
    assert ordinary(orjson.dumps(wide))
    assert not ordinary(orjson.dumps(wider))
    monkeypatch.setattr(json_scan, "_MOST_LINES", 3)
    same(content)


def test_keys_whose_hashes_meet_are_told_apart() -> None:
    same(
        b'{"text": "a", "b": 1}\n{"text": "a", "c": 1}\n{"textb": "a"}\n{"text": "b", "b": 1}\n{"b": 1, "text": "c"}\n'
    )


def test_deep_nesting_is_for_the_parser() -> None:
    for depth in (10, DEEPEST, DEEPEST + 1, 300, 2000):
        same(b'{"text": "a", "n": ' + b"[" * depth + b"]" * depth + b"}")


@given(st.binary(max_size=80))
@example(b'{"text": "\xe9"}\n{"text": "\xc3\xa9"}')
def test_any_bytes(content: bytes) -> None:
    same(content)
    same(b'{"text": "before"}\n' + content)
