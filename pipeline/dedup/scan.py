"""What tokenizing kernels share: constants, and the hash of a token.

Helpers called for every character take numbers, not arrays: numba counts references to an array at each call of a
function with branches, which makes a loop five times slower.
"""

import numpy as np

from pipeline.text.utf8 import compiled

# FNV-1a (see `reference.token_hash`).
BASIS = np.uint64(0xCBF29CE484222325)
PRIME = np.uint64(0x100000001B3)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)

HYPHEN = ord("-")


@compiled
def hashed(token: np.uint64, code: int) -> np.uint64:
    """The hash of a token with one more code point."""
    return (token ^ np.uint64(code)) * PRIME
