"""Which files are read, in which slices, and what happens to files that change or fail."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.sources import files, read, rows
from pipeline.sources.files import listing, scanned
from pipeline.sources.records import Fields
from pipeline.sources.rows import LONGEST_DOCUMENT, Task
from pipeline.sources.sniff import understood
from pipeline.stages.schemas import SLICES
from tests.source_kit import EXTENSIONS, lines, paths_of, reasons, rows_of, slice_rows

# --- which files ------------------------------------------------------------------------------------------------------


def test_files_come_in_the_order_of_the_bytes_of_their_relative_paths(tmp_path: Path) -> None:
    names = ["b.txt", "a/z.txt", "a.txt", "a/é.txt", "a/B.txt", "a/b.txt", "Ω.txt", "Z.txt", "a-b.txt"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert paths_of(tmp_path) == sorted(names, key=lambda name: name.encode())


def test_two_roots_make_one_order(tmp_path: Path) -> None:
    for name in ("one/b.txt", "two/a.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("x")
    assert paths_of(tmp_path / "one", tmp_path / "two") == ["a.txt", "b.txt"]
    assert paths_of(tmp_path / "two", tmp_path / "one") == ["a.txt", "b.txt"]
    assert paths_of(tmp_path / "two" / "a.txt") == ["a.txt"]


def test_what_is_no_finished_regular_file_of_a_known_kind_is_passed_over_and_named(tmp_path: Path) -> None:
    inbox, outside = tmp_path / "inbox", tmp_path / "outside"
    for folder in (inbox / ".hidden", inbox / "dir.txt", outside):
        folder.mkdir(parents=True)
    for path in (inbox / "good.txt", inbox / ".hidden" / "a.txt", outside / "a.txt"):
        path.write_text("x")
    odd = ["a.txt.tmp", "a.jsonl.part", "a.txt~", ".a.txt", "a.zip", "README", "a.txt.gz.crdownload", "a.pickle"]
    for name in odd:
        (inbox / name).write_text("x")
    links = {"link.txt": outside / "a.txt", "loop.txt": inbox / "loop.txt", "up": inbox, "gone.txt": tmp_path / "no"}
    for name, target in links.items():
        (inbox / name).symlink_to(target)
    os.mkfifo(inbox / "pipe.txt")
    found = listing([str(inbox)], EXTENSIONS)
    assert [each.path for each in found.files] == ["good.txt"]
    assert sorted(each.path for each in found.skipped) == sorted([*odd, *links, "pipe.txt", ".hidden"])
    why = dict(found.skipped)
    assert {why[name] for name in links} == {"a link"}
    assert (why["pipe.txt"], why[".hidden"], why["a.txt~"]) == (
        "not a regular file",
        "hidden",
        "still being written, by its name",
    )


def test_a_name_that_is_not_utf_8_is_passed_over_and_can_be_printed(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    (tmp_path / "good.txt").write_text("x")
    found = listing([str(tmp_path)], EXTENSIONS)
    assert [each.path for each in found.files] == ["good.txt"]
    assert found.skipped == (("caf\\udce9.txt", "its name is not UTF-8"),)


def test_odd_names_are_names(tmp_path: Path) -> None:
    names = ["-rf.txt", "a\nb.txt", "'\".txt", "$(touch x).txt", "*.txt", "[a-z]?.txt", "\u202etxt.txt", " .txt"]
    names.append("x" * 246 + ".txt")
    for name in names:
        (tmp_path / name).write_text(f"text of {name}")
    found = listing([str(tmp_path)], EXTENSIONS).files
    assert sorted(each.path for each in found) == sorted(names)
    for each in found:
        task = Task(0, each.path, str(each.location), each.format, "", 0, each.bytes, 0)
        assert [row["body"].decode() for row in slice_rows(task)] == [f"text of {each.path}"]


def test_a_folder_that_looks_like_a_column_is_none(tmp_path: Path) -> None:
    (tmp_path / "text=EVIL").mkdir()
    path = tmp_path / "text=EVIL" / "a.parquet"
    pq.write_table(pa.table({"text": ["good"]}), path)
    task = Task(0, "text=EVIL/a.parquet", str(path), "parquet", "", 0, path.stat().st_size, 0)
    (row,) = slice_rows(task)
    assert (row["body"], row["metadata"]) == (b"good", "{}")


def test_a_file_that_vanishes_while_the_folder_is_listed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("x")

    def gone(location: Path) -> bytes:
        if location.name == "a.txt":
            raise FileNotFoundError(2, "No such file or directory")
        return b"x"

    monkeypatch.setattr(files, "head_of", gone)
    found = listing([str(tmp_path)], EXTENSIONS)
    assert ([each.path for each in found.files], found.skipped) == (["b.txt"], (("a.txt", "vanished"),))


def test_a_file_that_cannot_be_looked_into_is_known_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "b.jsonl.gz", "c.dat"):
        (tmp_path / name).write_text("x")

    def denied(location: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(location))

    monkeypatch.setattr(files, "head_of", denied)
    found = listing([str(tmp_path)], EXTENSIONS)
    assert [(each.format, each.compression) for each in found.files] == [("text", ""), ("jsonl", "gz")]
    assert found.skipped == (("c.dat", "cannot be read (Permission denied)"),)


def test_a_missing_path_is_an_error_and_never_empty(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        listing([str(tmp_path / "nothing")], EXTENSIONS)
    with pytest.raises(InputError, match="no such file or folder"):
        listing([str(tmp_path), str(tmp_path / "nothing")], EXTENSIONS)


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def walk(top: Path, onerror: Callable[[OSError], None], followlinks: bool) -> Any:
        onerror(PermissionError(13, "Permission denied", str(top)))
        return iter(())

    monkeypatch.setattr(files.os, "walk", walk)
    with pytest.raises(InputError, match="cannot list this folder"):
        listing([str(tmp_path)], EXTENSIONS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", ("text", "")),
        ("A.TXT", ("text", "")),
        ("a.txt.gz", ("text", "gz")),
        ("a.ndjson.zst", ("jsonl", "zst")),
        ("a.parquet", ("parquet", "")),
        ("a.gz", ("", "gz")),
        ("a.jsonl.gz.bz2", ("jsonl", "bz2")),
        ("a.TSV.xz", ("csv", "xz")),
        ("CC-MAIN.warc.wet.gz", ("warc", "gz")),
        ("a.zip", ("", "")),
        ("txt", ("", "")),
        ("a.csv", ("csv", "")),
    ],
)
def test_a_name_says_format_and_compression(name: str, expected: tuple[str, str]) -> None:
    assert understood(name, EXTENSIONS) == expected


# --- slices -----------------------------------------------------------------------------------------------------------


@given(
    content=st.lists(st.sampled_from([b"\n", b"\r\n", b"a", b"{}", b"\xe2\x80\xa8", b"x" * 9])).map(b"".join),
    slice_bytes=st.integers(1, 40),
    chunk=st.integers(1, 16),
)
def test_slices_hold_every_byte_and_end_at_line_ends(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, slice_bytes: int, chunk: int
) -> None:
    path = tmp_path_factory.mktemp("slices") / "a.jsonl"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "_CHUNK", chunk)
        parts = scanned(listing([str(path)], EXTENSIONS).files[0], slice_bytes).slices
    pieces = [content[part.byte_start : part.byte_end] for part in parts]
    assert b"".join(pieces) == content
    assert all(piece.endswith(b"\n") for piece in pieces[:-1])
    assert all(pieces) or content == b""
    assert [part.first_record for part in parts] == [content[: part.byte_start].count(b"\n") for part in parts]


def test_records_are_the_same_in_any_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records: list[dict[str, Any] | bytes] = [{"text": f"text {at}", "id": at} for at in range(50)]
    records[7] = b"{broken"
    records[20:20] = [b"", b"  \r"]
    path = lines(tmp_path, *records)
    whole = rows_of(path, number=3)
    assert len(whole) == 50
    assert whole[-1]["record"] == 51
    assert whole[-1]["doc"] == (3 << 32) + 51
    content = path.read_bytes()
    assert [content[row["byte_offset"] :][:1] for row in whole] == [b"{"] * 50
    monkeypatch.setattr(files, "_CHUNK", 64)
    assert rows_of(path, slice_bytes=100, number=3) == whole


def test_other_formats_are_one_slice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_CHUNK", 4)
    for name, content in {"a.txt": b"a\nb\nc\n" * 9, "b.jsonl.gz": gzip.compress(b"\n" * 90)}.items():
        path = tmp_path / name
        path.write_bytes(content)
        assert len(scanned(listing([str(path)], EXTENSIONS).files[0], 1).slices) == 1


# --- files that change or fail ----------------------------------------------------------------------------------------


def test_a_file_that_shrinks_after_it_was_listed_is_set_aside(tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.txt"):
        path = tmp_path / name
        path.write_bytes(b'{"text": "one"}\n{"text": "two"}\n')
        found = listing([str(path)], EXTENSIONS).files[0]
        part = scanned(found, 1 << 20).slices[0]
        task = Task(0, name, str(path), found.format, "", part.byte_start, part.byte_end, 0)
        path.write_bytes(b'{"text": "one"}\n')
        assert reasons(slice_rows(task)) == ["changed_while_read"]


def test_lines_added_after_a_file_was_listed_wait_for_the_next_run(tmp_path: Path) -> None:
    path = lines(tmp_path, {"text": "one"})
    task = Task(0, "in.jsonl", str(path), "jsonl", "", 0, path.stat().st_size, 0)
    with path.open("ab") as file:
        file.write(b'{"text": "two"}\n')
    assert [row["body"] for row in slice_rows(task)] == [b"one"]


def test_a_file_that_cannot_be_opened_is_set_aside_behind_what_other_slices_hold(tmp_path: Path) -> None:
    task = Task(2, "in.jsonl", str(tmp_path / "gone.jsonl"), "jsonl", "", 100, 200, 17)
    (row,) = slice_rows(task)
    assert (row["reason"], row["record"], row["byte_offset"]) == ("unreadable", 17, 100)
    assert row["doc"] == (2 << 32) + 17
    assert "No such file" in row["detail"]


def test_a_text_file_beyond_the_limit_is_never_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sparse.txt"
    with path.open("wb") as file:
        file.truncate(LONGEST_DOCUMENT + 1)
    assert reasons(rows_of(path)) == ["too_large"]
    monkeypatch.setattr(rows, "LONGEST_DOCUMENT", 10)
    assert reasons(rows_of(lines(tmp_path, {"text": "0123456789"}, {"text": "0123456789!"}, {"text": "x"}))) == [
        None,
        "too_large",
        None,
    ]


def test_a_flood_of_metadata_is_cut_into_batches_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "_BATCH_BYTES", 10_000)
    path = lines(tmp_path, *({"text": "", "more": "x" * 1000} for _ in range(50)))
    found = scanned(listing([str(path)], EXTENSIONS).files[0], 1 << 30)
    task = dict(zip(SLICES.names, (0, "in.jsonl", str(path), "jsonl", "", 0, found.found.bytes, 0), strict=True))
    batches = list(read.read(iter([pa.RecordBatch.from_pylist([task], SLICES)]), fields=Fields()))
    assert len(batches) > 4
    assert sum(batch.num_rows for batch in batches) == 50
