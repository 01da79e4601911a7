"""One run: what is new is read, compared with what there is, and committed as one generation, or not at all."""

import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyarrow as pa

from pipeline.brake import Toll, check_brake, tolls
from pipeline.config import Settings
from pipeline.engines.local import LocalEngine, Progress, silent
from pipeline.errors import InputError, SettingsError
from pipeline.fingerprint import differences, fingerprint
from pipeline.flow import Dataset
from pipeline.indexing import index_files
from pipeline.night import Night, datasets, part
from pipeline.plan import fields_of
from pipeline.publish import COUNTED, counted, quarantine, removed_chars, sums, told_by_topic, write_shard
from pipeline.report.page import render_folder
from pipeline.rule_files import rule_files
from pipeline.sources.files import Found, Listing, Scanned, Skipped, Slice, listing, scanned
from pipeline.sources.preview import told
from pipeline.spool import spooled
from pipeline.stages.schemas import QUARANTINE
from pipeline.store.commit import begin, commit, new_files
from pipeline.store.files import Json, writing
from pipeline.store.folder import Store, open_store
from pipeline.store.kinds import REPORT_NAME, SEARCHED
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
        night = Night(store, before, secrets.token_hex(4), mark, new, known, inbox.skipped)
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
    fields = fields_of(settings)
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
    night: Night, folder: Path, settings: Settings, rules: Sequence[tuple[str, str]], progress: Progress
) -> Outcome:
    work = folder / "work"
    workers = settings.engine.worker_count
    with LocalEngine(work, workers, settings.engine.memory_limit, progress) as engine:
        data, set_aside = datasets(night, settings, rules, engine)
        taken = tuple(tolls(list(engine.rows(data["tolls"]))))
        check_brake(taken, settings.brake)
        facts, counts, told = _written(night, folder, settings, engine, data)
        rewrites = data["fresh"].shards != data["published"].shards
        index = index_files(night, folder, data, settings, engine, rewrites=rewrites)
    shutil.rmtree(work)
    earlier = _earlier_files(night.before, rewrites=rewrites)
    with writing(folder / REPORT_NAME):
        (folder / REPORT_NAME).write_text(render_folder(folder, facts, counts, night.generation), encoding="utf-8")
    files = new_files(folder, facts, earlier=earlier, level=settings.output.zstd_level)
    files = (*files, *index)
    total = _total(counts, night.before, rewrites=rewrites)
    check_law(total, files)
    read = (each for number, each in enumerate(night.new, night.first) if each.sha256 and number not in set_aside)
    inputs = {each.sha256: each.found.path for each in read}
    manifest = Manifest(
        generation=night.generation,
        parent=parent_digest(night.store, night.generation),
        run_id=night.run_id,
        inputs={**(night.before.inputs if night.before else {}), **inputs},
        next_file=night.first + len(night.new),
        files=files,
        counts=total,
        settings=settings.model_dump(mode="json"),
        fingerprint=night.mark,
    )
    commit(night.store, sealed(manifest))
    publish(night.store, sealed(manifest))
    return Outcome(night.generation, len(night.new), night.known, night.skipped, counts, taken, told)


def _written(
    night: Night, folder: Path, settings: Settings, engine: LocalEngine, data: Mapping[str, Dataset]
) -> tuple[list[pa.RecordBatch], dict[str, int], dict[str, dict[str, int]]]:
    """Facts of the files written for the fresh documents, the counts of the law for them, and tallies by topic."""
    level = settings.output.zstd_level
    parts = (data["published"], part(data["cuts"], data["published"]))
    write = partial(write_shard, folder=str(folder), level=level, run=night.generation)
    facts = list(engine.rows(engine.map("publish", write, FACTS, *parts, data["names"])))
    bad = engine.gather("quarantine", partial(quarantine, run=night.generation), QUARANTINE, data["fresh"])
    facts += write_parquet(engine.rows(bad), folder=str(folder), name="quarantine", schema=QUARANTINE, level=level)
    told = told_by_topic(engine.rows(engine.gather("counted", counted, COUNTED, data["published"])))
    rows, chars = sums(facts)
    counts = {
        **told["count"],
        "capped": engine.total(part(data["within"], data["published"]), "capped")
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


def _earlier_files(before: Manifest | None, *, rewrites: bool) -> tuple[LiveFile, ...]:
    """Files of the generation before that stay live; of a corpus that is written anew, what is in quarantine.

    What is searched is not among them: `index_files` tells which of it stays.
    """
    files = tuple(file for file in before.files if file.kind not in SEARCHED) if before else ()
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
