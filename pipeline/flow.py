"""The words of the flow: Batches, Kernel, Dataset, Stage, Engine.

A kernel is a pure function from streams of Arrow batches (one stream an input) to one stream of Arrow batches.
It knows no engine and no other shard. Settings are bound to it with `functools.partial`, so that a kernel
travels to another process by name. A query is portable SQL over datasets.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa

Batches = Iterator[pa.RecordBatch]
Kernel = Callable[..., Batches]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Shards of rows with one schema, in document order: every row of shard i precedes every row of shard i + 1.

    A shard is an Arrow IPC file that the engine made; `rows` has the number of rows of each.
    """

    schema: pa.Schema
    shards: tuple[Path, ...]
    rows: tuple[int, ...]


def joined(one: Dataset, other: Dataset) -> Dataset:
    """The shards of one dataset, then those of another one whose documents all come later."""
    return Dataset(one.schema, one.shards + other.shards, one.rows + other.rows)


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the plan: what makes dataset `name` from the datasets `reads`.

    `work` is a kernel for the verbs `map` and `gather`, and portable SQL over the names in `reads` for `query`.
    """

    name: str
    verb: Literal["map", "gather", "query"]
    work: Kernel | str
    reads: tuple[str, ...]
    schema: pa.Schema


def made(stage: Stage, datasets: Mapping[str, Dataset], engine: "Engine") -> Dataset:
    """The dataset of a stage."""
    inputs = [datasets[name] for name in stage.reads]
    if isinstance(stage.work, str):
        return engine.query(stage.name, stage.work, stage.schema, dict(zip(stage.reads, inputs, strict=True)))
    verb = engine.map if stage.verb == "map" else engine.gather
    return verb(stage.name, stage.work, stage.schema, *inputs)


class Engine(Protocol):
    """Runs kernels and queries. Two engines give equal rows for equal inputs; `tests/contract` holds them to it."""

    def map(self, name: str, kernel: Kernel, schema: pa.Schema, *inputs: Dataset) -> Dataset:
        """Shard i of the result is `kernel` on shard i of every input.

        An input of one shard beside inputs of several is ordered by its column `doc`; each call gets the rows
        whose documents lie in its shard.
        """
        ...

    def gather(self, name: str, kernel: Kernel, schema: pa.Schema, *inputs: Dataset) -> Dataset:
        """One shard: `kernel` on all shards of every input, each as one stream in document order."""
        ...

    def query(self, name: str, sql: str, schema: pa.Schema, inputs: Mapping[str, Dataset]) -> Dataset:
        """One shard: the rows of `sql` over the named inputs, in the order of its ORDER BY."""
        ...
