"""Stage `glued`: credits and codes behind the last sentence of what `within` and `tails` leave of each document."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.letters import spaces
from pipeline.flow import Batches
from pipeline.stages.left import Left, left
from pipeline.stages.schemas import DOCUMENTS, GLUED, PARAGRAPHS, TAILS, WITHIN
from pipeline.stages.tables import batch, numbers, places, whole
from pipeline.stages.wanted import KindsBySource, kinds_of
from pipeline.text.glued import GLUED_WINDOW, LONGEST_GLUED, PASSED, glued_removals
from pipeline.text.glued_rows import WIDEST, glued_documents
from pipeline.text.rules import Finder, pack_of


def glued(
    documents: Batches,
    paragraphs: Batches,
    within: Batches,
    tails: Batches,
    *,
    pack_files: tuple[tuple[str, str], ...],
    kinds: tuple[str, ...],
    kinds_by_source: KindsBySource = (),
) -> Batches:
    """One row a span that a rule takes from a paragraph (schema GLUED), in order."""
    finder = pack_of(pack_files).glued
    if not finder.rules or not (kinds or kinds_by_source):  # before anything is read
        return
    texts, table, marks = whole(documents, DOCUMENTS), whole(paragraphs, PARAGRAPHS), whole(within, WITHIN)
    if len(table) == 0:
        return
    stays = numbers(marks, "evidence") == 0
    stays[places(numbers(table, "doc"), whole(tails, TAILS))] = False
    rows = _rows(texts, table, left(texts, table, np.flatnonzero(stays)), finder, kinds, kinds_by_source)
    if rows:
        yield batch(GLUED, dict(zip(GLUED.names, zip(*rows, strict=True), strict=True)))


def _rows(
    texts: pa.Table, table: pa.Table, rest: Left, finder: Finder, kinds: tuple[str, ...], by_source: KindsBySource
) -> list[tuple[Any, ...]]:
    doc, paragraph, starts, byte_starts = (numbers(table, name) for name in ("doc", "paragraph", "start", "byte_start"))
    wanted = kinds_of(texts, doc[rest.rows[rest.opening]], kinds, by_source)
    out = []
    suspected = glued_documents(rest.data, rest.starts, rest.ends, rest.opening, rest.closing, spaces())
    for document in _screened(rest, suspected, finder):
        behind = int(rest.closing[document])
        first = max(int(rest.opening[document]), behind - GLUED_WINDOW)
        seen = rest.texts(first, behind)
        for each in glued_removals(seen, finder, wanted[document]):
            row = rest.rows[first + each.index]
            text = seen[each.index]
            byte_span = (byte_starts[row] + len(text[:at].encode()) for at in (each.start, each.end))
            span = (starts[row] + each.start, starts[row] + each.end, *byte_span)
            out.append((doc[row], paragraph[row], *span, each.kind, each.rule, each.score))
    return out


def _screened(rest: Left, suspected: NDArray[np.int64], finder: Finder) -> list[int]:
    """Those of these documents in which a rule may match the last bytes of one of the last paragraphs."""
    closing = rest.closing[suspected]
    rows = closing[:, None] - 1 - np.arange(PASSED + 1)
    owner, at = np.nonzero(rows >= rest.opening[suspected][:, None])
    near = rows[owner, at]
    starts = np.maximum(rest.starts[near], rest.ends[near] - LONGEST_GLUED * WIDEST)
    view = rest.data.data
    ends = [bytes(view[start:end]) for start, end in zip(starts.tolist(), rest.ends[near].tolist(), strict=True)]
    return [int(document) for document in np.unique(suspected[owner[finder.suspected(ends)]])]
