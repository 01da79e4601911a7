"""The protocol broken on purpose, one way a mutant: a harness that sees no faults would let them pass.

Each is a function that patches the modules of this process.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pipeline.run
import pipeline.store.commit
import pipeline.store.files
import pipeline.store.following
import pipeline.store.last_run
import pipeline.store.retention
import pipeline.store.views
from pipeline.store.folder import Store
from pipeline.store.manifest import Manifest

_commit = pipeline.store.commit.commit
_publish = pipeline.store.views.publish


def published_first() -> None:
    """The view shows what may never be committed."""

    def commit(store: Store, manifest: Manifest) -> None:
        _publish(store, manifest)
        _commit(store, manifest)

    pipeline.run.commit = pipeline.store.following.commit = commit  # type: ignore[attr-defined]


def filled_in_place() -> None:
    """The manifest has its number before it has its content."""

    def link(final: Path, temporary: Path) -> None:
        with final.open("xb") as file:
            os.fsync(file.fileno())
            file.write(temporary.read_bytes())

    pipeline.store.commit._link = link


def committed_before_written() -> None:
    """The manifest has its number before the files of the generation are settled."""

    def commit(store: Store, manifest: Manifest) -> None:
        path = store.manifests / f"{manifest.generation:08d}.json"
        folder = store.gen / f"g{manifest.generation:08d}-{manifest.run_id}"
        hidden = folder.with_name(f"{folder.name}-not-yet")
        folder.rename(hidden)
        pipeline.store.files.write_synced(path, pipeline.store.commit.manifest_bytes(manifest))
        hidden.rename(folder)

    pipeline.run.commit = pipeline.store.following.commit = commit  # type: ignore[attr-defined]


def nothing_swept() -> None:
    """What a run that died left behind stays."""
    pipeline.run.sweep = lambda store: ()  # type: ignore[attr-defined]


def nothing_repaired() -> None:
    """A view that a run did not come to make is never made."""
    pipeline.run.repair = lambda store: False  # type: ignore[attr-defined]


def switched_in_two_steps() -> None:
    """There is a moment without `current`."""

    def switch(store: Store, view: Path, now: float) -> None:
        store.current.unlink(missing_ok=True)
        store.current.symlink_to(Path("views") / view.name, target_is_directory=True)

    pipeline.store.views._switch = switch


def errors_swallowed() -> None:
    """What cannot be written is passed over."""

    @contextmanager
    def writing(path: Path) -> Iterator[None]:
        with suppress(OSError):
            yield

    pipeline.run.writing = pipeline.store.commit.writing = writing  # type: ignore[attr-defined]


def errors_raw() -> None:
    """What cannot be written ends the run as a bug."""

    @contextmanager
    def writing(path: Path) -> Iterator[None]:
        yield

    pipeline.run.writing = pipeline.store.commit.writing = writing  # type: ignore[attr-defined]


def told_in_place() -> None:
    """last_run.json is written over itself."""
    pipeline.store.last_run.replace_file = lambda path, content: path.write_bytes(content)  # type: ignore[attr-defined]


def files_before_manifests() -> None:
    """Retention deletes the files first, and then the manifests that name them."""
    retired = pipeline.store.retention._retired

    def early(store: Store, numbers: list[int], keep: int, limit: float) -> tuple[int, ...]:
        gone = retired(store, numbers, keep, limit)
        kept = [pipeline.store.retention.load_manifest(store, number) for number in numbers if number not in gone]
        named = {file.path(store) for manifest in kept for file in manifest.files}
        for number in gone:
            for file in pipeline.store.retention.load_manifest(store, number).files:
                if file.path(store) not in named:
                    file.path(store).unlink(missing_ok=True)
        return gone

    pipeline.store.retention._retired = early  # type: ignore[assignment]


def replaced() -> None:
    """A manifest may take the place of another one."""
    pipeline.store.commit._check = lambda store, manifest: None
    pipeline.store.commit._link = lambda final, temporary: temporary.replace(final) and None


class Mutant(NamedTuple):
    """How a mutant is to be seen: with a fault at the calls of a scene in whose path `near` stands."""

    scene: str
    fault: str
    near: str
    apply: Callable[[], None]


MUTANTS = {
    "published first": Mutant("night", "kill", "/manifests/", published_first),
    "manifest filled in place": Mutant("night", "kill", "/manifests/", filled_in_place),
    "committed before written": Mutant("compact", "kill", "/gen/", committed_before_written),
    "nothing swept": Mutant("night", "kill", "/.documents", nothing_swept),
    "nothing repaired": Mutant("night", "kill", "/views/", nothing_repaired),
    "view switched in two steps": Mutant("rollback", "kill", "/current", switched_in_two_steps),
    "errors swallowed": Mutant("night", "EIO", "/manifests/", errors_swallowed),
    "errors raw": Mutant("night", "EIO", "/manifests/", errors_raw),
    "told in place": Mutant("night", "kill", "/last_run", told_in_place),
    "replaced, not linked": Mutant("race", "", "", replaced),
    "files before manifests": Mutant("retiring", "kill", "/gen/g00000001", files_before_manifests),
}
