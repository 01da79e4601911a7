"""Stage `held`: what the paragraphs of buckets hold, in few bytes."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.contents import contents_of
from pipeline.dedup.leaders import MARK_WORDS, Held, shingle_marks
from pipeline.dedup.method import Method
from pipeline.flow import Batches
from pipeline.stages.schemas import DOCUMENTS, HELD
from pipeline.stages.tables import batch, byte_spans, numbers, single, whole


def held(documents: Batches, paragraphs: Batches, *, method: Method) -> Batches:
    """Marks and number of shingles of the paragraphs that lie in buckets (schema HELD), in order."""
    texts = whole(documents, DOCUMENTS)
    for rows in paragraphs:
        table = pa.Table.from_batches([rows])
        table = table.filter(pa.array(numbers(table, "tokens") >= method.fewest_tokens))
        data, starts, ends = byte_spans(texts, table)
        found = contents_of(data, starts, ends, numbers(table, "masked"), numbers(table, "unspaced"))
        columns = {"doc": table["doc"], "paragraph": table["paragraph"]}
        columns |= {"shingles": np.diff(found.shingle_offsets), "marks": marks_column(shingle_marks(found))}
        yield batch(HELD, columns)


def marks_column(marks: NDArray[np.uint64]) -> pa.Array:
    """Marks (n, MARK_WORDS) as a column of bytes."""
    kind = HELD.field("marks").type
    return pa.FixedSizeBinaryArray.from_buffers(kind, len(marks), [None, pa.py_buffer(np.ascontiguousarray(marks))])


def marks_in(column: pa.Array) -> NDArray[np.uint64]:
    """A column of bytes as marks, shape (n, MARK_WORDS)."""
    words = np.frombuffer(column.buffers()[1], np.uint64) if len(column) else np.empty(0, np.uint64)
    return words.reshape(-1, MARK_WORDS)[column.offset : column.offset + len(column)]


def held_of(rows: Batches) -> tuple[NDArray[np.int64], NDArray[np.int64], Held]:
    """Document, paragraph and what they hold, of all rows of HELD."""
    table = whole(rows, HELD)
    marks = marks_in(single(table["marks"]))
    return (
        numbers(table, "doc"),
        numbers(table, "paragraph").astype(np.int64),
        Held(marks, numbers(table, "shingles").astype(np.int64)),
    )
