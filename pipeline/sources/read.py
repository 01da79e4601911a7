"""The kernel that reads: slices of files in, raw records out, in order. One bad record costs one record."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import orjson
import pyarrow as pa

from pipeline.errors import Reason, RecordError
from pipeline.flow import Batches
from pipeline.sources.parquet import parquet_rows
from pipeline.sources.records import Fields, Record, understood, without_surrogates
from pipeline.sources.unpack import LONGEST_FILE, unpacked

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
_BATCH_BYTES = 16 << 20
_ROUNDED = 1 << 63  # orjson makes floats of larger integers; two ids would become one
_ROW_BYTES = 400  # what a row of short columns takes at least


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
    """One record as read: its number, where it starts, its bytes (empty: not at hand), and what became of it."""

    record: int
    byte_offset: int
    body: bytes
    understood: Record | RecordError
    encoding: str | None


class _Row(NamedTuple):
    """A row of RAW."""

    doc: int
    doc_id: str | None = None
    source: str | None = None
    url: str | None = None
    date: str | None = None
    path: str = ""
    record: int = 0
    byte_offset: int = 0
    metadata: str | None = None
    lang: str | None = None
    encoding: str | None = None
    repairs: tuple[str, ...] = ()
    body: bytes | None = None
    reason: str | None = None
    detail: str | None = None


def read(slices: Batches, *, fields: Fields) -> Batches:
    """Raw records (schema RAW) of the slices, in order."""
    rows: list[_Row] = []
    size = 0
    for batch in slices:
        for slice_row in batch.to_pylist():
            task = Task(**slice_row)
            for item in _items(task, fields):
                row = _row(task, item)
                rows.append(row)
                size += _ROW_BYTES + len(row.body or b"") + len(row.metadata or "")
                if size >= _BATCH_BYTES:
                    yield _batch(rows)
                    rows, size = [], 0
    if rows:
        yield _batch(rows)


def _batch(rows: list[_Row]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, RAW, strict=True)], schema=RAW
    )


def _items(task: Task, fields: Fields) -> Iterator[Item]:
    """The records of a slice; what ends a file early stands behind the last record that was read."""
    readers: dict[str, Callable[[Task, Fields], Iterator[Item]]] = {
        "text": _text,
        "jsonl": _json_lines,
        "parquet": _parquet,
    }
    record = task.first_record
    try:
        for item in readers[task.format](task, fields):
            yield item
            record = item.record + 1
    except RecordError as error:
        yield Item(record, task.byte_start, b"", error, None)
    except OSError as error:
        failed = RecordError(Reason.UNREADABLE, f"{error.strerror or error}")
        yield Item(record, task.byte_start, b"", failed, None)


def _row(task: Task, item: Item) -> _Row:
    doc = (task.file << 32) | item.record
    path = without_surrogates(task.path)
    record = item.understood
    if isinstance(record, RecordError):
        reason, detail = str(record.reason), without_surrogates(record.detail)
        return _Row(
            doc=doc,
            path=path,
            record=item.record,
            byte_offset=item.byte_offset,
            body=item.body or None,
            reason=reason,
            detail=detail,
        )
    body, repairs = _encoded(record.text)
    too_large = len(body) > LONGEST_DOCUMENT
    return _Row(
        doc=doc,
        doc_id=record.id,
        source=record.source,
        url=record.url,
        date=record.date,
        path=path,
        record=item.record,
        byte_offset=item.byte_offset,
        metadata=record.metadata,
        lang=record.lang,
        encoding=item.encoding,
        repairs=repairs,
        body=body,
        reason=str(Reason.TOO_LARGE) if too_large else None,
        detail=f"{len(body)} bytes, limit {LONGEST_DOCUMENT}" if too_large else None,
    )


def _encoded(text: str | bytes) -> tuple[bytes, tuple[str, ...]]:
    """The bytes of a text, and the names of the repairs that took."""
    if isinstance(text, bytes):
        return text, ()
    try:
        return text.encode(), ()
    except UnicodeEncodeError:
        return without_surrogates(text).encode(), ("surrogates",)


def _text(task: Task, _: Fields) -> Iterator[Item]:
    body = _content(task, LONGEST_DOCUMENT)
    yield Item(0, 0, body, understood({"text": body, "id": task.path}, Fields(), task.path), None)


def _json_lines(task: Task, fields: Fields) -> Iterator[Item]:
    content = _content(task, LONGEST_FILE)
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
    try:
        data = _loaded(line)
    except (ValueError, RecursionError) as error:
        return RecordError(Reason.BAD_JSON, str(error)[:200]), None
    if not isinstance(data, dict):
        return RecordError(Reason.NOT_A_RECORD, f"a JSON {type(data).__name__}, not an object"), None
    try:
        return understood(data, fields, path), "utf-8"
    except RecordError as error:
        return error, None


def _loaded(line: bytes) -> object:
    """The value of a line of JSON, as the fast parser sees it or, where that one refuses or rounds, the slow one."""
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError:  # also for a byte order mark, NaN and lone surrogates, though the text is there
        return json.loads(line.removeprefix(b"\xef\xbb\xbf").decode())
    if isinstance(data, dict) and any(isinstance(value, float) and abs(value) >= _ROUNDED for value in data.values()):
        return json.loads(line)
    return data


def _parquet(task: Task, fields: Fields) -> Iterator[Item]:
    if task.compression:
        raise RecordError(Reason.BAD_PARQUET, "a compressed Parquet file; decompress it first")
    _refuse_changed(Path(task.location).stat().st_size, task.byte_end)
    for record, data in enumerate(parquet_rows(task.location)):
        try:
            found: Record | RecordError = understood(data, fields, task.path)
        except RecordError as error:
            found = error
        encoding = "utf-8" if isinstance(found, Record) and isinstance(found.text, str) else None
        yield Item(record, 0, b"", found, encoding)


def _content(task: Task, limit: int) -> bytes:
    """The bytes of a slice, decompressed."""
    with Path(task.location).open("rb") as file:
        if task.format == "text" or task.compression:  # a whole file; lines may be added behind the slices of others
            _refuse_changed(os.fstat(file.fileno()).st_size, task.byte_end)
        size = task.byte_end - task.byte_start
        if size > limit:
            raise RecordError(Reason.TOO_LARGE, f"{size} bytes, limit {limit}")
        file.seek(task.byte_start)
        raw = file.read(size)
    _refuse_changed(len(raw), size)
    return unpacked(raw, task.compression) if task.compression else raw


def _refuse_changed(found: int, listed: int) -> None:
    if found != listed:
        raise RecordError(
            Reason.CHANGED_WHILE_READ, f"{listed} bytes when it was listed, {found} bytes when it was read"
        )
