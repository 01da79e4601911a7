"""Files with a row that does not stand any more are written anew without it, in the folder of the next generation."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import Reason
from pipeline.store.files import reading
from pipeline.store.folder import Store
from pipeline.store.kinds import SCHEMAS
from pipeline.store.manifest import LiveFile, Manifest
from pipeline.store.parquet import read_batches, write_parquet

_BY_NAME = ("documents", "duplicates", "ledger", "index")


class Left(NamedTuple):
    """Files that stay as they are, FACTS of those that were written anew, and the counts of the law that went."""

    files: tuple[LiveFile, ...]
    facts: list[pa.RecordBatch]
    retired: Counter[str]


def without(
    store: Store, before: Manifest, names: frozenset[str], inputs: frozenset[int], *, folder: Path, level: int
) -> Left:
    """What is left of a generation without the documents `names` and the quarantine of the input files `inputs`."""
    by_name, by_input = pa.array(sorted(names), pa.string()), pa.array(sorted(inputs), pa.int64())
    files: list[LiveFile] = []
    facts: list[pa.RecordBatch] = []
    retired: Counter[str] = Counter()
    for file in before.files:
        column, values = ("file", by_input) if file.kind == "quarantine" else ("doc_id", by_name)
        if file.kind not in (*_BY_NAME, "quarantine") or not _holds(file.path(store), column, values):
            files.append(file)
            continue
        rest = _rest(file.path(store), column, values, file.kind, retired)
        facts += write_parquet(rest, folder=str(folder), name=file.kind, schema=SCHEMAS[file.kind], level=level)
    return Left(tuple(files), facts, retired)


def _holds(path: Path, column: str, values: pa.Array) -> bool:
    if not len(values):
        return False
    with reading(path):
        return any(
            pc.any(pc.is_in(rows.column(column), value_set=values)).as_py() for rows in read_batches(path, [column])
        )


def _rest(path: Path, column: str, values: pa.Array, kind: str, retired: Counter[str]) -> Iterator[pa.RecordBatch]:
    with reading(path):
        for rows in read_batches(path):
            gone = pc.is_in(rows.column(column), value_set=values)
            retired.update(_counts(rows.filter(gone), kind))
            yield rows.filter(pc.invert(gone))


def _counts(rows: pa.RecordBatch, kind: str) -> Counter[str]:
    """What these rows count for in the law."""
    if kind == "index":
        return Counter(index_rows=rows.num_rows)
    if kind == "ledger":
        chars = pc.sum(pc.subtract(rows.column("end"), rows.column("start"))).as_py() or 0
        return Counter(ledger_rows=rows.num_rows, chars_removed=chars)
    if kind == "quarantine":
        records = sum(map(_records, rows.to_pylist()))
        return Counter(quarantine_rows=rows.num_rows, quarantined=records, documents_in=records)
    sums = {name: pc.sum(rows.column(name)).as_py() or 0 for name in ("chars_in", "chars_out")}
    return Counter({kind: rows.num_rows, "documents_in": rows.num_rows, **sums})


def _records(row: dict[str, str]) -> int:
    """How many records a row of quarantine stands for; a summary row begins with their number."""
    return int(row["detail"].split(" ", 1)[0]) if row["reason"] == Reason.MORE_OF_THE_SAME else 1
