"""One run: what is new is read, compared with what there is, and committed as one generation, or not at all."""

import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import pyarrow as pa

from pipeline import plan as plans
from pipeline.brake import TOLL, TOLL_SQL, Toll, check_brake, tolls
from pipeline.config import Settings
from pipeline.engines.local import LocalEngine, Progress, silent
from pipeline.errors import InputError, SettingsError
from pipeline.fingerprint import differences, fingerprint
from pipeline.flow import Dataset, made
from pipeline.publish import COUNTED, counted, quarantine, removed_chars, write_shard
from pipeline.recall import recalled, replaced
from pipeline.report.page import render_folder
from pipeline.rule_files import rule_files
from pipeline.sources.files import Found, Listing, Scanned, Skipped, Slice, listing, scanned
from pipeline.sources.preview import told
from pipeline.spool import spooled
from pipeline.stages.schemas import DOCUMENTS, QUARANTINE, SLICES
from pipeline.store.commit import begin, commit, new_files
from pipeline.store.files import Json, writing
from pipeline.store.folder import Store, open_store
from pipeline.store.kinds import REPORT_NAME
from pipeline.store.law import check_law
from pipeline.store.lock import hold
from pipeline.store.manifest import LiveFile, Manifest, newest, parent_digest, sealed
from pipeline.store.parquet import FACTS, write_parquet
from pipeline.store.sweep import discard, sweep
from pipeline.store.views import publish, repair


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did, for the summary and `last_run.json`.

    `counts` are of this run alone, `tallies` how often each `encoding`, `repair` and `reason` was met; `generation` is
    None where nothing was committed.
    """

    generation: int | None
    files: int
    known_files: int
    skipped: tuple[Skipped, ...]
    counts: Mapping[str, int]
    tolls: tuple[Toll, ...] = ()
    tallies: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Night:
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
        return self.before.generation + 1 if self.before else 1


def run(settings: Settings, progress: Progress = silent) -> Outcome:
    """Runs the whole plan on what is new under `input.paths` and publishes it. Raises a ClearError otherwise."""
    rules = rule_files(settings)
    with spooled(settings.input.paths, Path(settings.output.path)) as spool:
        return _run(settings, rules, _inbox(settings, spool), progress)


def _inbox(settings: Settings, spool: Path | None) -> Listing:
    return listing(settings.input.paths, settings.input.text_extensions, settings.input.text_field, spool)


def _run(settings: Settings, rules: Sequence[tuple[str, str]], inbox: Listing, progress: Progress) -> Outcome:
    store = open_store(Path(settings.output.path), create=True)
    with hold(store):
        sweep(store)
        repair(store)
        before = newest(store)
        mark = fingerprint(settings, rules)
        if before is not None:
            _refuse_another(before, mark)
        new, known = _unseen(inbox.files, before, settings.input.slice_mb << 20)
        night = _Night(store, before, secrets.token_hex(4), mark, new, known, inbox.skipped)
        if not new:
            if not inbox.files:
                raise InputError(f"no input files under {', '.join(settings.input.paths)}: nothing to read")
            return Outcome(None, 0, known, inbox.skipped, {})
        folder = begin(store, night.generation, night.run_id)
        try:
            return _made(night, folder, settings, rules, progress)
        except BaseException:
            discard(store, folder)
            raise


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would do: for each file whether its content is new and how it is understood, and what it leaves."""

    files: tuple[tuple[Found, bool, str], ...]
    skipped: tuple[Skipped, ...]


def preview(settings: Settings) -> Preview:
    """What a run would read. Changes nothing; files behind URLs are copied among temporary files for it."""
    root = Path(settings.output.path)
    fields = plans.fields_of(settings)
    with spooled(settings.input.paths, None) as spool:
        inbox = _inbox(settings, spool)
        before = newest(Store(root)) if (root / "corpus.json").exists() else None
        new, _ = _unseen(inbox.files, before, settings.input.slice_mb << 20)
        fresh = {each.found.location for each in new}
        files = tuple((found, found.location in fresh, told(found, fields)) for found in inbox.files)
        return Preview(files, inbox.skipped)


def _refuse_another(before: Manifest, mark: Mapping[str, Json]) -> None:
    wrong = differences(before.fingerprint, mark)
    if wrong:
        raise SettingsError(
            "this store was made with other settings, rules or versions, and one store has one way to clean:\n  "
            + "\n  ".join(wrong)
            + "\nUse the same ones again, or start another store with --output."
        )


def _unseen(files: Sequence[Found], before: Manifest | None, slice_bytes: int) -> tuple[tuple[Scanned, ...], int]:
    """Files whose content no run has read, each content once, and the number of the others."""
    seen = set(before.inputs) if before else set()
    new: list[Scanned] = []
    for found in files:
        try:
            each = scanned(found, slice_bytes)
        except OSError:  # the reader will meet it again, and say why
            each = Scanned(found, "", (Slice(0, found.bytes, 0),))
        if each.sha256 not in seen:
            new.append(each)
            seen.add(each.sha256 or str(found.location))
    return tuple(new), len(files) - len(new)


def _made(
    night: _Night, folder: Path, settings: Settings, rules: Sequence[tuple[str, str]], progress: Progress
) -> Outcome:
    work = folder / "work"
    workers = settings.engine.worker_count
    with LocalEngine(work, workers, settings.engine.memory_limit, progress) as engine:
        data = _datasets(night, settings, rules, engine)
        taken = tuple(tolls(list(engine.rows(data["tolls"]))))
        check_brake(taken, settings.brake)
        facts, counts, told = _written(night, folder, settings, engine, data)
    shutil.rmtree(work)
    rewrites = data["fresh"].shards != data["published"].shards
    earlier = _earlier_files(night.before, rewrites=rewrites)
    with writing(folder / REPORT_NAME):
        (folder / REPORT_NAME).write_text(render_folder(folder, facts, counts, night.generation), encoding="utf-8")
    files = new_files(folder, facts, earlier=earlier, level=settings.output.zstd_level)
    total = _total(counts, night.before, rewrites=rewrites)
    check_law(total, files)
    inputs = {each.sha256: each.found.path for each in night.new if each.sha256}
    manifest = Manifest(
        generation=night.generation,
        parent=parent_digest(night.store, night.generation),
        run_id=night.run_id,
        inputs={**(night.before.inputs if night.before else {}), **inputs},
        next_file=(night.before.next_file if night.before else 0) + len(night.new),
        files=files,
        counts=total,
        settings=settings.model_dump(mode="json"),
        fingerprint=night.mark,
    )
    commit(night.store, sealed(manifest))
    publish(night.store, sealed(manifest))
    return Outcome(night.generation, len(night.new), night.known, night.skipped, counts, taken, told)


def _datasets(
    night: _Night, settings: Settings, rules: Sequence[tuple[str, str]], engine: LocalEngine
) -> dict[str, Dataset]:
    """Every dataset of the plan. `fresh`: documents of this run; `published`: those whose files are written anew."""
    first = night.before.next_file if night.before else 0
    data = {"slices": engine.write("slices", SLICES, list(_packed(night.new, first, settings.input.slice_mb << 20)))}
    for stage in plans.plan(settings, tuple(rules), night.generation):
        data[stage.name] = made(stage, data, engine)
        if stage.name == "documents":
            data["fresh"] = data["documents"]
            if night.before is None and not any(_good(batch) for batch in engine.rows(data["fresh"])):
                raise InputError(_nothing_readable(engine, data["fresh"]))
            data["documents"], data["published"] = _with_past(night, settings, data["fresh"], engine)
    parts = {"documents": data["published"], "cuts": _part(data["cuts"], data["published"])}
    data["tolls"] = engine.query("tolls", TOLL_SQL, TOLL, parts)
    return data


def _part(data: Dataset, published: Dataset) -> Dataset:
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


def _with_past(night: _Night, settings: Settings, fresh: Dataset, engine: LocalEngine) -> tuple[Dataset, Dataset]:
    """All documents, and those to publish: the fresh ones, or all where some are new versions of earlier ones."""
    if night.before is None:
        return fresh, fresh
    named = plans.naming(settings)(engine.rows(fresh))
    old = replaced(night.store, night.before, named, engine.rows(fresh), settings.input.paths)
    past = engine.write("past", DOCUMENTS, [[rows] for rows in recalled(night.store, night.before, without=old)])
    everything = Dataset(DOCUMENTS, past.shards + fresh.shards, past.rows + fresh.rows)
    return everything, everything if old else fresh


def _packed(new: Sequence[Scanned], first: int, shard_bytes: int) -> Iterator[list[pa.RecordBatch]]:
    """Rows of SLICES in shards of `shard_bytes`, or of one larger slice; files are numbered from `first`."""
    rows: list[dict[str, object]] = []
    size = 0
    for number, each in enumerate(new, first):
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


def _written(
    night: _Night, folder: Path, settings: Settings, engine: LocalEngine, data: Mapping[str, Dataset]
) -> tuple[list[pa.RecordBatch], dict[str, int], dict[str, dict[str, int]]]:
    """Facts of the files written for the fresh documents, the counts of the law for them, and tallies by topic."""
    level = settings.output.zstd_level
    parts = (data["published"], _part(data["cuts"], data["published"]))
    write = partial(write_shard, folder=str(folder), level=level, run=night.generation)
    facts = list(engine.rows(engine.map("publish", write, FACTS, *parts, data["names"])))
    bad = engine.gather("quarantine", partial(quarantine, run=night.generation), QUARANTINE, data["fresh"])
    facts += write_parquet(engine.rows(bad), folder=str(folder), name="quarantine", schema=QUARANTINE, level=level)
    told = _told(engine.rows(engine.gather("counted", counted, COUNTED, data["published"])))
    rows, chars = _sums(facts)
    counts = {
        **told["count"],
        "capped": engine.total(_part(data["within"], data["published"]), "capped")
        + engine.total(data["leaders"], "capped"),
        "documents": rows["documents"],
        "duplicates": rows["duplicates"],
        "quarantine_rows": rows["quarantine"],
        "ledger_rows": rows["ledger"],
        "index_rows": rows["index"],
        "chars_out": chars["documents"],
        "chars_removed": removed_chars(engine.rows(parts[1])),
    }
    return facts, counts, told


def _told(rows: Iterator[pa.RecordBatch]) -> dict[str, dict[str, int]]:
    """What was counted, by topic and name."""
    out: dict[str, dict[str, int]] = {}
    for batch in rows:
        for row in batch.to_pylist():
            out.setdefault(row["topic"], {})[row["name"]] = row["count"]
    return out


def _sums(facts: Sequence[pa.RecordBatch]) -> tuple[dict[str, int], dict[str, int]]:
    rows = dict.fromkeys(("documents", "duplicates", "ledger", "quarantine", "index"), 0)
    chars = dict(rows)
    for batch in facts:
        for fact in batch.to_pylist():
            rows[fact["kind"]] += fact["rows"]
            chars[fact["kind"]] += fact["chars"]
    return rows, chars


def _earlier_files(before: Manifest | None, *, rewrites: bool) -> tuple[LiveFile, ...]:
    """Files of the generation before that stay live; of a corpus that is written anew, what is in quarantine."""
    files = before.files if before else ()
    return tuple(file for file in files if file.kind == "quarantine") if rewrites else files


def _total(counts: Mapping[str, int], before: Manifest | None, *, rewrites: bool) -> dict[str, int]:
    """Counts over all live files."""
    if before is None:
        return dict(counts)
    carried = dict(before.counts)
    if rewrites:
        bad = before.counts["quarantined"]
        rows = before.counts["quarantine_rows"]
        carried = {"documents_in": bad, "quarantined": bad, "quarantine_rows": rows}
    return {name: counts.get(name, 0) + carried.get(name, 0) for name in sorted({*counts, *carried})}
