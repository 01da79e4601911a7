"""The one place that cuts: spans of removed paragraphs, and what is left of a text without them."""

import numpy as np
from numpy.typing import NDArray

from pipeline.text.utf8 import compiled


def removed_spans(
    opening: NDArray[np.int64],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    removed: NDArray[np.bool_],
    lengths: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(starts, ends) of what goes with each removed paragraph, in the unit of `starts` and `ends`.

    A removed span runs to the start of the next paragraph, so that no hole is left. In a run that reaches the end
    of the text it takes the separator before it instead. The first paragraph takes what stands before it, too.
    Spans of one text are disjoint. `opening`: place of the first paragraph of each text and, last, behind all;
    `lengths`: of each text. The other arrays have one value a paragraph.
    """
    spans = np.empty((2, int(np.count_nonzero(removed))), np.int64)
    _removed_spans(opening, starts, ends, removed, lengths, spans)
    return spans[0], spans[1]


def gathered(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """(bytes, offsets): the slices data[starts[i]:ends[i]] one behind the other."""
    offsets = np.concatenate(([0], np.cumsum(ends - starts))).astype(np.int64)
    out = np.empty(int(offsets[-1]), np.uint8)
    _gather(data, starts, offsets, out)
    return out, offsets


def left_over(
    bounds: NDArray[np.int64], text_of: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """(text, start, end) of the pieces that stay, in order, given disjoint spans in order.

    `bounds` (n + 1) says where each text starts in the buffer; `starts` and `ends` are places in the buffer, and
    `text_of` the number of the text of each span. Every text has at least one piece, perhaps empty.
    """
    texts = len(bounds) - 1
    text = np.concatenate([np.arange(texts), text_of])
    piece_starts = np.concatenate([bounds[:-1], ends])
    order = np.lexsort((piece_starts, text))
    last = np.concatenate([starts, bounds[1:]])
    last_order = np.lexsort((last, np.concatenate([text_of, np.arange(texts)])))
    return text[order], piece_starts[order], last[last_order]


def byte_places(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], text_of: NDArray[np.int64], points: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Places in the buffer of `points`, which count code points from the start of the text `text_of` (both (n,)).

    Only texts with points are looked at, once each where the points come in order.
    """
    out = np.empty(len(points), np.int64)
    _byte_places(data, offsets, text_of, points, out)
    return out


@compiled
def _byte_places(data: NDArray, offsets: NDArray, text_of: NDArray, points: NDArray, out: NDArray) -> None:
    text, at, point = -1, 0, 0
    for row in range(len(points)):
        if text_of[row] != text or points[row] < point:
            text, at, point = text_of[row], offsets[text_of[row]], 0
        end = offsets[text + 1]
        while point < points[row] and at < end:
            at += 1
            while at < end and data[at] & 0xC0 == 0x80:
                at += 1
            point += 1
        out[row] = at


@compiled
def _removed_spans(
    opening: NDArray, starts: NDArray, ends: NDArray, removed: NDArray, lengths: NDArray, spans: NDArray
) -> None:
    at = 0
    for text in range(len(opening) - 1):
        low, high = opening[text], opening[text + 1]
        tail = high  # first paragraph of the run that reaches the end
        while tail > low and removed[tail - 1]:
            tail -= 1
        for k in range(low, high):
            if not removed[k]:
                continue
            if k < tail:
                spans[0, at] = 0 if k == low else starts[k]
                spans[1, at] = starts[k + 1]
            else:
                spans[0, at] = 0 if k == low else ends[k - 1]
                spans[1, at] = lengths[text] if k == high - 1 else ends[k]
            at += 1


@compiled
def _gather(data: NDArray, starts: NDArray, offsets: NDArray, out: NDArray) -> None:
    for row in range(len(starts)):
        size = offsets[row + 1] - offsets[row]
        out[offsets[row] : offsets[row + 1]] = data[starts[row] : starts[row] + size]
