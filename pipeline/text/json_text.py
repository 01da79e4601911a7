"""Strings and objects out of the spans that `json_scan` finds, straight into the buffers of Arrow columns."""

import numpy as np
from numpy.typing import NDArray

from pipeline.text.json_scan import Scanned
from pipeline.text.json_values import ESCAPED, NESTED, NUMBER, escape_size, escaped_code
from pipeline.text.utf8 import compiled

_WIDE = 64
_BACKSLASH, _QUOTE = ord("\\"), ord('"')
# What the byte behind a backslash stands for, and the byte to write behind one for a character that needs it.
_MEANT = np.zeros(256, np.uint8)
_SHORT = np.zeros(256, np.uint8)
for _letter, _char in zip(b'"\\/bfnrt', b'"\\/\b\f\n\r\t', strict=True):
    _MEANT[_letter] = _char
    _SHORT[_char] = _letter
_SHORT[ord("/")] = 0
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)


def unescaped(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """(bytes, offsets) of the strings that stand escaped in data[starts[i]:ends[i]]."""
    out = np.empty(int((ends - starts).sum()) + _WIDE, np.uint8)
    offsets = np.zeros(len(starts) + 1, np.int64)
    _unescape_all(data, starts, ends, out, offsets)
    return out[: offsets[-1]], offsets


def objects(
    data: NDArray[np.uint8], lines: Scanned, rows: NDArray[np.int64], taken: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.bool_]]:
    """(bytes, offsets, unwritten): the fields of each line of `rows` that are not taken, as a JSON object.

    Written as orjson does it: no spaces, only what must be escaped. Where a value is NUMBER or NESTED the object is
    not written, and `unwritten` says so.
    """
    first, last = lines.field[rows], lines.field[rows + 1]
    most = int((lines.end[rows] - lines.start[rows]).sum()) + _WIDE
    out = np.empty(most, np.uint8)
    offsets = np.zeros(len(rows) + 1, np.int64)
    unwritten = np.zeros(len(rows), np.bool_)
    spans = (lines.key_start, lines.key_end, lines.value_start, lines.value_end)
    _write_objects(data, first, last, spans, lines.kind, taken, out, offsets, unwritten)
    return out[: offsets[-1]], offsets, unwritten


@compiled
def _unescape_all(data: NDArray, starts: NDArray, ends: NDArray, out: NDArray, offsets: NDArray) -> None:
    to = 0
    for row in range(len(starts)):
        to = _unescape(data, starts[row], ends[row], out, to, False)
        offsets[row + 1] = to


@compiled
def _unescape(data: NDArray, at: int, end: int, out: NDArray, to: int, written: bool) -> int:
    """Where the string ends in `out`; `written`: with the escapes that JSON needs."""
    while at < end:
        at, to = _copy_plain(data, at, end, out, to)
        if at == end:
            break
        size = escape_size(data, at, end)
        if size == 2:
            code = int(_MEANT[data[at + 1]])
        else:
            code = escaped_code(data, at, end)
            if size == 12:
                code = 0x10000 + ((code & 0x3FF) << 10 | (escaped_code(data, at + 6, end) & 0x3FF))
        to = _put_written(code, out, to) if written else _put(code, out, to)
        at += size
    return to


@compiled
def _copy_plain(data: NDArray, at: int, end: int, out: NDArray, to: int) -> tuple[int, int]:
    """(at, to) behind what was copied: everything up to the next backslash or the end."""
    while at + _WIDE <= end:
        window, copy = data[at : at + _WIDE], out[to : to + _WIDE]
        stops = False
        for step in range(_WIDE):
            copy[step] = window[step]
            stops |= window[step] == _BACKSLASH
        if stops:
            break
        at += _WIDE
        to += _WIDE
    while at < end and data[at] != _BACKSLASH:
        out[to] = data[at]
        at += 1
        to += 1
    return at, to


@compiled
def _put(code: int, out: NDArray, to: int) -> int:
    """Where the character ends that was written to `out` as UTF-8."""
    if code < 0x80:
        out[to] = code
        return to + 1
    if code < 0x800:
        out[to] = 0xC0 | code >> 6
        out[to + 1] = 0x80 | (code & 0x3F)
        return to + 2
    if code < 0x10000:
        out[to] = 0xE0 | code >> 12
        out[to + 1] = 0x80 | (code >> 6 & 0x3F)
        out[to + 2] = 0x80 | (code & 0x3F)
        return to + 3
    out[to] = 0xF0 | code >> 18
    out[to + 1] = 0x80 | (code >> 12 & 0x3F)
    out[to + 2] = 0x80 | (code >> 6 & 0x3F)
    out[to + 3] = 0x80 | (code & 0x3F)
    return to + 4


@compiled
def _put_written(code: int, out: NDArray, to: int) -> int:
    """As `_put`, with an escape where JSON needs one."""
    if code > 0xFF or (code >= 0x20 and not _SHORT[code]):
        return _put(code, out, to)
    out[to] = _BACKSLASH
    if _SHORT[code]:
        out[to + 1] = _SHORT[code]
        return to + 2
    out[to + 1], out[to + 2], out[to + 3] = ord("u"), ord("0"), ord("0")
    out[to + 4], out[to + 5] = _HEX[code >> 4], _HEX[code & 15]
    return to + 6


@compiled
def _write_objects(
    data: NDArray,
    first: NDArray,
    last: NDArray,
    spans: tuple[NDArray, NDArray, NDArray, NDArray],
    kinds: NDArray,
    taken: NDArray,
    out: NDArray,
    offsets: NDArray,
    unwritten: NDArray,
) -> None:
    key_start, key_end, value_start, value_end = spans
    for row in range(len(first)):
        to = offsets[row]
        opening = to
        for field in range(first[row], last[row]):
            if taken[field]:
                continue
            kind = kinds[field]
            if kind == NUMBER or kind == NESTED:
                unwritten[row] = True
            out[to] = ord(",")
            to = _quoted(data, key_start[field], key_end[field], out, to + 1)
            out[to] = ord(":")
            if kind <= ESCAPED:
                to = _quoted(data, value_start[field], value_end[field], out, to + 1)
            else:
                _, to = _copy_plain(data, value_start[field], value_end[field], out, to + 1)
        if unwritten[row]:
            to = opening
        elif to == opening:
            out[to], out[to + 1] = ord("{"), ord("}")
            to += 2
        else:
            out[opening], out[to] = ord("{"), ord("}")
            to += 1
        offsets[row + 1] = to


@compiled
def _quoted(data: NDArray, start: int, end: int, out: NDArray, to: int) -> int:
    out[to] = _QUOTE
    to = _unescape(data, start, end, out, to + 1, True)
    out[to] = _QUOTE
    return to + 1
