"""The command line: parses arguments, calls one function, maps errors to exit codes (see `errors`). No logic."""

import argparse
import gc
import io
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from pipeline import __version__
from pipeline.commands.care_arguments import add_care, add_output
from pipeline.errors import ClearError, Stopped

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code."""
    if arguments is None:
        _open_standard_files()
    if isinstance(sys.stdout, io.TextIOWrapper):  # clean text is UTF-8 wherever it goes, as it is in a store
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    parsed = _parser().parse_args(arguments)
    parsed.alone = arguments is None  # nothing but this command runs in the process
    if parsed.alone:  # numpy's matrix products are not used here, and their threads would be in the way of forks
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    command: Command = parsed.command
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    as_json = getattr(parsed, "log", None) == "json"
    try:
        return command(parsed)
    except ClearError as error:
        return _failed(str(error), error.code, as_json=as_json)
    except Stopped as stopped:
        name = signal.Signals(stopped.number).name
        return _failed(f"stopped by {name}; nothing was published", stopped.code, as_json=as_json)
    except KeyboardInterrupt:
        return _failed("interrupted; nothing was published", 128 + signal.SIGINT, as_json=as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception:  # a bug: say all we know
        known = traceback.format_exc()
        if not as_json:
            sys.stderr.write(known)
        said = "this is a bug in clean-corpus; nothing was published"
        return _failed(f"{said}\n{known}" if as_json else said, 1, as_json=as_json)


def _failed(message: str, code: int, *, as_json: bool) -> int:
    """Says it on standard error, in a JSON log as one line; the code."""
    line = json.dumps({"error": message, "exit_code": code}) if as_json else f"clean-corpus: {message}"
    sys.stderr.write(f"{line}\n")
    return code


def _open_standard_files() -> None:
    """Opens nothing at all in place of standard files that are closed: else a file of the store would become one."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            handle = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, which is this one
            setattr(sys, name, os.fdopen(handle, "r" if number == 0 else "w", encoding="utf-8"))


def _stop(number: int, _: FrameType | None) -> None:
    raise Stopped(number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="clean-corpus",
        description="Raw crawled documents in, clean Parquet out, with a ledger of what was removed.",
    )
    parser.add_argument("--version", action="version", version=f"clean-corpus {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_run(commands.add_parser("run", help="clean what is new and publish it"))
    _add_clean(commands.add_parser("clean", help="clean one document, print the text"))
    for name, text, command in (
        ("explain", "what was removed from a document, and why", _explain),
        ("restore", "the normalized text of a document, before removals", _restore),
    ):
        sub = commands.add_parser(name, help=text)
        sub.add_argument("doc_id", metavar="DOC_ID")
        add_output(sub)
        sub.set_defaults(command=command)
    add_care(commands)
    report = commands.add_parser("report", help="write the review page and say where it is")
    report.add_argument("--run", type=int, metavar="ID", help="generation to look at (default: the newest)")
    add_output(report)
    report.set_defaults(command=_report)
    _add_rules(commands.add_parser("rules", help="the rules that cut tails"))
    _add_schedule(commands.add_parser("schedule", help="run by itself every night"))
    return parser


def _add_rules(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION", dest="action")
    test = actions.add_parser("test", help="run each rule's own examples")
    listed = actions.add_parser("list", help="what the rules are")
    listed.add_argument("--kind", help="only rules of this kind")
    listed.add_argument("--language", help="only rules of this language, or `any`")
    for sub in (test, listed):
        sub.add_argument("--rules", default="configs/rules", metavar="DIR", help="folder of rule packs")
        sub.set_defaults(command=_rules)
    tried = actions.add_parser("try", help="what a rule would take from a corpus; nothing is written")
    tried.add_argument("pattern", metavar="PATTERN", help="in RE2, as in a rule pack, without parts")
    tried.add_argument("paths", nargs="*", metavar="PATH", help="files or folders, in place of input.paths")
    tried.add_argument("--kind", default="other", help="what it would be a rule of (default: other)")
    tried.add_argument("--where", choices=("tail", "head", "glued"), default="tail", help="(default: tail)")
    _add_settings(tried)
    tried.set_defaults(command=_rules_try)


def _add_schedule(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION", dest="action")
    install = actions.add_parser("install", help="plan a run each night: a systemd timer, or a crontab entry")
    install.add_argument("paths", nargs="*", metavar="PATH", help="files or folders, in place of input.paths")
    install.add_argument("--at", default="02:00", metavar="HH:MM", help="by the clock of the machine (default: 02:00)")
    install.add_argument("--by", choices=("auto", "systemd", "cron"), default="auto", help="what starts it")
    install.add_argument("--system", action="store_true", help="in the system's manager and not in the user's (root)")
    show = actions.add_parser("show", help="when the next run is, and how the last one ended")
    remove = actions.add_parser("remove", help="take the schedule away, and nothing else")
    for sub in (install, show, remove):
        sub.add_argument("--output", metavar="DIR", help="the store, in place of output.path")
        _add_settings(sub)
        sub.set_defaults(command=_schedule)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file (default: the defaults)")
    parser.add_argument("--set", dest="sets", action="append", default=[], metavar="KEY=VALUE", help="one setting")


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders, in place of input.paths")
    parser.add_argument("--output", metavar="DIR", help="the store, in place of output.path")
    parser.add_argument("--workers", type=int, metavar="N", help="processes (default: one a core)")
    parser.add_argument("--engine", choices=("local",), help="where the stages run")
    parser.add_argument("--log", choices=("auto", "plain", "json"), default="auto", help="how progress is told")
    parser.add_argument("--dry-run", action="store_true", help="list what would be read, change nothing")
    parser.add_argument("--accept", action="store_true", help="publish what the brake held back in the last run")
    _add_settings(parser)
    parser.set_defaults(command=_run)


def _add_clean(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a file, or - for standard input")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--diff", action="store_true", help="show what went, and why")
    shown.add_argument("--json", action="store_true", help="text and removals as JSON")
    _add_settings(parser)
    parser.set_defaults(command=_clean)


# Each command imports what it needs: `--help` and `explain` do not wait for compiled kernels.


def _run(parsed: argparse.Namespace) -> int:
    gc.disable()  # what imports make stays until the end: to look through it for garbage would take 0.3 s
    from pipeline.commands.run import run_command

    if parsed.alone:
        gc.freeze()
    gc.enable()
    sets = list(parsed.sets)
    for key, value in (
        ("output.path", parsed.output),
        ("engine.workers", parsed.workers),
        ("engine.name", parsed.engine),
    ):
        if value is not None:
            sets.append(f"{key}={_quoted(value)}")
    how = {"dry_run": parsed.dry_run, "accept": parsed.accept}
    try:
        return run_command(parsed.config, sets, parsed.paths, log=parsed.log, **how)
    finally:
        gc.unfreeze()  # DuckDB says at the end what nobody has taken away


def _schedule(parsed: argparse.Namespace) -> int:
    from pipeline.commands.run import schedule_command

    sets = list(parsed.sets)
    if parsed.output is not None:
        sets.append(f"output.path={_quoted(parsed.output)}")
    how = {name: getattr(parsed, name) for name in ("at", "by", "system") if hasattr(parsed, name)}
    return schedule_command(parsed.action, parsed.config, sets, getattr(parsed, "paths", []), **how)


def _quoted(value: object) -> str:
    """A value of the command line as YAML: strings in quotes, so that a folder named 12 stays a string."""
    return json.dumps(value, ensure_ascii=False)


def _clean(parsed: argparse.Namespace) -> int:
    from pipeline.commands.run import clean_command

    shown = "diff" if parsed.diff else "json" if parsed.json else "text"
    return clean_command(parsed.file, parsed.config, parsed.sets, shown)


def _explain(parsed: argparse.Namespace) -> int:
    from pipeline.store.explain import explain
    from pipeline.store.folder import open_store

    sys.stdout.write(explain(open_store(Path(parsed.output), create=False), parsed.doc_id))
    return 0


def _restore(parsed: argparse.Namespace) -> int:
    from pipeline.store.folder import open_store
    from pipeline.store.restore import restore

    sys.stdout.write(restore(open_store(Path(parsed.output), create=False), parsed.doc_id))
    return 0


def _report(parsed: argparse.Namespace) -> int:
    from pipeline.commands.run import report_command

    return report_command(Path(parsed.output), parsed.run)


def _rules(parsed: argparse.Namespace) -> int:
    from pipeline.commands.run import rules_command

    kind, language = (getattr(parsed, name, None) for name in ("kind", "language"))
    return rules_command(parsed.action, parsed.rules, kind, language)


def _rules_try(parsed: argparse.Namespace) -> int:
    from pipeline.commands.run import try_command

    return try_command(parsed.pattern, parsed.config, parsed.sets, parsed.paths, parsed.kind, parsed.where)
