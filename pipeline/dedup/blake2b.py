"""BLAKE2b with a digest of 16 bytes (RFC 7693), eight texts at once: equal to `hashlib.blake2b(text, digest_size=16)`.

The key for "equal" must be cryptographic (a 64-bit hash of 10^10 paragraphs has wrong pairs, and a weak one can be
forged), and hashlib would cost one Python call a paragraph. Most paragraphs are one or two blocks, which must be mixed
to their end whatever their length; so each of eight lanes of a vector mixes a text of its own.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numpy.typing import NDArray

from pipeline.text.utf8 import compiled
from pipeline.text.vectors import LANES, WORDS, Made, intrinsic, place

IV = (
    0x6A09E667F3BCC908,
    0xBB67AE8584CAA73B,
    0x3C6EF372FE94F82B,
    0xA54FF53A5F1D36F1,
    0x510E527FADE682D1,
    0x9B05688C2B3E6C1F,
    0x1F83D9ABFB41BD6B,
    0x5BE0CD19137E2179,
)
_SIGMA = (
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
# The words that one G mixes: the columns of the state, then its diagonals.
_QUARTERS = (
    (0, 4, 8, 12),
    (1, 5, 9, 13),
    (2, 6, 10, 14),
    (3, 7, 11, 15),
    (0, 5, 10, 15),
    (1, 6, 11, 12),
    (2, 7, 8, 13),
    (3, 4, 9, 14),
)
BLOCK_BYTES, BLOCK_WORDS = 128, 16
# IV with the parameter block: digest length 16, no key, fanout 1, depth 1.
_START = np.array([IV[0] ^ 0x01010010, *IV[1:]], np.uint64)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


def _everywhere(word: int) -> ir.Constant:
    return ir.Constant(WORDS, [word] * LANES)


def _rotated(builder: ir.IRBuilder, value: ir.Value, by: int) -> ir.Value:
    return builder.or_(builder.lshr(value, _everywhere(by)), builder.shl(value, _everywhere(64 - by)))


def _mix(builder: ir.IRBuilder, v: list[ir.Value], quarter: Sequence[int], x: ir.Value, y: ir.Value) -> None:
    """The function G on four words of the state `v`."""
    a, b, c, d = quarter
    for message, first, second in ((x, 32, 24), (y, 16, 63)):
        v[a] = builder.add(builder.add(v[a], v[b]), message)
        v[d] = _rotated(builder, builder.xor(v[d], v[a]), first)
        v[c] = builder.add(v[c], v[d])
        v[b] = _rotated(builder, builder.xor(v[b], v[c]), second)


def _transposed(builder: ir.IRBuilder, rows: list[ir.Value]) -> list[ir.Value]:
    """Vector l of the result holds element l of each of eight vectors: bit by bit, row and element change places."""
    for bit in (1, 2, 4):
        upper = [at if at & bit == 0 else LANES + at - bit for at in range(LANES)]
        lower = [at + bit if at & bit == 0 else LANES + at for at in range(LANES)]
        masks = [ir.Constant(ir.VectorType(ir.IntType(32), LANES), each) for each in (upper, lower)]
        rows = [builder.shuffle_vector(rows[at & ~bit], rows[at | bit], masks[at & bit != 0]) for at in range(LANES)]
    return rows


@intrinsic
def _compress(_typing: Any, state: Any, words: Any, first: Any, counter: Any, last: Any) -> Made:
    """The function F in every lane l, on the BLOCK_WORDS words from first[l] on.

    `state` is uint64 of shape (8, LANES) and changed; the others are uint64 of shape (LANES,).
    """

    def made(context: Any, builder: ir.IRBuilder, signature: Any, args: Sequence[ir.Value]) -> ir.Value:
        arrays = list(zip(signature.args, args, strict=True))

        def vector(array: int, at: ir.Value | int) -> ir.Value:
            return builder.load(place(context, builder, arrays[array], at, WORDS), align=8)

        starts = [builder.extract_element(vector(2, 0), ir.IntType(32)(lane)) for lane in range(LANES)]
        halves = [[vector(1, builder.add(start, ir.IntType(64)(half))) for start in starts] for half in (0, LANES)]
        m = [*_transposed(builder, halves[0]), *_transposed(builder, halves[1])]
        before = [vector(0, row * LANES) for row in range(8)]
        v = before + [_everywhere(word) for word in IV]
        v[12] = builder.xor(v[12], vector(3, 0))
        v[14] = builder.xor(v[14], vector(4, 0))
        for turn in range(12):
            order = _SIGMA[turn % 10]
            for at, quarter in enumerate(_QUARTERS):
                _mix(builder, v, quarter, m[order[2 * at]], m[order[2 * at + 1]])
        for row in range(8):
            mixed = builder.xor(before[row], builder.xor(v[row], v[row + 8]))
            builder.store(mixed, place(context, builder, arrays[0], row * LANES, WORDS), align=8)
        return context.get_dummy_value()

    return types.void(state, words, first, counter, last), made


def lanes() -> NDArray[np.uint64]:
    """Scratch for `digests`."""
    return np.empty((11, LANES), np.uint64)


@compiled
def digests(words: NDArray, firsts: NDArray, sizes: NDArray, out: NDArray, scratch: NDArray) -> None:
    """Digest of each text, as two little-endian words out[0, i], out[1, i]; a text without bytes is passed over.

    Text i is the first sizes[i] bytes of the uint64 buffer `words` from word firsts[i] on; behind it, up to a full
    block, stand zeros.
    """
    state, first, counter, last = scratch[:8], scratch[8], scratch[9], scratch[10]
    row_in = np.full(LANES, -1, np.int64)
    row = busy = 0
    while True:
        for lane in range(LANES):
            if row_in[lane] < 0:
                while row < len(sizes) and sizes[row] == 0:
                    row += 1
                if row < len(sizes):
                    row_in[lane] = row
                    busy += 1
                    first[lane], counter[lane] = firsts[row], 0
                    state[:, lane] = _START
                    row += 1
                else:
                    first[lane] = 0  # mixes anything
                    continue
            else:
                first[lane] += np.uint64(BLOCK_WORDS)
            size = np.uint64(sizes[row_in[lane]])
            counter[lane] = min(counter[lane] + np.uint64(BLOCK_BYTES), size)
            last[lane] = _ALL if counter[lane] == size else np.uint64(0)
        if busy == 0:
            return
        _compress(state, words, first, counter, last)
        for lane in range(LANES):
            if row_in[lane] >= 0 and last[lane] != np.uint64(0):
                out[0, row_in[lane]], out[1, row_in[lane]] = state[0, lane], state[1, lane]
                row_in[lane] = -1
                busy -= 1
