"""How long a file may be read."""

from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.engines.local import Limits, LocalEngine
from pipeline.nights.reading import _limits
from pipeline.sources.rows import Task
from pipeline.stages.schemas import SLICES


@pytest.mark.parametrize(
    ("sizes", "seconds"),
    [
        ([1], 600),
        ([50_000_000, 50_000_000], 600),
        ([200_000_000], 1200),
        ([100_000_000, 150_000_000], 1500),
        ([0], 600),
    ],
)
def test_a_large_file_that_cannot_be_cut_has_more_time(tmp_path: Path, sizes: list[int], seconds: float) -> None:
    rows = [Task(0, "a", "a", "jsonl", "gz", 7, 7 + size, 0)._asdict() for size in sizes]
    with LocalEngine(tmp_path / "work", 1, "100MB") as engine:
        slices = engine.write("slices", SLICES, [[pa.RecordBatch.from_pylist(rows, SLICES)]])
        assert _limits(engine, slices, Limits(5, 600)) == [Limits(5, seconds)]
        assert _limits(engine, slices, Limits(5, None)) == [Limits(5, None)]
