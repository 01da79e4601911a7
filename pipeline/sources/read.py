"""The kernel that reads: slices of files in, raw records out, in order. One bad record costs one record."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from pipeline.errors import Reason, RecordError
from pipeline.flow import Batches
from pipeline.sources.csv_rows import csv_items
from pipeline.sources.files import head_of
from pipeline.sources.json_array import json_values
from pipeline.sources.json_columns import json_batches
from pipeline.sources.json_lines import json_items, too_long
from pipeline.sources.parquet import parquet_items
from pipeline.sources.pieces import lines, pieces, whole
from pipeline.sources.records import Fields, understood
from pipeline.sources.rows import LONGEST_DOCUMENT, LONGEST_PAGE, Item, Row, Task, batch_of, row_of
from pipeline.sources.sniff import sniffed
from pipeline.sources.warc import warc_items
from pipeline.text.html import declared_charset

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
    record = task.first_record
    try:
        for found in READERS[task.format](task, fields):
            yield found
            record = found.record + 1 if isinstance(found, Item) else found.column("record")[-1].as_py() + 1
    except RecordError as error:
        yield Item(record, task.byte_start, b"", error, None)
    except OSError as error:
        failed = RecordError(Reason.UNREADABLE, f"{error.strerror or error}")
        yield Item(record, task.byte_start, b"", failed, None)


def _text(task: Task, _: Fields) -> Iterator[Item]:
    body = whole(task, LONGEST_DOCUMENT)
    yield Item(0, 0, body, understood({"text": body, "id": task.path}, Fields(), task.path), None)


def _html(task: Task, _: Fields) -> Iterator[Item]:
    body = whole(task, LONGEST_PAGE)
    found = understood({"text": body, "id": task.path}, Fields(), task.path)
    yield Item(0, 0, body, found, None, declared_charset(body), "html")


def _json_lines(task: Task, fields: Fields) -> Iterator[Item | pa.RecordBatch]:
    record = task.first_record
    for block in lines(pieces(task)):
        at = task.byte_start + block.at
        if block.content is None:
            yield too_long(record, at)
            record += 1
            continue
        here = task._replace(byte_start=at, first_record=record)
        if len(block.content) < _FEW_BYTES:
            yield from json_items(block.content, here, fields)
        else:
            yield from json_batches(block.content, here, fields, _BATCH_BYTES)
        record += block.content.count(b"\n")


def _unknown(task: Task, _: Fields) -> Iterator[Item]:
    found = sniffed(task.path.rpartition("/")[2], head_of(Path(task.location)), (".txt",))
    raise RecordError(Reason.UNKNOWN_FORMAT, found.note)


READERS: dict[str, Callable[[Task, Fields], Iterator[Item | pa.RecordBatch]]] = {
    "text": _text,
    "html": _html,
    "jsonl": _json_lines,
    "json": lambda task, fields: json_values(pieces(task), task, fields),
    "csv": lambda task, fields: csv_items(pieces(task), task, fields),
    "parquet": parquet_items,
    "warc": lambda task, _: warc_items(pieces(task), task),
    "unknown": _unknown,
}
