"""How a run ended, as `last_run.json` has it: for monitors, the log, and whoever is to be told."""

import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from signal import SIGINT

import orjson

from pipeline import __version__
from pipeline.commands.notify import notify
from pipeline.config import Settings
from pipeline.errors import BrakeError, ClearError, Stopped
from pipeline.run import Outcome
from pipeline.store.files import Json
from pipeline.store.last_run import write_last_run


def done(outcome: Outcome, store: Path, started: float) -> dict[str, Json]:
    """What there is to say about a run that did what it should."""
    return {
        "exit_code": 0,
        "message": "nothing new" if outcome.generation is None else f"published generation {outcome.generation}",
        **_common(store, started),
        "generation": outcome.generation,
        "files_read": outcome.files,
        "files_known": outcome.known_files,
        "files_skipped": len(outcome.skipped),
        "counts": dict(outcome.counts),
        "changes": dict(outcome.changes),
        "warnings": list(outcome.warnings),
        "accepted": list(outcome.accepted),
    }


def failed(error: BaseException, store: Path, started: float) -> dict[str, Json]:
    """What there is to say about a run that did not."""
    clear = isinstance(error, ClearError)
    message = str(error) if clear else f"{type(error).__name__}: {error}"[:1000]
    told: dict[str, Json] = {"exit_code": code_of(error), "message": message, **_common(store, started)}
    if isinstance(error, BrakeError) and error.findings:
        told |= {"brake": list(error.findings), "report": error.report}
    return told


def _common(store: Path, started: float) -> dict[str, Json]:
    now = time.time()
    return {
        "started": int(started),
        "ended": int(now),
        "seconds": round(now - started, 1),
        "store": str(store.absolute()),
        "host": socket.gethostname(),
        "version": __version__,
    }


def code_of(error: BaseException) -> int:
    """The exit code that `cli.main` makes of an error."""
    if isinstance(error, ClearError | Stopped):
        return error.code
    return 128 + SIGINT if isinstance(error, KeyboardInterrupt) else 1


def note(store: Path, payload: Mapping[str, Json]) -> None:
    """Writes `last_run.json`. Where what it tells of has failed, it raises nothing: of two errors the first counts."""
    done = payload["exit_code"] == 0
    so = (f"All is done ({payload['message']}), only this note of it is missing",) if done else ()
    try:
        write_last_run(store, payload, *so)
    except ClearError as error:
        if done:
            raise
        sys.stderr.write(f"clean-corpus: {error}\n")


def tell(settings: Settings, payload: Mapping[str, Json], log: str) -> None:
    """Writes `last_run.json`, the line of a JSON log, and tells whom the settings name."""
    note(Path(settings.output.path), payload)
    if log == "json":
        sys.stdout.write(orjson.dumps(payload).decode() + "\n")
    for line in notify(settings.notify, payload):
        sys.stderr.write(f"clean-corpus: {line}\n")
