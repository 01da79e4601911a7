"""The embedded engine: rows stay where they lie, and too little memory is told with what to do."""

import os
import signal
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.engines import local
from pipeline.engines.local import LocalEngine
from pipeline.engines.workers import WorkerError
from pipeline.flow import Batches, Kernel

SCHEMA = pa.schema([("doc", pa.int64()), ("text", pa.large_string())])


def rows(*docs: int) -> list[pa.RecordBatch]:
    return [pa.RecordBatch.from_pylist([{"doc": doc, "text": f"text {doc}"} for doc in docs], SCHEMA)]


def hungry(_: Batches) -> Batches:
    raise MemoryError


def killed(_: Batches) -> Batches:
    os.kill(os.getpid(), signal.SIGKILL)
    yield from ()


def killed_once(texts: Batches, *, mark: str) -> Batches:
    for batch in texts:
        if 2 in batch.column("doc").to_pylist() and not Path(mark).exists():
            Path(mark).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield batch


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
        assert workers_of(engine)
        monkeypatch.setattr(local, "LARGE_BYTES", 0)
        whole = engine.gather("large", iter, SCHEMA, data)
        assert not workers_of(engine)
        again = engine.map("second", iter, SCHEMA, data)
        texts = [[row["text"] for batch in engine.rows(each) for row in batch.to_pylist()] for each in (whole, again)]
        pids = workers_of(engine)
    assert texts == [["text 1", "text 2"]] * 2
    assert pids
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def workers_of(engine: LocalEngine) -> list[int]:
    return engine._pool.pids() if engine._pool else []


@pytest.mark.parametrize(("kernel", "workers"), [(hungry, 1), (hungry, 2), (killed, 1), (killed, 2)])
def test_a_shard_that_kills_twice_is_named_with_what_to_do(tmp_path: Path, kernel: Kernel, workers: int) -> None:
    with LocalEngine(tmp_path, workers, "100MB") as engine:
        data = engine.write("texts", SCHEMA, [rows(1), rows(2)])
        with pytest.raises(
            WorkerError, match=r"stage odd: twice, .* lower engine\.workers or input\.slice_mb"
        ) as raised:
            engine.map("odd", kernel, SCHEMA, data)
    assert raised.value.shard == 0


def test_too_little_memory_for_a_gather_says_what_to_do(tmp_path: Path) -> None:
    with LocalEngine(tmp_path, 1, "100MB") as engine:
        data = engine.write("texts", SCHEMA, [rows(1)])
        with pytest.raises(WorkerError, match="stage odd: memory ran out; free memory"):
            engine.gather("odd", hungry, SCHEMA, data)


def test_a_shard_that_kills_once_is_made_when_tried_alone(tmp_path: Path) -> None:
    with LocalEngine(tmp_path, 2, "100MB") as engine:
        data = engine.write("texts", SCHEMA, [rows(1), rows(2), rows(3)])
        kernel = partial(killed_once, mark=str(tmp_path / "met"))
        found = engine.rows(engine.map("odd", kernel, SCHEMA, data))
        assert [row["doc"] for batch in found for row in batch.to_pylist()] == [1, 2, 3]
    assert (tmp_path / "met").exists()


def test_an_engine_that_is_restarted_has_an_empty_folder_and_goes_on(tmp_path: Path) -> None:
    with LocalEngine(tmp_path / "work", 1, "100MB") as engine:
        data = engine.map("first", iter, SCHEMA, engine.write("texts", SCHEMA, [rows(1), rows(2)]))
        held = list(engine.rows(data))
        engine.restart()
        assert list((tmp_path / "work").iterdir()) == []
        assert pa.Table.from_batches(held)["doc"].to_pylist() == [1, 2]
        again = engine.map("first", iter, SCHEMA, engine.write("texts", SCHEMA, [rows(3)]))
        assert again.rows == (1,)
