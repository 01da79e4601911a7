"""How a file is understood: by its bytes where they are clear, by its name where they are not."""

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
import zstandard

from pipeline.sources.files import Found, listing
from pipeline.sources.looks import dialect
from tests.source_kit import EXTENSIONS, reasons, rows_of

LINES = b'{"text": "one"}\n{"text": "two"}\n'
PRETTY = b'[\n  {\n    "text": "one"\n  },\n  {"text": "two"}\n]\n'
CSV = b"id,text\n1,one\n2,two\n"
PAGE = b"<!doctype html>\n<title>T</title><p>one"
WARC = b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 3\r\n\r\none\r\n\r\n"


def gzipped(data: bytes) -> bytes:
    """The same bytes at any time of the day: they stand in the names of tests."""
    return gzip.compress(data, mtime=0)


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzipped,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
}


def table_bytes(writer: Callable[[pa.Table, io.BytesIO], None]) -> bytes:
    file = io.BytesIO()
    writer(pa.table({"text": ["one"]}), file)
    return file.getvalue()


PARQUET = table_bytes(pq.write_table)
PLAIN = {"jsonl": LINES, "json": PRETTY, "csv": CSV, "html": PAGE, "warc": WARC, "parquet": PARQUET}


def listed(tmp_path: Path, name: str, content: bytes, text_field: str | None = None) -> Found | str:
    """The file as it was understood, or why it was passed over."""
    (tmp_path / name).write_bytes(content)
    found = listing([str(tmp_path)], EXTENSIONS, text_field)
    (tmp_path / name).unlink()
    return found.files[0] if found.files else found.skipped[0].why


@pytest.mark.parametrize("packed", ["", *PACK])
@pytest.mark.parametrize("format_", PLAIN)
def test_clear_bytes_need_no_name(tmp_path: Path, format_: str, packed: str) -> None:
    content = PACK[packed](PLAIN[format_]) if packed else PLAIN[format_]
    for name in ("part-00000", "part-00000.dat", "part.parquet" if format_ != "html" else "part"):
        found = listed(tmp_path, name, content)
        assert isinstance(found, Found), name
        assert (found.format, found.compression) == (format_, packed), name


@pytest.mark.parametrize(
    ("name", "content", "format_", "compression", "note"),
    [
        ("a.jsonl", LINES, "jsonl", "", ""),
        ("a.json", LINES, "jsonl", "", ""),
        ("a.json", PRETTY, "json", "", ""),
        ("a.jsonl", PRETTY, "json", "", "JSON by content, though named .jsonl"),
        ("a.jsonl", b'[{"text": "one"}, {"text": "two"}]', "json", "", "JSON by content, though named .jsonl"),
        ("a.json", b'{\n "text": "one"\n}', "json", "", ""),
        ("a.jsonl", CSV, "csv", "", "CSV by content, though named .jsonl"),
        ("a.csv", LINES, "jsonl", "", "JSON lines by content, though named .csv"),
        ("a.csv", PARQUET, "parquet", "", "Parquet by content, though named .csv"),
        ("a.txt", WARC, "warc", "", "WARC by content, though named .txt"),
        ("a.jsonl", gzipped(LINES), "jsonl", "gz", "gzip by content, though not named so"),
        ("a.jsonl.gz", LINES, "jsonl", "", "not compressed, though named .gz"),
        ("a.jsonl.gz", zstandard.compress(LINES), "jsonl", "zst", "zstd by content, though named .gz"),
        ("a.jsonl.gz", gzipped(gzipped(LINES)), "jsonl", "gz+gz", "compressed 2 times"),
        ("a.txt.gz", b"A text that nobody compressed.\n", "text", "", "not compressed, though named .gz"),
        ("a.csv.bz2", bz2.compress(CSV), "csv", "bz2", ""),
        ("a.jsonl", b"", "jsonl", "", "empty"),
        ("a.jsonl.gz", b"", "jsonl", "gz", "empty"),
    ],
)  # fmt: skip
def test_what_is_odd_is_said(
    tmp_path: Path, name: str, content: bytes, format_: str, compression: str, note: str
) -> None:
    found = listed(tmp_path, name, content)
    assert isinstance(found, Found)
    assert (found.format, found.compression, found.note) == (format_, compression, note)


@pytest.mark.parametrize(
    "content",
    [
        LINES,
        PRETTY,
        CSV,
        PAGE,
        b"PAR1 is how it starts",
        b"GIF89a was a format of images.",
        b"ORC is a format, and so is ARROW1.",
        b"BZh91 is the name of a road.",
        b"PK sent a letter, Rar! and FEA1",
        "Ünïcode".encode("utf-16"),
        "café".encode("latin-1"),
        b"",
    ],
)
def test_a_text_file_is_a_text_whatever_it_looks_like(tmp_path: Path, content: bytes) -> None:
    found = listed(tmp_path, "a.txt", content)
    assert isinstance(found, Found)
    assert (found.format, found.compression) == ("text", "")


@pytest.mark.parametrize(
    "first",
    [
        b"[1]",
        b"[broken",
        b"{broken",
        b"{'text': 'single quotes'}",
        b"{",
        b'{"text": "cut,',
        b'{"text": "cut',
        b"[" * 200_000,
        b'{"id": 1}',
        b'{"text": "' + b"long " * 20_000 + b'"}',
        b'{"text": "' + b"comma," * 20_000 + b'"}',
        b"\xff\xfe{\0}\0",
        b"text,with,commas",
    ],
    ids=lambda line: repr(line[:12]),
)
def test_a_first_line_that_is_odd_leaves_json_lines_what_they_are(tmp_path: Path, first: bytes) -> None:
    found = listed(tmp_path, "a.jsonl", first + b"\n" + LINES)
    assert isinstance(found, Found)
    assert found.format == "jsonl"


def tar_bytes() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("../../etc/passwd"), io.BytesIO(b""))
    return file.getvalue()


def zip_bytes() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.jsonl", LINES)
    return file.getvalue()


def arrow_bytes() -> bytes:
    file = io.BytesIO()
    with pa.ipc.new_stream(file, pa.schema([("text", pa.string())])) as writer:
        writer.write_table(pa.table({"text": ["one"]}))
    return file.getvalue()


ARCHIVES = {
    "a zip archive": zip_bytes(),
    "a tar archive": tar_bytes(),
    "a 7z archive": b"7z\xbc\xaf\x27\x1c\0\4" + b"\0" * 30,
    "a pickle": pickle.dumps({"text": "one"}),
    "an Arrow or Feather file": table_bytes(lambda table, file: feather.write_feather(table, file)),
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "an image": b"\x89PNG\r\n\x1a\n" + b"\0" * 30,
}


@pytest.mark.parametrize("what", ARCHIVES)
def test_archives_are_not_opened(tmp_path: Path, what: str) -> None:
    content = ARCHIVES[what]
    for name, packed in (("a.bin", content), ("a.bin.gz", gzipped(content))):
        assert listed(tmp_path, name, packed) == f"{what}; not opened"
    for name in ("a.jsonl", "a.txt", "a.csv", "a.parquet", "a.jsonl.gz"):
        found = listed(tmp_path, name, content)
        assert isinstance(found, Found), name
        assert (found.format, found.note) == ("unknown", f"{what}; not opened"), name


def test_an_arrow_stream_is_not_opened(tmp_path: Path) -> None:
    assert listed(tmp_path, "a.arrows", arrow_bytes()) == "an Arrow or Feather file; not opened"


def test_a_name_that_its_bytes_belie_is_set_aside_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(zip_bytes())
    (row,) = rows_of(path)
    assert (row["reason"], row["detail"]) == ("unknown_format", "a zip archive; not opened")
    path.write_bytes(gzipped(gzipped(gzipped(gzipped(LINES)))))
    (row,) = rows_of(path)
    assert (row["reason"], row["detail"]) == ("unknown_format", "compressed more than three times; not opened")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("README", b"Read me.\n", "text, but its ending is not in input.text_extensions"),
        ("a.md.gz", gzipped(b"# Read me\n"), "text, but its ending is not in input.text_extensions"),
        ("a.dat", b"", "empty, damaged, or of a kind that is not read"),
        ("a.gz", gzipped(LINES)[:11], "empty, damaged, or of a kind that is not read"),
        ("a.bin", b"\0\1\2\3", "of a kind that is not read"),
        ("package", b'{\n "name": "x",\n "version": 1\n}', "text, but its ending is not in input.text_extensions"),
        ("table", b"a,b\n1,2\n", "text, but its ending is not in input.text_extensions"),
    ],
)
def test_a_file_of_no_known_kind_is_passed_over_and_why_is_said(
    tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    assert listed(tmp_path, name, content) == why


def test_the_field_of_the_settings_makes_bytes_clear(tmp_path: Path) -> None:
    for content in (b'{"story": "one"}\n', b'[\n{"story": "one"}\n]', b"id,story\n1,one\n"):
        assert listed(tmp_path, "part-0", content) == "text, but its ending is not in input.text_extensions"
        assert isinstance(listed(tmp_path, "part-0", content, "story"), Found)
        assert isinstance(listed(tmp_path, "part-0", content, "text"), str)


def test_a_damaged_beginning_is_left_to_the_reader_of_its_name(tmp_path: Path) -> None:
    whole = gzipped(LINES)
    for content in (b"\0" * 50, whole[5:], bytes([whole[0] ^ 1]) + whole[1:], b"BZh", whole[:1]):
        path = tmp_path / "a.jsonl.gz"
        path.write_bytes(content)
        assert reasons(rows_of(path)) == ["bad_compression"], content


@pytest.mark.parametrize(
    ("head", "name", "delimiter", "columns"),
    [
        (b"id,text\n", "a.csv", ",", ("id", "text")),
        (b"id;text\r\n1;a,b\r\n", "a.csv", ";", ("id", "text")),
        (b"id\ttext\n", "a.csv", "\t", ("id", "text")),
        (b"id|text\n", "a.csv", "|", ("id", "text")),
        (b"a,b,c;text\n", "a.csv", ";", ("a,b,c", "text")),
        (b'"a;b;c;d",text\n', "a.csv", ",", ("a;b;c;d", "text")),
        (b'"x\ny",Text \rz', "a.csv", ",", ("x\ny", "Text ")),
        (b"sep=;\r\na,b;text\r\n", "a.csv", ";", ("a,b", "text")),
        (b"\xef\xbb\xbfid,text\n", "a.csv", ",", ("id", "text")),
        (b"text\none, two\n", "a.csv", "\x1f", ("text",)),
        (b"x\ty\tz,u,v,w\n", "a.tsv", ",", ("x\ty\tz", "u", "v", "w")),
    ],
)
def test_a_table_is_cut_as_its_header_says(head: bytes, name: str, delimiter: str, columns: tuple[str, ...]) -> None:
    found = dialect(head, name)
    assert (found.delimiter, found.columns) == (delimiter, columns)
