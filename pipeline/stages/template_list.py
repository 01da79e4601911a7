"""Stages `listed` and `template_list`: the lines that recur in a source, for a person to look at.

Each line once, with its counts, its state and how many paragraphs go as it. One that is `proposed`, or `active` and
goes nowhere, waits for a word from the settings: `tails.templates.confirm`, or `veto`.
"""

import numpy as np
import pyarrow as pa

from pipeline.flow import Batches
from pipeline.stages.schemas import DOCUMENTS, LISTED, NAMES, PARAGRAPHS, TEMPLATE_LIST
from pipeline.stages.tables import batch, byte_spans, names_of, numbers, places, whole
from pipeline.stages.wanted import sites_of

# `nth` numbers the places of a line in order; documents with one longest paragraph are copies, and count once. A line
# that goes by a rule is no removal of a template.
LISTED_SQL = """
WITH lines AS (
    SELECT
        doc, paragraph, head, documents, state, source, hi, lo,
        row_number() OVER (PARTITION BY source, hi, lo ORDER BY doc, paragraph) AS nth
    FROM templates
    WHERE state <> 'seen'
),
sizes AS (
    SELECT source, count(DISTINCT longest) AS of_source
    FROM endings
    GROUP BY source
),
gone AS (
    SELECT lines.source, lines.hi, lines.lo, count(*) AS removed
    FROM lines
    JOIN tails ON tails.doc = lines.doc AND tails.paragraph = lines.paragraph
    WHERE tails.kind = 'template'
    GROUP BY lines.source, lines.hi, lines.lo
)
SELECT
    lines.doc, lines.paragraph, lines.head, lines.documents,
    CAST(sizes.of_source AS BIGINT) AS of_source, lines.state,
    CAST(coalesce(gone.removed, 0) AS BIGINT) AS removed
FROM lines
JOIN sizes ON sizes.source = lines.source
LEFT JOIN gone ON gone.source = lines.source AND gone.hi = lines.hi AND gone.lo = lines.lo
WHERE lines.nth = 1
ORDER BY lines.doc, lines.paragraph, lines.head
"""


def template_list(documents: Batches, paragraphs: Batches, listed: Batches, names: Batches, *, run: int) -> Batches:
    """The listed lines with their words (schema TEMPLATE_LIST), in order. Without any, nothing else is read."""
    lines = whole(listed, LISTED)
    if len(lines) == 0:
        return
    texts, table = whole(documents, DOCUMENTS), whole(paragraphs, PARAGRAPHS)
    data, starts, ends = byte_spans(texts, table)
    rows = places(numbers(table, "doc"), lines)
    owner = np.searchsorted(numbers(texts, "doc"), numbers(lines, "doc"))
    spans = zip(starts[rows].tolist(), ends[rows].tolist(), strict=True)
    yield batch(
        TEMPLATE_LIST,
        {
            "source": sites_of(texts.select(["source", "url"]).take(pa.array(owner))),
            "place": np.where(numbers(lines, "head"), "head", "end").tolist(),
            **{name: lines[name] for name in ("state", "documents", "of_source", "removed")},
            "line": [data[start:end].tobytes().decode().strip() for start, end in spans],
            "doc_id": names_of(texts, whole(names, NAMES)).take(pa.array(owner)),
            "run": [run] * len(lines),
        },
    )
