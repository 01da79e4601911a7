"""A command with a fault at each of its system calls, one after the other, each followed by one more start."""

import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.errors import ClearError
from pipeline.store.folder import Store
from pipeline.store.manifest import generation_folder, generations, load_manifest
from pipeline.store.owner import OWNER_NAME
from pipeline.store.verify import verify
from tests.crash.scenes import Made, copied, shown
from tests.crash.shim import Call, State
from tests.crash.warm import command

KILLED = -9
# What a process that died left in the root, and nobody can tell from what one that lives is about to rename: a day.
_AGED = (".last_run.json.tmp-", ".current-", ".corpus.json.new-")
_ROOT = {"manifests", "gen", "views", "cache", "current", "corpus.json", "lock", "last_run.json"}


def points(made: Made) -> list[Call]:
    """Every call of the command that changes the disk."""
    folder = made.folder / "counted"
    store = copied(made.folder / "store", folder / "store") if (made.folder / "store").exists() else folder / "store"
    folder.mkdir(exist_ok=True)
    state = State(made.folder / "state")
    assert command(made.arguments(store), made.folder / "said", state) == 0, (made.folder / "said").read_text()
    shutil.rmtree(folder)
    return state.calls()


def wrongs(made: Made, fault: str, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
    """What goes wrong with the fault at the calls of these numbers, from 1."""
    for number in numbers:
        folder = made.folder / f"{fault}-{number}"
        folder.mkdir()
        store = copied(made.folder / "store", folder / "store")
        state = State(folder / "state", at=number, fault=fault)
        code = command(made.arguments(store), folder / "said", state)
        first = (folder / "said").read_text(errors="replace")
        _, fired = state.seen()
        if not fired:
            yield number, "the fault never came"
        for line in (*_after_fault(made, store, code, first), *_after_all(made, store, folder)):
            yield number, line
        shutil.rmtree(folder)


def _after_fault(made: Made, store: Path, code: int, said: str) -> Iterator[str]:
    """What is wrong right after the fault: readers see the one state or the other, and somebody was told."""
    try:
        now = shown(store)
    except (ClearError, OSError, AssertionError) as error:
        yield f"after the fault there is no state: {error}"
        return
    if now.corpus not in (made.old.corpus, made.new.corpus):
        yield "after the fault the corpus is neither the old one nor the new one"
    if now.view not in (made.old.view, made.new.view):
        yield "after the fault `current` is neither the old one nor the new one"
    if now.view == made.new.view and now.corpus != made.new.corpus and made.old.view != made.new.view:
        yield "after the fault `current` shows what is not committed"
    if (store / "corpus.json").exists():
        yield from (f"after the fault: {each.where}: {each.what}" for each in _findings(store))
    yield from _last_run(store)
    if code == 0 and now.corpus != made.new.corpus:
        yield "exit code 0, and nothing is committed"
    if "othing of this run is published" in said and now.corpus != made.old.corpus:
        yield f"it says that nothing is published, and it is: {said[-900:]}"
    if "All is " in said and now.corpus != made.new.corpus:
        yield f"it says that all is committed, and it is not: {said[-900:]}"
    if code not in (0, 7, KILLED) or "Traceback" in said or (code == 7 and "clean-corpus: " not in said):
        yield f"exit code {code}, and it says: {said[-900:]}"


def _findings(store: Path) -> list[object]:
    return [each for each in verify(Store(store), deep=False) if "current" not in each.where]


def _after_all(made: Made, store: Path, folder: Path) -> Iterator[str]:
    """What is wrong after one more start of the same command, undisturbed."""
    code = command(made.arguments(store), folder / "said")
    if code:
        yield f"the next start ended with {code}: {(folder / 'said').read_text(errors='replace')[-900:]}"
        return
    now = shown(store)
    if now != made.new:
        how = _difference(now.corpus, made.new.corpus)
        yield f"the next start does not lead to the state of an undisturbed run: {how}"
    yield from (f"after the next start {line}" for line in _leftovers(store))


def _difference(one: tuple[object, ...], other: tuple[object, ...]) -> str:
    return "; ".join(f"{a} instead of {b}"[:300] for a, b in zip(one, other, strict=False) if a != b) or "the view"


def _leftovers(root: Path) -> Iterator[str]:
    """What does not belong into a store that is at rest."""
    store = Store(root)
    manifests = [load_manifest(store, number) for number in generations(store)]
    named = {file.path(store) for each in manifests for file in each.files}
    folders = {store.gen / generation_folder(each.generation, each.run_id) for each in manifests}
    folders |= {path.parent for path in named}
    for path in store.gen.rglob("*"):
        if path not in named and path not in folders and not _young(path, store):
            yield f"{path.relative_to(root)} is left"
    yield from (f"{path.name} is left" for path in store.manifests.iterdir() if not path.name.endswith(".json"))
    for path in root.iterdir():
        if path.name not in _ROOT and not path.name.startswith(_AGED):
            yield f"{path.name} is left"


def _young(path: Path, store: Store) -> bool:
    """A folder whose maker died before it had marked it as its own: nobody can tell whose it is for a day."""
    folder = path.parent if path.name == OWNER_NAME else path
    if folder.parent != store.gen or {each.name for each in folder.iterdir()} - {OWNER_NAME}:
        return False
    try:
        json.loads((folder / OWNER_NAME).read_bytes())
    except (FileNotFoundError, ValueError):
        return True
    return False


def _last_run(root: Path) -> Iterator[str]:
    try:
        json.loads((root / "last_run.json").read_bytes())
    except FileNotFoundError:
        return
    except ValueError:
        yield "last_run.json is no JSON"
