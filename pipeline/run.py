"""One run: what is new is read, compared with what there is, and committed as one generation, or not at all."""

import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.brake.held import clear_braked
from pipeline.brake.judge import judged, refuse_empty_inbox
from pipeline.brake.tolls import Toll, tolls
from pipeline.config import Settings
from pipeline.engines.local import LocalEngine, Progress, silent
from pipeline.errors import SettingsError
from pipeline.fingerprint import differences, fingerprint
from pipeline.nights.generation import left_over, manifest_of, totals, write_tolls, written
from pipeline.nights.inbox import News, news
from pipeline.nights.indexing import index_files
from pipeline.nights.night import Night, datasets, read_now
from pipeline.nights.past import Past
from pipeline.nights.spool import spooled
from pipeline.plan import fields_of
from pipeline.report.page import render_folder
from pipeline.rule_files import rule_files
from pipeline.sources.files import Found, Listing, Skipped, listing
from pipeline.sources.preview import told
from pipeline.store.commit import begin, commit
from pipeline.store.files import Json, writing
from pipeline.store.folder import Store, open_store
from pipeline.store.kinds import REPORT_NAME
from pipeline.store.lock import hold
from pipeline.store.manifest import Manifest, newest
from pipeline.store.retention import retire
from pipeline.store.sweep import discard, sweep
from pipeline.store.views import publish, repair


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did, for the summary and `last_run.json`.

    `counts` are of this run alone, `tallies` how often each `encoding`, `repair` and `reason` was met; `changes` how
    many earlier documents were `renewed`, `withdrawn`, `decided_again`, and how many that were forgotten stayed out
    (`barred`); `generation` is None where nothing was committed. `accepted`: what the brake found and `--accept` let
    pass.
    """

    generation: int | None
    files: int
    known_files: int
    skipped: tuple[Skipped, ...]
    counts: Mapping[str, int]
    tolls: tuple[Toll, ...] = ()
    tallies: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    changes: Mapping[str, int] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def run(settings: Settings, progress: Progress = silent, *, accept: bool = False) -> Outcome:
    """Runs the whole plan on what is new under `input.paths` and publishes it. Raises a ClearError otherwise.

    With `accept` the brake lets pass what it held back in the last run.
    """
    rules = rule_files(settings)
    with spooled(settings.input.paths, Path(settings.output.path)) as spool:
        return _run(settings, rules, _inbox(settings, spool), progress, accept=accept)


def _inbox(settings: Settings, spool: Path | None) -> Listing:
    return listing(settings.input.paths, settings.input.text_extensions, settings.input.text_field, spool)


def _run(
    settings: Settings, rules: Sequence[tuple[str, str]], inbox: Listing, progress: Progress, *, accept: bool
) -> Outcome:
    store = open_store(Path(settings.output.path), create=True)
    with hold(store):
        repair(store)
        retire(store, keep=settings.output.keep)
        sweep(store)
        before = newest(store)
        mark = fingerprint(settings, rules)
        if before is not None:
            refuse_another(before, mark)
        if not inbox.files:
            refuse_empty_inbox(settings, before, accept=accept)
        found = _news(inbox, before, settings)
        known = len(inbox.files) - len(found.new)
        if not found.new and not found.stale:
            return Outcome(None, 0, known, inbox.skipped, {})
        night = Night(store, before, secrets.token_hex(4), mark, found, known, inbox.skipped)
        return made(night, settings, rules, progress, accept=accept)


def _news(inbox: Listing, before: Manifest | None, settings: Settings) -> News:
    replaces = settings.input.changed_files == "replace"
    return news(inbox.files, before.read if before else (), settings.input.slice_mb << 20, replaces=replaces)


def made(
    night: Night, settings: Settings, rules: Sequence[tuple[str, str]], progress: Progress, *, accept: bool = False
) -> Outcome:
    """Makes a generation and publishes it; takes everything away again where it cannot."""
    folder = begin(night.store, night.generation, night.run_id)
    try:
        with writing(folder):  # what goes wrong from here on is never the input: readers judge theirs themselves
            return _made(night, folder, settings, rules, progress, accept=accept)
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
    night: Night,
    folder: Path,
    settings: Settings,
    rules: Sequence[tuple[str, str]],
    progress: Progress,
    *,
    accept: bool,
) -> Outcome:
    work, report = folder / "work", folder / REPORT_NAME
    with LocalEngine(work, settings.engine.worker_count, settings.engine.memory_limit, progress) as engine:
        data, past = datasets(night, settings, rules, engine)
        taken = tuple(tolls(list(engine.rows(data["tolls"]))))
        facts, counts, told = written(night, folder, settings, engine, data, past)
        left = left_over(night, folder, settings, past)
        total = totals(counts, night.before, left, past)
        with writing(report):
            report.write_text(render_folder(folder, facts, counts, night.generation), encoding="utf-8")
        passed = judged(night, data, past, engine, settings.brake, total, report, accept=accept)
        read = read_now(night, past, engine.rows(data["fresh"]))
        index = index_files(night, folder, data, settings, engine, rewrites=bool(past.retired))
    shutil.rmtree(work)
    facts += write_tolls(passed.rows, folder, settings)
    manifest = manifest_of(night, folder, settings, facts, left, index, total, read, passed.accepted)
    commit(night.store, manifest)
    publish(night.store, manifest)
    clear_braked(night.store)
    return Outcome(
        night.generation,
        len(night.new),
        night.known,
        night.skipped,
        counts,
        taken,
        told,
        changes=_changes(past),
        accepted=passed.accepted,
        warnings=passed.warnings,
    )


def _changes(past: Past) -> dict[str, int]:
    """What became of earlier documents, and of those that stay out."""
    return {
        "renewed": len(past.renewed),
        "withdrawn": len(past.withdrawn),
        "decided_again": len(past.again - past.gone),
        "barred": past.barred,
    }
