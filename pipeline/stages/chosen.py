"""Some of the rows of a dataset, by the numbers of their documents."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.flow import Batches


def chosen(rows: Batches, *, docs: NDArray[np.int64], others: bool) -> Batches:
    """The rows of the documents `docs`; with `others` those of all others. In order."""
    for batch in rows:
        found = np.isin(batch.column("doc").to_numpy(), docs, invert=others)
        if found.all():
            yield batch
        elif found.any():
            yield batch.filter(pa.array(found))
