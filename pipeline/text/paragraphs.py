"""Where the paragraphs of a text are.

A paragraph is a line; where a text is hard-wrapped (column `layout` says which), blank lines separate. A paragraph
starts where its first line starts, indentation included, and ends behind its last character that is not white space.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.text.utf8 import code_point, compiled, count_code_points, line_end, previous

LINES, WRAPPED = 0, 1
LAYOUTS = ("lines", "wrapped")

# A text is hard-wrapped if at least 8, and at least 60 %, of the lines with text right below them are 45-90 columns
# wide and end no sentence.
NARROWEST, WIDEST = 45, 90
FEWEST_WRAPPED = 8
WRAPPED_SHARE = (60, 100)

SENTENCE_ENDS = ".!?…。！？．؟۔։।॥።၊။៕"
CLOSERS = "\"'»«”’“‘)]」』）】〉》›‹"


def among(chars: str) -> NDArray[np.bool_]:
    """Whether each code point below 0x10000 is one of these."""
    out = np.zeros(0x10000, np.bool_)
    out[[ord(char) for char in chars]] = True
    return out


_ENDS = among(SENTENCE_ENDS)
_CLOSERS = among(CLOSERS)


def layouts(data: NDArray[np.uint8], offsets: NDArray[np.int64], spaces: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """LINES or WRAPPED for each text, shape (n,); `data` and `offsets` (n + 1) are Arrow string buffers.

    `spaces` says of every code point whether it is white space, shape (0x110000,).
    """
    out = np.empty(len(offsets) - 1, np.uint8)
    _layouts(data, offsets, spaces, _ENDS, _CLOSERS, out)
    return out


def paragraph_spans(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], layout: NDArray[np.uint8], spaces: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Row of the text, byte start, byte end, start, end of every paragraph, in order, each of shape (m,).

    Bytes and code points are counted from the start of the text the paragraph stands in.
    """
    most = int(np.count_nonzero(data[offsets[0] : offsets[-1]] == ord("\n"))) + len(offsets)
    row = np.empty(most, np.int64)
    spans = np.empty((4, most), np.int32)
    found = _paragraphs(data, offsets, layout, spaces, row, spans)
    return row[:found], spans[0, :found], spans[1, :found], spans[2, :found], spans[3, :found]


@compiled
def _text_end(data: NDArray, start: int, end: int, spaces: NDArray) -> int:
    """Behind the last byte of [start, end) that is not white space; `start` where there is none."""
    while end > start:
        at = previous(data, end)
        code, _ = code_point(data, at)
        if not spaces[code]:
            return end
        end = at
    return start


@compiled
def ends_sentence(data: NDArray, start: int, end: int, ends: NDArray, closers: NDArray) -> bool:
    """Whether the last character that is no closer ends a sentence; `ends` and `closers` are made by `among`."""
    while end > start:
        end = previous(data, end)
        code, _ = code_point(data, end)
        if code > 0xFFFF:
            return False
        if not closers[code]:
            return bool(ends[code])
    return False


@compiled
def _layouts(data: NDArray, offsets: NDArray, spaces: NDArray, ends: NDArray, closers: NDArray, out: NDArray) -> None:
    for row in range(len(offsets) - 1):
        at, stop = offsets[row], offsets[row + 1]
        judged = wrapped = 0
        last_wraps = last_has_text = False
        while at <= stop:
            behind = line_end(data, at, stop)
            text_end = _text_end(data, at, behind, spaces)
            has_text = text_end > at
            if last_has_text and has_text:
                judged += 1
                wrapped += last_wraps
            last_wraps = False
            last_has_text = has_text
            if has_text and NARROWEST <= text_end - at <= WIDEST * 4:  # no character takes more than 4 bytes
                columns = count_code_points(data, at, text_end)
                if NARROWEST <= columns <= WIDEST:
                    last_wraps = not ends_sentence(data, at, text_end, ends, closers)
            at = behind + 1
        out[row] = wrapped >= FEWEST_WRAPPED and wrapped * WRAPPED_SHARE[1] >= judged * WRAPPED_SHARE[0]


@compiled
def _paragraphs(
    data: NDArray, offsets: NDArray, layout: NDArray, spaces: NDArray, row_of: NDArray, spans: NDArray
) -> int:
    found = 0
    for row in range(len(offsets) - 1):
        first, stop = offsets[row], offsets[row + 1]
        at = first
        chars = 0  # code points before `at`
        open_paragraph = False
        while at <= stop:
            behind = line_end(data, at, stop)
            text_end = _text_end(data, at, behind, spaces)
            inside = count_code_points(data, at, text_end)
            if text_end > at:
                if not open_paragraph:
                    row_of[found] = row
                    spans[0, found] = at - first
                    spans[2, found] = chars
                    found += 1
                spans[1, found - 1] = text_end - first
                spans[3, found - 1] = chars + inside
            open_paragraph = text_end > at and layout[row] == 1
            chars += inside + count_code_points(data, text_end, behind) + 1
            at = behind + 1
    return found
