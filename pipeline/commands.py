"""What the commands do, apart from arguments: settings in, functions called, results told."""

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import orjson

from pipeline.config import load_settings
from pipeline.errors import ClearError, InputError, RecordError
from pipeline.single import Cleaned, clean
from pipeline.store.last_run import write_last_run
from pipeline.summary import Teller, diff_lines, preview_table, told


def run_command(config: Path | None, sets: Sequence[str], paths: Sequence[str], *, dry_run: bool, log: str) -> int:
    """`clean-corpus run`."""
    from pipeline.run import preview, run

    settings = load_settings(config, sets)
    if paths:
        settings = settings.model_copy(update={"input": settings.input.model_copy(update={"paths": tuple(paths)})})
    if dry_run:
        preview_table(preview(settings))
        return 0
    started = time.time()
    root = Path(settings.output.path)
    teller = Teller(log)
    try:
        with teller:
            outcome = run(settings, teller.progress)
    except ClearError as error:
        write_last_run(root, {"exit_code": error.code, "message": str(error), "started": int(started)})
        raise
    except BaseException as error:
        message = f"{type(error).__name__}: {error}"
        write_last_run(root, {"exit_code": 1, "message": message[:1000], "started": int(started)})
        raise
    seconds = time.time() - started
    payload = {
        "exit_code": 0,
        "message": "nothing new" if outcome.generation is None else f"published generation {outcome.generation}",
        "started": int(started),
        "seconds": round(seconds, 1),
        "generation": outcome.generation,
        "files_read": outcome.files,
        "files_known": outcome.known_files,
        "files_skipped": len(outcome.skipped),
        "counts": dict(outcome.counts),
    }
    write_last_run(root, payload)
    if log == "json":
        print(orjson.dumps(payload).decode())
    else:
        told(outcome, settings, seconds)
    return 0


def clean_command(file: str, config: Path | None, sets: Sequence[str], shown: str) -> int:
    """`clean-corpus clean`."""
    settings = load_settings(config, sets)
    try:
        body = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        cleaned = clean(body, settings)
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


def verify_command(root: Path, *, deep: bool) -> int:
    """`clean-corpus verify`: 0 if every promise holds, 4 if not."""
    from pipeline.store.folder import Store
    from pipeline.store.verify import verify

    findings = verify(Store(root), deep=deep)
    for finding in findings:
        print(f"{finding.where}: {finding.what}. {finding.remedy}")
    print(f"{len(findings)} findings" if findings else f"{root}: every promise holds")
    return 4 if findings else 0


def report_command(root: Path, generation: int | None) -> int:
    """`clean-corpus report`."""
    from pipeline.report.page import write_report
    from pipeline.store.folder import open_store

    print(write_report(open_store(root, create=False), generation))
    return 0


def rules_command(action: str, folder: str) -> int:
    """`clean-corpus rules test` and `rules list`."""
    from pipeline.rule_files import packs_in
    from pipeline.rules_command import rules_list, rules_test

    files = packs_in(folder)
    return rules_test(files) if action == "test" else rules_list(files)
