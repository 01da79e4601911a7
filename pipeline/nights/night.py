"""A run between its files and its store: what is new, and every dataset that the plan makes of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pyarrow as pa

from pipeline import plan as plans
from pipeline.brake.tolls import TOLL, TOLL_SQL
from pipeline.config import Settings
from pipeline.engines.local import Limits, LocalEngine
from pipeline.engines.workers import WorkerError
from pipeline.errors import InputError
from pipeline.flow import Dataset, made
from pipeline.nights.inbox import News, adds_only
from pipeline.nights.past import Past, add_past, settled, tonight
from pipeline.nights.reading import read_files
from pipeline.nights.short_way import fill, new_names, short_index
from pipeline.nights.versions import COLUMNS, IN_VAIN, may_be_out
from pipeline.sources.files import Scanned, Skipped
from pipeline.stages.schemas import DOCUMENTS, FILE_BITS, SLICES
from pipeline.store.files import Json
from pipeline.store.folder import Store
from pipeline.store.manifest import Input, Manifest
from pipeline.store.read import read_table

_NOTHING = Dataset(DOCUMENTS, (), ())


@dataclass(frozen=True, slots=True)
class Night:
    """What there was before, and what is new. `mark` is the fingerprint.

    `dropped`: names of documents to take out; `forgotten`: all that is out after that (schema FORGOTTEN), None where
    nothing changes about it.
    """

    store: Store
    before: Manifest | None
    run_id: str
    mark: Mapping[str, Json]
    news: News
    known: int = 0
    skipped: tuple[Skipped, ...] = ()
    dropped: frozenset[str] = frozenset()
    forgotten: pa.Table | None = None

    @property
    def new(self) -> tuple[Scanned, ...]:
        """The files to read."""
        return self.news.new

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
) -> tuple[dict[str, Dataset], Past]:
    """Every dataset of the plan, and what becomes of the documents of earlier runs.

    A shard that costs a worker twice is a file, or holds one: its files are given a shard each and all begins again,
    and the one that does it again is set aside.
    """
    apart: set[int] = set()
    given_up: dict[int, str] = {}
    while True:
        shards = list(packed(night.new, night.first, settings.input.slice_mb << 20, apart))
        data = {"slices": engine.write("slices", SLICES, shards)}
        try:
            return data, _filled(data, night, settings, rules, engine, given_up)
        except WorkerError as error:
            files = _files_of(shards, error.shard - len(data.get("past", _NOTHING).shards))
            if not files or files <= given_up.keys():
                raise
            if len(files) == 1 or files <= apart:
                given_up.update(dict.fromkeys(files, error.why))
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
) -> Past:
    """Makes every dataset of the plan, into `data`; what becomes of the documents of earlier runs.

    `past` and `fresh`: documents of earlier runs and of this one; `published_documents`: those to write.
    """
    past = Past()
    limits = Limits(settings.engine.reader_bytes, settings.engine.reader_seconds)
    reading = read_files(engine, plans.reading(settings), data["slices"], limits, given_up)
    data["documents"] = data["fresh"] = reading.documents
    if night.before is None and not any(_good(batch) for batch in engine.rows(data["fresh"])):
        raise InputError(_nothing_readable(engine, data["fresh"]))
    if _went_short(data, night, settings, rules, engine):
        past = Past(whole=False)
    else:
        if night.before is not None:
            known = (night.store, night.before, night.news, night.dropped)
            replaces = settings.input.changed_files == "replace"
            past = add_past(data, *known, plans.naming(settings), engine, replaces=replaces)
        for stage in plans.plan(settings, tuple(rules), night.generation):
            if stage.name not in data:
                data[stage.name] = made(stage, data, engine)
        if night.before is not None:
            past = settled(data, past, night.store, night.before, engine)
    parts = {name: tonight(data, name) for name in ("documents", "cuts")}
    data["tolls"] = engine.query("tolls", TOLL_SQL, TOLL, parts)
    return past


def _good(batch: pa.RecordBatch) -> bool:
    return int(batch.column("reason").null_count) > 0


def _nothing_readable(engine: LocalEngine, documents: Dataset) -> str:
    if not sum(documents.rows):
        return "nothing could be read: there is no record in any of the input files"
    row = next(engine.rows(documents)).slice(0, 1).to_pylist()[0]
    return f"nothing could be read; the first problem: {row['path']}: {row['reason']}: {row['detail']}"


def read_now(night: Night, past: Past, fresh: Iterator[pa.RecordBatch]) -> tuple[Input, ...]:
    """The input files of the corpus after this run. `fresh`: what it read.

    What a changed file held before stays where the file could not be read to its end; then its content is unknown.
    """
    before = night.before.read if night.before else ()
    new = dict(enumerate(night.new, night.first))
    torn = {(each.found.root, each.found.path) for at, each in new.items() if at in past.torn}
    rest = [each for each in before if each.file in night.news.stale and (each.root, each.path) in torn]
    rows = [*night.news.kept, *(replace(each, sha256="", tries=0) for each in rest)]
    vain = {row["doc"] >> FILE_BITS for rows in fresh for row in _failures(rows) if row["reason"] in IN_VAIN}
    tries = night.news.tries or {}
    for at, each in new.items():
        count = tries.get(each.sha256, 0) + 1 if at in vain else 0
        rows.append(Input(at, each.found.root, each.found.path, each.sha256, count))
    return tuple(sorted(rows, key=lambda row: row.file))


def _failures(rows: pa.RecordBatch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rows.select(["doc", "reason"]).filter(rows.column("reason").is_valid()).to_pylist()
    return found


def _went_short(
    data: dict[str, Dataset], night: Night, settings: Settings, rules: Sequence[tuple[str, str]], engine: LocalEngine
) -> bool:
    """Makes every dataset of the plan the short way (see `short_way`), and whether it could."""
    index = short_index(night.store, night.before, settings)
    if index is None or night.before is None or night.forgotten is not None or not adds_only(night.news, night.before):
        return False
    out = read_table(night.store, "forgotten", manifest=night.before)
    if may_be_out(out, (rows.select(COLUMNS) for rows in engine.rows(data["fresh"]))):
        return False
    old, taken = new_names(index, data["fresh"], settings, engine)
    if old:
        return False
    stages = plans.plan(settings, tuple(rules), night.generation, night.first << FILE_BITS)
    data["published_documents"] = data["tonight_documents"] = data["fresh"]
    fill(data, stages, (index, night.store, night.before, taken), settings, engine)
    data["published_cuts"] = data["tonight_cuts"] = data["cuts"]
    return True


def packed(
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
