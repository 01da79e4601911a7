"""Arguments of the commands that take care of a store. No logic; each imports what it needs when it is called."""

import argparse
from pathlib import Path
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_care(commands: Commands) -> None:
    """The commands that take care of a store: forget, verify, rollback, compact, stats."""
    _add_forget(commands.add_parser("forget", help="take documents out of the store, and keep them out"))
    verify = commands.add_parser("verify", help="check every promise that can be checked on a store")
    depth = verify.add_mutually_exclusive_group()
    depth.add_argument("--fast", action="store_true", help="chain of manifests, presence and sizes of files only")
    depth.add_argument("--full", action="store_true", help="all that can be checked (the default)")
    depth.add_argument("--subset", metavar="N/T", help="contents of the N-th of T parts of the files, all else fast")
    verify.add_argument(
        "--against", action="append", default=[], metavar="INBOX", help="is every document of it here? (repeatable)"
    )
    verify.set_defaults(command=_verify)
    rollback = commands.add_parser("rollback", help="publish an earlier generation's state anew")
    rollback.add_argument("number", nargs="?", type=int, metavar="N", help="generation (default: the one before)")
    rollback.set_defaults(command=_rollback)
    compact = commands.add_parser("compact", help="lay small files of many nights together")
    compact.set_defaults(command=_compact)
    stats = commands.add_parser("stats", help="generations, and files, rows and bytes by kind")
    stats.add_argument("--json", action="store_true", help="as one JSON object")
    stats.set_defaults(command=_stats)
    for sub in (verify, rollback, compact, stats):
        add_output(sub)


def add_output(parser: argparse.ArgumentParser) -> None:
    """The store that a command is about."""
    parser.add_argument("--output", default="data/clean", metavar="DIR", help="the store (default: data/clean)")


def _add_forget(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", nargs="*", metavar="DOC_ID", help="names of documents")
    parser.add_argument("--path", metavar="P", help="all documents of this input file, or of this folder of the inbox")
    parser.add_argument("--source", metavar="S", help="all documents of this source")
    parser.add_argument("--copies", action="store_true", help="also documents with an equal text")
    parser.add_argument("--purge", action="store_true", help="drop earlier generations, which still hold the texts")
    parser.add_argument("--undo", action="store_true", help="let these documents come back with the next run")
    parser.add_argument("--dry-run", action="store_true", help="tell what would go, change nothing")
    parser.add_argument("--log", choices=("auto", "plain", "json"), default="auto", help="how progress is told")
    add_output(parser)
    parser.set_defaults(command=_forget)


def _forget(parsed: argparse.Namespace) -> int:
    from pipeline.commands.forget import forget_command, undo_command
    from pipeline.nights.forget import Asked

    asked = Asked(tuple(parsed.ids), parsed.path, parsed.source, parsed.copies)
    root = Path(parsed.output)
    if parsed.undo:
        return undo_command(root, asked, parsed.log, alone=not (parsed.purge or parsed.dry_run))
    return forget_command(root, asked, purging=parsed.purge, dry_run=parsed.dry_run, log=parsed.log)


def _verify(parsed: argparse.Namespace) -> int:
    from pipeline.commands.care import verify_command

    return verify_command(Path(parsed.output), fast=parsed.fast, subset=parsed.subset, inboxes=parsed.against)


def _rollback(parsed: argparse.Namespace) -> int:
    from pipeline.commands.care import rollback_command

    return rollback_command(Path(parsed.output), parsed.number)


def _compact(parsed: argparse.Namespace) -> int:
    from pipeline.commands.care import compact_command

    return compact_command(Path(parsed.output))


def _stats(parsed: argparse.Namespace) -> int:
    from pipeline.commands.care import stats_command

    return stats_command(Path(parsed.output), as_json=parsed.json)
