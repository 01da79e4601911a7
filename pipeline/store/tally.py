"""What went into a file, counted so that it can be compared with what comes out of it."""

import hashlib
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Bytes = NDArray[np.generic]


class Tally:
    """Rows, code points of the column `text` (0 without), and a digest of every value of every column.

    The same for the same rows, however they are cut into batches.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.chars = 0
        self._digests: dict[tuple[int, int], hashlib._Hash] = {}

    def add(self, batch: pa.RecordBatch | pa.Table) -> None:
        """Counts the rows of one more batch, or of a table batch by batch."""
        if isinstance(batch, pa.Table):
            for part in batch.to_batches():
                self.add(part)
            return
        self.rows += batch.num_rows
        for at, column in enumerate(batch.columns):
            for part, values in enumerate(_streams(column)):
                self._digests.setdefault((at, part), hashlib.sha256()).update(np.ascontiguousarray(values).data)
        if "text" in batch.schema.names:
            self.chars += pc.sum(pc.utf8_length(batch.column("text"))).as_py() or 0

    def digest(self) -> str:
        """One digest of all columns."""
        return hashlib.sha256("".join(digest.hexdigest() for digest in self._digests.values()).encode()).hexdigest()


def _streams(array: pa.Array) -> Iterator[Bytes]:
    """The values of an array as a fixed number of byte streams, each of which may be cut anywhere."""
    kind = array.type
    yield pc.cast(array.is_valid(), pa.uint8()).to_numpy(zero_copy_only=False)
    if pa.types.is_list(kind):
        yield pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False)
        yield from _streams(array.flatten())
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        yield pc.fill_null(pc.binary_length(array), 0).to_numpy(zero_copy_only=False)
        yield _characters(array.fill_null("") if array.null_count else array)
    elif pa.types.is_boolean(kind):
        yield pc.fill_null(pc.cast(array, pa.uint8()), 0).to_numpy(zero_copy_only=False)
    else:
        yield pc.fill_null(array, 0).to_numpy(zero_copy_only=False)


def _characters(array: pa.Array) -> Bytes:
    """The UTF-8 bytes of all strings of an array without nulls, one behind the other."""
    width = np.int64 if pa.types.is_large_string(array.type) else np.int32
    _, offsets, data = array.buffers()
    if data is None or not len(array):
        return np.zeros(0, np.uint8)
    bounds = np.frombuffer(offsets, width)[array.offset : array.offset + len(array) + 1]
    return np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]]
