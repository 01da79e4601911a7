"""Slow twins of the compiled kernels, in plain Python, as short as they come.

For tokens, folds, shingles and similarity the twin is `pipeline.dedup.reference`; for signatures, datasketch itself.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from pipeline.text.paragraphs import CLOSERS, SENTENCE_ENDS

Span = tuple[int, int]


def layout(text: str) -> str:
    """Twin of `layouts`: "wrapped" or "lines"."""
    judged = wrapped = 0
    for line, below in pairwise(text.split("\n")):
        body = line.rstrip()
        if body and below.strip():
            judged += 1
            ends = body.rstrip(CLOSERS)[-1:]
            wrapped += 45 <= len(body) <= 90 and not (ends and ends in SENTENCE_ENDS)
    return "wrapped" if wrapped >= 8 and wrapped * 100 >= judged * 60 else "lines"


def paragraphs(text: str, layout: str) -> list[Span]:
    """Twin of `paragraph_spans`: spans of the paragraphs, in code points."""
    out: list[Span] = []
    at, goes_on = 0, False
    for line in text.split("\n"):
        end = at + len(line.rstrip())
        if end > at:
            out.append((out.pop()[0] if goes_on else at, end))
        goes_on = end > at and layout == "wrapped"
        at += len(line) + 1
    return out


def left(text: str, spans: Sequence[Span], removed: Sequence[bool]) -> str:
    """What is left of a text: each kept paragraph, and the separator behind it if another one follows."""
    kept = [at for at in range(len(spans)) if not removed[at]]
    if len(kept) == len(spans):
        return text
    out = text[: spans[0][0]] if kept and kept[0] == 0 else ""
    for at in kept:
        start, end = spans[at]
        behind = spans[at + 1][0] if at + 1 < len(spans) else len(text)
        out += text[start : behind if at != kept[-1] or behind == len(text) else end]
    return out


def leaders(
    buckets: Sequence[set[int]],
    shingles: Sequence[set[int]],
    masked: Sequence[int],
    threshold: Fraction,
    most: int,
) -> tuple[list[int], list[Span], int]:
    """Twin of `leaders_of`: leader of each paragraph, (shared, union) where it is another one, and the capped."""
    leader: list[int] = []
    counts: list[Span] = []
    heads: dict[int, list[int]] = {}  # by bucket: its first `most` leaders
    over: set[int] = set()
    capped = 0
    for row, mine in enumerate(shingles):
        seen = sorted({head for bucket in buckets[row] for head in heads.get(bucket, ())})
        both = [(len(mine & shingles[head]), len(mine | shingles[head]), head) for head in seen]
        alike = [
            (Fraction(shared, union), -head, (shared, union))
            for shared, union, head in both
            if masked[head] != masked[row] and union and Fraction(shared, union) >= threshold
        ]
        if alike:
            _, head, pair = max(alike)
            leader.append(-head)
            counts.append(pair)
            continue
        leader.append(row)
        counts.append((0, 0))
        capped += bool(buckets[row] & over)
        for bucket in buckets[row]:
            if len(heads.setdefault(bucket, [])) < most:
                heads[bucket].append(row)
            else:
                over.add(bucket)
    return leader, counts, capped
