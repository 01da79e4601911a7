"""Stage `held`: what the paragraphs of buckets hold, in few bytes."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.contents import contents_of
from pipeline.dedup.leaders import HELD_WORDS, Held, held_in
from pipeline.dedup.method import Method
from pipeline.flow import Batches
from pipeline.stages.schemas import DOCUMENTS, HELD
from pipeline.stages.tables import batch, byte_spans, numbers, single, whole


def held(documents: Batches, paragraphs: Batches, *, method: Method) -> Batches:
    """What the paragraphs that lie in buckets hold (schema HELD), in order."""
    texts = whole(documents, DOCUMENTS)
    for rows in paragraphs:
        table = pa.Table.from_batches([rows])
        table = table.filter(pa.array(numbers(table, "tokens") >= method.fewest_tokens))
        data, starts, ends = byte_spans(texts, table)
        found = held_in(contents_of(data, starts, ends, numbers(table, "masked"), numbers(table, "unspaced")))
        columns = {"doc": table["doc"], "paragraph": table["paragraph"], "words": _bytes(found.words)}
        yield batch(HELD, columns | {"shingles": found.shingles, "tokens": found.tokens})


def _bytes(words: NDArray[np.uint64]) -> pa.Array:
    kind = HELD.field("words").type
    return pa.FixedSizeBinaryArray.from_buffers(kind, len(words), [None, pa.py_buffer(np.ascontiguousarray(words))])


def words_in(column: pa.Array) -> NDArray[np.uint64]:
    """The column `words` as numbers, shape (n, HELD_WORDS)."""
    words = np.frombuffer(column.buffers()[1], np.uint64) if len(column) else np.empty(0, np.uint64)
    return words.reshape(-1, HELD_WORDS)[column.offset : column.offset + len(column)]


def held_of(rows: Batches) -> tuple[NDArray[np.int64], NDArray[np.int64], Held]:
    """Document, paragraph and what they hold, of all rows of HELD."""
    table = whole(rows, HELD)
    names = ("doc", "paragraph", "shingles", "tokens")
    doc, paragraph, shingles, tokens = (numbers(table, name).astype(np.int64) for name in names)
    return doc, paragraph, Held(words_in(single(table["words"])), shingles, tokens)
