"""What the tests of the readers share: one file read, as rows."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.sources import read
from pipeline.sources.files import listing, scanned
from pipeline.sources.records import Fields
from pipeline.sources.rows import Task
from pipeline.stages.schemas import SLICES

EXTENSIONS = (".txt", ".text")
GUESSED = Fields()


def paths_of(*roots: Path) -> list[str]:
    return [found.path for found in listing([str(root) for root in roots], EXTENSIONS).files]


def rows_of(
    path: Path, fields: Fields = GUESSED, *, slice_bytes: int = 1 << 30, number: int = 0
) -> list[dict[str, Any]]:
    """What the reader makes of one file."""
    found = listing([str(path)], EXTENSIONS).files[0]
    parts = scanned(found, slice_bytes).slices
    same = {"file": number, "path": found.path, "location": str(path)}
    same |= {"format": found.format, "compression": found.compression}
    slices = [
        {**same, "byte_start": p.byte_start, "byte_end": p.byte_end, "first_record": p.first_record} for p in parts
    ]
    return [row for each in slices for row in slice_rows(Task(**each), fields)]


def slice_rows(task: Task, fields: Fields = GUESSED) -> list[dict[str, Any]]:
    """What the reader makes of one slice."""
    slices = pa.RecordBatch.from_pylist([task._asdict()], SLICES)
    return [row for batch in read.read(iter([slices]), fields=fields) for row in batch.to_pylist()]


def lines(tmp_path: Path, *records: bytes | dict[str, Any]) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\n".join(r if isinstance(r, bytes) else json.dumps(r).encode() for r in records) + b"\n")
    return path


def one(tmp_path: Path, record: bytes | dict[str, Any], fields: Fields = GUESSED) -> dict[str, Any]:
    """The row of a record that stands between two good ones, which come out too."""
    rows = rows_of(lines(tmp_path, {"text": "before"}, record, {"text": "behind"}), fields)
    assert [(row["record"], row["body"]) for row in (rows[0], rows[-1])] == [(0, b"before"), (2, b"behind")]
    assert [row["record"] for row in rows] == [0, 1, 2]
    return rows[1]


def reasons(rows: list[dict[str, Any]]) -> list[str | None]:
    return [row["reason"] for row in rows]
