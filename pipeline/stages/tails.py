"""Stage `tails`: the paragraphs at the end (and start) of each document that a rule takes.

What `within` has removed is not looked at; where its first copy falls to a rule here, it takes that kind and rule.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.letters import spaces
from pipeline.flow import Batches
from pipeline.stages.schemas import DOCUMENTS, PARAGRAPHS, TAILS, WITHIN
from pipeline.stages.tables import batch, byte_spans, numbers, whole
from pipeline.text.rules import RulePack, pack_of
from pipeline.text.tail_lines import ENDLESS, line_of
from pipeline.text.tails import HEAD_WINDOW, TAIL_WINDOW, TailRemoval, cued, head_removals, tail_removals
from pipeline.text.tried import tried_rows

LONGEST_FIRST = 256  # bytes; a first line that is longer is no masthead
SURELY_PROSE = 4 * ENDLESS  # bytes; no cue is looked for in prose


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
    evidence = numbers(marks, "evidence")
    rows = np.flatnonzero(evidence == 0)
    found = {int(rows[at]): each for at, each in _removals(_left(texts, table, rows), pack_of(pack_files), kinds)}
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
            "evidence": [each.evidence for each in ordered],
        },
    )


@dataclass(frozen=True, slots=True)
class _Left:
    """The paragraphs that are left: number i is data[starts[i]:ends[i]]; document d has opening[d] to closing[d]."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    chars: NDArray[np.int32]
    opening: NDArray[np.int64]
    closing: NDArray[np.int64]

    def bytes_of(self, numbers: NDArray[np.int64]) -> list[bytes]:
        """These paragraphs."""
        view = self.data.data
        spans = zip(self.starts[numbers].tolist(), self.ends[numbers].tolist(), strict=True)
        return [bytes(view[start:end]) for start, end in spans]

    def texts(self, first: int, behind: int) -> list[str]:
        """The paragraphs from number `first` on, up to `behind`."""
        return [each.decode() for each in self.bytes_of(np.arange(first, behind))]


def _left(texts: pa.Table, table: pa.Table, rows: NDArray[np.int64]) -> _Left:
    """These rows of the table of paragraphs."""
    data, starts, ends = byte_spans(texts, table)
    chars = numbers(table, "end") - numbers(table, "start")
    opening = np.flatnonzero(np.diff(numbers(table, "doc")[rows], prepend=-1))
    return _Left(data, starts[rows], ends[rows], chars[rows], opening, np.append(opening, len(rows))[1:])


def _removals(left: _Left, pack: RulePack, kinds: Sequence[str]) -> Iterator[tuple[int, TailRemoval]]:
    """Numbers of paragraphs with their removals. Only documents in which a rule may match are gone through."""
    wanted = frozenset(kinds)
    short = left.ends[left.opening] - left.starts[left.opening] <= LONGEST_FIRST
    first_rows = left.opening[short]
    for document in _documents(left, first_rows, pack.head.suspected(left.bytes_of(first_rows))):
        first, behind = int(left.opening[document]), int(left.closing[document])
        seen = left.texts(first, min(behind, first + HEAD_WINDOW))
        yield from ((first + each.index, each) for each in head_removals(seen, pack, wanted))
    tried = tried_rows(left.data, left.starts, left.ends, left.chars, left.opening, left.closing, spaces())
    for document in _documents(left, tried, _suspects(left.bytes_of(tried), pack)):
        first, behind = int(left.opening[document]), int(left.closing[document])
        first = max(first, behind - TAIL_WINDOW)
        yield from ((first + each.index, each) for each in tail_removals(left.texts(first, behind), pack, wanted))


def _suspects(paragraphs: Sequence[bytes], pack: RulePack) -> list[int]:
    """The numbers of the paragraphs that a rule may match or in which there is a cue."""
    short = [at for at, each in enumerate(paragraphs) if len(each) < SURELY_PROSE]
    cues = [at for at in short if cued(line_of(paragraphs[at].decode()), pack).cues]
    return sorted({*pack.tail.suspected(paragraphs), *cues})


def _documents(left: _Left, rows: NDArray[np.int64], suspected: Sequence[int]) -> list[int]:
    """The documents of these of the rows, in order."""
    documents = np.searchsorted(left.opening, rows[suspected], side="right") - 1
    return [int(document) for document in np.unique(documents)]


def _with_copies(
    found: dict[int, TailRemoval], paragraph: NDArray[np.int32], evidence: NDArray[np.int8], twin: NDArray[np.int32]
) -> dict[int, TailRemoval]:
    """Row -> removal of the repeats inside a document whose kept copy is in `found`."""
    repeats = np.flatnonzero((evidence != 0) & (twin >= 0))
    kept = repeats - paragraph[repeats] + twin[repeats]
    return {row: found[copy] for row, copy in zip(repeats.tolist(), kept.tolist(), strict=True) if copy in found}
