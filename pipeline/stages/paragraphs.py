"""Stage `paragraphs`: where the paragraphs of each text are, and the keys by which they are compared."""

import hashlib

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.fold import folds_of
from pipeline.dedup.letters import CLASS, SPACE, tables
from pipeline.flow import Batches
from pipeline.stages.schemas import PARAGRAPHS
from pipeline.stages.tables import batch, numbers, text_buffers
from pipeline.text.paragraphs import LAYOUTS, paragraph_spans


def paragraphs(documents: Batches, *, by_source: bool) -> Batches:
    """Paragraphs (schema PARAGRAPHS) of normalized documents, in order.

    With `by_source`, folds of different sources are different keys.
    """
    for rows in documents:
        table = pa.Table.from_batches([rows])
        data, offsets = text_buffers(table["text"])
        layout = (np.array(table["layout"].to_pylist()) == LAYOUTS[1]).astype(np.uint8)
        row, byte_start, byte_end, start, end = paragraph_spans(
            data, offsets, layout, (tables()[0] & CLASS) == SPACE
        )
        salts = source_salts(table)
        folds = folds_of(data, offsets[row] + byte_start, offsets[row] + byte_end)
        yield batch(
            PARAGRAPHS,
            {
                "doc": numbers(table, "doc")[row],
                "paragraph": _counted(row),
                "byte_start": byte_start,
                "byte_end": byte_end,
                "start": start,
                "end": end,
                "letters": folds.letters,
                "unspaced": folds.unspaced,
                "tokens": folds.tokens,
                "fold_hi": np.where(folds.tokens > 0, folds.hi ^ salts[row], 0) if by_source else folds.hi,
                "fold_lo": folds.lo,
                "masked": folds.masked,
            },
        )


def source_salts(documents: pa.Table) -> NDArray[np.int64]:
    """A number for each document that depends on its source only, shape (documents,)."""
    known: dict[str | None, int] = {}
    for source in documents["source"].to_pylist():
        if source not in known:
            digest = hashlib.blake2b((source or "").encode(), digest_size=8).digest()
            known[source] = int.from_bytes(digest, "little", signed=True)
    return np.array([known[source] for source in documents["source"].to_pylist()], np.int64)


def _counted(row: NDArray[np.int64]) -> NDArray[np.int32]:
    """0, 1, 2, ... within each run of equal rows."""
    at = np.arange(len(row))
    firsts = np.flatnonzero(np.diff(row, prepend=-1))
    lengths = np.diff(np.append(firsts, len(row)))
    return (at - np.repeat(firsts, lengths)).astype(np.int32)


def byte_spans(documents: pa.Table, paragraphs: pa.Table) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """(data, starts, ends): the bytes of each paragraph in the text buffer of its shard of documents."""
    data, offsets = text_buffers(documents["text"])
    row = np.searchsorted(numbers(documents, "doc"), numbers(paragraphs, "doc"))
    first = offsets[row]
    return data, first + numbers(paragraphs, "byte_start"), first + numbers(paragraphs, "byte_end")



