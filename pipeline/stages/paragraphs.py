"""Stage `paragraphs`: where the paragraphs of each text are, and the keys by which they are compared."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.fold import folds_of
from pipeline.dedup.letters import spaces
from pipeline.flow import Batches
from pipeline.stages.schemas import PARAGRAPHS
from pipeline.stages.tables import batch, numbers, source_salts, text_buffers
from pipeline.text.paragraphs import LAYOUTS, paragraph_spans


def paragraphs(documents: Batches, *, by_source: bool) -> Batches:
    """Paragraphs (schema PARAGRAPHS) of normalized documents, in order.

    With `by_source`, folds of different sources are different keys.
    """
    for rows in documents:
        table = pa.Table.from_batches([rows])
        data, offsets = text_buffers(table["text"])
        layout = (np.array(table["layout"].to_pylist()) == LAYOUTS[1]).astype(np.uint8)
        row, byte_start, byte_end, start, end = paragraph_spans(data, offsets, layout, spaces())
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


def _counted(row: NDArray[np.int64]) -> NDArray[np.int32]:
    """0, 1, 2, ... within each run of equal rows."""
    at = np.arange(len(row))
    firsts = np.flatnonzero(np.diff(row, prepend=-1))
    lengths = np.diff(np.append(firsts, len(row)))
    return (at - np.repeat(firsts, lengths)).astype(np.int32)
