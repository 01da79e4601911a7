"""The embedded engine: kernels in processes, queries in DuckDB, shards as Arrow IPC files in a work folder."""

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from pipeline.errors import OutputError
from pipeline.flow import Batches, Dataset, Kernel

PRELOADED = ["pipeline.warm"]
# Input of a `gather` from which on new workers (0.4 s each) are a fair price for the memory of idle ones (300 MB each).
LARGE_BYTES = 256 << 20

# Called with the name of a stage, shards made, shards in all, and rows made so far.
Progress = Callable[[str, int, int, int], None]


def silent(name: str, done: int, total: int, rows: int) -> None:
    """Progress that nobody wants to hear of."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A shard that was written."""

    rows: int
    last_doc: int | None


@dataclass(slots=True)
class LocalEngine:
    """Runs kernels over shards in `workers` processes (in this one if 1), queries in DuckDB.

    `folder` takes the shards; the caller removes it. `memory_limit` is DuckDB's, beyond which it spills there.
    """

    folder: Path
    workers: int
    memory_limit: str
    progress: Progress = silent
    _pool: ProcessPoolExecutor | None = None
    _docs: dict[Path, _Made] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self._end_processes()

    def map(self, name: str, kernel: Kernel, schema: pa.Schema, *inputs: Dataset) -> Dataset:
        """Shard i of the result is `kernel` on shard i of every input (see `flow.Engine`)."""
        shards = max(len(each.shards) for each in inputs)
        leading = next(each for each in inputs if len(each.shards) == shards)
        parts = [self._aligned(f"{name}-in{at}", each, leading) for at, each in enumerate(inputs)]
        tasks = [tuple((part.shards[i],) for part in parts) for i in range(shards)]
        return self._made(name, kernel, schema, tasks)

    def gather(self, name: str, kernel: Kernel, schema: pa.Schema, *inputs: Dataset) -> Dataset:
        """One shard: `kernel` on all shards of every input, each as one stream.

        For a large corpus it gets the memory that idle workers would keep; new ones start with the next stage.
        """
        if sum(shard.stat().st_size for each in inputs for shard in each.shards) > LARGE_BYTES:
            self._end_processes()
        return self._made(name, kernel, schema, [tuple(each.shards for each in inputs)])

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
        self._docs[path] = made
        self.progress(name, 1, 1, made.rows)
        return Dataset(schema, (path,), (made.rows,))

    def rows(self, data: Dataset) -> Iterator[pa.RecordBatch]:
        """All rows of a dataset in order."""
        return _stream(data.shards)

    def total(self, data: Dataset, column: str) -> int:
        """The sum of a column of numbers or booleans; no other column is read."""
        return sum(pc.sum(batch.column(column)).as_py() or 0 for batch in self.rows(data))

    def write(self, name: str, schema: pa.Schema, shards: Sequence[Sequence[pa.RecordBatch]]) -> Dataset:
        """A dataset of rows made outside of a kernel, one shard a sequence of batches."""
        paths = tuple(self.folder / f"{name}-{at:05d}.arrow" for at in range(len(shards)))
        made = [_write(path, schema, iter(rows)) for path, rows in zip(paths, shards, strict=True)]
        self._docs.update(zip(paths, made, strict=True))
        return Dataset(schema, paths, tuple(each.rows for each in made))

    def _made(
        self, name: str, kernel: Kernel, schema: pa.Schema, tasks: Sequence[tuple[tuple[Path, ...], ...]]
    ) -> Dataset:
        paths = [self.folder / f"{name}-{at:05d}.arrow" for at in range(len(tasks))]
        made: list[_Made] = []
        self.progress(name, 0, len(tasks), 0)
        for result in self._results(kernel, schema, tasks, paths):
            made.append(result)
            self.progress(name, len(made), len(tasks), sum(each.rows for each in made))
        self._docs.update(zip(paths, made, strict=True))
        return Dataset(schema, tuple(paths), tuple(each.rows for each in made))

    def _results(
        self, kernel: Kernel, schema: pa.Schema, tasks: Sequence[tuple[tuple[Path, ...], ...]], paths: Sequence[Path]
    ) -> Iterator[_Made]:
        count = len(tasks)
        each = ([kernel] * count, [schema] * count, tasks, paths)
        try:
            yield from map(_run, *each) if self.workers == 1 or count == 1 else self._processes().map(_run, *each)
        except (BrokenProcessPool, MemoryError) as error:
            message = "memory ran out, or a worker was killed; lower engine.workers or input.slice_mb and run again"
            raise OutputError(message) from error

    def _processes(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(PRELOADED)
            self._pool = ProcessPoolExecutor(self.workers, mp_context=context)
        return self._pool

    def _end_processes(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
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
        paths = tuple(self.folder / f"{name}-{at:05d}.arrow" for at in range(len(bounds)))
        made = _split(_stream(data.shards), data.schema, bounds, paths)
        self._docs.update(zip(paths, made, strict=True))
        return Dataset(data.schema, paths, tuple(each.rows for each in made))


def _stream(shards: Sequence[Path]) -> Batches:
    """Rows as they lie in the files: nothing is read that is not looked at. The map lives as long as a batch does."""
    for shard in shards:
        with pa.memory_map(str(shard)) as file, pa.ipc.open_file(file) as reader:
            for at in range(reader.num_record_batches):
                yield reader.get_batch(at)


def _run(kernel: Kernel, schema: pa.Schema, inputs: tuple[tuple[Path, ...], ...], path: Path) -> _Made:
    return _write(path, schema, kernel(*(_stream(shards) for shards in inputs)))


def _write(path: Path, schema: pa.Schema, rows: Batches) -> _Made:
    count = 0
    last: int | None = None
    try:
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema) as writer:
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
