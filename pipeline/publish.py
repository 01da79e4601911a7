"""From the last datasets of the plan to files in the generation folder: shards of clean documents and their ledger."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import Reason
from pipeline.flow import Batches
from pipeline.stages.cuts import clean
from pipeline.stages.schemas import CLEAN, DUPLICATES, INDEX, LEDGER, QUARANTINE
from pipeline.store.parquet import write_parquet

COUNTED = pa.schema([("topic", pa.string()), ("name", pa.string()), ("count", pa.int64())])
MOST_QUARANTINED = 100  # rows a file; more are counted in one summary row


def write_shard(documents: Batches, cuts: Batches, names: Batches, *, folder: str, level: int, run: int) -> Batches:
    """Writes the clean documents, duplicates, ledger and index of one shard; the facts of each file."""
    kept = list(documents)
    removals = list(cuts)
    cleaned = list(clean(iter(kept), iter(removals), names, run=run))
    live = _selected(cleaned, CLEAN, keep_duplicates=False)
    doubles = _selected(cleaned, DUPLICATES, keep_duplicates=True)
    ledger = (batch.select(LEDGER.names) for batch in removals)
    yield from write_parquet(live, folder=folder, name="documents", schema=CLEAN, level=level)
    yield from write_parquet(doubles, folder=folder, name="duplicates", schema=DUPLICATES, level=level)
    yield from write_parquet(ledger, folder=folder, name="ledger", schema=LEDGER, level=level)
    yield from write_parquet(_index(kept, cleaned), folder=folder, name="index", schema=INDEX, level=level)


def _selected(rows: list[pa.RecordBatch], schema: pa.Schema, *, keep_duplicates: bool) -> Iterator[pa.RecordBatch]:
    for batch in rows:
        double = pc.is_valid(batch.column("duplicate_of"))
        chosen = batch.filter(double if keep_duplicates else pc.invert(double))
        if chosen.num_rows:
            yield pa.RecordBatch.from_arrays([chosen.column(name) for name in schema.names], schema=schema)


def _index(documents: list[pa.RecordBatch], cleaned: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The number and name of each document, in order; `clean` dropped what could not be read, in place."""
    docs = [number for batch in documents for number in _readable(batch)]
    at = 0
    for batch in cleaned:
        columns = [batch.column(name) for name in ("doc_id", "text_sha256", "path", "record")]
        live = pc.is_null(batch.column("duplicate_of"))
        number = pa.array(docs[at : at + batch.num_rows], pa.int64())
        yield pa.RecordBatch.from_arrays([number, *columns, live], schema=INDEX)
        at += batch.num_rows


def _readable(batch: pa.RecordBatch) -> list[int]:
    good = batch.column("reason").is_null()
    return list(batch.column("doc").filter(good).to_pylist())


def quarantine(documents: Batches, *, run: int) -> Batches:
    """What could not be read (schema QUARANTINE), in order; a flood of one file ends in one row with the count."""
    seen: Counter[str] = Counter()
    more: Counter[str] = Counter()
    for batch in documents:
        rows: list[dict[str, Any]] = []
        bad = batch.filter(pc.is_valid(batch.column("reason")))
        for row in bad.select(["path", "record", "byte_offset", "reason", "detail", "body_sha256"]).to_pylist():
            seen[row["path"]] += 1
            if seen[row["path"]] > MOST_QUARANTINED:
                more[row["path"]] += 1
                continue
            rows.append({**row, "sha256": row["body_sha256"], "run": run})
        if rows:
            yield pa.RecordBatch.from_pylist(rows, QUARANTINE)
    summary = [
        {
            "path": path,
            "reason": str(Reason.MORE_OF_THE_SAME),
            "detail": f"{count} more records of this file",
            "run": run,
        }
        for path, count in sorted(more.items())
    ]
    if summary:
        yield pa.RecordBatch.from_pylist(summary, QUARANTINE)


def counted(documents: Batches) -> Batches:
    """What came in (schema COUNTED), told from the documents and not from what was written.

    Topics: `count` (documents_in, quarantined, chars_in), and how often each `encoding`, `repair` and `reason` was met.
    """
    found: Counter[tuple[str, str]] = Counter(
        {("count", name): 0 for name in ("documents_in", "quarantined", "chars_in")}
    )
    for batch in documents:
        good = batch.filter(batch.column("reason").is_null())
        found["count", "documents_in"] += batch.num_rows
        found["count", "quarantined"] += batch.num_rows - good.num_rows
        found["count", "chars_in"] += pc.sum(good.column("chars")).as_py() or 0
        for topic, names in (
            ("encoding", good.column("encoding")),
            ("repair", good.column("repairs").flatten()),
            ("reason", batch.column("reason").drop_null()),
        ):
            for row in names.value_counts().to_pylist():
                found[topic, row["values"]] += row["counts"]
    rows = [{"topic": topic, "name": name, "count": count} for (topic, name), count in sorted(found.items())]
    yield pa.RecordBatch.from_pylist(rows, COUNTED)


def removed_chars(cuts: Batches) -> int:
    """Code points of all removed spans."""
    return sum(int(np.sum(pc.subtract(batch.column("end"), batch.column("start")).to_numpy())) for batch in cuts)
