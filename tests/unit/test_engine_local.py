"""The embedded engine: rows stay where they lie, and too little memory is told with what to do."""

import os
import signal
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.engines.local import LocalEngine
from pipeline.errors import OutputError
from pipeline.flow import Batches

SCHEMA = pa.schema([("doc", pa.int64()), ("text", pa.large_string())])


def rows(*docs: int) -> list[pa.RecordBatch]:
    return [pa.RecordBatch.from_pylist([{"doc": doc, "text": f"text {doc}"} for doc in docs], SCHEMA)]


def hungry(_: Batches) -> Batches:
    raise MemoryError


def killed(_: Batches) -> Batches:
    os.kill(os.getpid(), signal.SIGKILL)
    yield from ()


def test_rows_outlive_the_files_they_lie_in(tmp_path: Path) -> None:
    with LocalEngine(tmp_path, 1, "100MB") as engine:
        data = engine.write("texts", SCHEMA, [rows(1, 2), rows(3)])
        found = list(engine.rows(data))
        for shard in data.shards:
            shard.unlink()
    assert pa.Table.from_batches(found)["text"].to_pylist() == ["text 1", "text 2", "text 3"]


def test_rows_are_not_copied_into_memory(tmp_path: Path) -> None:
    with LocalEngine(tmp_path, 1, "100MB") as engine:
        data = engine.write(
            "texts", SCHEMA, [[pa.RecordBatch.from_pydict({"doc": [1], "text": ["x" * 10**7]}, SCHEMA)]]
        )
        before = pa.total_allocated_bytes()
        (found,) = engine.rows(data)
        assert pa.total_allocated_bytes() - before < 10**6
        assert len(found.column("text")[0].as_py()) == 10**7


@pytest.mark.parametrize(("kernel", "workers"), [(hungry, 1), (hungry, 2), (killed, 2)])
def test_too_little_memory_says_which_setting_to_lower(tmp_path: Path, kernel: object, workers: int) -> None:
    with LocalEngine(tmp_path, workers, "100MB") as engine:
        data = engine.write("texts", SCHEMA, [rows(1), rows(2)])
        with pytest.raises(OutputError, match=r"lower engine\.workers or input\.slice_mb"):
            engine.map("hungry", kernel, SCHEMA, data)  # type: ignore[arg-type]
