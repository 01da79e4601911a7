"""Keys of short lines with figures and e-mail addresses masked: equal for lines that a site makes from one template.

A line is read as for its fold (case, width, space and punctuation evened out). Then each run of digits is one 0,
numbers in a row are one number (so dates, phones and prices are all alike), and an e-mail address is one sign.
Names of months are words, and are not masked.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.blake2b import BLOCK_BYTES, digests, lanes
from pipeline.dedup.scan import FIGURE, Scratch, entries, scanned, scratch
from pipeline.text.utf8 import compiled

_SALT_BYTES = 8
_BEHIND = 64  # bytes that may be read behind a line
# What stands for an address: two symbols, which no address has.
_LEFT, _RIGHT = np.uint8(ord("<")), np.uint8(ord(">"))
_AT, _DOT, _SPACE, _ZERO = (np.uint8(ord(char)) for char in "@. 0")


def line_keys(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], salts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(hi, lo): BLAKE2b-128 of salts[i] (8 bytes) and the masked line data[starts[i]:ends[i]] (UTF-8), as int64.

    Both are 0 for a line without tokens. Lines of one template and one salt have one key.
    """
    lot, firsts, sizes = _lot(data, starts, ends, salts)
    keys = np.zeros((2, len(starts)), np.uint64)
    digests(lot, firsts, sizes, keys, lanes())
    hi, lo = keys.view(np.int64)
    return hi, lo


def keys_of(lines: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(hi, lo) of these lines, with salt 0."""
    parts = [line.encode() for line in lines]
    offsets = np.cumsum([0, *map(len, parts)])
    data = np.frombuffer(b"".join(parts), np.uint8)
    return line_keys(data, offsets[:-1], offsets[1:], np.zeros(len(parts), np.int64))


def masked_line(line: str) -> str:
    """What is hashed of a line, for people and tests.

    >>> masked_line("Tel.: +44 555-0123, desk@herald.example · 12/05/2020")
    'tel + 0 < > 0'
    """
    data = np.frombuffer(line.encode(), np.uint8)
    ends = np.array([len(data)])
    lot, firsts, sizes = _lot(data, ends - len(data), ends, np.zeros(1, np.int64))
    first, size = int(firsts[0]) * 8, int(sizes[0])
    return lot.view(np.uint8)[first + _SALT_BYTES : first + size].tobytes().decode()


def _lot(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], salts: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """(words, firsts, sizes) as `digests` wants them: salt and masked line of each row, size 0 without tokens."""
    lengths = ends - starts
    longest = int(lengths.max()) if len(starts) else 0
    # A folded code point can be longer than its source (2 bytes to 3), and a space can stand before each token.
    room_bytes = 3 * lengths + _SALT_BYTES + 2 * BLOCK_BYTES
    words = np.zeros(int(room_bytes.sum()) // 8 + BLOCK_BYTES, np.uint64)
    firsts, sizes = np.zeros((2, len(starts)), np.int64)
    line = np.zeros(longest + _BEHIND, np.uint8)
    _mask_all(data, starts, ends, salts.view(np.uint64), entries(), scratch(longest), line, words, firsts, sizes)
    return words, firsts, sizes


@compiled
def _mask_all(
    data: NDArray,
    starts: NDArray,
    ends: NDArray,
    salts: NDArray,
    table: NDArray,
    room: Scratch,
    line: NDArray,
    words: NDArray,
    firsts: NDArray,
    sizes: NDArray,
) -> None:
    out = words.view(np.uint8)
    to = 0
    for row in range(len(starts)):
        size = _without_addresses(data, starts[row], ends[row], line)
        tokens, _, _ = scanned(line, 0, size, table, room)
        firsts[row] = to // 8
        if tokens:
            words[to // 8] = salts[row]
            behind = _mask(tokens, room, out, to + _SALT_BYTES)
            sizes[row] = behind - to
            to += (behind - to + BLOCK_BYTES - 1) // BLOCK_BYTES * BLOCK_BYTES
            out[behind:to] = 0  # a number that was joined to the one before it


@compiled
def _mask(tokens: int, room: Scratch, out: NDArray, to: int) -> int:
    """Writes the tokens with figures masked to `out` from byte `to` on, a space between two; the byte behind them."""
    first, number_before = to, False
    for number in range(tokens):
        begin = to
        if to > first:
            out[to] = _SPACE
            to += 1
        inside, only_figures = False, True
        for at in range(room.starts[number], room.stops[number]):
            # a numeral of several bytes has its flag on the first one
            figure = room.kinds[at] & FIGURE != 0 or (inside and room.text[at] & 0xC0 == 0x80)
            only_figures &= figure
            if not (figure and inside):
                out[to] = _ZERO if figure else room.text[at]
                to += 1
            inside = figure
        if only_figures and number_before:
            to = begin
        number_before = only_figures
    return to


@compiled
def _without_addresses(data: NDArray, start: int, end: int, line: NDArray) -> int:
    """Copies bytes [start, end) to `line`, each e-mail address as "<>"; the number of bytes."""
    to = 0
    at = start
    while at < end:
        byte = data[at]
        if byte == _AT and to > 0 and _in_address(line[to - 1]):
            behind = at + 1
            dots = 0
            while behind < end and _in_address(data[behind]):
                dots += data[behind] == _DOT and behind > at + 1 and behind + 1 < end and _in_address(data[behind + 1])
                behind += 1
            if dots:
                while to > 0 and _in_address(line[to - 1]):
                    to -= 1
                line[to], line[to + 1] = _LEFT, _RIGHT
                to += 2
                at = behind
                continue
        line[to] = byte
        to += 1
        at += 1
    return to


@compiled
def _in_address(byte: np.uint8) -> bool:
    """Whether a byte can stand in an e-mail address: ASCII letters and digits, and . _ % + -."""
    lower = byte | 0x20
    if (ord("a") <= lower <= ord("z")) or (ord("0") <= byte <= ord("9")):
        return True
    return byte == _DOT or byte == ord("_") or byte == ord("%") or byte == ord("+") or byte == ord("-")
