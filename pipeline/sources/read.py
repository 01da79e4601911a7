"""The kernel that reads: slices of files in, raw records out, in order. One bad record costs one record."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from pipeline.errors import Reason, RecordError
from pipeline.flow import Batches
from pipeline.sources.json_columns import json_batches
from pipeline.sources.json_lines import json_items
from pipeline.sources.parquet import parquet_rows
from pipeline.sources.records import Fields, Record, understood
from pipeline.sources.rows import LONGEST_DOCUMENT, Item, Row, Task, batch_of, row_of
from pipeline.sources.unpack import LONGEST_FILE, unpacked

_BATCH_BYTES = 24 << 20  # a slice is one batch, which no later stage then has to join
_ROW_BYTES = 400  # what a row of short columns takes at least
_FEW_BYTES = 32 << 10  # of so few lines columns would cost more than rows


def read(slices: Batches, *, fields: Fields) -> Batches:
    """Raw records (schema RAW) of the slices, in order."""
    rows: list[Row] = []
    size = 0
    for batch in slices:
        for slice_row in batch.to_pylist():
            task = Task(**slice_row)
            for found in _records(task, fields):
                if isinstance(found, pa.RecordBatch):
                    if rows:
                        yield batch_of(rows)
                        rows, size = [], 0
                    yield found
                    continue
                row = row_of(task, found)
                rows.append(row)
                size += _ROW_BYTES + len(row.body or b"") + len(row.metadata or "")
                if size >= _BATCH_BYTES:
                    yield batch_of(rows)
                    rows, size = [], 0
    if rows:
        yield batch_of(rows)


def _records(task: Task, fields: Fields) -> Iterator[Item | pa.RecordBatch]:
    """The records of a slice; what ends a file early stands behind the last record that was read."""
    readers: dict[str, Callable[[Task, Fields], Iterator[Item | pa.RecordBatch]]] = {
        "text": _text,
        "jsonl": _json_lines,
        "parquet": _parquet,
    }
    record = task.first_record
    try:
        for found in readers[task.format](task, fields):
            yield found
            if isinstance(found, Item):
                record = found.record + 1
    except RecordError as error:
        yield Item(record, task.byte_start, b"", error, None)
    except OSError as error:
        failed = RecordError(Reason.UNREADABLE, f"{error.strerror or error}")
        yield Item(record, task.byte_start, b"", failed, None)


def _text(task: Task, _: Fields) -> Iterator[Item]:
    body = _content(task, LONGEST_DOCUMENT)
    yield Item(0, 0, body, understood({"text": body, "id": task.path}, Fields(), task.path), None)


def _json_lines(task: Task, fields: Fields) -> Iterator[Item | pa.RecordBatch]:
    content = _content(task, LONGEST_FILE)
    if len(content) < _FEW_BYTES:
        return json_items(content, task, fields)
    return json_batches(content, task, fields, _BATCH_BYTES)


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
