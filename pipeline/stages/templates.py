"""Stages `endings` and `templates`: which lines stand at the ends (or heads) of many documents of one source.

Only counts that grow: how often a line stood there among the first n documents of its source never changes when more
documents come. A line is a template from the moment on when it has been there often enough, and in a large enough
share of what its source had brought by then; it stays one. So nights come to the state that one run comes to, and no
line that went comes back as the twin of a later one.

Copies of an article are no evidence of a site: documents with the same longest paragraph, figures masked, count once.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.line_keys import keys_of, line_keys
from pipeline.flow import Batches
from pipeline.stages.schemas import DOCUMENTS, ENDINGS, PARAGRAPHS, WITHIN
from pipeline.stages.tables import batch, byte_spans, numbers, salts_of, whole
from pipeline.stages.wanted import sites_of

LAST, FIRST = 12, 3  # paragraphs at the end and at the head of a document whose recurrence is counted
LONGEST = 300  # bytes; a longer line is a text of its own, and repeats across documents are looked for elsewhere
_HEAD = np.int64(0x5851F42D4C957F2D)  # keeps the keys of heads apart from those of ends
_PLACES = np.int64(1) << 32

VETOED, CONFIRMED = 1, 2  # column `said` of ENDINGS: what the settings say of a line


def endings(
    documents: Batches,
    paragraphs: Batches,
    within: Batches,
    *,
    enabled: bool,
    veto: tuple[str, ...],
    confirm: tuple[str, ...],
) -> Batches:
    """The short lines at the end and head of each document, and one row for the document (schema ENDINGS), in order.

    What `within` has removed is not looked at. `veto`, `confirm`: lines of the settings, masked as these are.
    """
    if not enabled:  # before anything is read
        return
    texts, table, marks = whole(documents, DOCUMENTS), whole(paragraphs, PARAGRAPHS), whole(within, WITHIN)
    if len(table) == 0:
        return
    doc = numbers(table, "doc")
    owner = np.searchsorted(numbers(texts, "doc"), doc)
    data, starts, ends = byte_spans(texts, table)
    live = np.flatnonzero(numbers(marks, "evidence") == 0)
    rows, head = _at_the_edges(doc, live, (ends - starts <= LONGEST) & (numbers(table, "tokens") > 0))
    salts = salts_of(sites_of(texts))[owner]
    hi, lo = line_keys(data, starts[rows], ends[rows], salts[rows] ^ np.where(head, _HEAD, np.int64(0)))
    said = np.zeros(len(rows), np.int8)
    if veto or confirm:
        plain = line_keys(data, starts[rows], ends[rows], np.zeros(len(rows), np.int64))
        said[_is_in(plain, keys_of(confirm))] = CONFIRMED
        said[_is_in(plain, keys_of(veto))] = VETOED
    yield _ordered(
        table,
        rows,
        {"source": salts, "longest": _longest(table)},
        {"paragraph": numbers(table, "paragraph")[rows], "head": head, "hi": hi, "lo": lo, "said": said},
    )


def _ordered(
    table: pa.Table, rows: NDArray[np.int64], of_all: Mapping[str, NDArray[Any]], of_lines: Mapping[str, NDArray[Any]]
) -> pa.RecordBatch:
    """One row for each document (paragraph -1), then one for each of its lines, which are `rows` of the table."""
    doc = numbers(table, "doc")
    firsts = np.flatnonzero(np.diff(doc, prepend=-1))
    at = np.concatenate([firsts, rows])
    order = np.argsort(at, kind="stable")
    columns: dict[str, NDArray[Any]] = {name: values[at[order]] for name, values in {"doc": doc, **of_all}.items()}
    for name, values in of_lines.items():
        nothing = np.full(len(firsts), -1 if name == "paragraph" else 0, values.dtype)
        columns[name] = np.concatenate([nothing, values])[order]
    return batch(ENDINGS, columns)


def _at_the_edges(
    doc: NDArray[np.int64], live: NDArray[np.int64], short: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(rows, whether at the head): short lines among the LAST and the FIRST live paragraphs of each document."""
    opening = np.flatnonzero(np.diff(doc[live], prepend=-1))
    sizes = np.diff(np.append(opening, len(live)))
    place = np.arange(len(live)) - np.repeat(opening, sizes)
    ends = live[place >= np.repeat(sizes, sizes) - LAST]
    heads = live[place < FIRST]
    ends, heads = ends[short[ends]], heads[short[heads]]
    return np.concatenate([ends, heads]), np.arange(len(ends) + len(heads)) >= len(ends)


def _longest(table: pa.Table) -> NDArray[np.int64]:
    """For each paragraph the longest one of its document, the first of equals, as a hash with figures masked."""
    doc, letters = numbers(table, "doc"), numbers(table, "letters").astype(np.int64)
    opening = np.flatnonzero(np.diff(doc, prepend=-1))
    sizes = np.diff(np.append(opening, len(doc)))
    most = np.maximum.reduceat(letters * _PLACES - numbers(table, "paragraph"), opening)
    return np.repeat(numbers(table, "masked")[opening - most % -_PLACES], sizes)


def _is_in(
    keys: tuple[NDArray[np.int64], NDArray[np.int64]], known: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> NDArray[np.bool_]:
    """Which of the 128-bit keys are among the known ones; the key of a line without tokens is not."""
    found = np.zeros(len(keys[0]), np.bool_)
    for hi, lo in zip(*known, strict=True):
        found |= (keys[0] == hi) & (keys[1] == lo)
    found[(keys[0] == 0) & (keys[1] == 0)] = False
    return found


def templates_sql(fewest_documents: int, least_share: Fraction) -> str:
    """The query from `endings` to the lines that recur (schema TEMPLATES), by document, paragraph and place.

    A line is `active` once n of the first m documents of its source had it, n being at least `fewest_documents` and
    n / m at least `least_share`; `proposed` when only the first holds. `had` and `of_first` are the first such n and m,
    so that what the ledger says of earlier documents does not change with each later one (but for one that repeats the
    longest paragraph of an early document, and has a line that this had not).
    """
    return _SQL.format(fewest=fewest_documents, share=least_share.numerator, whole=least_share.denominator)


# `place` numbers the distinct documents of a source in order, `nth` those of them that have the line.
_SQL = """
WITH firsts AS (
    SELECT source, longest, min(doc) AS doc
    FROM endings
    GROUP BY source, longest
),
numbered AS (
    SELECT source, longest, row_number() OVER (PARTITION BY source ORDER BY doc) AS place
    FROM firsts
),
lines AS (
    SELECT DISTINCT source, hi, lo, longest
    FROM endings
    WHERE paragraph >= 0
),
grown AS (
    SELECT
        lines.source, lines.hi, lines.lo, numbered.place,
        row_number() OVER (PARTITION BY lines.hi, lines.lo ORDER BY numbered.place) AS nth
    FROM lines
    JOIN numbered ON numbered.source = lines.source AND numbered.longest = lines.longest
),
counts AS (
    SELECT
        source, hi, lo, max(nth) AS documents,
        min(CASE WHEN nth >= {fewest} AND nth * {whole} >= place * {share} THEN nth END) AS had,
        min(CASE WHEN nth >= {fewest} AND nth * {whole} >= place * {share} THEN place END) AS of_first
    FROM grown
    GROUP BY source, hi, lo
)
SELECT
    endings.doc, endings.paragraph, endings.head,
    CAST(counts.documents AS BIGINT) AS documents,
    CAST(counts.had AS BIGINT) AS had, CAST(counts.of_first AS BIGINT) AS of_first,
    CASE
        WHEN endings.said = 1 THEN 'vetoed'
        WHEN endings.said = 2 THEN 'confirmed'
        WHEN counts.had > 0 THEN 'active'
        WHEN counts.documents >= {fewest} THEN 'proposed'
        ELSE 'seen'
    END AS state,
    endings.source, endings.hi, endings.lo
FROM endings
JOIN counts ON counts.source = endings.source AND counts.hi = endings.hi AND counts.lo = endings.lo
WHERE endings.paragraph >= 0 AND (counts.documents > 1 OR endings.said > 0)
ORDER BY endings.doc, endings.paragraph, endings.head
"""
