"""The kinds of files in a store, and the schema of each."""

import pyarrow as pa

from pipeline.stages.schemas import CLEAN, DUPLICATES, INDEX, LEDGER, QUARANTINE, TOLLS

SCHEMAS: dict[str, pa.Schema] = {
    "documents": CLEAN,
    "duplicates": DUPLICATES,
    "ledger": LEDGER,
    "quarantine": QUARANTINE,
    "index": INDEX,
    "tolls": TOLLS,
}
VIEWED = ("documents", "duplicates", "ledger", "quarantine")  # folders of `current/`
REPORT = "report"
REPORT_NAME = "report.html"
