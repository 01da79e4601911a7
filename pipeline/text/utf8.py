"""Code points of UTF-8 bytes, for compiled kernels. The bytes are valid UTF-8 (Arrow strings are)."""

from numba import njit
from numpy.typing import NDArray

compiled = njit(cache=True, nogil=True, boundscheck=False, error_model="numpy")
inlined = njit(cache=True, nogil=True, boundscheck=False, error_model="numpy", inline="always")


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
    count = 0
    for at in range(start, end):
        count += data[at] & 0xC0 != 0x80
    return count
