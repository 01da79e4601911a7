"""Takes away what runs that did not end well left behind."""

import math
import shutil
import time
from contextlib import suppress
from pathlib import Path

from pipeline.errors import ClearError, IntegrityError
from pipeline.store.commit import TEMPORARY_MANIFEST
from pipeline.store.files import writing
from pipeline.store.folder import Store
from pipeline.store.manifest import generation_folder, generations, load_manifest
from pipeline.store.owner import OWNER_NAME, surely_dead

GRACE_SECONDS = 24 * 3600  # a run on another machine, whose lock did not work, may own what is younger


def sweep(store: Store, *, now: float | None = None) -> tuple[Path, ...]:
    """Removes generation folders and temporary files that no manifest names; what it removed.

    Only what is older than a day, or was made by a process that has surely ended (or by this one: call it with the
    lock held and before `begin`). `now` is in seconds since 1970. A store with a broken manifest is left alone.
    """
    try:
        named = _named_folders(store)
    except IntegrityError:
        return ()
    limit = (time.time() if now is None else now) - GRACE_SECONDS
    removed = []
    ended = {f"{TEMPORARY_MANIFEST}{_run_id(name)}" for name in named}
    with writing(store.gen):
        for folder in sorted(store.gen.iterdir()):
            if folder.name in named:
                (folder / OWNER_NAME).unlink(missing_ok=True)  # the run died right after its commit
            elif surely_dead(folder) or _last_change(folder) < limit:
                _remove(folder)
                removed.append(folder)
                ended.add(f"{TEMPORARY_MANIFEST}{_run_id(folder.name)}")
        for file in sorted(store.manifests.glob(f"{TEMPORARY_MANIFEST}*")):
            if file.name in ended or _last_change(file) < limit:
                file.unlink(missing_ok=True)
                removed.append(file)
        for file in sorted([*store.root.glob(".last_run.json.tmp-*"), *store.root.glob(".corpus.json.new-*")]):
            if _last_change(file) < limit:
                file.unlink(missing_ok=True)
                removed.append(file)
    return tuple(removed)


def _run_id(folder: str) -> str:
    return folder.partition("-")[2]


def discard(store: Store, folder: Path) -> bool:
    """Removes the generation folder of a run that failed, unless a manifest names it; whether it was removed.

    A run may fail after its commit (the view, the report, Ctrl-C): then its folder is the corpus, and stays. Never
    raises: the error that brought us here is the one to tell, and the next run sweeps.
    """
    try:
        if folder.parent != store.gen or folder.name in _named_folders(store):
            return False
        shutil.rmtree(folder)
    except (ClearError, OSError):
        return False
    return True


def _named_folders(store: Store) -> set[str]:
    named = set()
    for number in generations(store):
        manifest = load_manifest(store, number)
        named.add(generation_folder(manifest.generation, manifest.run_id))
        named.update(file.folder for file in manifest.files)
    return named


def _inside(folder: Path) -> list[Path]:
    return list(folder.rglob("*")) if folder.is_dir() and not folder.is_symlink() else []


def _last_change(path: Path) -> float:
    """Seconds since 1970 of the newest thing in a folder, or of a file; endless where somebody is at it right now."""
    try:
        return max(each.lstat().st_mtime for each in (path, *_inside(path)))
    except FileNotFoundError:
        return math.inf


def _remove(path: Path) -> None:
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
        return
    with suppress(FileNotFoundError):  # another run, whose lock did not work, sweeps as well
        shutil.rmtree(path)
