"""The embedded engine: kernels in processes, queries in DuckDB, shards as Arrow IPC files in a work folder."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from pipeline.engines.nursery import nursery
from pipeline.engines.worker import Task
from pipeline.engines.workers import Lost, WorkerError, Workers
from pipeline.errors import OutputError
from pipeline.flow import Batches, Dataset, Kernel

# Input of a `gather` from which on new workers are a fair price for the memory of idle ones.
LARGE_BYTES = 256 << 20
_BUFFER = 1 << 20  # Arrow writes each buffer of each column by itself: most are tiny

_TOO_LITTLE = "stage {stage}: {why}; free memory, or lower engine.workers or input.slice_mb, and run again"

# Called with the name of a stage, shards made, shards in all, and rows made so far.
Progress = Callable[[str, int, int, int], None]


def silent(name: str, done: int, total: int, rows: int) -> None:
    """Progress that nobody wants to hear of."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A shard that was written."""

    rows: int
    last_doc: int | None


@dataclass(frozen=True, slots=True)
class Limits:
    """What making one shard may take: bytes of memory, seconds."""

    memory: int | None = None
    seconds: float | None = None


_NONE = Limits()


@dataclass(slots=True)
class LocalEngine:
    """Runs kernels over shards in `workers` processes, a gather in this one, queries in DuckDB.

    `folder` takes the shards; the caller removes it. `memory_limit` is DuckDB's, beyond which it spills there.
    """

    folder: Path
    workers: int
    memory_limit: str
    progress: Progress = silent
    _pool: Workers | None = None
    _docs: dict[Path, _Made] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        nursery()  # now, while Arrow has no threads here: forked it costs nothing, started anew seconds
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self._end_workers()

    def restart(self) -> None:
        """Forgets every dataset. Files that are still mapped live on until nobody looks at them."""
        self._end_workers()
        self._docs.clear()
        shutil.rmtree(self.folder)
        self.folder.mkdir()

    def map(self, name: str, kernel: Kernel, schema: pa.Schema, *inputs: Dataset) -> Dataset:
        """Shard i of the result is `kernel` on shard i of every input (see `flow.Engine`).

        A shard whose worker is killed is tried once more, alone; WorkerError if that one is killed as well.
        """
        shards = max(len(each.shards) for each in inputs)
        leading = next(each for each in inputs if len(each.shards) == shards)
        parts = [self._aligned(f"{name}-in{at}", each, leading) for at, each in enumerate(inputs)]
        tasks = [tuple((part.shards[i],) for part in parts) for i in range(shards)]
        paths = self._paths(name, shards)
        made = self._attempted(name, kernel, schema, tasks, paths)
        lost = [at for at, each in enumerate(made) if isinstance(each, Lost)]
        if lost:
            again = ([tasks[at] for at in lost], [paths[at] for at in lost])
            for at, each in zip(lost, self._attempted(name, kernel, schema, *again, alone=True), strict=True):
                made[at] = each
        for at, each in enumerate(made):
            if isinstance(each, Lost):
                message = _TOO_LITTLE.format(stage=name, why=f"twice, {each.why}")
                raise WorkerError(message, at, f"in stage {name} {each.why}")
        return self._dataset(schema, paths, [each for each in made if isinstance(each, _Made)])

    def attempt(
        self,
        name: str,
        kernel: Kernel,
        schema: pa.Schema,
        data: Dataset,
        limits: Sequence[Limits],
        *,
        alone: bool = False,
    ) -> list[Dataset | Lost]:
        """For each shard of `data` what `kernel` makes of it, or why its worker did not live to make it.

        `limits`: of each shard. With `alone` one after the other, each in a new worker.
        """
        paths = self._paths(name, len(data.shards))
        tasks = [((shard,),) for shard in data.shards]
        made = self._attempted(name, kernel, schema, tasks, paths, limits, alone=alone)
        return [
            each if isinstance(each, Lost) else self._dataset(schema, [path], [each])
            for path, each in zip(paths, made, strict=True)
        ]

    def gather(self, name: str, kernel: Kernel, schema: pa.Schema, *inputs: Dataset) -> Dataset:
        """One shard: `kernel` on all shards of every input, each as one stream.

        For a large corpus it gets the memory that idle workers would keep; new ones start with the next stage.
        """
        if sum(shard.stat().st_size for each in inputs for shard in each.shards) > LARGE_BYTES:
            self._end_workers()
        (path,) = self._paths(name, 1)
        self.progress(name, 0, 1, 0)
        try:
            made = _write(path, schema, kernel(*(_stream(each.shards) for each in inputs)))
        except MemoryError as error:
            raise WorkerError(_TOO_LITTLE.format(stage=name, why="memory ran out")) from error
        self.progress(name, 1, 1, made.rows)
        return self._dataset(schema, [path], [made])

    def query(self, name: str, sql: str, schema: pa.Schema, inputs: Mapping[str, Dataset]) -> Dataset:
        """One shard: the rows of `sql`, ordered as it says."""
        path = self.folder / f"{name}.arrow"
        with duckdb.connect(config={"threads": self.workers, "memory_limit": self.memory_limit}) as connection:
            connection.execute("SET temp_directory = $folder", {"folder": str(self.folder / "spill")})
            connection.execute("SET autoinstall_known_extensions = false")
            connection.execute("SET autoload_known_extensions = false")
            for table, each in inputs.items():
                shards = [str(shard) for shard in each.shards]
                connection.register(table, pads.dataset(shards, schema=each.schema, format="ipc"))
            try:
                rows = connection.sql(sql).to_arrow_reader(1 << 16)
                made = _write(path, schema, (batch.cast(schema) for batch in rows))
            except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
                said = f"stage {name}: {error}. Nothing of this run is published"
                raise OutputError(f"{said}; raise engine.memory_limit, or free space in the store") from error
        self.progress(name, 1, 1, made.rows)
        return self._dataset(schema, [path], [made])

    def rows(self, data: Dataset) -> Iterator[pa.RecordBatch]:
        """All rows of a dataset in order."""
        return _stream(data.shards)

    def total(self, data: Dataset, column: str) -> int:
        """The sum of a column of numbers or booleans; no other column is read."""
        return sum(pc.sum(batch.column(column)).as_py() or 0 for batch in self.rows(data))

    def write(self, name: str, schema: pa.Schema, shards: Sequence[Sequence[pa.RecordBatch]]) -> Dataset:
        """A dataset of rows made outside of a kernel, one shard a sequence of batches."""
        paths = self._paths(name, len(shards))
        made = [_write(path, schema, iter(rows)) for path, rows in zip(paths, shards, strict=True)]
        return self._dataset(schema, paths, made)

    def _paths(self, name: str, count: int) -> list[Path]:
        return [self.folder / f"{name}-{at:05d}.arrow" for at in range(count)]

    def _dataset(self, schema: pa.Schema, paths: Sequence[Path], made: Sequence[_Made]) -> Dataset:
        self._docs.update(zip(paths, made, strict=True))
        return Dataset(schema, tuple(paths), tuple(each.rows for each in made))

    def _attempted(
        self,
        name: str,
        kernel: Kernel,
        schema: pa.Schema,
        inputs: Sequence[tuple[tuple[Path, ...], ...]],
        paths: Sequence[Path],
        limits: Sequence[Limits] | None = None,
        *,
        alone: bool = False,
    ) -> list[_Made | Lost]:
        tasks = [
            Task(_run, (kernel, schema, each, path), limit.memory, limit.seconds)
            for each, path, limit in zip(inputs, paths, limits or [_NONE] * len(inputs), strict=True)
        ]
        made: dict[int, _Made | Lost] = {}
        self.progress(name, 0, len(tasks), 0)
        for index, result in self._results(tasks, alone=alone):
            made[index] = result if isinstance(result, Lost) else _Made(**result)
            rows = sum(each.rows for each in made.values() if isinstance(each, _Made))
            self.progress(name, len(made), len(tasks), rows)
        return [made[index] for index in range(len(tasks))]

    def _results(self, tasks: Sequence[Task], *, alone: bool) -> Iterator[tuple[int, Any]]:
        if not alone:
            if self._pool is None:
                self._pool = Workers(self.workers)
            yield from self._pool.results(tasks)
            return
        for index, task in enumerate(tasks):
            self._end_workers()
            self._pool = Workers(1)
            yield from ((index, result) for _, result in self._pool.results([task]))
        self._end_workers()

    def _end_workers(self) -> None:
        if self._pool is not None:
            self._pool.end()
            self._pool = None

    def _aligned(self, name: str, data: Dataset, leading: Dataset) -> Dataset:
        """`data` in as many shards as `leading`, cut where the documents of its shards end."""
        if len(data.shards) == len(leading.shards):
            return data
        lasts = [self._docs[shard].last_doc for shard in leading.shards]
        known = -1
        bounds = []
        for last in lasts:
            known = known if last is None else last
            bounds.append(known)
        paths = self._paths(name, len(bounds))
        return self._dataset(data.schema, paths, _split(_stream(data.shards), data.schema, bounds, paths))


def _stream(shards: Sequence[Path]) -> Batches:
    """Rows as they lie in the files: nothing is read that is not looked at. The map lives as long as a batch does."""
    for shard in shards:
        with pa.memory_map(str(shard)) as file, pa.ipc.open_file(file) as reader:
            for at in range(reader.num_record_batches):
                yield reader.get_batch(at)


def _run(kernel: Kernel, schema: pa.Schema, inputs: tuple[tuple[Path, ...], ...], path: Path) -> dict[str, Any]:
    made = _write(path, schema, kernel(*(_stream(shards) for shards in inputs)))
    return {"rows": made.rows, "last_doc": made.last_doc}


def _write(path: Path, schema: pa.Schema, rows: Batches) -> _Made:
    count = 0
    last: int | None = None
    try:
        with (
            pa.output_stream(str(path), compression=None, buffer_size=_BUFFER) as file,
            pa.ipc.new_file(file, schema) as writer,
        ):
            for batch in rows:
                if batch.num_rows == 0:
                    continue
                writer.write_batch(batch)
                count += batch.num_rows
                if "doc" in schema.names:
                    last = batch.column("doc")[-1].as_py()
    except OSError as error:  # readers turn theirs into quarantine: what comes here is the work folder's
        said = f"{path}: cannot be written ({error}). Nothing of this run is published"
        raise OutputError(f"{said}; free space or choose another --output") from error
    return _Made(count, last)


def _split(rows: Batches, schema: pa.Schema, bounds: Sequence[int], paths: Sequence[Path]) -> list[_Made]:
    """Writes ordered rows to one file a bound: documents up to and with bounds[i] to file i, the rest to the last."""
    parts: list[list[pa.RecordBatch]] = [[] for _ in bounds]
    inner = list(bounds[:-1])
    for batch in rows:
        docs = batch.column("doc").to_numpy()
        cuts = [0, *docs.searchsorted(inner, side="right").tolist(), batch.num_rows]
        for at, part in enumerate(parts):
            if cuts[at + 1] > cuts[at]:
                part.append(batch.slice(cuts[at], cuts[at + 1] - cuts[at]))
    return [_write(path, schema, iter(part)) for path, part in zip(paths, parts, strict=True)]
