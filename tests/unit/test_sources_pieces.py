"""Content in pieces that fit in memory: no line is cut, no file is read in part, and long lines cost themselves."""

import gzip
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RecordError
from pipeline.sources import json_lines, pieces
from pipeline.sources.files import opened
from pipeline.sources.pieces import lines
from pipeline.sources.rows import Task
from tests.source_kit import reasons, rows_of, slice_rows


@given(
    content=st.lists(st.sampled_from([b"\n", b"a", b"bb", b"\r\n", b"long" * 9])).map(b"".join),
    size=st.integers(1, 20),
    longest=st.integers(10, 60),
)
def test_lines_come_whole_and_too_long_ones_are_told(content: bytes, size: int, longest: int) -> None:
    parts: Iterator[bytes] = iter([content[at : at + size] for at in range(0, len(content), size)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "LONGEST_LINE", longest)
        found = list(lines(parts))
    at = 0
    for block in found:
        assert block.at == at
        if block.content is None:
            end = content.find(b"\n", at) + 1 or len(content)
            assert end - at > longest
            at = end
        else:
            assert content[at:].startswith(block.content)
            assert len(block.content) <= longest + size
            at += len(block.content)
            assert block.content.endswith(b"\n") or at == len(content)
    assert at == len(content)


LONG = [b'{"text": "one"}', b'{"text": "' + b"x" * 3000 + b'"}', b'{"text": "two"}', b'{"text": "' + b"y" * 990 + b'"}']


@pytest.mark.parametrize("read", [100, 1000, 1 << 20])
@pytest.mark.parametrize("packed", [False, True])
def test_a_line_too_long_to_hold_costs_itself_in_pieces_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: int, packed: bool
) -> None:
    for module in (pieces, json_lines):
        monkeypatch.setattr(module, "LONGEST_LINE", 1000)
    for name in ("_READ", "PIECE"):
        monkeypatch.setattr(pieces, name, read)
    path = tmp_path / ("in.jsonl.gz" if packed else "in.jsonl")
    content = b"\n".join(LONG)
    path.write_bytes(gzip.compress(content) if packed else content)
    rows = rows_of(path)
    assert [(row["record"], row["byte_offset"], row["reason"]) for row in rows] == [
        (0, 0, None), (1, 16, "too_large"), (2, 3029, None), (3, 3045, "too_large"),
    ]  # fmt: skip
    assert [row["body"] for row in rows] == [b"one", None, b"two", None]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a compressed file hardly anything is kept while its end is not seen."""
    monkeypatch.setattr(pieces, "HELD", 1000)
    monkeypatch.setattr(pieces, "PIECE", 500)


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_a_large_compressed_file_is_read_whole_or_not_at_all(tmp_path: Path, small: None, kind: str) -> None:
    content = b"".join(b'{"text": "text %05d"}\n' % at for at in range(5000))
    packed = gzip.compress(content) if kind == "gz" else zstandard.ZstdCompressor(write_checksum=True).compress(content)
    path = tmp_path / f"in.jsonl.{kind}"
    path.write_bytes(packed)
    rows = rows_of(path)
    assert [row["body"] for row in rows] == [b"text %05d" % at for at in range(5000)]
    assert [row["record"] for row in rows] == list(range(5000))
    assert [content[row["byte_offset"] :][:1] for row in rows] == [b"{"] * 5000
    for damaged in (packed[:-1], packed[: len(packed) // 2], packed[:-3] + bytes([packed[-3] ^ 1]) + packed[-2:]):
        path.write_bytes(damaged)
        assert [(row["reason"], row["record"]) for row in rows_of(path)] == [("bad_compression", 0)]


ARCHIVED = b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\none\r\n\r\n"


@pytest.mark.parametrize("name", ["in.csv.gz", "in.json.gz", "in.warc.gz", "in.txt.gz", "in.html.gz"])
def test_no_reader_takes_a_part_for_the_whole(tmp_path: Path, small: None, name: str) -> None:
    rows = {
        "in.csv.gz": b"id,text\n" + b"".join(b"%d,row\n" % at for at in range(2000)),
        "in.json.gz": b"[" + b",\n".join([b'{"text": "one"}'] * 2000) + b"]",
        "in.warc.gz": ARCHIVED * 2000,
    }  # fmt: skip
    content = rows.get(name, b"<p>some text" * 2000)
    path = tmp_path / name
    path.write_bytes(gzip.compress(content))
    assert set(reasons(rows_of(path))) == {None}
    path.write_bytes(gzip.compress(content)[:-2])
    assert reasons(rows_of(path)) == ["bad_compression"]


def test_a_file_that_changes_between_its_two_readings_is_told(
    tmp_path: Path, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "in.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "one"}\n' * 500))
    held = pieces._held

    def slow(file: io.FileIO, task: Task) -> list[bytes] | None:
        found = held(file, task)
        os.utime(path, ns=(0, 0))
        return found

    monkeypatch.setattr(pieces, "_held", slow)
    assert rows_of(path)[-1]["reason"] == "changed_while_read"


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "file").write_text("x")
    for name in ("pipe", "link", "gone"):
        with pytest.raises(OSError, match=r"regular|levels|No such"):
            opened(tmp_path / name).close()
    with pytest.raises(OSError, match="regular"):
        opened(Path("/dev/zero")).close()
    opened(tmp_path / "file").close()


def test_a_device_in_place_of_a_listed_file_is_not_read(tmp_path: Path) -> None:
    for format_ in ("jsonl", "text", "csv", "parquet", "warc", "html", "json"):
        os.mkfifo(tmp_path / format_)
        task = Task(0, format_, str(tmp_path / format_), format_, "", 0, 10, 0)
        assert reasons(slice_rows(task)) == ["unreadable"], format_


def test_a_text_within_its_limit_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "in.txt.gz"
    path.write_bytes(gzip.compress(b"x" * 1000))
    found: dict[str, Any] = rows_of(path)[0]
    assert found["body"] == b"x" * 1000
    task = Task(0, "in.txt.gz", str(path), "text", "gz", 0, path.stat().st_size, 0)
    assert pieces.whole(task, 1000) == b"x" * 1000
    with pytest.raises(RecordError, match="more than 999"):
        pieces.whole(task, 999)
