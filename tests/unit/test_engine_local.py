"""The embedded engine: rows stay where they lie, and too little memory is told with what to do."""

import multiprocessing
import os
import signal
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.engines import local
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


def test_a_large_gather_has_the_memory_of_idle_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with LocalEngine(tmp_path, 2, "100MB") as engine:
        data = engine.map("first", iter, SCHEMA, engine.write("texts", SCHEMA, [rows(1), rows(2)]))
        engine.gather("small", iter, SCHEMA, data)
        assert multiprocessing.active_children()
        monkeypatch.setattr(local, "LARGE_BYTES", 0)
        whole = engine.gather("large", iter, SCHEMA, data)
        assert not multiprocessing.active_children()
        again = engine.map("second", iter, SCHEMA, data)
        texts = [[row["text"] for batch in engine.rows(each) for row in batch.to_pylist()] for each in (whole, again)]
    assert texts == [["text 1", "text 2"]] * 2


@pytest.mark.parametrize(("kernel", "workers"), [(hungry, 1), (hungry, 2), (killed, 2)])
def test_too_little_memory_says_which_setting_to_lower(tmp_path: Path, kernel: object, workers: int) -> None:
    with LocalEngine(tmp_path, workers, "100MB") as engine:
        data = engine.write("texts", SCHEMA, [rows(1), rows(2)])
        with pytest.raises(OutputError, match=r"lower engine\.workers or input\.slice_mb"):
            engine.map("hungry", kernel, SCHEMA, data)  # type: ignore[arg-type]
