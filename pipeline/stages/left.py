"""The paragraphs that are left of the documents of a shard, as bytes and as strings."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.stages.tables import byte_spans, numbers


@dataclass(frozen=True, slots=True)
class Left:
    """Paragraph number i is data[starts[i]:ends[i]], of chars[i] code points; document d has opening[d] to closing[d].

    `rows`: where the paragraphs stand among all of the shard.
    """

    rows: NDArray[np.int64]
    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    chars: NDArray[np.int32]
    opening: NDArray[np.int64]
    closing: NDArray[np.int64]

    def bytes_of(self, numbers: NDArray[np.int64]) -> list[bytes]:
        """These paragraphs."""
        view = self.data.data
        spans = zip(self.starts[numbers].tolist(), self.ends[numbers].tolist(), strict=True)
        return [bytes(view[start:end]) for start, end in spans]

    def texts(self, first: int, behind: int) -> list[str]:
        """The paragraphs from number `first` on, up to `behind`."""
        return [each.decode() for each in self.bytes_of(np.arange(first, behind))]


def left(texts: pa.Table, table: pa.Table, rows: NDArray[np.int64]) -> Left:
    """These rows of the table of paragraphs."""
    data, starts, ends = byte_spans(texts, table)
    chars = numbers(table, "end") - numbers(table, "start")
    opening = np.flatnonzero(np.diff(numbers(table, "doc")[rows], prepend=-1))
    return Left(rows, data, starts[rows], ends[rows], chars[rows], opening, np.append(opening, len(rows))[1:])
