"""Stage `tails`: the paragraphs at the end (and start) of each document that a rule takes.

What `within` has removed is not looked at; where its first copy falls to a rule here, it takes that kind and rule.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.flow import Batches
from pipeline.stages.schemas import DOCUMENTS, PARAGRAPHS, TAILS, WITHIN
from pipeline.stages.tables import batch, byte_spans, numbers, whole
from pipeline.text.rules import RulePack, load_pack
from pipeline.text.tails import (
    HEAD_WINDOW,
    LONGEST,
    LOOK_PAST,
    SHORT,
    TAIL_WINDOW,
    TailRemoval,
    head_removals,
    tail_removals,
)

LONGEST_FIRST = 256  # bytes; a first line that is longer is no masthead

_ASCII_ENDS = np.frombuffer(b".!?", np.uint8)
_ASCII_CLOSERS = np.frombuffer(b"\"')", np.uint8)
_WIDE_ENDS = tuple(end.encode() for end in "。！？।።")
_WIDE_CLOSERS = tuple(closer.encode() for closer in "”’」")


def tails(
    documents: Batches,
    paragraphs: Batches,
    within: Batches,
    *,
    pack_files: tuple[tuple[str, str], ...],
    kinds: tuple[str, ...],
) -> Batches:
    """One row a paragraph that a rule takes (schema TAILS), in order. `pack_files`: (name, YAML text) of the packs."""
    texts, table, marks = whole(documents, DOCUMENTS), whole(paragraphs, PARAGRAPHS), whole(within, WITHIN)
    if len(table) == 0 or not kinds:
        return
    data, starts, ends = byte_spans(texts, table)
    evidence = numbers(marks, "evidence")
    left = np.flatnonzero(evidence == 0)
    found = _removals(data, starts, ends, left, table, _pack(pack_files), frozenset(kinds))
    paragraph = numbers(table, "paragraph")
    found |= _with_copies(found, paragraph, evidence, numbers(marks, "twin"))
    if not found:
        return
    rows = np.array(sorted(found))
    ordered = [found[row] for row in rows.tolist()]
    yield batch(
        TAILS,
        {
            "doc": numbers(table, "doc")[rows],
            "paragraph": paragraph[rows],
            "kind": [each.kind for each in ordered],
            "rule": [each.rule for each in ordered],
            "score": [each.score for each in ordered],
        },
    )


@lru_cache(maxsize=2)
def _pack(files: tuple[tuple[str, str], ...]) -> RulePack:
    """The pack of these very files: compiled once a process, not once a shard."""
    return load_pack(dict(files))


class _Texts(Sequence[str]):
    """Paragraphs of one document, each made a string only when it is looked at."""

    def __init__(self, data: NDArray[np.uint8], starts: Sequence[int], ends: Sequence[int]) -> None:
        self._data, self._starts, self._ends = data, starts, ends

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        if isinstance(at, slice):
            return _Texts(self._data, self._starts[at], self._ends[at])
        return self._data[self._starts[at] : self._ends[at]].tobytes().decode()


def _removals(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    left: NDArray[np.int64],
    table: pa.Table,
    pack: RulePack,
    kinds: frozenset[str],
) -> dict[int, TailRemoval]:
    """Row of `table` -> its removal, of the paragraphs that are `left`."""
    doc = numbers(table, "doc")[left]
    opening = np.flatnonzero(np.diff(doc, prepend=-1))
    closing = np.append(opening[1:], len(left))
    # a sign that folds to several letters counts once
    letters = np.minimum(numbers(table, "letters"), numbers(table, "end") - numbers(table, "start"))[left]
    calm = _calm(data, starts[left], ends[left], letters, opening, closing)
    begin, end, length = starts[left].tolist(), ends[left].tolist(), letters.tolist()
    found: dict[int, TailRemoval] = {}
    for first, stop, is_calm in zip(opening.tolist(), closing.tolist(), calm.tolist(), strict=True):
        if end[first] - begin[first] <= LONGEST_FIRST and pack.head.hits(data[begin[first] : end[first]].tobytes()):
            window = min(stop, first + HEAD_WINDOW)
            seen = _Texts(data, begin[first:window], end[first:window])
            found |= {int(left[first + each.index]): each for each in head_removals(seen, pack, kinds)}
        final = data[begin[stop - 1] : end[stop - 1]]
        if is_calm and (length[stop - 1] > LONGEST or not pack.tail.hits(final.tobytes())):
            continue
        window = max(first, stop - TAIL_WINDOW)
        seen = _Texts(data, begin[window:stop], end[window:stop])
        found |= {int(left[window + each.index]): each for each in tail_removals(seen, pack, kinds)}
    return found


def _calm(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    letters: NDArray[np.int32],
    opening: NDArray[np.int64],
    closing: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Documents that surely keep their end if no rule matches their last paragraph, shape (documents,).

    Their last LOOK_PAST paragraphs, but for the title, are long and end a sentence: `tail_removals` tries the last one
    and stops. May say no where it is true; then `tail_removals` says the same, only slower.
    """
    calm = np.ones(len(opening), np.bool_)
    for back in range(1, LOOK_PAST + 1):
        at = np.maximum(closing - back, opening)
        calm &= (at == opening) | (letters[at] >= SHORT) & _ends_sentence(data, starts[at], ends[at])
    return calm


def _ends_sentence(data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each span surely ends a sentence, at most one closing quote behind its sign."""
    closed = np.isin(data[ends - 1], _ASCII_CLOSERS) * 1
    for closer in _WIDE_CLOSERS:
        closed += 3 * _ends_in(data, ends, closer)
    inner = np.maximum(ends - closed, starts + 1)
    sure = np.isin(data[inner - 1], _ASCII_ENDS)
    for sign in _WIDE_ENDS:
        sure |= _ends_in(data, inner, sign)
    return sure


def _ends_in(data: NDArray[np.uint8], ends: NDArray[np.int64], sign: bytes) -> NDArray[np.bool_]:
    same = np.ones(len(ends), np.bool_)
    for back, byte in enumerate(reversed(sign), 1):
        same &= data[np.maximum(ends - back, 0)] == byte
    return same


def _with_copies(
    found: dict[int, TailRemoval], paragraph: NDArray[np.int32], evidence: NDArray[np.int8], twin: NDArray[np.int32]
) -> dict[int, TailRemoval]:
    """Row -> removal of the repeats inside a document whose kept copy is in `found`."""
    repeats = np.flatnonzero((evidence != 0) & (twin >= 0))
    kept = repeats - paragraph[repeats] + twin[repeats]
    return {row: found[copy] for row, copy in zip(repeats.tolist(), kept.tolist(), strict=True) if copy in found}
