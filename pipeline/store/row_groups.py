"""Rows in portions of a size that readers like: row groups of about 16 MB."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.flow import Batches

GROUP_BYTES = 16 << 20  # of values: small enough to hold a few at once, large enough to compress


def row_groups(rows: Batches, schema: pa.Schema) -> Iterator[tuple[pa.Table, int]]:
    """The same rows as tables of at most GROUP_BYTES (or of one larger row), each with its size in bytes."""
    waiting: list[pa.RecordBatch] = []
    held = 0
    for batch in rows:
        for piece, size in _pieces(batch):
            if waiting and held + size > GROUP_BYTES:
                yield pa.Table.from_batches(waiting, schema), held
                waiting, held = [], 0
            waiting.append(piece)
            held += size
    if waiting:
        yield pa.Table.from_batches(waiting, schema), held


def _pieces(batch: pa.RecordBatch) -> Iterator[tuple[pa.RecordBatch, int]]:
    if not batch.num_rows:
        return
    ends = np.cumsum(_row_bytes(batch))
    start = 0
    while start < batch.num_rows:
        before = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + GROUP_BYTES, side="right")))
        yield batch.slice(start, stop - start), int(ends[stop - 1]) - before
        start = stop


def _row_bytes(batch: pa.RecordBatch) -> NDArray[np.int64]:
    """Bytes of each row: its strings, and 8 for every other value."""
    sizes = np.full(batch.num_rows, 8 * batch.num_columns, np.int64)
    for column in batch.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            sizes += pc.fill_null(pc.binary_length(column), 0).to_numpy(zero_copy_only=False)
    return sizes
