"""Stage `paragraphs`: where the paragraphs of each text are, and the keys by which they are compared."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.letters import spaces
from pipeline.dedup.method import Method
from pipeline.flow import Batches
from pipeline.stages.schemas import PARAGRAPHS
from pipeline.stages.tables import batch, list_column, numbers, source_salts, text_buffers
from pipeline.text.paragraphs import LAYOUTS, paragraph_spans


def paragraphs(documents: Batches, *, method: Method) -> Batches:
    """Paragraphs (schema PARAGRAPHS) of normalized documents, in order.

    Where repeats are looked for by source, what is equal in two sources has different keys.
    """
    by_source = method.across == "source"
    for rows in documents:
        table = pa.Table.from_batches([rows])
        data, offsets = text_buffers(table["text"])
        layout = (np.array(table["layout"].to_pylist()) == LAYOUTS[1]).astype(np.uint8)
        row, byte_start, byte_end, start, end = paragraph_spans(data, offsets, layout, spaces())
        salts = source_salts(table)
        folds, keys = method.folds(data, offsets[row] + byte_start, offsets[row] + byte_end)
        signed = folds.tokens >= method.fewest_tokens
        if by_source:
            folds.hi[folds.tokens > 0] ^= salts[row][folds.tokens > 0]
            keys ^= salts[row][signed][:, None]
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
                "fold_hi": folds.hi,
                "fold_lo": folds.lo,
                "masked": folds.masked,
                "buckets": list_column(
                    keys.ravel(), np.append(0, np.cumsum(signed) * keys.shape[1]), PARAGRAPHS.field("buckets").type
                ),
            },
        )


def _counted(row: NDArray[np.int64]) -> NDArray[np.int32]:
    """0, 1, 2, ... within each run of equal rows."""
    at = np.arange(len(row))
    firsts = np.flatnonzero(np.diff(row, prepend=-1))
    lengths = np.diff(np.append(firsts, len(row)))
    return (at - np.repeat(firsts, lengths)).astype(np.int32)
