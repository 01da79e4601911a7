"""A generation that no run made: it follows the newest one, all or nothing, as a run's does."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pipeline.store.commit import begin, commit
from pipeline.store.files import writing
from pipeline.store.folder import Store
from pipeline.store.manifest import Manifest, parent_digest, sealed
from pipeline.store.sweep import discard
from pipeline.store.views import publish


def followed(store: Store, now: Manifest, made: Callable[[Path], Manifest | None]) -> Manifest | None:
    """Commits and publishes what `made`, given the folder of the new generation, returns; None for nothing to do.

    Number, parent and run id are set here. The lock must be held.
    """
    run_id = secrets.token_hex(4)
    number = now.generation + 1
    folder = begin(store, number, run_id)
    try:
        with writing(folder):
            manifest = made(folder)
        if manifest is None:
            discard(store, folder)
            return None
        manifest = sealed(
            replace(manifest, generation=number, parent=parent_digest(store, number), run_id=run_id, sha256="")
        )
        commit(store, manifest)
        publish(store, manifest)
    except BaseException:
        discard(store, folder)
        raise
    return manifest
