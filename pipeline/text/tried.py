"""On which paragraphs at the ends of documents `tail_removals` tries the rules, as long as none matches.

A document in which no rule matches any of these keeps its end: so only their bytes are looked at, and no Python
string is made of the others.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.text.paragraphs import SENTENCE_ENDS, among, ends_sentence
from pipeline.text.sentences import END_CLOSERS
from pipeline.text.tail_lines import ENDLESS, LONGEST, SAMPLE, SHORT, WIDE_LETTER, WIDE_RANGES
from pipeline.text.tails import LOOK_PAST, TAIL_WINDOW
from pipeline.text.utf8 import code_point, compiled

_ENDS = among(SENTENCE_ENDS)
_CLOSERS = among(END_CLOSERS)
_WIDE = among("".join(chr(code) for first, last in WIDE_RANGES for code in range(ord(first), ord(last) + 1)))


def tried_rows(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    chars: NDArray[np.int32],
    opening: NDArray[np.int64],
    closing: NDArray[np.int64],
    spaces: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """The paragraphs that are tried, document by document, in each from its end.

    Paragraph i is data[starts[i]:ends[i]], UTF-8 of chars[i] code points; document d has the paragraphs opening[d] to
    closing[d]. `spaces` says of every code point whether it is white space.
    """
    out = np.empty(len(starts), np.int64)
    found = _tried(data, starts, ends, chars, opening, closing, spaces, _WIDE, _CLOSERS, _ENDS, out)
    return out[:found]


@compiled
def _tried(
    data: NDArray,
    starts: NDArray,
    ends: NDArray,
    chars: NDArray,
    opening: NDArray,
    closing: NDArray,
    spaces: NDArray,
    wide: NDArray,
    closers: NDArray,
    stops: NDArray,
    out: NDArray,
) -> int:
    """Goes through each document as `tails.end_lines` does."""
    found = 0
    for document in range(len(opening)):
        first, behind = opening[document], closing[document]
        title = first if behind - first < TAIL_WINDOW else -1
        prose = 0
        for row in range(behind - 1, max(first, behind - TAIL_WINDOW) - 1, -1):
            size = _size(data, starts[row], ends[row], chars[row], spaces, wide)
            closed = ends_sentence(data, starts[row], ends[row], stops, closers)
            if row != title and not (closed and (size > LONGEST or (prose and size >= SHORT))):
                out[found] = row
                found += 1
            if (closed and size >= SHORT) or size >= ENDLESS:
                prose += 1
                if prose == LOOK_PAST:
                    break
    return found


@compiled
def _size(data: NDArray, at: int, end: int, chars: int, spaces: NDArray, wide: NDArray) -> float:
    """Code points without indentation, those of scripts without spaces counted for more: as `tail_lines.line_of`."""
    ascii_only = end - at == chars
    while at < end:
        code, width = code_point(data, at)
        if not spaces[code]:
            break
        at += width
        chars -= 1
    if ascii_only:
        return float(chars)
    sample = min(chars, SAMPLE)
    count = 0
    for _ in range(sample):
        code, width = code_point(data, at)
        count += code <= 0xFFFF and wide[code]
        at += width
    return chars * (1 + (WIDE_LETTER - 1) * count / sample)
