"""A run between its files and its store: what is new, and every dataset that the plan makes of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import pyarrow as pa

from pipeline import plan as plans
from pipeline.brake import TOLL, TOLL_SQL
from pipeline.config import Settings
from pipeline.engines.local import Limits, LocalEngine
from pipeline.engines.workers import WorkerError
from pipeline.errors import InputError
from pipeline.flow import Dataset, made
from pipeline.reading import read_files
from pipeline.recall import recalled, replaced
from pipeline.short_way import fill, new_names, short_index
from pipeline.sources.files import Scanned, Skipped
from pipeline.stages.schemas import DOCUMENTS, SLICES
from pipeline.store.files import Json
from pipeline.store.folder import Store
from pipeline.store.manifest import Manifest

_NOTHING = Dataset(DOCUMENTS, (), ())


@dataclass(frozen=True, slots=True)
class Night:
    """What there was before, and what is new. `mark` is the fingerprint."""

    store: Store
    before: Manifest | None
    run_id: str
    mark: Mapping[str, Json]
    new: tuple[Scanned, ...]
    known: int
    skipped: tuple[Skipped, ...]

    @property
    def generation(self) -> int:
        """The number of the generation that this run makes."""
        return self.before.generation + 1 if self.before else 1

    @property
    def first(self) -> int:
        """The number of the first file of this run."""
        return self.before.next_file if self.before else 0


def datasets(
    night: Night, settings: Settings, rules: Sequence[tuple[str, str]], engine: LocalEngine
) -> tuple[dict[str, Dataset], frozenset[int]]:
    """Every dataset of the plan, and the numbers of the files that were set aside.

    A shard that costs a worker twice is a file, or holds one: its files are given a shard each and all begins again,
    and the one that does it again is set aside.
    """
    apart: set[int] = set()
    given_up: dict[int, str] = {}
    while True:
        shards = list(_packed(night.new, night.first, settings.input.slice_mb << 20, apart))
        data = {"slices": engine.write("slices", SLICES, shards)}
        try:
            return data, _filled(data, night, settings, rules, engine, given_up)
        except WorkerError as error:
            files = _files_of(shards, error.shard - len(data.get("past", _NOTHING).shards))
            if not files or files <= given_up.keys():
                raise
            if len(files) == 1 or files <= apart:
                given_up.update(dict.fromkeys(files, str(error)))
            apart |= files
            engine.restart()


def _files_of(shards: Sequence[Sequence[pa.RecordBatch]], shard: int) -> set[int]:
    """The files in a shard of slices; none where there is no such shard."""
    rows = shards[shard] if 0 <= shard < len(shards) else []
    return {file for batch in rows for file in batch.column("file").to_pylist()}


def _filled(
    data: dict[str, Dataset],
    night: Night,
    settings: Settings,
    rules: Sequence[tuple[str, str]],
    engine: LocalEngine,
    given_up: Mapping[int, str],
) -> frozenset[int]:
    """Makes every dataset of the plan, into `data`; the numbers of the files that were set aside.

    `past` and `fresh`: documents of earlier runs and of this one; `published`: those whose files are written anew.
    """
    limits = Limits(settings.engine.reader_bytes, settings.engine.reader_seconds)
    reading = read_files(engine, plans.reading(settings), data["slices"], limits, given_up)
    data["fresh"] = data["documents"] = data["published"] = reading.documents
    if night.before is None and not any(_good(batch) for batch in engine.rows(data["fresh"])):
        raise InputError(_nothing_readable(engine, data["fresh"]))
    if not _went_short(data, night, settings, rules, engine):
        _add_past(data, night, settings, engine)
        for stage in plans.plan(settings, tuple(rules), night.generation):
            if stage.name not in data:
                data[stage.name] = made(stage, data, engine)
    parts = {"documents": data["published"], "cuts": part(data["cuts"], data["published"])}
    data["tolls"] = engine.query("tolls", TOLL_SQL, TOLL, parts)
    return reading.set_aside


def part(data: Dataset, published: Dataset) -> Dataset:
    """The shards of `data` that stand beside the documents to publish; those of the past come first."""
    count = len(published.shards)
    return Dataset(data.schema, data.shards[-count:], data.rows[-count:])


def _good(batch: pa.RecordBatch) -> bool:
    return int(batch.column("reason").null_count) > 0


def _nothing_readable(engine: LocalEngine, documents: Dataset) -> str:
    if not sum(documents.rows):
        return "nothing could be read: there is no record in any of the input files"
    row = next(engine.rows(documents)).slice(0, 1).to_pylist()[0]
    return f"nothing could be read; the first problem: {row['path']}: {row['reason']}: {row['detail']}"


def _went_short(
    data: dict[str, Dataset], night: Night, settings: Settings, rules: Sequence[tuple[str, str]], engine: LocalEngine
) -> bool:
    """Makes every dataset of the plan the short way (see `short_way`), and whether it could."""
    index = short_index(night.store, night.before, settings)
    if index is None or night.before is None:
        return False
    old, taken = new_names(index, night.store, data["fresh"], settings, engine)
    if old:
        return False
    stages = plans.plan(settings, tuple(rules), night.generation, night.first << 32)
    fill(data, stages, (index, night.store, night.before, taken), settings, engine)
    return True


def _add_past(data: dict[str, Dataset], night: Night, settings: Settings, engine: LocalEngine) -> None:
    """All documents, and those to publish: the fresh ones, or all where some are new versions of earlier ones."""
    fresh = data["fresh"]
    if night.before is None:
        return
    named = plans.naming(settings)(engine.rows(fresh))
    old = replaced(night.store, night.before, named, engine.rows(fresh), settings.input.paths)
    past = engine.write("past", DOCUMENTS, [[rows] for rows in recalled(night.store, night.before, without=old)])
    data["past"] = past
    data["documents"] = Dataset(DOCUMENTS, past.shards + fresh.shards, past.rows + fresh.rows)
    if old:
        data["published"] = data["documents"]


def _packed(
    new: Sequence[Scanned], first: int, shard_bytes: int, apart: Collection[int]
) -> Iterator[list[pa.RecordBatch]]:
    """Rows of SLICES in shards of `shard_bytes`, or of one larger slice, or of one of the files `apart`.

    Files are numbered from `first`.
    """
    rows: list[dict[str, object]] = []
    size = 0
    for number, each in enumerate(new, first):
        if rows and (number in apart or number - 1 in apart):
            yield [pa.RecordBatch.from_pylist(rows, SLICES)]
            rows, size = [], 0
        for part in each.slices:
            part_bytes = part.byte_end - part.byte_start
            if rows and size + part_bytes > shard_bytes:
                yield [pa.RecordBatch.from_pylist(rows, SLICES)]
                rows, size = [], 0
            row = {**asdict(part), "file": number, "path": each.found.path, "location": str(each.found.location)}
            rows.append({**row, "format": each.found.format, "compression": each.found.compression})
            size += part_bytes
    if rows:
        yield [pa.RecordBatch.from_pylist(rows, SLICES)]
