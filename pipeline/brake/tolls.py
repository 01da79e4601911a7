"""The brake: a run that would take an abnormal share of a source is complete, but not published.

`tolls` says what was taken from whom, `budget` what was usual and what is too much, `braked` what a person is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipeline.stages.stored import TOLLS

# What each rule took from each source. Equal and near copies of whole documents count as one rule, `duplicate`.
# Emptied: all of its text went, but not because it is a copy. Uncertain: its charset is a guess.
TOLL_SQL = """
SELECT
    totals.source, totals.documents, totals.chars, totals.emptied, totals.uncertain,
    tolls.rule, tolls.kind, tolls.spans, tolls.chars AS removed, tolls.example
FROM (
    SELECT
        documents.source, CAST(count(*) AS BIGINT) AS documents, CAST(sum(documents.chars) AS BIGINT) AS chars,
        CAST(sum(CASE WHEN documents.chars > 0 AND taken.chars = documents.chars THEN 1 ELSE 0 END) AS BIGINT)
            AS emptied,
        CAST(sum(CASE WHEN array_contains(documents.repairs, 'encoding_uncertain') THEN 1 ELSE 0 END) AS BIGINT)
            AS uncertain
    FROM documents
    LEFT JOIN (
        SELECT cuts.doc, CAST(sum(cuts.end - cuts.start) AS BIGINT) AS chars
        FROM cuts
        WHERE cuts.kind <> 'duplicate'
        GROUP BY cuts.doc
    ) AS taken ON taken.doc = documents.doc
    WHERE documents.reason IS NULL
    GROUP BY documents.source
) AS totals
LEFT JOIN (
    SELECT
        documents.source, cuts.rule, cuts.kind, CAST(count(*) AS BIGINT) AS spans,
        CAST(sum(cuts.end - cuts.start) AS BIGINT) AS chars, min(substr(cuts.text, 1, 80)) AS example
    FROM cuts
    JOIN documents ON documents.doc = cuts.doc
    GROUP BY documents.source, cuts.rule, cuts.kind
) AS tolls ON tolls.source = totals.source
ORDER BY totals.source, tolls.rule NULLS FIRST, tolls.kind NULLS FIRST
"""
TOLL = pa.schema(
    [
        ("source", pa.string()),
        ("documents", pa.int64()),
        ("chars", pa.int64()),
        ("emptied", pa.int64()),
        ("uncertain", pa.int64()),
        ("rule", pa.string()),
        ("kind", pa.string()),
        ("spans", pa.int64()),
        ("removed", pa.int64()),
        ("example", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Toll:
    """What one rule took from one source (no rule: a source that nothing was taken from)."""

    source: str
    documents: int  # of the source, as the next three: the same in all its rows
    chars: int
    emptied: int
    uncertain: int
    rule: str | None
    kind: str | None
    spans: int | None
    removed: int | None
    example: str | None = None  # how one of the spans begins


def tolls(rows: Sequence[pa.RecordBatch]) -> list[Toll]:
    """Rows of `TOLL_SQL`."""
    return [Toll(**row) for batch in rows for row in batch.to_pylist()]


@dataclass(frozen=True, slots=True)
class Take:
    """What one night took: the tolls of its documents, and how many records went to quarantine."""

    tolls: tuple[Toll, ...]
    quarantined: int

    @property
    def documents(self) -> int:
        """Records that came in, those in quarantine included."""
        return self.quarantined + sum({toll.source: toll.documents for toll in self.tolls}.values())


def take_rows(take: Take, run: int) -> pa.RecordBatch:
    """A night as rows of schema TOLLS, for later runs to compare with. The row without a source is the quarantine."""
    rows = [
        {name: getattr(toll, name) for name in TOLL.names if name != "example"} | {"run": run, "quarantined": 0}
        for toll in take.tolls
    ]
    whole = {"run": run, "documents": take.documents, "chars": 0, "emptied": 0, "uncertain": 0}
    return pa.RecordBatch.from_pylist([{**whole, "quarantined": take.quarantined}, *rows], TOLLS)


def takes(rows: Sequence[pa.RecordBatch], most: int) -> list[Take]:
    """The latest `most` nights in rows of schema TOLLS, in order."""
    found: dict[int, list[dict[str, object]]] = {}
    for batch in rows:
        for row in batch.to_pylist():
            found.setdefault(row["run"], []).append(row)
    return [_take(found[run]) for run in sorted(found)[-most:]]


def _take(rows: Sequence[dict[str, object]]) -> Take:
    quarantined = sum(int(str(row["quarantined"])) for row in rows)
    names = [name for name in TOLL.names if name != "example"]
    found = (Toll(**{name: row[name] for name in names}) for row in rows if row["source"] is not None)  # type: ignore[arg-type]
    return Take(tuple(found), quarantined)
