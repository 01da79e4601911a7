"""The kernel that reads: slices of files in, raw records out, in order. One bad record costs one record."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from pipeline.errors import Reason, RecordError
from pipeline.flow import Batches
from pipeline.sources.records import Fields, Record, understood, without_surrogates

RAW = pa.schema(
    [
        ("doc", pa.int64()),
        ("doc_id", pa.string()),  # as given, else null
        ("source", pa.string()),
        ("url", pa.string()),
        ("date", pa.string()),
        ("path", pa.string()),
        ("record", pa.int64()),
        ("byte_offset", pa.int64()),
        ("metadata", pa.string()),
        ("lang", pa.string()),
        ("encoding", pa.string()),  # of a body that is text already; null where it must be found out
        ("repairs", pa.list_(pa.string())),
        ("body", pa.large_binary()),  # UTF-8 where `encoding` is given
        ("reason", pa.string()),
        ("detail", pa.string()),
    ]
)
LONGEST_DOCUMENT = 256 << 20  # bytes
LONGEST_FILE = 4 << 30  # bytes, once decompressed
FIRST_RATIO = 64 << 20  # a file that grows beyond this ...
MOST_RATIO = 200  # ... may not be this many times its compressed size
_BATCH_BYTES = 16 << 20


class Task(NamedTuple):
    """One row of SLICES."""

    file: int
    path: str
    location: str
    format: str
    compression: str
    byte_start: int
    byte_end: int
    first_record: int


class Item(NamedTuple):
    """One record as read: its number, where it starts in the file, its bytes, and what became of it."""

    record: int
    byte_offset: int
    body: bytes
    understood: Record | RecordError
    encoding: str | None


def read(slices: Batches, *, fields: Fields) -> Batches:
    """Raw records (schema RAW) of the slices, in order."""
    rows: list[dict[str, Any]] = []
    size = 0
    for batch in slices:
        for row in batch.to_pylist():
            task = Task(**row)
            for item in _items(task, fields):
                rows.append(_row(task, item))
                size += len(rows[-1]["body"] or b"")
                if size >= _BATCH_BYTES:
                    yield pa.RecordBatch.from_pylist(rows, RAW)
                    rows, size = [], 0
    if rows:
        yield pa.RecordBatch.from_pylist(rows, RAW)


def _items(task: Task, fields: Fields) -> Iterator[Item]:
    readers: dict[str, Callable[[Task, Fields], Iterator[Item]]] = {
        "text": _text,
        "jsonl": _json_lines,
        "parquet": _parquet,
    }
    try:
        yield from readers[task.format](task, fields)
    except RecordError as error:
        yield Item(0, 0, b"", error, None)
    except OSError as error:
        yield Item(0, 0, b"", RecordError(Reason.UNREADABLE, f"{error.strerror or error}"), None)


def _row(task: Task, item: Item) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(RAW.names)
    row.update(doc=(task.file << 32) | item.record, path=without_surrogates(task.path), record=item.record)
    row.update(byte_offset=item.byte_offset, repairs=[], body=item.body)
    record = item.understood
    if isinstance(record, RecordError):
        row.update(reason=str(record.reason), detail=without_surrogates(record.detail))
        return row
    row.update(source=record.source, url=record.url, date=record.date, lang=record.lang)
    row.update(doc_id=record.id, metadata=record.metadata, encoding=item.encoding)
    if isinstance(record.text, bytes):
        row.update(body=record.text)
    else:
        try:
            row.update(body=record.text.encode())
        except UnicodeEncodeError:
            row.update(body=without_surrogates(record.text).encode(), repairs=["surrogates"])
    if len(row["body"]) > LONGEST_DOCUMENT:
        row.update(reason=str(Reason.TOO_LARGE), detail=f"{len(row['body'])} bytes, limit {LONGEST_DOCUMENT}")
    return row


def _text(task: Task, _: Fields) -> Iterator[Item]:
    body = _content(task)
    yield Item(0, 0, b"", understood({"text": body, "id": task.path}, Fields(), task.path), None)


def _json_lines(task: Task, fields: Fields) -> Iterator[Item]:
    content = _content(task)
    at = 0
    record = task.first_record
    while at < len(content):
        end = content.find(b"\n", at)
        end = len(content) if end < 0 else end
        line = content[at:end]
        if line.strip():
            found, encoding = _parsed(line, fields, task.path)
            yield Item(record, task.byte_start + at, line, found, encoding)
        record += 1
        at = end + 1


def _parsed(line: bytes, fields: Fields, path: str) -> tuple[Record | RecordError, str | None]:
    encoding = "utf-8"
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            data, encoding = _leniently(line)
        except (ValueError, RecursionError) as error:
            return RecordError(Reason.BAD_JSON, str(error)[:200]), None
    if not isinstance(data, dict):
        return RecordError(Reason.NOT_A_RECORD, f"a JSON {type(data).__name__}, not an object"), None
    try:
        return understood(data, fields, path), encoding
    except RecordError as error:
        return error, None


def _leniently(line: bytes) -> tuple[object, str]:
    """What orjson refuses though the text is there: a byte order mark, NaN, lone surrogates, big integers."""
    text = line.removeprefix(b"\xef\xbb\xbf").decode()
    return json.loads(text), "utf-8"


def _parquet(task: Task, fields: Fields) -> Iterator[Item]:
    if task.compression:
        raise RecordError(Reason.BAD_PARQUET, "a compressed Parquet file; decompress it first")
    record = 0
    try:
        file = pq.ParquetFile(task.location, page_checksum_verification=True)
        for batch in file.iter_batches(batch_size=1024):
            for data in batch.to_pylist():
                try:
                    found: Record | RecordError = understood(data, fields, task.path)
                except RecordError as error:
                    found = error
                encoding = "utf-8" if isinstance(found, Record) and isinstance(found.text, str) else None
                yield Item(record, 0, b"", found, encoding)
                record += 1
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise RecordError(Reason.BAD_PARQUET, str(error)[:200]) from error


def _content(task: Task) -> bytes:
    with Path(task.location).open("rb") as file:
        file.seek(task.byte_start)
        raw = file.read(task.byte_end - task.byte_start)
    if not task.compression:
        return raw
    limit = min(LONGEST_FILE, max(FIRST_RATIO, MOST_RATIO * len(raw)))
    try:
        return _gunzipped(raw, limit) if task.compression == "gz" else _unzstd(raw, limit)
    except (zlib.error, gzip.BadGzipFile, EOFError, zstandard.ZstdError) as error:
        raise RecordError(Reason.BAD_COMPRESSION, str(error)[:200]) from error


def _gunzipped(raw: bytes, limit: int) -> bytes:
    """All members of a gzip file; EOFError where the last one is cut."""
    parts = []
    size = 0
    while raw:
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            part = member.decompress(member.unconsumed_tail or raw, _BATCH_BYTES)
            size = _within(size + len(part), limit)
            parts.append(part)
            raw = b""
            if not part and not member.unconsumed_tail and not member.eof:
                raise EOFError("the gzip data end in the middle; the file is cut")
        raw = member.unused_data.lstrip(b"\0")
    return b"".join(parts)


def _unzstd(raw: bytes, limit: int) -> bytes:
    """All frames of a zstd file; EOFError where the last one is cut."""
    parts = []
    size = 0
    while raw:
        frame = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
        for at in range(0, len(raw), 1 << 16):
            part = frame.decompress(raw[at : at + (1 << 16)])
            size = _within(size + len(part), limit)
            parts.append(part)
            if frame.eof:
                raw = frame.unused_data + raw[at + (1 << 16) :]
                break
        else:
            raise EOFError("the zstd data end in the middle of a frame; the file is cut")
    return b"".join(parts)


def _within(size: int, limit: int) -> int:
    if size > limit:
        raise RecordError(Reason.TOO_LARGE, f"grows beyond {limit} bytes when decompressed")
    return size
