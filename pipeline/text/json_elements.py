"""Where the values of a JSON array end that is too large to be parsed whole: a compiled scanner of brackets."""

import numpy as np
from numpy.typing import NDArray

from pipeline.text.utf8 import compiled

_QUOTE, _BACKSLASH = ord('"'), ord("\\")
_OPEN, _CLOSE = np.zeros((2, 256), np.bool_)
_OPEN[list(b"[{")] = True
_CLOSE[list(b"]}")] = True
_ENDS = np.zeros(256, np.bool_)  # of a number or a word
_ENDS[list(b",]} \t\r\n")] = True


@compiled
def element_end(data: NDArray, at: int) -> int:
    """Behind the value that starts at byte `at`, by its quotes and brackets alone; -1 where it goes on beyond the data.

    What is between the brackets is not judged: whoever parses the value does.
    """
    size = len(data)
    depth = 0
    if not (_OPEN[data[at]] or data[at] == _QUOTE):
        while at < size and not _ENDS[data[at]]:
            at += 1
        return at if at < size else -1
    while at < size:
        byte = data[at]
        if byte == _QUOTE:
            at += 1
            while at < size and data[at] != _QUOTE:
                at += 2 if data[at] == _BACKSLASH else 1
            if at >= size:
                return -1
        elif _OPEN[byte]:
            depth += 1
        elif _CLOSE[byte]:
            depth -= 1
        at += 1
        if depth == 0:
            return at
    return -1
