"""Where the fields of JSON lines are: a compiled scanner that understands ordinary lines and leaves all others alone.

An ordinary line is one object with at most `MOST_FIELDS` fields whose keys have no escapes. Whether the bytes
are UTF-8 is not looked at.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.text.json_values import ESCAPED, string_end, value_end
from pipeline.text.utf8 import compiled

# Numbers of shapes that stand for no shape.
UNUSUAL, BLANK = -1, -2

MOST_FIELDS = 64
MOST_SHAPES = 64
LONGEST_LINE = 64 << 20  # bytes; spans of a batch stay far from the 2 GiB that string columns hold
_MOST_LINES = 1 << 15

_QUOTE, _NEWLINE = ord('"'), ord("\n")
_SPACES = np.zeros(256, np.bool_)
_SPACES[list(b" \t\r")] = True
_BLANKS = np.zeros(256, np.bool_)
_BLANKS[list(b" \t\r\x0b\x0c")] = True


class Scanned(NamedTuple):
    """Lines of a buffer, and the fields of those that are ordinary, in order; all places count from its start.

    Lines with the same keys in the same order have the same shape. Value spans of strings are without the quotes.
    """

    start: NDArray[np.int64]  # [lines]
    end: NDArray[np.int64]  # [lines] without the line feed
    shape: NDArray[np.int64]  # [lines] or UNUSUAL, BLANK
    field: NDArray[np.int64]  # [lines + 1] its first field
    shapes: NDArray[np.int64]  # [shapes] a line that has the shape
    key_start: NDArray[np.int64]  # [fields]
    key_end: NDArray[np.int64]
    value_start: NDArray[np.int64]
    value_end: NDArray[np.int64]
    kind: NDArray[np.uint8]


def scanned(data: NDArray[np.uint8], at: int, most_bytes: int) -> Scanned:
    """The lines from byte `at` on, which starts a line: about `most_bytes` of them and at least one."""
    lines = np.empty((4, _MOST_LINES + 1), np.int64)
    fields = np.empty((4, 8 * _MOST_LINES + MOST_FIELDS), np.int64)
    kinds = np.empty(fields.shape[1], np.uint8)
    shapes = np.empty((2, MOST_SHAPES), np.int64)
    count, known = _scan(data, at, at + most_bytes, lines, fields, kinds, shapes)
    found = int(lines[3, count])
    start, end, shape = (lines[row, :count] for row in range(3))
    keys, key_ends, values, value_ends = (fields[row, :found] for row in range(4))
    first, shapes_found = lines[3, : count + 1], shapes[0, :known]
    return Scanned(start, end, shape, first, shapes_found, keys, key_ends, values, value_ends, kinds[:found])


@compiled
def _scan(
    data: NDArray, at: int, stop: int, lines: NDArray, fields: NDArray, kinds: NDArray, shapes: NDArray
) -> tuple[int, int]:
    """(lines, shapes) found; lines: start, end, shape, first field; shapes: a line, the hash of its keys."""
    count = known = 0
    lines[3, 0] = 0
    size = len(data)
    while at < min(stop, size) and count + 1 < lines.shape[1] and lines[3, count] + MOST_FIELDS <= fields.shape[1]:
        first = lines[3, count]
        found, end = _line(data, at, size, first, fields, kinds)
        shape = found if found < 0 else UNUSUAL
        if found < 0 or end - at > LONGEST_LINE:
            end = _line_end(data, end, size)
            found = 0
        else:
            shape = _shape(data, first, first + found, lines, fields, shapes, known)
            if shape == known and known < MOST_SHAPES:
                shapes[0, known] = count
                known += 1
            elif shape == known:
                shape, found = UNUSUAL, 0
        lines[0, count], lines[1, count], lines[2, count] = at, end, shape
        count += 1
        lines[3, count] = first + found
        at = end + 1
    return count, known


@compiled
def _line(data: NDArray, at: int, size: int, field: int, fields: NDArray, kinds: NDArray) -> tuple[int, int]:
    """(fields of the line or UNUSUAL or BLANK, where reading ended); a line that is understood ends there."""
    start = at
    while at < size and _BLANKS[data[at]]:
        at += 1
    if at == size or data[at] == _NEWLINE:
        return BLANK, at
    at = _space_end(data, start, size)
    if at == size or data[at] != ord("{"):
        return UNUSUAL, at
    found = 0
    at = _space_end(data, at + 1, size)
    while found < MOST_FIELDS and at < size and data[at] == _QUOTE:
        key_end, escaped = string_end(data, at + 1, size)
        if key_end < 0 or escaped:
            return UNUSUAL, at
        colon = _space_end(data, key_end + 1, size)
        if colon == size or data[colon] != ord(":"):
            return UNUSUAL, at
        value = _space_end(data, colon + 1, size)
        end, kind = value_end(data, value, size)
        if end < 0:
            return UNUSUAL, at
        quoted = np.int64(kind <= ESCAPED)
        here = field + found
        fields[0, here], fields[1, here] = at + 1, key_end
        fields[2, here], fields[3, here] = value + quoted, end - quoted
        kinds[here] = kind
        found += 1
        at = _space_end(data, end, size)
        if at < size and data[at] == ord("}"):
            at = _space_end(data, at + 1, size)
            return (found if at == size or data[at] == _NEWLINE else UNUSUAL), at
        if at == size or data[at] != ord(","):
            return UNUSUAL, at
        at = _space_end(data, at + 1, size)
    return UNUSUAL, at


@compiled
def _shape(data: NDArray, first: int, last: int, lines: NDArray, fields: NDArray, shapes: NDArray, known: int) -> int:
    """The number of the shape with these keys; `known` where it is new. The hash of a new one is noted."""
    mixed = np.int64(last - first)
    for field in range(first, last):
        for at in range(fields[0, field], fields[1, field]):
            mixed = (mixed ^ data[at]) * np.int64(0x100000001B3)
        mixed = (mixed ^ 256) * np.int64(0x100000001B3)
    for shape in range(known):
        if shapes[1, shape] == mixed:
            line = shapes[0, shape]
            if _same_keys(data, first, last, lines[3, line], lines[3, line + 1], fields):
                return shape
    if known < MOST_SHAPES:
        shapes[1, known] = mixed
    return known


@compiled
def _same_keys(data: NDArray, first: int, last: int, other: int, other_last: int, fields: NDArray) -> bool:
    if last - first != other_last - other:
        return False
    for step in range(last - first):
        one, two = fields[0, first + step], fields[0, other + step]
        size = fields[1, first + step] - one
        if fields[1, other + step] - two != size:
            return False
        for at in range(size):
            if data[one + at] != data[two + at]:
                return False
    return True


@compiled
def _space_end(data: NDArray, at: int, size: int) -> int:
    while at < size and _SPACES[data[at]]:
        at += 1
    return at


@compiled
def _line_end(data: NDArray, at: int, size: int) -> int:
    while at < size and data[at] != _NEWLINE:
        at += 1
    return at
