"""BLAKE2b with a digest of 16 bytes (RFC 7693), compiled: equal to `hashlib.blake2b(data, digest_size=16)`.

The key for "equal" must be cryptographic (a 64-bit hash of 10^10 paragraphs has wrong pairs, and a weak one can be
forged), and hashlib would cost one Python call a paragraph.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.text.utf8 import compiled

IV = np.array(
    [
        0x6A09E667F3BCC908,
        0xBB67AE8584CAA73B,
        0x3C6EF372FE94F82B,
        0xA54FF53A5F1D36F1,
        0x510E527FADE682D1,
        0x9B05688C2B3E6C1F,
        0x1F83D9ABFB41BD6B,
        0x5BE0CD19137E2179,
    ],
    np.uint64,
)
_SIGMA_10 = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    (14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3),
    (11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4),
    (7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8),
    (9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13),
    (2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9),
    (12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11),
    (13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10),
    (6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5),
    (10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0),
)
SIGMA = np.array([*_SIGMA_10, _SIGMA_10[0], _SIGMA_10[1]], np.int64)
# Parameter block: digest length 16, no key, fanout 1, depth 1.
_PARAMETERS = np.uint64(0x01010010)


@compiled
def _rotated(value: np.uint64, by: np.uint64) -> np.uint64:
    return (value >> by) | (value << (np.uint64(64) - by))


@compiled
def _mixed(
    a: np.uint64, b: np.uint64, c: np.uint64, d: np.uint64, x: np.uint64, y: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """The G function."""
    a = a + b + x
    d = _rotated(d ^ a, np.uint64(32))
    c = c + d
    b = _rotated(b ^ c, np.uint64(24))
    a = a + b + y
    d = _rotated(d ^ a, np.uint64(16))
    c = c + d
    b = _rotated(b ^ c, np.uint64(63))
    return a, b, c, d


@compiled
def _compress(
    state: NDArray, words: NDArray, at: int, counter: int, last: np.uint64, iv: NDArray, sigma: NDArray
) -> None:
    v0, v1, v2, v3 = state[0], state[1], state[2], state[3]
    v4, v5, v6, v7 = state[4], state[5], state[6], state[7]
    v8, v9, va, vb = iv[0], iv[1], iv[2], iv[3]
    vc, vd, ve, vf = iv[4] ^ np.uint64(counter), iv[5], iv[6] ^ last, iv[7]
    for r in range(12):
        s = sigma[r]
        v0, v4, v8, vc = _mixed(v0, v4, v8, vc, words[at + s[0]], words[at + s[1]])
        v1, v5, v9, vd = _mixed(v1, v5, v9, vd, words[at + s[2]], words[at + s[3]])
        v2, v6, va, ve = _mixed(v2, v6, va, ve, words[at + s[4]], words[at + s[5]])
        v3, v7, vb, vf = _mixed(v3, v7, vb, vf, words[at + s[6]], words[at + s[7]])
        v0, v5, va, vf = _mixed(v0, v5, va, vf, words[at + s[8]], words[at + s[9]])
        v1, v6, vb, vc = _mixed(v1, v6, vb, vc, words[at + s[10]], words[at + s[11]])
        v2, v7, v8, vd = _mixed(v2, v7, v8, vd, words[at + s[12]], words[at + s[13]])
        v3, v4, v9, ve = _mixed(v3, v4, v9, ve, words[at + s[14]], words[at + s[15]])
    state[0] ^= v0 ^ v8
    state[1] ^= v1 ^ v9
    state[2] ^= v2 ^ va
    state[3] ^= v3 ^ vb
    state[4] ^= v4 ^ vc
    state[5] ^= v5 ^ vd
    state[6] ^= v6 ^ ve
    state[7] ^= v7 ^ vf


@compiled
def blake2b_128(words: NDArray, length: int, state: NDArray, iv: NDArray, sigma: NDArray) -> None:
    """Puts the digest of the first `length` bytes of `words` into state[0] and state[1] (little-endian words).

    `words` is a uint64 buffer of at least `length` / 8 + 16 words; the bytes behind `length` are overwritten with 0.
    `state` is scratch of shape (8,).
    """
    data = words.view(np.uint8)
    blocks = max(1, (length + 127) // 128)
    for at in range(length, blocks * 128):
        data[at] = 0
    for at in range(8):
        state[at] = iv[at]
    state[0] ^= _PARAMETERS
    for block in range(blocks - 1):
        _compress(state, words, block * 16, (block + 1) * 128, np.uint64(0), iv, sigma)
    _compress(state, words, (blocks - 1) * 16, length, np.uint64(0xFFFFFFFFFFFFFFFF), iv, sigma)
