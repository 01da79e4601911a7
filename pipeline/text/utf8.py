"""Code points of UTF-8 bytes, for compiled kernels. The bytes are valid UTF-8 (Arrow strings are)."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pipeline.text.vectors import bits_set, lowest_bit, matches

compiled = njit(cache=True, nogil=True, boundscheck=False, error_model="numpy")
inlined = njit(cache=True, nogil=True, boundscheck=False, error_model="numpy", inline="always")

# Kernels count with unsigned indices where speed counts: for a signed one numba asks at each access whether it counts
# from the end. To numba `int(unsigned)` is unsigned still, and unsigned with signed a float: back with this.
signed: Any = np.int64


@compiled
def code_point(data: NDArray, at: int) -> tuple[int, int]:
    """The code point that starts at byte `at`, and how many bytes it takes."""
    first = data[at]
    if first < 0x80:
        return int(first), 1
    if first < 0xE0:
        return (int(first) & 0x1F) << 6 | (int(data[at + 1]) & 0x3F), 2
    if first < 0xF0:
        return (int(first) & 0x0F) << 12 | (int(data[at + 1]) & 0x3F) << 6 | (int(data[at + 2]) & 0x3F), 3
    high = (int(first) & 0x07) << 18 | (int(data[at + 1]) & 0x3F) << 12
    return high | (int(data[at + 2]) & 0x3F) << 6 | (int(data[at + 3]) & 0x3F), 4


@compiled
def previous(data: NDArray, at: int) -> int:
    """The byte where the code point before byte `at` starts."""
    at -= 1
    while data[at] & 0xC0 == 0x80:
        at -= 1
    return at


@compiled
def count_code_points(data: NDArray, start: int, end: int) -> int:
    """How many code points start in bytes [start, end)."""
    u = np.uint64
    at, stop, size, inner = u(start), u(end), u(len(data)), u(0)
    while at < stop and at + u(64) <= size:
        inside = ~u(0) >> (u(64) - min(stop - at, u(64)))
        inner += bits_set(matches(data, at, np.uint8(0xC0), np.uint8(0x80)) & inside)
        at += u(64)
    for last in range(at, stop):
        inner += u(data[last] & 0xC0 == 0x80)
    return end - start - signed(inner)


@compiled
def line_end(data: NDArray, start: int, end: int) -> int:
    """Where the first line feed in bytes [start, end) is; `end` where there is none."""
    u = np.uint64
    at, stop, size = u(start), u(end), u(len(data))
    while at < stop and at + u(64) <= size:
        found = matches(data, at, np.uint8(0xFF), np.uint8(10))
        if found:
            return min(signed(at + lowest_bit(found)), end)
        at += u(64)
    while at < stop and data[at] != 10:
        at += u(1)
    return min(signed(at), end)


@compiled
def decoded(data: NDArray, at: np.uint64) -> tuple[np.uint64, np.uint64]:
    """`code_point` in unsigned numbers."""
    first, u = np.uint64(data[at]), np.uint64
    if first < u(0x80):
        return first, u(1)
    second = u(data[at + u(1)]) & u(0x3F)
    if first < u(0xE0):
        return (first & u(0x1F)) << u(6) | second, u(2)
    third = u(data[at + u(2)]) & u(0x3F)
    if first < u(0xF0):
        return (first & u(0x0F)) << u(12) | second << u(6) | third, u(3)
    return (first & u(0x07)) << u(18) | second << u(12) | third << u(6) | u(data[at + u(3)]) & u(0x3F), u(4)


@compiled
def eight(data: NDArray, at: np.uint64) -> np.uint64:
    """Bytes [at, at + 8) as one little-endian number; compiled to one load."""
    found = np.uint64(0)
    for byte in range(np.uint64(8)):
        found |= np.uint64(data[at + byte]) << np.uint64(8) * byte
    return found


@compiled
def put_eight(data: NDArray, at: np.uint64, value: np.uint64) -> None:
    """Writes such a number to bytes [at, at + 8); compiled to one store."""
    for byte in range(np.uint64(8)):
        data[at + byte] = np.uint8(value >> np.uint64(8) * byte)
