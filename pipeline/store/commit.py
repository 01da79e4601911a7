"""All or nothing: a run becomes visible in one step, the link that gives its manifest a number nobody else has.

The order is: data on disk, manifest on disk under another name, `link` (which fails when the number is taken), folder
on disk. Before the link nobody sees anything; after it everything is there. Each step that is left out was shown to
lose data in some power cut or race; see `tests/crash`.
"""

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from pipeline.errors import IntegrityError, LockedError, OutputError
from pipeline.store.files import reading, sync_file, sync_folder, write_synced, writing
from pipeline.store.folder import Store
from pipeline.store.kinds import OF_THE_WHOLE, REPORT, REPORT_NAME, SCHEMAS
from pipeline.store.manifest import (
    LiveFile,
    Manifest,
    generation_folder,
    generations,
    live_files_of,
    manifest_bytes,
    manifest_path,
    parent_digest,
    plain_live_file,
    sealed,
)
from pipeline.store.owner import OWNER_NAME, own_mark
from pipeline.store.parquet import write_empty

TEMPORARY_MANIFEST = ".tmp-"


def begin(store: Store, generation: int, run_id: str) -> Path:
    """A new folder for all that this run adds. `run_id` must never have been used in this store."""
    folder = store.gen / generation_folder(generation, run_id)
    with writing(folder):
        folder.mkdir()
        try:
            write_synced(folder / OWNER_NAME, own_mark())
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)  # nobody could tell later whose it was
            raise
    return folder


def new_files(
    folder: Path, facts: Iterable[pa.RecordBatch], *, earlier: Iterable[LiveFile], level: int
) -> tuple[LiveFile, ...]:
    """The live files after this run: the earlier ones, those of `facts`, and an empty one for a kind without any.

    The report is one of them when `folder` has one; it takes the place of the earlier one, as does what each run makes
    anew for the whole corpus.
    """
    has_report = (folder / REPORT_NAME).exists()
    replaced = {*OF_THE_WHOLE, *([REPORT] if has_report else [])}
    files = [file for file in earlier if file.kind not in replaced]
    files += live_files_of(facts, folder.name)
    kinds = {file.kind for file in files}
    for kind, schema in SCHEMAS.items():
        if kind not in kinds:
            files += live_files_of([write_empty(folder, kind, schema=schema, level=level)], folder.name)
    if has_report:
        files.append(plain_live_file(folder / REPORT_NAME, kind=REPORT))
    return tuple(files)


def commit(store: Store, manifest: Manifest) -> None:
    """Makes the manifest the current state. LockedError if another run took its number first.

    Raises before anything is visible when a file is missing or the manifest does not follow the newest one.
    """
    _check(store, manifest)
    folder = store.gen / generation_folder(manifest.generation, manifest.run_id)
    with writing(folder):
        _settle_folder(store, folder, manifest)
    temporary = store.manifests / f"{TEMPORARY_MANIFEST}{manifest.run_id}"
    try:
        with writing(temporary):
            write_synced(temporary, manifest_bytes(manifest))
            _link(manifest_path(store, manifest.generation), temporary)
        _confirm(store, manifest)
    finally:
        _tidy(temporary)
    _tidy(folder / OWNER_NAME)


def _link(final: Path, temporary: Path) -> None:
    try:
        final.hardlink_to(temporary)
    except FileExistsError as error:
        raise LockedError(
            f"another run committed first: {final.name} is there already. Nothing of this run is published; "
            "run the same command again, it will go on from there."
        ) from error


def _tidy(path: Path) -> None:
    with suppress(OSError):  # all is committed, or an error is on its way; what is left here is swept later
        path.unlink(missing_ok=True)


def _confirm(store: Store, manifest: Manifest) -> None:
    try:
        sync_folder(store.manifests)
    except OSError as error:
        raise OutputError(
            f"generation {manifest.generation} is published, but the disk did not confirm it ({error.strerror}): "
            "check the disk, then run the same command again; it will find out."
        ) from error


def _check(store: Store, manifest: Manifest) -> None:
    if manifest != sealed(manifest):
        raise IntegrityError(f"manifest {manifest.generation} is not sealed: this is a bug, please report it.")
    numbers = generations(store)
    if manifest.generation in numbers:
        raise LockedError(
            f"another run committed first: generation {manifest.generation} is there already. Nothing of this run is "
            "published; run the same command again, it will go on from there."
        )
    if manifest.generation != (numbers[-1] if numbers else 0) + 1:
        raise IntegrityError(f"generation {manifest.generation} does not follow {numbers[-1:] or 'an empty store'}.")
    if manifest.parent != parent_digest(store, manifest.generation):
        raise IntegrityError(f"generation {manifest.generation} was built on another manifest than the newest one.")
    paths = [file.path(store) for file in manifest.files]
    if len(set(paths)) != len(paths):
        raise IntegrityError(f"generation {manifest.generation} names a file twice: this is a bug, please report it.")
    for file in manifest.files:
        with reading(file.path(store)):
            found = file.path(store).lstat().st_size
            if found != file.bytes:
                raise ValueError(f"it has {found} bytes, not {file.bytes}")


def _settle_folder(store: Store, folder: Path, manifest: Manifest) -> None:
    """Takes away what workers that died left behind, makes the rest read-only, and brings it to the disk."""
    ours = {file.name for file in manifest.files if file.folder == folder.name}
    for path in sorted(folder.iterdir()):
        if path.name == OWNER_NAME:
            continue
        if path.name in ours:
            path.chmod(0o444)
            sync_file(path)
        elif path.suffix in {".parquet", ".tmp"}:
            path.unlink()
        else:
            raise IntegrityError(f"{path} is in no manifest: this is a bug, please report it.")
    sync_folder(folder)
    sync_folder(store.gen)
