"""Signatures, equal to datasketch's MinHash (affine32) bit for bit, and the keys of their bands.

For a shingle hash x (its upper 32 bits) datasketch 2.0 computes, in 32-bit arithmetic with wrap-around,
h = fmix32(x) (the finalizer of MurmurHash3) and for each permutation k the value a_k * h + b_k with odd a_k; the
signature holds the minimum of each over all shingles. Two sets of Jaccard similarity s agree in a position with
probability s; in a band of r positions with s**r; in at least one of b bands with 1 - (1 - s**r)**b.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup import reference
from pipeline.dedup.scan import Scratch, entries, hash_tokens, scanned, scratch
from pipeline.dedup.shingles import shingle_run
from pipeline.text.utf8 import compiled
from pipeline.text.vectors import BLOCK, lowest_affine


def collision(similarity: float, *, bands: int, rows: int) -> float:
    """Probability that two paragraphs of this similarity share a bucket.

    >>> round(collision(0.7, bands=25, rows=5), 3)
    0.99
    """
    return float(1.0 - (1.0 - similarity**rows) ** bands)


def permutations(count: int, seed: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """datasketch's factors a, which are odd, and summands b for this seed, each of shape (count,).

    Drawn as it draws them, not by it: to import it brings scipy, half a second of every start. The stream of numpy's
    RandomState never changes (NEP 19).
    """
    draw = np.random.RandomState(seed)
    factors = draw.randint(0, 1 << 31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, draw.randint(0, 1 << 32, count, dtype=np.uint32)


class Sketch(NamedTuple):
    """The permutations (padded to full blocks of `lowest_affine`), and room for one paragraph at a time."""

    factors: NDArray[np.uint32]
    summands: NDArray[np.uint32]
    shingles: NDArray[np.uint64]
    mixed: NDArray[np.uint32]
    lowest: NDArray[np.uint32]


def sketch(room: Scratch, *, count: int, seed: int) -> Sketch:
    """A sketch of `count` permutations for the paragraphs that fit into `room`."""
    factors, summands = (np.pad(each, (0, -count % BLOCK)) for each in permutations(count, seed))
    most = len(room.hashes)
    return Sketch(factors, summands, np.empty(most, np.uint64), np.empty(most, np.uint32), np.empty_like(factors))


def signatures(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], *, count: int, seed: int
) -> NDArray[np.uint32]:
    """Signatures of the paragraphs data[starts[i]:ends[i]], shape (n, count); all ones bits without shingles."""
    room = scratch(int((ends - starts).max()) if len(starts) else 0)
    out = np.empty((len(starts), count), np.uint32)
    _signatures(data, starts, ends, entries(), room, sketch(room, count=count, seed=seed), out)
    return out


def reference_signatures(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], *, count: int, seed: int
) -> NDArray[np.uint32]:
    """The same by datasketch itself, one paragraph at a time (`repeats.kernel: datasketch`)."""
    texts = (data[start:end].tobytes().decode() for start, end in zip(starts, ends, strict=True))
    rows = [reference.signature(reference.shingle_hashes(text), permutations=count, seed=seed) for text in texts]
    return np.array(rows, np.uint32).reshape(len(starts), count)


def band_keys(values: NDArray[np.uint32], *, bands: int, rows: int) -> NDArray[np.int64]:
    """One 64-bit key a band, shape (n, bands); the number of the band is part of the key.

    A key only proposes: two paragraphs with one key in common are then really compared.
    """
    out = np.empty((len(values), bands), np.int64)
    _band_keys(values, rows, out)
    return out


@compiled
def sign(tokens: NDArray, count: int, made: Sketch) -> None:
    """Puts the signature of `count` token hashes into made.lowest."""
    shingle_run(tokens, count, made.shingles)
    shingles = np.uint64(max(count - 1, 0))
    for at in range(shingles):
        h = np.uint32(made.shingles[at] >> np.uint64(32))
        h = np.uint32(h ^ (h >> np.uint32(16)))
        h = np.uint32(h * np.uint32(0x85EBCA6B))
        h = np.uint32(h ^ (h >> np.uint32(13)))
        h = np.uint32(h * np.uint32(0xC2B2AE35))
        made.mixed[at] = h ^ (h >> np.uint32(16))
    for first in range(0, len(made.factors), BLOCK):
        lowest_affine(made.mixed, shingles, made.factors, made.summands, made.lowest, np.uint64(first))


@compiled
def put_band_keys(signature: NDArray, rows: int, out: NDArray) -> None:
    """Puts the key of each band of a signature into out[band]."""
    for band in range(len(out)):
        key = np.uint64(band + 1) * np.uint64(0x9E3779B97F4A7C15)
        for at in range(band * rows, band * rows + rows):
            key = (key ^ np.uint64(signature[at])) * np.uint64(0xBF58476D1CE4E5B9)
            key ^= key >> np.uint64(29)
        out[band] = np.int64(key)


@compiled
def _signatures(
    data: NDArray, starts: NDArray, ends: NDArray, table: NDArray, room: Scratch, made: Sketch, out: NDArray
) -> None:
    fold = np.empty(4 * len(room.text), np.uint8)
    for row in range(len(starts)):
        tokens, _, _ = scanned(data, starts[row], ends[row], table, room)
        hash_tokens(tokens, room, fold, 0)
        sign(room.hashes, tokens, made)
        out[row] = made.lowest[: out.shape[1]]


@compiled
def _band_keys(values: NDArray, rows: int, out: NDArray) -> None:
    for row in range(len(out)):
        put_band_keys(values[row], rows, out[row])
