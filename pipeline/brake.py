"""The brake: a run that would take an abnormal share of a source is complete, but not published."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipeline.config import BrakeSettings
from pipeline.errors import BrakeError

# What each rule took from each source. Equal and near copies of whole documents count as one rule, `duplicate`.
TOLL_SQL = """
SELECT
    totals.source, totals.documents, totals.chars,
    tolls.rule, tolls.kind, tolls.spans, tolls.chars AS removed, tolls.example
FROM (
    SELECT source, CAST(count(*) AS BIGINT) AS documents, CAST(sum(chars) AS BIGINT) AS chars
    FROM documents
    WHERE reason IS NULL
    GROUP BY source
) AS totals
LEFT JOIN (
    SELECT
        documents.source, cuts.rule, cuts.kind, CAST(count(*) AS BIGINT) AS spans,
        CAST(sum(cuts.end - cuts.start) AS BIGINT) AS chars, min(substr(cuts.text, 1, 80)) AS example
    FROM cuts
    JOIN documents ON documents.doc = cuts.doc
    GROUP BY documents.source, cuts.rule, cuts.kind
) AS tolls ON tolls.source = totals.source
ORDER BY totals.source, tolls.rule NULLS FIRST
"""
TOLL = pa.schema(
    [
        ("source", pa.string()),
        ("documents", pa.int64()),
        ("chars", pa.int64()),
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
    documents: int
    chars: int
    rule: str | None
    kind: str | None
    spans: int | None
    removed: int | None
    example: str | None = None  # how one of the spans begins


def tolls(rows: Sequence[pa.RecordBatch]) -> list[Toll]:
    """Rows of `TOLL_SQL`."""
    return [Toll(**row) for batch in rows for row in batch.to_pylist()]


def check_brake(rows: Sequence[Toll], settings: BrakeSettings) -> None:
    """Raises BrakeError where a source loses more than the settings allow, copies of whole documents included.

    Only sources with enough documents are judged: a share of three documents says nothing.
    """
    if not settings.enabled:
        return
    lost: dict[str, list[Toll]] = {}
    for row in rows:
        if row.removed and row.documents >= settings.fewest_documents:
            lost.setdefault(row.source, []).append(row)
    wrong = []
    for source, taken in sorted(lost.items()):
        share = sum(row.removed or 0 for row in taken) / max(1, taken[0].chars)
        if share > settings.most_removed_share:
            worst = max(taken, key=lambda row: row.removed or 0)
            wrong.append(
                f"{source}: {share:.0%} of {taken[0].chars:,} characters in {taken[0].documents:,} documents, "
                f"most by rule {worst.rule} ({worst.removed:,} characters in {worst.spans:,} spans, "
                f"one begins {worst.example!r})"
            )
    if wrong:
        raise BrakeError(
            f"the run is complete but not published: it would remove more than {settings.most_removed_share:.0%} of"
            "\n  "
            + "\n  ".join(wrong)
            + "\nLook at a dry run; if that is right, raise brake.most_removed_share (or set brake.enabled=false) "
            "and run again."
        )
