"""Keys of the two edges of a paragraph, by which shortened and lengthened copies meet.

A teaser shares the beginning of its text, an item without its dateline shares the end; their similarity may be far too
low for bands. Like every key these only propose.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.scan import GOLDEN, Scratch, entries, hash_tokens, scanned, scratch
from pipeline.dedup.shingles import shingle_run
from pipeline.text.utf8 import compiled

# 12 tokens, about as few as a paragraph has that may go alone; 24 where a token is one character.
EDGE_SHINGLES, EDGE_SHINGLES_UNSPACED = 11, 23
EDGES = 2


def edge_keys(data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keys of beginning and end of the paragraphs data[starts[i]:ends[i]], shape (n, EDGES)."""
    out = np.empty((len(starts), EDGES), np.int64)
    room = scratch(int((ends - starts).max()) if len(starts) else 0)
    _edge_keys(data, starts, ends, entries(), room, out)
    return out


@compiled
def put_edge_keys(shingles: NDArray, count: int, unspaced: bool, out: NDArray) -> None:
    """Puts the keys of both edges of `count` shingles into out[0] and out[1].

    A paragraph shorter than an edge has keys that only its equals have.
    """
    length = EDGE_SHINGLES_UNSPACED if unspaced else EDGE_SHINGLES
    whole = count < length
    for edge in range(EDGES):
        first = count - length if edge == 1 and not whole else 0
        behind = count if whole else first + length
        key = np.uint64(edge + 1 + whole * EDGES)
        for at in range(first, behind):
            key = (key ^ shingles[at]) * GOLDEN
            key ^= key >> np.uint64(29)
        out[edge] = np.int64(key)


@compiled
def _edge_keys(data: NDArray, starts: NDArray, ends: NDArray, table: NDArray, room: Scratch, out: NDArray) -> None:
    fold, shingles = np.empty(4 * len(room.text), np.uint8), np.empty(len(room.hashes), np.uint64)
    for row in range(len(starts)):
        tokens, letters, unspaced = scanned(data, starts[row], ends[row], table, room)
        hash_tokens(tokens, room, fold, 0)
        shingle_run(room.hashes, tokens, shingles)
        put_edge_keys(shingles, tokens - 1, unspaced * 2 > letters, out[row])
