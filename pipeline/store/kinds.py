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
    TEMPLATE_LIST,
    TOLLS,
    TRACES,
)

SCHEMAS: dict[str, pa.Schema] = {
    "documents": CLEAN,
    "duplicates": DUPLICATES,
    "ledger": LEDGER,
    "quarantine": QUARANTINE,
    "templates": TEMPLATE_LIST,
    "index": INDEX,
    "forgotten": FORGOTTEN,
    "tolls": TOLLS,
}
# Kinds whose files can be laid together row by row, in their order; files of other kinds stay as they are.
APPENDED = ("documents", "duplicates", "ledger", "quarantine", "index")
# What a night asks of earlier ones: Arrow files that are mapped and searched, never read whole.
SEARCHED: dict[str, pa.Schema] = {"traces": TRACES, "places": PLACES, "bands": BANDS}
VIEWED = ("documents", "duplicates", "ledger", "quarantine", "templates")  # folders of `current/`
OF_THE_WHOLE = ("templates",)  # made anew by each run, for the whole corpus
REPORT = "report"
REPORT_NAME = "report.html"
