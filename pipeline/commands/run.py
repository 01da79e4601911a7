"""What the commands do, apart from arguments: settings in, functions called, results told."""

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from pipeline.commands.summary import Teller, diff_lines, preview_table
from pipeline.commands.summary import told as told_outcome
from pipeline.config import Settings, load_settings
from pipeline.errors import InputError, RecordError, SettingsError
from pipeline.single import Cleaned, clean
from pipeline.sources.sniff import is_page


def run_command(
    config: Path | None, sets: Sequence[str], paths: Sequence[str], *, dry_run: bool, log: str, accept: bool = False
) -> int:
    """`clean-corpus run`."""
    from pipeline.commands import ended
    from pipeline.run import preview, run

    settings = load_settings(config, sets)
    if paths:
        settings = _with_paths(settings, paths)
    _refuse_own_output(settings)
    if dry_run and accept:
        raise SettingsError("--dry-run publishes nothing, so there is nothing to --accept: give one of the two.")
    if dry_run:
        preview_table(preview(settings))
        return 0
    started = time.time()
    root = Path(settings.output.path)
    teller = Teller(log)
    try:
        with teller:
            outcome = run(settings, teller.progress, accept=accept)
    except BaseException as error:
        ended.tell(settings, ended.failed(error, root, started), log)
        raise
    ended.tell(settings, ended.done(outcome, root, started), log)
    if log != "json":
        told_outcome(outcome, settings, time.time() - started)
    return 0


def _refuse_own_output(settings: Settings) -> None:
    """SettingsError where a run would read what it writes."""
    output = Path(settings.output.path).resolve()
    for given in settings.input.paths:
        inbox = Path(given).resolve()
        if output.is_relative_to(inbox) or inbox.is_relative_to(output):
            raise SettingsError(
                f"the output {settings.output.path} and the input {given} lie one inside the other: a later run would "
                "read its own results. Choose another folder with --output."
            )


def schedule_command(action: str, config: Path | None, sets: Sequence[str], paths: Sequence[str], **how: Any) -> int:
    """`clean-corpus schedule install`, `show` and `remove`."""
    from pipeline.schedule.command import Given, install, remove, show

    settings = load_settings(config, sets)
    store = Path(settings.output.path)
    if action == "install":
        if paths:
            settings = _with_paths(settings, paths)
        _refuse_own_output(settings)
        lines = install(settings, Given(config, tuple(sets), tuple(paths)), **how)
    else:
        lines = show(store) if action == "show" else remove(store)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def clean_command(file: str, config: Path | None, sets: Sequence[str], shown: str) -> int:
    """`clean-corpus clean`."""
    settings = load_settings(config, sets)
    try:
        body = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        cleaned = clean(body, settings, html=is_page(file, body))
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror})") from error
    except RecordError as error:
        raise InputError(f"{file}: {error.reason}: {error.detail}") from error
    sys.stdout.write(_shown(cleaned, shown))
    return 0


def _shown(cleaned: Cleaned, shown: str) -> str:
    if shown == "json":
        return orjson.dumps(asdict(cleaned), option=orjson.OPT_INDENT_2).decode() + "\n"
    return "".join(diff_lines(cleaned)) if shown == "diff" else cleaned.text


def report_command(root: Path, generation: int | None) -> int:
    """`clean-corpus report`."""
    from pipeline.report.page import write_report
    from pipeline.store.folder import open_store

    sys.stdout.write(f"{write_report(open_store(root, create=False), generation)}\n")
    return 0


def rules_command(action: str, folder: str, kind: str | None = None, language: str | None = None) -> int:
    """`clean-corpus rules test` and `rules list`."""
    from pipeline.commands.rules import rules_list, rules_test
    from pipeline.rule_files import packs_in

    files = packs_in(folder)
    return rules_test(files) if action == "test" else rules_list(files, kind, language)


def try_command(
    pattern: str, config: Path | None, sets: Sequence[str], paths: Sequence[str], kind: str, where: str
) -> int:
    """`clean-corpus rules try`."""
    from pipeline.commands.rules_told import told
    from pipeline.commands.rules_try import trial

    settings = load_settings(config, sets)
    if paths:
        settings = _with_paths(settings, paths)
    sys.stdout.write(told(trial(settings, pattern, kind, where)))
    return 0


def _with_paths(settings: Settings, paths: Sequence[str]) -> Settings:
    return settings.model_copy(update={"input": settings.input.model_copy(update={"paths": tuple(paths)})})
