"""Keys of the two edges of a paragraph, by which shortened and lengthened copies meet.

A teaser shares the beginning of its text, an item without its dateline shares the end; their similarity may be far too
low for bands. Like every key these only propose.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.letters import tables
from pipeline.dedup.scan import GOLDEN
from pipeline.dedup.shingles import shingle_run
from pipeline.text.utf8 import compiled

EDGE_SHINGLES = 11  # 12 tokens: as many as a paragraph that may go alone has at least, or nearly
EDGES = 2


def edge_keys(data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keys of beginning and end of the paragraphs data[starts[i]:ends[i]], shape (n, EDGES).

    A paragraph shorter than an edge has keys that only its equals have.
    """
    kinds, folded = tables()
    longest = int((ends - starts).max()) if len(starts) else 0
    out = np.empty((len(starts), EDGES), np.int64)
    _edge_keys(data, starts, ends, kinds, folded, np.empty(longest + 1, np.uint64), out)
    return out


@compiled
def _edge_keys(
    data: NDArray, starts: NDArray, ends: NDArray, kinds: NDArray, folded: NDArray, scratch: NDArray, out: NDArray
) -> None:
    for row in range(len(starts)):
        found = shingle_run(data, starts[row], ends[row], kinds, folded, scratch, 0)
        whole = found < EDGE_SHINGLES
        for edge in range(EDGES):
            first = found - EDGE_SHINGLES if edge == 1 and not whole else 0
            behind = found if whole else first + EDGE_SHINGLES
            key = np.uint64(edge + 1) if not whole else np.uint64(edge + 1 + EDGES)
            for at in range(first, behind):
                key = (key ^ scratch[at]) * GOLDEN
                key ^= key >> np.uint64(29)
            out[row, edge] = np.int64(key)
