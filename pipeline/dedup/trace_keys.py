"""Keys of traces: by what a run asks the index of earlier ones. 64 bits to find a trace, 64 more to know it."""

import hashlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# What a key is of. The lowest bit of a key tells which of several traces with it holds: 0 the oldest, 1 the newest.
FOLD, RECENT, PAIR, TEXT, NAME, DOUBLE = range(1, 7)

_ONE, _OTHER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_MIX, _MIX_AGAIN = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_NEWEST = np.uint64(1)


class Keys(NamedTuple):
    """n keys: what is sorted, and what is compared beside it. Arrays of shape (n,)."""

    key: NDArray[np.uint64]
    check: NDArray[np.int64]


def keys_of(kind: int, *words: NDArray[np.int64]) -> Keys:
    """Keys of one kind, from columns of integers."""
    key = _hashed(kind, words, _ONE)
    newest = _NEWEST if kind == RECENT else np.uint64(0)
    return Keys(key & ~_NEWEST | newest, _hashed(kind, words, _OTHER).view(np.int64))


def name_keys(names: list[str]) -> Keys:
    """Keys of names: of BLAKE2b-128."""
    halves = [hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest() for name in names]
    words = np.frombuffer(b"".join(halves), np.int64).reshape(-1, 2)
    return keys_of(NAME, words[:, 0], words[:, 1])


def holds_newest(key: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """For each key whether the newest of its traces holds."""
    return key & _NEWEST == _NEWEST


def _hashed(kind: int, words: tuple[NDArray[np.int64], ...], seed: np.uint64) -> NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        value = np.full(len(words[0]), np.uint64(kind) * seed, np.uint64)
        for word in words:
            value = (value ^ word.astype(np.int64).view(np.uint64)) * _MIX
            value = (value ^ value >> np.uint64(29)) * _MIX_AGAIN
            value ^= value >> np.uint64(32)
            value += seed
    return value
