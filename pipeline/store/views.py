"""`current/`: the live files in plain folders, for people and for readers that know no manifest.

A view is a hint. It is built aside, renamed, and `current` is switched to it in one step, so that a reader sees one
run or another, never a mix. A view that was current stays a day longer for readers who opened it late.
"""

import errno
import os
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

from pipeline.errors import OutputError
from pipeline.store.files import reading, sha256_of, sync_folder, writing
from pipeline.store.folder import Store
from pipeline.store.kinds import REPORT, VIEWED
from pipeline.store.manifest import LiveFile, Manifest, newest
from pipeline.store.sweep import GRACE_SECONDS

_NO_LINKS = {errno.EPERM, errno.EXDEV, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS}


def publish(store: Store, manifest: Manifest, *, now: float | None = None) -> None:
    """Points `current` at a view of exactly the live files; removes views that were retired more than a day ago."""
    seconds = time.time() if now is None else now
    with writing(store.current, "All is committed, only `current` does not show it yet"):
        view = _existing(store, manifest) or _built(store, manifest)
        _switch(store, view, seconds)
        prune(store, seconds - GRACE_SECONDS)


def repair(store: Store) -> bool:
    """Makes the view agree with the newest manifest; whether there was anything to do.

    A run that was stopped between its commit and its view leaves the old view: every run begins with this.
    """
    manifest = newest(store)
    if manifest is None:
        return False
    with writing(store.current):
        fine = not differences(store, manifest, store.current)
    if not fine:
        publish(store, manifest)
    return not fine


def differences(store: Store, manifest: Manifest, view: Path) -> list[str]:
    """How a view differs from what the manifest says it must show, one line each; empty when it agrees."""
    if not view.is_dir():
        return [f"{view} is missing"]
    wanted = {_place(file): file for file in manifest.files if file.kind in (*VIEWED, REPORT)}
    found = {path.relative_to(view).as_posix() for path in view.rglob("*") if not path.is_dir() or path.is_symlink()}
    lines = [f"{view / name} does not belong there" for name in sorted(found - set(wanted))]
    lines += [f"{view / name} is missing" for name in sorted(set(wanted) - found)]
    for name in sorted(set(wanted) & found):
        if not _same(view / name, wanted[name], store):
            lines.append(f"{view / name} is not the file that the manifest names")
    return lines


def _place(file: LiveFile) -> str:
    """Where a file lies in a view."""
    return file.name if file.kind == REPORT else f"{file.kind}/{file.name}"


def _same(path: Path, file: LiveFile, store: Store) -> bool:
    try:
        if path.samefile(file.path(store)):
            return True
    except FileNotFoundError:
        return False
    return path.stat().st_size == file.bytes and sha256_of(path) == file.sha256


def _existing(store: Store, manifest: Manifest) -> Path | None:
    for view in sorted(store.views.glob(f"{manifest.generation:08d}*")):
        if ".tmp-" not in view.name and not differences(store, manifest, view):
            return view
    return None


def _built(store: Store, manifest: Manifest) -> Path:
    temporary = store.views / f"{manifest.generation:08d}.tmp-{secrets.token_hex(4)}"
    temporary.mkdir()
    for kind in VIEWED:
        (temporary / kind).mkdir()
    for file in manifest.files:
        if file.kind in (*VIEWED, REPORT):
            _show(file.path(store), temporary / _place(file))
    for folder in (*(temporary / kind for kind in VIEWED), temporary):
        sync_folder(folder)
    while True:
        try:
            return temporary.rename(store.views / _free_name(store, f"{manifest.generation:08d}"))
        except OSError as error:  # another run, whose lock did not work, took the name a moment ago
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise


def _free_name(store: Store, name: str) -> str:
    """The name, or `name-2`, `name-3`, ... where a damaged view has it: a name is never used twice."""
    taken = {path.name for path in store.views.iterdir()}
    number = 2
    free = name
    while free in taken:
        free = f"{name}-{number}"
        number += 1
    return free


def _show(source: Path, target: Path) -> None:
    with reading(source):
        source.lstat()
    try:
        target.hardlink_to(source)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copyfile(source, target)


def _switch(store: Store, view: Path, now: float) -> None:
    pointer = Path("views") / view.name  # relative: the store may be moved or mounted elsewhere
    if store.current.is_symlink():
        if store.current.readlink() == pointer:
            return
        retired = store.root / store.current.readlink()
        if retired.parent == store.views and retired.is_dir():
            os.utime(retired, (now, now))  # its day begins now
    elif store.current.exists():
        raise OutputError(f"{store.current} is not a link that this program made. Move it away, then run again.")
    sync_folder(store.views)
    temporary = store.root / f".current-{secrets.token_hex(4)}"
    try:
        temporary.symlink_to(pointer, target_is_directory=True)
        temporary.replace(store.current)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(store.root)


def prune(store: Store, limit: float) -> None:
    """Removes views that were retired before `limit` (seconds since 1970), and links that never became `current`."""
    if not store.current.is_symlink():
        return
    kept = store.current.readlink().name
    for view in sorted(store.views.iterdir()):
        with suppress(FileNotFoundError):  # another run, whose lock did not work, takes it away as well
            if view.name != kept and view.lstat().st_mtime < limit:
                shutil.rmtree(view)
    for link in sorted(store.root.glob(".current-*")):
        if link.lstat().st_mtime < limit:
            link.unlink(missing_ok=True)
