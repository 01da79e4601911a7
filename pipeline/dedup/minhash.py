"""Signatures, equal to datasketch's MinHash (affine32) bit for bit, and the keys of their bands.

For a shingle hash x (its upper 32 bits) datasketch 2.0 computes, in 32-bit arithmetic with wrap-around,
h = fmix32(x) (the finalizer of MurmurHash3) and for each permutation k the value a_k * h + b_k with odd a_k; the
signature holds the minimum of each over all shingles. Two sets of Jaccard similarity s agree in a position with
probability s; in a band of r positions with s**r; in at least one of b bands with 1 - (1 - s**r)**b.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup import reference
from pipeline.dedup.letters import tables
from pipeline.dedup.shingles import shingle_run
from pipeline.text.utf8 import compiled


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


def signatures(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], *, count: int, seed: int
) -> NDArray[np.uint32]:
    """Signatures of the paragraphs data[starts[i]:ends[i]], shape (n, count); all ones bits without shingles."""
    kinds, folded = tables()
    factors, summands = permutations(count, seed)
    longest = int((ends - starts).max()) if len(starts) else 0
    out = np.empty((len(starts), count), np.uint32)
    _signatures(data, starts, ends, kinds, folded, factors, summands, np.empty(longest + 1, np.uint64), out)
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
def _signatures(
    data: NDArray,
    starts: NDArray,
    ends: NDArray,
    kinds: NDArray,
    folded: NDArray,
    factors: NDArray,
    summands: NDArray,
    scratch: NDArray,
    out: NDArray,
) -> None:
    count = len(factors)
    for row in range(len(starts)):
        lowest = out[row]
        lowest[:] = np.uint32(0xFFFFFFFF)
        found = shingle_run(data, starts[row], ends[row], kinds, folded, scratch, 0)
        for at in range(found):
            h = np.uint32(scratch[at] >> np.uint64(32))
            h = np.uint32(h ^ (h >> np.uint32(16)))
            h = np.uint32(h * np.uint32(0x85EBCA6B))
            h = np.uint32(h ^ (h >> np.uint32(13)))
            h = np.uint32(h * np.uint32(0xC2B2AE35))
            h = np.uint32(h ^ (h >> np.uint32(16)))
            for k in range(count):
                value = np.uint32(factors[k] * h + summands[k])
                lowest[k] = min(lowest[k], value)


@compiled
def _band_keys(values: NDArray, rows: int, out: NDArray) -> None:
    for row in range(len(out)):
        for band in range(out.shape[1]):
            key = np.uint64(band + 1) * np.uint64(0x9E3779B97F4A7C15)
            for at in range(band * rows, band * rows + rows):
                key = (key ^ np.uint64(values[row, at])) * np.uint64(0xBF58476D1CE4E5B9)
                key ^= key >> np.uint64(29)
            out[row, band] = np.int64(key)
