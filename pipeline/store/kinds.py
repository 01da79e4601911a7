"""The kinds of files in a store, and the schema of each."""

import pyarrow as pa

from pipeline.stages.schemas import (
    BANDS,
    CLEAN,
    DUPLICATES,
    FORGOTTEN,
    INDEX,
    LEDGER,
    PLACES,
    QUARANTINE,
    TRACES,
)

SCHEMAS: dict[str, pa.Schema] = {
    "documents": CLEAN,
    "duplicates": DUPLICATES,
    "ledger": LEDGER,
    "quarantine": QUARANTINE,
    "index": INDEX,
    "forgotten": FORGOTTEN,
}
# What a night asks of earlier ones: Arrow files that are mapped and searched, never read whole.
SEARCHED: dict[str, pa.Schema] = {"traces": TRACES, "places": PLACES, "bands": BANDS}
VIEWED = ("documents", "duplicates", "ledger", "quarantine")  # folders of `current/`
REPORT = "report"
REPORT_NAME = "report.html"
