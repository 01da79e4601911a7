"""`clean-corpus forget`: which documents, what is told about them, and how it ended."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from pipeline.brake.held import printable
from pipeline.commands.ended import note
from pipeline.commands.summary import Teller
from pipeline.errors import ClearError, SettingsError
from pipeline.nights.forget import Asked, Going, forget, going, remember
from pipeline.store.folder import open_store

_SHOWN = 20  # names; the others are counted


def forget_command(root: Path, asked: Asked, *, purging: bool, dry_run: bool, log: str) -> int:
    """Takes documents out, or tells what would go; 0 when there is nothing left of them to take out."""
    _refuse_nothing(asked, purging=purging)
    if dry_run:
        _print(_told(going(open_store(root, create=False), asked), "would go"))
        if purging:
            _say("all earlier generations would go as well: there would be no way back")
        _say("nothing was changed")
        return 0
    started = int(time.time())
    teller = Teller(log)
    try:
        with teller:
            done = forget(root, asked, purging=purging, progress=teller.progress)
    except ClearError as error:
        note(root, {"exit_code": error.code, "message": str(error), "started": started})
        raise
    _print(_told(done.going, "went"))
    count = len(done.going.rows)
    if done.generation is None:
        message = "nothing to forget that is not out already"
    else:
        message = (
            f"forgot {count:,} {'document' if count == 1 else 'documents'}: published generation {done.generation}"
        )
    if done.purged is not None:
        message += f"; took away {done.purged:,} earlier generations and all their files"
    _say(message)
    if done.purged is None:
        _say("earlier generations still hold the texts: the same command with --purge takes them away")
    note(root, {"exit_code": 0, "message": message, "started": started, "generation": done.generation})
    return 0


def undo_command(root: Path, asked: Asked, log: str, *, alone: bool) -> int:
    """Lets documents come back that were forgotten."""
    if asked != Asked(asked.ids) or not asked.ids or not alone:
        raise SettingsError("forget --undo takes names of forgotten documents, and no other options.")
    teller = Teller(log)
    with teller:
        generation = remember(root, asked.ids, teller.progress)
    _say(
        f"published generation {generation}: the next run reads the files of these documents again, "
        "where they still lie in the inbox"
    )
    return 0


def _refuse_nothing(asked: Asked, *, purging: bool) -> None:
    if asked in (Asked(), Asked(copies=True)) and not purging:
        raise SettingsError("forget what? Name documents, or give --path or --source.")


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        _say(line)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _told(found: Going, verb: str) -> Iterator[str]:
    count = len(found.rows)
    if count:
        yield f"{count:,} {'document' if count == 1 else 'documents'} {verb}:"
    for row in found.rows.slice(0, _SHOWN).to_pylist():
        where = f"{row['path']}, source {row['source']}, {row['chars_in']:,} characters"
        yield f"  {printable(row['doc_id'])} ({printable(where)})"
    if count > _SHOWN:
        yield f"  and {count - _SHOWN:,} more"
    if found.out_already:
        yield f"out already: {_names(found.out_already)}"
    if found.leaning:
        yield (
            f"{found.leaning:,} removals in {found.leaning_documents:,} other documents were made beside these: "
            "what has no other copy comes back"
        )
    if found.copies:
        yield f"with an equal text, and staying (--copies takes them too): {_names(found.copies)}"
    if found.inputs:
        yield f"the inbox may still hold them, and is yours to change: {_names([each.path for each in found.inputs])}"


def _names(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(map(printable, names[:_SHOWN])) + more
