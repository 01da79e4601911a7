"""Rows of a Parquet file as Python values; a file that is damaged anywhere gives none."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import Reason, RecordError

_ROWS = 1024


def parquet_rows(location: str) -> Iterator[dict[str, Any]]:
    """The rows in order. Raises RecordError (BAD_PARQUET) before the first one where any page is damaged.

    The file is decoded twice: what comes out of its sound pages must not enter the corpus when a later page is bad.
    Bytes that are no UTF-8 in a column of strings stay bytes, and cost no other value.
    """
    try:
        with pq.ParquetFile(location, page_checksum_verification=True) as file:
            names = file.schema_arrow.names
            if len(set(names)) < len(names):
                raise RecordError(Reason.BAD_PARQUET, "two columns have the same name")
            for _ in file.iter_batches(batch_size=_ROWS):
                pass
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
