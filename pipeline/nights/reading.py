"""Reading what strangers wrote: by workers with limits. A file that costs two workers is set aside whole.

A file whose worker was killed, ran out of memory or took too long is tried once more, alone. If that fails as well
nothing of it comes out, also not what other slices gave: it stands in quarantine by its name, and a few later runs
try it again (`inbox.MOST_TRIES`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.engines.local import Limits, LocalEngine
from pipeline.engines.workers import Lost
from pipeline.errors import Reason, RecordError
from pipeline.flow import Dataset, Kernel
from pipeline.sources.rows import Item, Task, batch_of, row_of
from pipeline.stages.documents import documents
from pipeline.stages.schemas import DOCUMENTS, FILE_BITS, SLICES

_EACH_BYTES = 100_000_000  # of a file as it lies there: so much may take the time that is set


@dataclass(frozen=True, slots=True)
class Reading:
    """Documents as read, and the numbers of the files that were set aside."""

    documents: Dataset
    set_aside: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Part:
    """The slices of one file in one shard."""

    shard: int
    file: int
    slices: pa.RecordBatch


def read_files(
    engine: LocalEngine, kernel: Kernel, slices: Dataset, limits: Limits, given_up: Mapping[int, str]
) -> Reading:
    """All documents of the slices, which `kernel` reads; `given_up` has files that are set aside however
    they read, and why.

    `limits` are those of a shard of at most 100 MB; a larger one, of a file that cannot be cut, has more time.
    """
    tried = _tried(engine, kernel, slices, limits, given_up)
    lost = dict(given_up)
    if not lost and not any(isinstance(each, Lost) for each in tried):
        return Reading(_joined(tried), frozenset())
    every = list(_parts(engine, slices))
    parts = [part for part in every if isinstance(tried[part.shard], Lost) and part.file not in lost]
    again: dict[tuple[int, int], Dataset] = {}
    if parts:
        single = engine.write("slices-alone", SLICES, [[part.slices] for part in parts])
        own = _limits(engine, single, limits)
        made = engine.attempt("documents-alone", kernel, DOCUMENTS, single, own, alone=True)
        for part, each in zip(parts, made, strict=True):
            if isinstance(each, Lost):
                lost.setdefault(part.file, each.why)
            else:
                again[part.shard, part.file] = each
    whole = [
        list(_mended(engine, each, [part for part in every if part.shard == at], again, lost))
        for at, each in enumerate(tried)
    ]
    return Reading(engine.write("documents-mended", DOCUMENTS, whole), frozenset(lost))


def _tried(
    engine: LocalEngine, kernel: Kernel, slices: Dataset, limits: Limits, given_up: Mapping[int, str]
) -> list[Dataset | Lost]:
    """What became of each shard. One that holds nothing but a file that was given up is not read again."""
    if not given_up:
        return engine.attempt("documents", kernel, DOCUMENTS, slices, _limits(engine, slices, limits))
    good = sorted({part.shard for part in _parts(engine, slices) if part.file not in given_up})
    left = Dataset(SLICES, tuple(slices.shards[at] for at in good), tuple(slices.rows[at] for at in good))
    made = dict(
        zip(good, engine.attempt("documents", kernel, DOCUMENTS, left, _limits(engine, left, limits)), strict=True)
    )
    return [made.get(at, Lost("given up")) for at in range(len(slices.shards))]


def _limits(engine: LocalEngine, slices: Dataset, limits: Limits) -> list[Limits]:
    """The limits of each shard."""
    return [Limits(limits.memory, _seconds(_bytes(engine, slices, at), limits)) for at in range(len(slices.shards))]


def _bytes(engine: LocalEngine, slices: Dataset, shard: int) -> int:
    rows = pa.Table.from_batches(engine.rows(Dataset(SLICES, (slices.shards[shard],), (slices.rows[shard],))))
    return int(pc.sum(pc.subtract(rows["byte_end"], rows["byte_start"])).as_py() or 0)


def _seconds(size: int, limits: Limits) -> float | None:
    return None if limits.seconds is None else limits.seconds * max(1.0, size / _EACH_BYTES)


def _parts(engine: LocalEngine, slices: Dataset) -> Iterator[_Part]:
    for at, shard in enumerate(slices.shards):
        rows = pa.Table.from_batches(engine.rows(Dataset(SLICES, (shard,), (slices.rows[at],))))
        for file in sorted(set(rows["file"].to_pylist())):
            (batch,) = rows.filter(pc.equal(rows["file"], file)).combine_chunks().to_batches()
            yield _Part(at, file, batch)


def _mended(
    engine: LocalEngine,
    made: Dataset | Lost,
    parts: Sequence[_Part],
    again: Mapping[tuple[int, int], Dataset],
    lost: Mapping[int, str],
) -> Iterator[pa.RecordBatch]:
    """The documents of one shard: as they were read first or alone, and one row for each file that begins here."""
    for part in parts:
        if part.file in lost:
            first = Task(**part.slices.slice(0, 1).to_pylist()[0])
            if first.first_record == 0:
                yield from _set_aside(first, lost[part.file])
        elif isinstance(made, Lost):
            yield from engine.rows(again[part.shard, part.file])
        else:
            for batch in engine.rows(made):
                own = batch.filter(pc.equal(pc.shift_right(batch.column("doc"), FILE_BITS), part.file))
                if own.num_rows:
                    yield own


def _set_aside(task: Task, why: str) -> Iterator[pa.RecordBatch]:
    error = RecordError(Reason.READER_DIED, f"twice, {why}")
    row = row_of(task, Item(0, 0, b"", error, None))
    return documents(iter([batch_of([row])]), keep_uncertain=True)


def _joined(made: Sequence[Dataset | Lost]) -> Dataset:
    parts = [each for each in made if isinstance(each, Dataset)]
    shards = tuple(shard for part in parts for shard in part.shards)
    return Dataset(DOCUMENTS, shards, tuple(count for part in parts for count in part.rows))
