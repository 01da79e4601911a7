"""Web archives: what carries a text comes out, what does not is counted, what is damaged costs itself."""

import bz2
import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RecordError
from pipeline.sources import warc
from pipeline.sources.http_response import Payload, payload
from pipeline.sources.records import Record
from pipeline.sources.rows import Task
from pipeline.sources.warc import warc_items
from tests.source_kit import reasons, rows_of

PAGE = b"<html><head><title>T</title></head><body><p>The river rose.</p></body></html>"


def record(kind: str, content: bytes, *, length: int | None = None, **fields: str) -> bytes:
    named = {"WARC-Type": kind, "Content-Length": str(len(content) if length is None else length)}
    named |= {name.replace("_", "-"): value for name, value in fields.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return b"WARC/1.0\r\n" + head.encode() + b"\r\n" + content + b"\r\n\r\n"


def response(body: bytes, status: str = "200 OK", **fields: str) -> bytes:
    named = {"Content_Type": "text/html", **fields}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def page_record(body: bytes = PAGE, **fields: str) -> bytes:
    return record("response", response(body, **fields), WARC_Target_URI="http://www.a.example/x")


def archive(tmp_path: Path, content: bytes, name: str = "in.warc") -> list[dict[str, Any]]:
    path = tmp_path / name
    path.write_bytes(content)
    return rows_of(path)


def told(tmp_path: Path, content: bytes) -> list[str]:
    """The body or the reason of each row."""
    return [row["reason"] or row["body"].decode() for row in archive(tmp_path, content)]


# --- what comes out ---------------------------------------------------------------------------------------------------


def test_a_response_is_a_document_with_its_address_and_date(tmp_path: Path) -> None:
    content = record("warcinfo", b"software: x") + record(
        "response", response(PAGE, Content_Type='text/html; charset="koi8-r"'), WARC_Date="2024-01-02T03:04:05Z",
        WARC_Target_URI="<https://www.News.example/a?b>", WARC_Record_ID="<urn:uuid:1>",
    )  # fmt: skip
    (row,) = archive(tmp_path, content)
    names = ("record", "body", "url", "source", "date", "form", "declared", "encoding", "doc_id")
    found = [row[name] for name in names]
    url = "https://www.News.example/a?b"
    assert found == [1, PAGE, url, "news.example", "2024-01-02T03:04:05Z", "html", "koi8-r", None, None]
    assert json.loads(row["metadata"]) == {"WARC-Type": "response", "WARC-Record-ID": "<urn:uuid:1>"}
    assert content[row["byte_offset"] :].startswith(b"WARC/1.0\r\nWARC-Type: response")


def test_the_texts_of_common_crawl_are_documents(tmp_path: Path) -> None:
    texts = ["Rain again.\nIt rained.", "日本のニュース", ""]
    content = record("warcinfo", b"x") + b"".join(
        record("conversion", each.encode(), Content_Type="text/plain", WARC_Target_URI="http://a.example/")
        for each in texts
    )
    rows = archive(tmp_path, b"".join(gzip.compress(part) for part in (content[:70], content[70:])), "a.warc.wet.gz")
    assert [row["body"].decode() for row in rows] == texts
    assert {(row["form"], row["source"]) for row in rows} == {(None, "a.example")}
    assert [row["record"] for row in rows] == [1, 2, 3]


def test_charsets_are_declared_by_the_header_before_the_page(tmp_path: Path) -> None:
    page = b'<meta charset="iso-8859-2"><p>x'
    types = ("text/html", "text/html; charset=windows-1251", "application/xhtml+xml")
    declared = [archive(tmp_path, page_record(page, Content_Type=each))[0]["declared"] for each in types]
    assert declared == ["iso-8859-2", "windows-1251", "iso-8859-2"]


def chunked(body: bytes, size: int = 7) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x;name=value\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


RAW_DEFLATE = zlib.compressobj(wbits=-15)
PACKED: dict[str, tuple[bytes, dict[str, str]]] = {
    "chunked": (chunked(PAGE), {"Transfer_Encoding": "chunked"}),
    "chunks already joined": (PAGE, {"Transfer_Encoding": "chunked"}),
    "gzip": (gzip.compress(PAGE), {"Content_Encoding": "gzip"}),
    "gzip already undone": (PAGE, {"Content_Encoding": "gzip"}),
    "deflate": (zlib.compress(PAGE), {"Content_Encoding": "deflate"}),
    "bare deflate": (RAW_DEFLATE.compress(PAGE) + RAW_DEFLATE.flush(), {"Content_Encoding": "deflate"}),
    "deflate already undone": (PAGE, {"Content_Encoding": "deflate"}),
    "zstd": (zstandard.compress(PAGE), {"Content_Encoding": "zstd"}),
    "two": (gzip.compress(zlib.compress(PAGE)), {"Content_Encoding": "deflate, gzip"}),
    "chunked gzip": (chunked(gzip.compress(PAGE)), {"Transfer_Encoding": "chunked", "Content_Encoding": "x-gzip"}),
    "nonsense": (PAGE, {"Content_Encoding": "utf-8"}),
    "no type": (PAGE, {"Content_Type": ""}),
}


@pytest.mark.parametrize("name", PACKED)
def test_payloads_are_unpacked(tmp_path: Path, name: str) -> None:
    body, fields = PACKED[name]
    assert told(tmp_path, page_record(body, **fields)) == [PAGE.decode()]


# --- what is counted --------------------------------------------------------------------------------------------------


def test_what_carries_no_text_is_one_row_that_says_how_many(tmp_path: Path) -> None:
    others = [
        record("request", b"GET / HTTP/1.1\r\n\r\n"),
        record("metadata", b"x: y"),
        record("revisit", b""),
        page_record(Content_Type="image/png"),
        page_record(Content_Type="image/png; x=y"),
        record("response", response(PAGE, "404 Not Found")),
        record("response", response(PAGE, "301 Moved")),
        record("response", response(b"\0\1", Content_Type="")),
        record("resource", b"x", Content_Type="text/css"),
        record("nosuchtype", b""),
    ]
    rows = archive(tmp_path, page_record() + b"".join(others) + page_record())
    assert reasons(rows) == [None, None, "not_text"]
    assert rows[1]["record"] == 11
    assert rows[2]["detail"] == (
        "passed over: 2 image/png, 1 nosuchtype, 1 of status 301, 1 of status 404, 1 resource text/css, "
        "1 revisit, 1 without a type"
    )


def test_what_nobody_expects_to_be_a_text_is_not_told(tmp_path: Path) -> None:
    assert archive(tmp_path, record("warcinfo", b"x") + record("request", b"x") + record("metadata", b"x")) == []


# --- what is damaged --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (record("response", b"no http"), "bad_warc"),
        (record("response", response(PAGE), length=20), "bad_warc"),
        (record("response", response(PAGE), length=len(response(PAGE)) + 9), "bad_warc"),
        (b"garbage\r\n\r\n", "bad_warc"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n\r\nno length\r\n\r\n", "bad_warc"),
        (b"WARC/1.0\r\nContent-Length: -5\r\n\r\nhello\r\n\r\n", "bad_warc"),
        (b"WARC/1.0\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\nhello\r\n\r\n", "bad_warc"),
        (b"WARC/1.0\r\n" + b"a: b\r\n" * 20_000 + b"\r\n", "bad_warc"),
        (page_record(gzip.compress(PAGE)[:-4], Content_Encoding="gzip"), "bad_compression"),
        (page_record(b"\0damaged", Content_Encoding="deflate"), "bad_compression"),
        (page_record(chunked(PAGE)[:-30], Transfer_Encoding="chunked"), "bad_warc"),
        (page_record(b"x", Content_Encoding="br"), "unknown_format"),
        (page_record(gzip.compress(b"\0" * (70 << 20)), Content_Encoding="gzip"), "too_large"),
        (page_record(zlib.compress(b"\0" * (70 << 20)), Content_Encoding="deflate"), "too_large"),
        (page_record(b"x" * ((16 << 20) + 1)), "too_large"),
    ],
)
def test_a_damaged_record_costs_itself(tmp_path: Path, damaged: bytes, reason: str) -> None:
    before, behind = page_record(b"<p>before"), page_record(b"<p>behind")
    assert told(tmp_path, before + damaged + behind) == ["<p>before", reason, "<p>behind"]


def test_a_cut_record_costs_itself(tmp_path: Path) -> None:
    whole = page_record(b"<p>one") + page_record(b"<p>two")
    first = len(page_record(b"<p>one"))
    for cut in range(first + 1, len(whole) - 4):
        found = told(tmp_path, whole[:cut])
        assert found == ["<p>one", "bad_warc"] or (cut <= first + 2 and found[0] == "<p>one"), cut
    for cut in (len(whole) - 4, len(whole) - 2, len(whole)):
        assert told(tmp_path, whole[:cut]) == ["<p>one", "<p>two"]


def test_a_crawler_that_says_it_cut_a_page_is_believed(tmp_path: Path) -> None:
    cut = chunked(PAGE)[:-30]
    content = record("response", response(cut, Transfer_Encoding="chunked"), WARC_Truncated="length")
    (row,) = archive(tmp_path, content)
    assert PAGE.startswith(row["body"])
    assert json.loads(row["metadata"])["WARC-Truncated"] == "length"


def test_a_damaged_archive_of_packed_records_gives_none(tmp_path: Path) -> None:
    packed = [gzip.compress(page_record(b"<p>%d" % at)) for at in range(3)]
    for content, expected in (
        (b"".join(packed), [None] * 3),
        (b"".join(packed)[:-3], ["bad_compression"]),
        (packed[0] + packed[1][:-6] + b"\0\0" + packed[1][-4:] + packed[2], ["bad_compression"]),
    ):
        assert reasons(archive(tmp_path, content, "in.warc.gz")) == expected


def test_a_record_too_long_to_hold_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "LONGEST_DOCUMENT", 1000)
    content = record("conversion", b"x" * 1001, Content_Type="text/plain") + record(
        "conversion", b"y", Content_Type="text/plain"
    )
    assert told(tmp_path, content) == ["too_large", "y"]


def test_wrong_lengths_cannot_make_reading_quadratic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "MOST_REREAD", 100_000)
    liar = b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 90000\r\n\r\n"
    rows = archive(tmp_path, page_record(b"<p>one") + liar * 2_000)
    assert rows[0]["body"] == b"<p>one"
    assert "too many records of wrong lengths" in rows[-1]["detail"]
    assert len(rows) < 20


# --- in any pieces ----------------------------------------------------------------------------------------------------

TASK = Task(0, "in.warc", "", "warc", "", 0, 0, 0)


@given(
    bodies=st.lists(st.binary(max_size=60) | st.just(b"\r\n\r\nWARC/1.0\r\n"), max_size=6),
    size=st.integers(1, 64),
    old_lines=st.booleans(),
)
def test_what_goes_in_comes_out_in_pieces_of_any_size(bodies: list[bytes], size: int, old_lines: bool) -> None:
    records = [record("conversion", body, Content_Type="text/plain", X=str(at)) for at, body in enumerate(bodies)]
    if old_lines:
        heads = [each.replace(b"\r\n", b"\n", 6) for each in records]
        records = heads
    content = b"".join(records)
    parts = iter([content[at : at + size] for at in range(0, len(content), size)])
    found = list(warc_items(parts, TASK))
    if old_lines and any(b"\r\n" in body for body in bodies):
        return  # its first lines were changed, too
    assert [item.record for item in found] == list(range(len(bodies)))
    for item, body in zip(found, bodies, strict=True):
        assert isinstance(item.understood, Record)
        assert item.understood.text == body


@given(st.binary(max_size=200) | st.binary(max_size=80).map(lambda more: page_record() + more), st.integers(1, 50))
def test_any_bytes_are_records_or_in_quarantine(content: bytes, size: int) -> None:
    parts = iter([content[at : at + size] for at in range(0, len(content), size)])
    found = list(warc_items(parts, TASK))
    assert found or not content.strip(b"\r\n")
    assert [item.record for item in found] == list(range(len(found)))


FIELDS = st.sampled_from(["Content_Encoding", "Transfer_Encoding", "Content_Type"])


@given(
    st.binary(max_size=100),
    st.dictionaries(FIELDS, st.sampled_from(["gzip", "deflate", "chunked", "text/plain", "x", ""])),
)
def test_any_response_is_read_or_refused(body: bytes, fields: dict[str, str]) -> None:
    try:
        found = payload(response(body, **fields), truncated=False)
    except RecordError:
        return
    assert isinstance(found, Payload | str)


def test_bzip2_archives_are_read(tmp_path: Path) -> None:
    assert reasons(archive(tmp_path, bz2.compress(page_record()), "in.warc.bz2")) == [None]
