"""Where the values of JSON end, and of which kind they are.

Strict where a value is a string, a literal or a short number. Of other numbers and nested values only the end is found
(NUMBER, NESTED): whoever uses them must have them parsed.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.text.utf8 import compiled

# A number is INTEGER or DECIMAL where its digits are those that a writer of JSON would give it.
STRING, ESCAPED, LITERAL, INTEGER, DECIMAL, NUMBER, NESTED = range(7)

DEEPEST = 100  # nested values beyond are for a parser that knows its own limits
_WIDE = 64  # bytes looked at together: one vector register

_QUOTE, _BACKSLASH, _NEWLINE, _MINUS, _POINT, _ZERO = (ord(char) for char in '"\\\n-.0')
_NUMBER_BYTES = np.zeros(256, np.bool_)
_NUMBER_BYTES[list(b"+-.0123456789Ee")] = True
_ESCAPES = np.zeros(256, np.bool_)
_ESCAPES[list(b'"\\/bfnrt')] = True


@compiled
def value_end(data: NDArray, at: int, size: int) -> tuple[int, int]:
    """(where the value that starts at `at` ends, its kind); (-1, 0) where it is none."""
    if at == size:
        return -1, 0
    byte = data[at]
    if byte == _QUOTE:
        end, escaped = string_end(data, at + 1, size)
        return (-1, 0) if end < 0 else (end + 1, ESCAPED if escaped else STRING)
    if byte == _MINUS or _ZERO <= byte <= ord("9"):
        return _number(data, at, size)
    if byte == ord("[") or byte == ord("{"):
        return _nested_end(data, at, size), NESTED
    if byte == ord("n"):
        return _literal_end(data, at, size, b"null"), LITERAL
    if byte == ord("t"):
        return _literal_end(data, at, size, b"true"), LITERAL
    return (_literal_end(data, at, size, b"false"), LITERAL) if byte == ord("f") else (-1, 0)


@compiled
def _number(data: NDArray, at: int, size: int) -> tuple[int, int]:
    """INTEGER below 10 ** 18; DECIMAL with at most 15 digits, which are those of the float nearest to it."""
    end = at
    while end < size and _NUMBER_BYTES[data[end]]:
        end += 1
    start = at + (data[at] == _MINUS)
    point = start
    while point < end and _ZERO <= data[point] <= ord("9"):
        point += 1
    digits = point - start
    if digits == 0 or (data[start] == _ZERO and digits > 1):
        return end, NUMBER
    if point == end:
        return end, NUMBER if digits > 18 or (data[start] == _ZERO and start > at) else INTEGER
    last = point + 1
    while last < end and _ZERO <= data[last] <= ord("9"):
        last += 1
    # No zeros at the end, and few at the start: "1.50" and "0.0000001" are written in other ways.
    plain = data[point] == _POINT and last == end and last > point + 1 and digits + end - point <= 16
    plain = plain and (data[end - 1] != _ZERO or end == point + 2)
    small = data[start] == _ZERO and data[point + 1 if point + 1 < end else point] == _ZERO
    return end, DECIMAL if plain and not small else NUMBER


@compiled
def _nested_end(data: NDArray, at: int, size: int) -> int:
    """Behind the bracket that closes the one at `at`; -1 where there is none or it is nested too deep."""
    depth = 0
    while at < size:
        byte = data[at]
        if byte == _QUOTE:
            at, _ = string_end(data, at + 1, size)
            if at < 0:
                return -1
        elif byte == _NEWLINE:
            return -1
        elif byte == ord("[") or byte == ord("{"):
            depth += 1
            if depth > DEEPEST:
                return -1
        elif byte == ord("]") or byte == ord("}"):
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return -1


@compiled
def _literal_end(data: NDArray, at: int, size: int, word: bytes) -> int:
    if at + len(word) > size:
        return -1
    for step in range(len(word)):
        if data[at + step] != word[step]:
            return -1
    return at + len(word)


@compiled
def string_end(data: NDArray, at: int, size: int) -> tuple[int, bool]:
    """(where the quote is that ends the string, whether there were escapes); -1 where there is none."""
    escaped = False
    while True:
        at = _plain_end(data, at, size)
        if at == size:
            return -1, escaped
        if data[at] == _QUOTE:
            return at, escaped
        if data[at] != _BACKSLASH:
            return -1, escaped
        long = escape_size(data, at, size)
        if long == 0:
            return -1, escaped
        escaped = True
        at += long


@compiled
def _plain_end(data: NDArray, at: int, size: int) -> int:
    """Where the run of bytes ends that stand for themselves in a string."""
    while at + _WIDE <= size:
        window = data[at : at + _WIDE]
        stops = False
        for step in range(_WIDE):
            byte = window[step]
            stops |= (byte < 0x20) | (byte == _QUOTE) | (byte == _BACKSLASH)
        if stops:
            break
        at += _WIDE
    while at < size and data[at] >= 0x20 and data[at] != _QUOTE and data[at] != _BACKSLASH:
        at += 1
    return at


@compiled
def escape_size(data: NDArray, at: int, size: int) -> int:
    r"""How many bytes the escape at `at` takes (12 for `\ud83d\ude00`); 0 for half a surrogate pair or no escape."""
    if at + 1 < size and _ESCAPES[data[at + 1]]:
        return 2
    code = escaped_code(data, at, size)
    if code < 0 or 0xDC00 <= code < 0xE000:
        return 0
    if not 0xD800 <= code < 0xDC00:
        return 6
    return 12 if 0xDC00 <= escaped_code(data, at + 6, size) < 0xE000 else 0


@compiled
def escaped_code(data: NDArray, at: int, size: int) -> int:
    r"""The number of `\u` and four hex digits at `at`; -1 where that is not what stands there."""
    if at + 6 > size or data[at] != _BACKSLASH or data[at + 1] != ord("u"):
        return -1
    code = 0
    for step in range(2, 6):
        byte = data[at + step]
        low = byte | 0x20
        if _ZERO <= byte <= ord("9"):
            code = code << 4 | (byte - _ZERO)
        elif ord("a") <= low <= ord("f"):
            code = code << 4 | (low - ord("a") + 10)
        else:
            return -1
    return code
