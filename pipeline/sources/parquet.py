"""Rows of a Parquet file as records; a file that is damaged anywhere gives none."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import Reason, RecordError
from pipeline.sources.files import opened
from pipeline.sources.pieces import refuse_changed
from pipeline.sources.records import Fields, Record, understood
from pipeline.sources.rows import Item, Task
from pipeline.sources.unpack import FIRST_RATIO

_ROWS = 1024
_MOST_RATIO = 2000  # times its size that a file may grow to; a text that all rows share is written once


def parquet_items(task: Task, fields: Fields) -> Iterator[Item]:
    """The records of a whole file."""
    if task.compression:
        raise RecordError(Reason.BAD_PARQUET, "a compressed Parquet file; decompress it first")
    opened(Path(task.location)).close()  # a regular file
    refuse_changed(Path(task.location).stat().st_size, task.byte_end)
    for record, data in enumerate(parquet_rows(task.location)):
        try:
            found: Record | RecordError = understood(data, fields, task.path)
        except RecordError as error:
            found = error
        encoding = "utf-8" if isinstance(found, Record) and isinstance(found.text, str) else None
        yield Item(record, 0, b"", found, encoding)


def parquet_rows(location: str) -> Iterator[dict[str, Any]]:
    """The rows in order. Raises RecordError before the first one where any page is damaged, or they are far too many.

    The file is decoded twice: what comes out of its sound pages must not enter the corpus when a later page is bad.
    Bytes that are no UTF-8 in a column of strings stay bytes, and cost no other value.
    """
    try:
        with _parquet_file(location) as file:
            names = file.schema_arrow.names
            if len(set(names)) < len(names):
                raise RecordError(Reason.BAD_PARQUET, "two columns have the same name")
            limit = max(FIRST_RATIO, _MOST_RATIO * Path(location).stat().st_size)
            size = 0
            for batch in file.iter_batches(batch_size=_ROWS):
                size += batch.nbytes + batch.num_rows
                if size > limit:
                    raise RecordError(Reason.TOO_LARGE, f"grows beyond {limit} bytes when decompressed")
            for batch in file.iter_batches(batch_size=_ROWS):
                columns = [_values(column) for column in batch.columns]
                for values in zip(*columns, strict=True):
                    yield dict(zip(names, values, strict=True))
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise RecordError(Reason.BAD_PARQUET, str(error)[:200]) from error
    except OSError as error:
        if error.errno is not None:  # the disk, not the content
            raise
        raise RecordError(Reason.BAD_PARQUET, str(error)[:200]) from error


def _parquet_file(location: str) -> pq.ParquetFile:
    return pq.ParquetFile(
        location,
        page_checksum_verification=True,
        pre_buffer=False,  # which holds a whole row group
        buffer_size=1 << 20,  # read pages as they are wanted
        arrow_extensions_enabled=False,  # types of extensions bring code along
    )


def _values(column: pa.Array) -> list[Any]:
    """The values as Python sees them; as text where Python has no such value (a date in the year 200,000)."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        return [_text_or_bytes(value) for value in _bytes(column)]
    except (ValueError, OverflowError):
        return list(column.cast(pa.string()).to_pylist())


def _bytes(column: pa.Array) -> list[Any]:
    kind = column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
        raise RecordError(Reason.BAD_PARQUET, f"a column of type {kind} holds bytes that are not UTF-8")
    return list(column.cast(pa.large_binary()).to_pylist())


def _text_or_bytes(value: bytes | None) -> str | bytes | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return value
