"""How the last run ended, for monitors and for `make`, which turns every exit code into 2."""

import json
from collections.abc import Mapping
from pathlib import Path

from pipeline.store.files import Json, canonical_json, replace_file, writing
from pipeline.store.folder import Store


def write_last_run(root: Path, payload: Mapping[str, Json], so: str = "How the run ended is not noted") -> None:
    """Replaces last_run.json in one step. Does nothing in a folder that is no store: a refused run leaves no trace.

    `so`: what the run left behind, for the message of an error.
    """
    store = Store(root)
    if store.corpus_json.exists():
        with writing(store.last_run, so):
            replace_file(store.last_run, canonical_json(payload))


def read_last_run(store: Store) -> dict[str, Json] | None:
    """How the last run ended; None where none has, or where nobody can tell."""
    try:
        told = json.loads(store.last_run.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
