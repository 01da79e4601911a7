"""In which documents something may be glued to the end: only of those strings are made, and rules tried.

What `glued_removals` takes stands behind the end of a sentence. So the last bytes of the last paragraphs are gone
through once: where behind the end of every sentence in them another one begins, long and with a letter, there is none.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.text.glued import LONGEST_GLUED, PASSED
from pipeline.text.paragraphs import SENTENCE_ENDS, among
from pipeline.text.sentences import END_CLOSERS
from pipeline.text.tail_lines import SHORT
from pipeline.text.utf8 import code_point, compiled

WIDEST = 4  # bytes of a code point
# Bytes to the end; so little may be the bare name of an agency, in any script.
BRIEF = 64
SIGNS = "([{<（［【〔〖《「『/／\\|｜-‐‑–—―−~*#=_©ⓒ®•·■▲▶◆★☆※,;:，：0123456789"

_ENDS = among(SENTENCE_ENDS)
_CLOSERS = among(END_CLOSERS)
_SIGNS = among(SIGNS)


def glued_documents(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    opening: NDArray[np.int64],
    closing: NDArray[np.int64],
    spaces: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """The numbers of the documents that may end in something glued; the arguments are those of `tried_rows`."""
    out = np.zeros(len(opening), np.bool_)
    _glued_documents(data, starts, ends, opening, closing, spaces, _ENDS, _CLOSERS, _SIGNS, out)
    return np.flatnonzero(out)


@compiled
def _glued_documents(
    data: NDArray,
    starts: NDArray,
    ends: NDArray,
    opening: NDArray,
    closing: NDArray,
    spaces: NDArray,
    stops: NDArray,
    closers: NDArray,
    signs: NDArray,
    out: NDArray,
) -> None:
    for document in range(len(opening)):
        row = closing[document] - 1
        last = max(opening[document], row - PASSED)
        while row >= last and not out[document]:
            out[document] = _may_be_glued(data, starts[row], ends[row], spaces, stops, closers, signs)
            if ends[row] - starts[row] >= SHORT * WIDEST and _is_text(data, starts[row], spaces):
                break  # long in any script: no line behind the text
            row -= 1


@compiled
def _is_text(data: NDArray, start: int, spaces: NDArray) -> bool:
    """Whether a paragraph begins without indentation, which would not count."""
    return not spaces[code_point(data, start)[0]]


@compiled
def _may_be_glued(
    data: NDArray, start: int, end: int, spaces: NDArray, stops: NDArray, closers: NDArray, signs: NDArray
) -> bool:
    """Whether behind the end of a sentence, near the end, there is a sign, a link, or little."""
    at = max(start, end - LONGEST_GLUED * WIDEST)
    while at < end and data[at] & 0xC0 == 0x80:
        at += 1
    link = _last_link(data, at, end)
    behind = False
    while at < end:
        code, width = code_point(data, at)
        low = code if code <= 0xFFFF else 0
        if stops[low]:
            behind = True
        elif behind and not (closers[low] or spaces[code]):
            if signs[low] or end - at <= BRIEF or at <= link:
                return True
            behind = False
        at += width
    return False


@compiled
def _last_link(data: NDArray, at: int, end: int) -> int:
    """Where the last `://` in bytes at to end is, -1 if there is none."""
    for place in range(end - 3, at - 1, -1):
        if data[place] == 58 and data[place + 1] == 47 and data[place + 2] == 47:
            return place
    return -1
