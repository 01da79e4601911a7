"""Keys of paragraphs: 128 bits for "equal", 64 bits for "equal but for the figures", band keys for "perhaps near".

`reference.fold` and `reference.masked` say what is hashed; this is the same, compiled, on UTF-8 buffers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.blake2b import BLOCK_BYTES, digests, lanes
from pipeline.dedup.edges import EDGES, put_edge_keys
from pipeline.dedup.minhash import Sketch, put_band_keys, sign, sketch
from pipeline.dedup.scan import Scratch, entries, hash_tokens, scanned, scratch
from pipeline.text.utf8 import compiled

# Folds are hashed by lots of so many bytes: enough to fill all lanes, few enough to stay in the cache.
_LOT = 1 << 17


@dataclass(frozen=True, slots=True)
class Folds:
    """What is compared of n paragraphs; every array has shape (n,).

    hi, lo: int64 halves of the BLAKE2b-128 of the fold (little-endian words; both 0 without tokens).
    masked: int64 hash of the tokens with figures masked. letters, tokens: int32. unspaced: bool.
    """

    letters: NDArray[np.int32]
    unspaced: NDArray[np.bool_]
    tokens: NDArray[np.int32]
    hi: NDArray[np.int64]
    lo: NDArray[np.int64]
    masked: NDArray[np.int64]


def folds_of(data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Folds:
    """The folds of the paragraphs data[starts[i]:ends[i]] (UTF-8 bytes)."""
    return _folds(data, starts, ends, np.empty((len(starts), 0), np.int64), seed=1, permutations=1, rows=0, fewest=0)


def folds_and_bands(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    *,
    seed: int,
    permutations: int,
    bands: int,
    rows: int,
    fewest: int,
) -> tuple[Folds, NDArray[np.int64]]:
    """The folds, and the band and edge keys (see `minhash`, `edges`) of those with at least `fewest` tokens, in order.

    The keys have shape (m, bands + EDGES). Both at once, since most of the work is to find the tokens.
    """
    keys = np.empty((len(starts), bands + EDGES), np.int64)
    folds = _folds(data, starts, ends, keys, seed=seed, permutations=permutations, rows=rows, fewest=fewest)
    return folds, keys[: int(np.count_nonzero(folds.tokens >= fewest))]


def _folds(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    bands: NDArray[np.int64],
    *,
    seed: int,
    permutations: int,
    rows: int,
    fewest: int,
) -> Folds:
    count = len(starts)
    longest = int((ends - starts).max()) if count else 0
    counts = np.zeros((3, count), np.int32)
    keys = np.zeros((3, count), np.uint64)
    # A folded code point can be longer than its source (2 bytes to 3); a space can stand before each word.
    lot = np.empty((_LOT + 4 * longest) // 8 + 64, np.uint64)
    room = scratch(longest)
    made = sketch(room, count=permutations, seed=seed)
    _fold_all(data, starts, ends, entries(), room, made, counts, keys, bands, rows, fewest, lot, lanes())
    hi, lo, masked = keys.view(np.int64)
    return Folds(counts[0], counts[1].astype(np.bool_), counts[2], hi, lo, masked)


@compiled
def _fold_all(
    data: NDArray,
    starts: NDArray,
    ends: NDArray,
    table: NDArray,
    room: Scratch,
    made: Sketch,
    counts: NDArray,
    keys: NDArray,
    bands: NDArray,
    rows: int,
    fewest: int,
    lot: NDArray,
    state: NDArray,
) -> None:
    out = lot.view(np.uint8)
    places, sizes = np.empty(len(starts), np.int64), np.empty(len(starts), np.int64)
    first = end = signed = 0  # row and byte where the lot starts and stops; rows of `bands` so far
    for row in range(len(starts)):
        tokens, letters, unspaced = scanned(data, starts[row], ends[row], table, room)
        behind, masked = hash_tokens(tokens, room, out, end)
        counts[0, row], counts[1, row], counts[2, row] = letters, unspaced * 2 > letters, tokens
        keys[2, row] = masked
        if bands.shape[1] > 0 and tokens >= fewest:
            sign(room.hashes, tokens, made)
            put_band_keys(made.lowest, rows, bands[signed, :-EDGES])
            put_edge_keys(made.shingles, tokens - 1, unspaced * 2 > letters, bands[signed, -EDGES:])
            signed += 1
        places[row], sizes[row] = end // 8, behind - end
        end += (behind - end + BLOCK_BYTES - 1) // BLOCK_BYTES * BLOCK_BYTES
        out[behind:end] = 0
        if end >= _LOT or row == len(starts) - 1:
            digests(lot, places[first : row + 1], sizes[first : row + 1], keys[:2, first : row + 1], state)
            first, end = row + 1, 0
