"""Many small files of many nights become few, with the same rows in the same order: same content, same answers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from pipeline.errors import IntegrityError
from pipeline.store.files import reading, sha256_of
from pipeline.store.folder import Store
from pipeline.store.following import followed
from pipeline.store.kinds import APPENDED, SCHEMAS
from pipeline.store.law import check_law
from pipeline.store.lock import hold
from pipeline.store.manifest import LiveFile, Manifest, live_files_of
from pipeline.store.parquet import read_batches, write_empty, write_parquet
from pipeline.store.read import current_manifest
from pipeline.store.sweep import sweep
from pipeline.store.views import repair

MERGED_BYTES = 16 << 20  # on disk, together: about what a file of `parquet.FILE_BYTES` of values takes


def compact(store: Store) -> Manifest | None:
    """Commits the same corpus in fewer files; None where there is nothing to lay together.

    Only neighbours that are small go into one file: large ones stay, so that the work grows with what came since.
    Generations before this one keep the files that they have, until they are retired.
    """
    with hold(store):
        repair(store)
        sweep(store)
        now = current_manifest(store)
        return followed(store, now, lambda folder: _compacted(store, now, folder))


def _compacted(store: Store, now: Manifest, folder: Path) -> Manifest | None:
    """The manifest with fewer files, which lie in `folder`; None where it has no fewer."""
    files: list[LiveFile] = []
    for kind in dict.fromkeys(file.kind for file in now.files):
        ours = [file for file in now.files if file.kind == kind]
        if kind not in APPENDED:
            files += ours
            continue
        for group in _groups(ours):
            files += _merged(store, group, folder, level=_level(now))
    if len(files) == len(now.files):
        return None
    check_law(now.counts, files)
    return replace(now, files=tuple(files), made_by="compact")


def _level(now: Manifest) -> int:
    section = now.settings.get("output")
    found = section.get("zstd_level") if isinstance(section, dict) else None
    return found if isinstance(found, int) else 3


def _groups(files: Sequence[LiveFile]) -> Iterator[list[LiveFile]]:
    """Neighbours that fit into one file."""
    group: list[LiveFile] = []
    for file in files:
        if group and sum(each.bytes for each in group) + file.bytes > MERGED_BYTES:
            yield group
            group = []
        group.append(file)
    if group:
        yield group


def _merged(store: Store, group: Sequence[LiveFile], folder: Path, *, level: int) -> tuple[LiveFile, ...]:
    """The same rows in fewer files, or the files themselves where that does not make fewer."""
    if len(group) == 1:
        return tuple(group)
    kind = group[0].kind
    schema = SCHEMAS[kind]
    rows = (batch for file in group for batch in _checked_rows(store, file))
    facts = list(write_parquet(rows, folder=str(folder), name=kind, schema=schema, level=level))
    made = live_files_of(facts or [write_empty(folder, kind, schema=schema, level=level)], folder.name)
    sums = [(sum(file.rows for file in files), sum(file.chars for file in files)) for files in (group, made)]
    if sums[0] != sums[1]:
        raise IntegrityError(
            f"files of kind {kind} hold {sums[0]} rows and characters, and {sums[1]} when laid together: "
            "this is a bug, please report it. Nothing was published."
        )
    return made if len(made) < len(group) else tuple(group)


def _checked_rows(store: Store, file: LiveFile) -> Iterator[pa.RecordBatch]:
    """The rows of a file that is byte for byte the one that was written: damage must not get a new digest."""
    path = file.path(store)
    with reading(path):
        if sha256_of(path) != file.sha256:
            raise ValueError("it holds other bytes than were written")
        yield from read_batches(path)
