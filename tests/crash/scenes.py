"""What is done to a small store, and the states that readers may see before and after it."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.store.folder import Store
from pipeline.store.manifest import Manifest, newest
from tests.cli_kit import article
from tests.crash.warm import command


@dataclass(frozen=True, slots=True)
class Scene:
    """A store, and a command to be run on it. `{store}` and `{inbox}` in the arguments are paths."""

    name: str
    nights: int  # runs before
    arguments: tuple[str, ...]
    aged: bool = False  # all is older than the grace period


_RUN = ("run", "{inbox}", "--output", "{store}", "--log", "plain", "--workers", "1")
SCENES = {
    scene.name: scene
    for scene in (
        Scene("first", 0, _RUN),
        Scene("night", 1, _RUN),
        Scene("changed", 2, _RUN),
        Scene("retiring", 3, (*_RUN, "--set", "output.keep=1"), aged=True),
        Scene("compact", 3, ("compact", "--output", "{store}")),
        Scene("rollback", 3, ("rollback", "1", "--output", "{store}")),
    )
}


def put(inbox: Path, night: int) -> None:
    """Puts the file of a night into the inbox: new documents, a copy, a near copy, a bad record, a new version."""
    inbox.mkdir(exist_ok=True)
    first = article(1)
    rows: dict[int, list[dict[str, str]]] = {
        0: [{"id": "a", "text": f"{first}\n{article(2)}\n{first}\nContact: desk@example.org"}],
        1: [{"id": "b", "text": article(3)}, {"id": "c", "text": first.replace("of", "on", 1)}],
        2: [{"id": "a", "text": article(4)}, {"id": "d", "text": article(3)}],
        3: [{"id": "e", "text": f"{article(5)}\n{article(2)}"}],
    }
    lines = [json.dumps(row) for row in rows[night]] + ["{broken"] * (night == 1)
    (inbox / f"night{night}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Made:
    """A scene on disk: the store before, the inbox, and the two states."""

    scene: Scene
    folder: Path
    old: "Shown"
    new: "Shown"

    def arguments(self, store: Path) -> list[str]:
        """The command."""
        places = {"{store}": str(store), "{inbox}": str(self.folder / "in")}
        return [places.get(each, each) for each in self.scene.arguments]


@dataclass(frozen=True, slots=True)
class Shown:
    """A state: the corpus by the newest manifest, with digests of the real bytes, and what `current` shows."""

    corpus: tuple[Any, ...]
    view: tuple[tuple[str, str], ...]


def made(scene: Scene, folder: Path) -> Made:
    """The scene, and the command run once undisturbed on a copy of it."""
    folder.mkdir()
    store, after = folder / "store", folder / "after"
    places = Made(scene, folder, _NOTHING, _NOTHING)
    for night in range(scene.nights):
        put(folder / "in", night)
        code = command([each.format(store=store, inbox=folder / "in") for each in _RUN], folder / "said")
        assert code == 0, (folder / "said").read_text()
    if scene.name != "compact":
        put(folder / "in", scene.nights)
    if scene.aged:
        for path in (*(store / "manifests").iterdir(), *(store / "gen").rglob("*"), *(store / "gen").iterdir()):
            os.utime(path, (0, 0))
    copied(store, after)
    code = command(places.arguments(after), folder / "said")
    assert code == 0, (folder / "said").read_text()
    return Made(scene, folder, shown(store), shown(after))


def copied(store: Path, target: Path) -> Path:
    """A copy of a store in which only what is written in place is another file."""
    if not store.exists():
        return target

    def copy(source: str, to: str) -> None:
        if os.path.basename(source) in ("lock", "last_run.json"):  # noqa: PTH119  # called by shutil
            shutil.copy2(source, to)
        else:
            os.link(source, to)

    shutil.copytree(store, target, symlinks=True, copy_function=copy)
    return target


def shown(root: Path) -> Shown:
    """The state of a store. IntegrityError where it is none."""
    manifest = newest(Store(root)) if root.exists() else None
    return Shown(_corpus(root, manifest), tuple(sorted(_view(root))))


def _corpus(root: Path, manifest: Manifest | None) -> tuple[Any, ...]:
    if manifest is None:
        return ()
    files = tuple((file.kind, file.rows, file.chars, _digest(file.path(Store(root)))) for file in manifest.files)
    for file, (_, _, _, digest) in zip(manifest.files, files, strict=True):
        if digest != file.sha256:
            raise AssertionError(f"{file.path(Store(root))} is not what its manifest says")
    told = (manifest.generation, manifest.made_by, manifest.next_file)
    return (*told, sorted(manifest.inputs.items()), sorted(manifest.counts.items()), files)


def _view(root: Path) -> Iterator[tuple[str, str]]:
    current = root / "current"
    for path in current.rglob("*") if current.exists() else ():
        if path.is_file():
            yield path.relative_to(current).as_posix(), _digest(path)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


_NOTHING = Shown((), ())
