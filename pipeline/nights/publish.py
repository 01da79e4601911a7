"""From the last datasets of the plan to files in the generation folder: shards of clean documents and their ledger."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import Reason
from pipeline.flow import Batches
from pipeline.stages.clean import NO_FILES, FilesOf, clean, duplicates, index
from pipeline.stages.schemas import FILE_BITS
from pipeline.stages.stored import CLEAN, DUPLICATES, INDEX, LEDGER, QUARANTINE
from pipeline.store.parquet import write_parquet

COUNTED = pa.schema([("topic", pa.string()), ("name", pa.string()), ("count", pa.int64())])
MOST_QUARANTINED = 100  # rows a file; more are counted in one summary row


def write_shard(
    documents: Batches, cuts: Batches, names: Batches, *, folder: str, level: int, run: int, files: FilesOf = NO_FILES
) -> Batches:
    """Writes the clean documents, duplicates, ledger and index of one shard; the facts of each file.

    `files`: see stage `index`.
    """
    inputs = list(documents), list(cuts), list(names)
    ledger = (batch.select(LEDGER.names) for batch in inputs[1])
    for name, schema, rows in (
        ("documents", CLEAN, clean(*map(iter, inputs), run=run)),
        ("duplicates", DUPLICATES, duplicates(*map(iter, inputs), run=run)),
        ("ledger", LEDGER, ledger),
        ("index", INDEX, index(*map(iter, inputs), files=files)),
    ):
        yield from write_parquet(rows, folder=folder, name=name, schema=schema, level=level)


def quarantine(documents: Batches, *, run: int) -> Batches:
    """What could not be read (schema QUARANTINE), in order; a flood of one file ends in one row with the count."""
    seen: Counter[int] = Counter()
    more: Counter[tuple[str, int]] = Counter()
    columns = ["doc", "path", "record", "byte_offset", "reason", "detail", "body_sha256"]
    for batch in documents:
        rows: list[dict[str, Any]] = []
        for row in batch.select(columns).filter(pc.is_valid(batch.column("reason"))).to_pylist():  # a filter copies
            file = row.pop("doc") >> FILE_BITS
            seen[file] += 1
            if seen[file] > MOST_QUARANTINED:
                more[row["path"], file] += 1
                continue
            rows.append({**row, "sha256": row["body_sha256"], "file": file, "run": run})
        if rows:
            yield pa.RecordBatch.from_pylist(rows, QUARANTINE)
    summary = [
        {
            "path": path,
            "reason": str(Reason.MORE_OF_THE_SAME),
            "detail": f"{count} more records of this file",
            "file": file,
            "run": run,
        }
        for (path, file), count in sorted(more.items())
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
    for whole in documents:
        batch = whole.select(["chars", "encoding", "repairs", "reason"])  # a filter copies: no texts
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


def told_by_topic(rows: Batches) -> dict[str, dict[str, int]]:
    """What was counted, by topic and name."""
    out: dict[str, dict[str, int]] = {}
    for batch in rows:
        for row in batch.to_pylist():
            out.setdefault(row["topic"], {})[row["name"]] = row["count"]
    return out


def sums(facts: Sequence[pa.RecordBatch]) -> tuple[dict[str, int], dict[str, int]]:
    """Rows and characters (of column `text`) of the written files, by their kind."""
    rows = dict.fromkeys(("documents", "duplicates", "ledger", "quarantine", "index"), 0)
    chars = dict(rows)
    for batch in facts:
        for fact in batch.to_pylist():
            rows[fact["kind"]] += fact["rows"]
            chars[fact["kind"]] += fact["chars"]
    return rows, chars
