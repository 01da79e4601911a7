"""One run: what is new is read, compared with what there is, and committed as one generation, or not at all."""

import secrets
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pyarrow as pa

from pipeline.brake import Toll, check_brake, tolls
from pipeline.config import Settings
from pipeline.engines.local import LocalEngine, Progress, silent
from pipeline.errors import InputError, SettingsError
from pipeline.fingerprint import differences, fingerprint
from pipeline.flow import Dataset
from pipeline.inbox import News, known_contents, news
from pipeline.indexing import index_files
from pipeline.night import Night, datasets, read_now
from pipeline.past import Past, published
from pipeline.plan import fields_of
from pipeline.publish import COUNTED, counted, quarantine, removed_chars, sums, told_by_topic, write_shard
from pipeline.report.page import render_folder
from pipeline.rule_files import rule_files
from pipeline.sources.files import Found, Listing, Skipped, listing
from pipeline.sources.preview import told
from pipeline.spool import spooled
from pipeline.stages.schemas import FORGOTTEN, QUARANTINE
from pipeline.store.commit import begin, commit, new_files
from pipeline.store.files import Json, writing
from pipeline.store.folder import Store, open_store
from pipeline.store.kinds import REPORT_NAME, SEARCHED
from pipeline.store.law import check_law
from pipeline.store.lock import hold
from pipeline.store.manifest import Input, LiveFile, Manifest, newest, parent_digest, sealed
from pipeline.store.parquet import FACTS, write_parquet
from pipeline.store.retire import Left, without
from pipeline.store.sweep import discard, sweep
from pipeline.store.views import publish, repair
from pipeline.withdrawals import check_withdrawals


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did, for the summary and `last_run.json`.

    `counts` are of this run alone, `tallies` how often each `encoding`, `repair` and `reason` was met; `changes` how
    many earlier documents were `renewed`, `withdrawn`, `decided_again`, and how many that were forgotten stayed out
    (`barred`); `generation` is None where nothing was committed.
    """

    generation: int | None
    files: int
    known_files: int
    skipped: tuple[Skipped, ...]
    counts: Mapping[str, int]
    tolls: tuple[Toll, ...] = ()
    tallies: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    changes: Mapping[str, int] = field(default_factory=dict)


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
            refuse_another(before, mark)
        if not inbox.files:
            raise InputError(f"no input files under {', '.join(settings.input.paths)}: nothing to read")
        found = _news(inbox, before, settings)
        known = len(inbox.files) - len(found.new)
        if not found.new and not found.stale:
            return Outcome(None, 0, known, inbox.skipped, {})
        night = Night(store, before, secrets.token_hex(4), mark, found, known, inbox.skipped)
        return made(night, settings, rules, progress)


def _news(inbox: Listing, before: Manifest | None, settings: Settings) -> News:
    replaces = settings.input.changed_files == "replace"
    return news(inbox.files, before.read if before else (), settings.input.slice_mb << 20, replaces=replaces)


def made(night: Night, settings: Settings, rules: Sequence[tuple[str, str]], progress: Progress) -> Outcome:
    """Makes a generation and publishes it; takes everything away again where it cannot."""
    folder = begin(night.store, night.generation, night.run_id)
    try:
        return _made(night, folder, settings, rules, progress)
    except BaseException:
        discard(night.store, folder)
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
        found = _news(inbox, before, settings)
        fresh = {each.found.location for each in found.new}
        files = tuple((each, each.location in fresh, told(each, fields)) for each in inbox.files)
        return Preview(files, inbox.skipped)


def refuse_another(before: Manifest, mark: Mapping[str, Json]) -> None:
    """Raises SettingsError where the store was made with another fingerprint than `mark`."""
    wrong = differences(before.fingerprint, mark)
    if wrong:
        raise SettingsError(
            "this store was made with other settings, rules or versions, and one store has one way to clean:\n  "
            + "\n  ".join(wrong)
            + "\nUse the same ones again, or start another store with --output."
        )


def _made(
    night: Night, folder: Path, settings: Settings, rules: Sequence[tuple[str, str]], progress: Progress
) -> Outcome:
    work = folder / "work"
    workers = settings.engine.worker_count
    with LocalEngine(work, workers, settings.engine.memory_limit, progress) as engine:
        data, past = datasets(night, settings, rules, engine)
        taken = tuple(tolls(list(engine.rows(data["tolls"]))))
        if night.forgotten is None:  # what is to be forgotten is asked for by name, and brings nothing new
            check_brake(taken, settings.brake)
            check_withdrawals(night.store, night.before, past.withdrawn, settings.brake)
        facts, counts, told = _written(night, folder, settings, engine, data, past)
        read = read_now(night, past, engine.rows(data["fresh"]))
        index = index_files(night, folder, data, settings, engine, rewrites=bool(past.retired))
    shutil.rmtree(work)
    with writing(folder / REPORT_NAME):
        (folder / REPORT_NAME).write_text(render_folder(folder, facts, counts, night.generation), encoding="utf-8")
    manifest = _manifest(night, folder, settings, facts, counts, past, read, index)
    commit(night.store, manifest)
    publish(night.store, manifest)
    known = Outcome(night.generation, len(night.new), night.known, night.skipped, counts, taken, told)
    return replace(known, changes=_changes(past))


def _changes(past: Past) -> dict[str, int]:
    """What became of earlier documents, and of those that stay out."""
    return {
        "renewed": len(past.renewed),
        "withdrawn": len(past.withdrawn),
        "decided_again": len(past.again - past.gone),
        "barred": past.barred,
    }


def _manifest(
    night: Night,
    folder: Path,
    settings: Settings,
    facts: Sequence[pa.RecordBatch],
    counts: Mapping[str, int],
    past: Past,
    read: tuple[Input, ...],
    index: tuple[LiveFile, ...],
) -> Manifest:
    """The manifest of this run, sealed: what is left of the generation before, and what was written."""
    before, level = night.before, settings.output.zstd_level
    left = Left((), [], Counter())
    if before is not None:
        left = without(night.store, before, past.retired, night.news.stale, folder=folder, level=level)
    earlier = tuple(file for file in left.files if file.kind not in SEARCHED)  # `index` tells what is searched
    if night.forgotten is not None:
        earlier = tuple(file for file in earlier if file.kind != "forgotten")
        rows = iter(night.forgotten.to_batches())
        left.facts.extend(write_parquet(rows, folder=str(folder), name="forgotten", schema=FORGOTTEN, level=level))
    files = new_files(folder, [*left.facts, *facts], earlier=earlier, level=level)
    files = (*files, *index)
    carried = before.counts if before else {}
    total = {
        name: counts.get(name, 0) + carried.get(name, 0) - left.retired[name] for name in sorted({*counts, *carried})
    }
    if past.whole:
        total["capped"] = counts["capped"]  # all paragraphs took part
    check_law(total, files)
    manifest = Manifest(
        generation=night.generation,
        parent=parent_digest(night.store, night.generation),
        run_id=night.run_id,
        inputs=known_contents(read),
        next_file=night.first + len(night.new),
        files=files,
        counts=total,
        settings=settings.model_dump(mode="json"),
        fingerprint=night.mark,
        read=read,
    )
    return sealed(manifest)


def _written(
    night: Night, folder: Path, settings: Settings, engine: LocalEngine, data: Mapping[str, Dataset], past: Past
) -> tuple[list[pa.RecordBatch], dict[str, int], dict[str, dict[str, int]]]:
    """Facts of the files written for the documents to publish, the counts of the law for them, and tallies by topic."""
    level = settings.output.zstd_level
    parts = (published(data, "documents"), published(data, "cuts"))
    write = partial(write_shard, folder=str(folder), level=level, run=night.generation, files=past.files)
    facts = list(engine.rows(engine.map("publish", write, FACTS, *parts, data["names"])))
    bad = engine.gather("quarantine", partial(quarantine, run=night.generation), QUARANTINE, data["fresh"])
    facts += write_parquet(engine.rows(bad), folder=str(folder), name="quarantine", schema=QUARANTINE, level=level)
    told = told_by_topic(engine.rows(engine.gather("counted", counted, COUNTED, parts[0])))
    rows, chars = sums(facts)
    counts = {
        **told["count"],
        "capped": engine.total(published(data, "within"), "capped") + engine.total(data["leaders"], "capped"),
        "documents": rows["documents"],
        "duplicates": rows["duplicates"],
        "quarantine_rows": rows["quarantine"],
        "ledger_rows": rows["ledger"],
        "index_rows": rows["index"],
        "chars_out": chars["documents"],
        "chars_removed": removed_chars(engine.rows(parts[1])),
    }
    return facts, counts, told
