"""A run that is stopped at any of its writes, or whose disk fails there, leaves the old state or the new one."""

import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.errors import ClearError, LockedError
from pipeline.store import commit as commit_module
from pipeline.store.commit import commit
from pipeline.store.folder import Store, open_store
from pipeline.store.lock import hold
from pipeline.store.manifest import newest
from pipeline.store.sweep import sweep
from pipeline.store.verify import verify
from pipeline.store.views import publish, repair
from tests.store_kit import Prepared, Tables, first_night, prepare, run, second_night

WRITES = ("fsync", "rename", "link", "replace", "symlink", "unlink", "rmdir", "mkdir", "chmod", "utime", "open")
OLD, NEW = ["a", "b", "c"], ["a", "b", "c", "e"]
MOST_POINTS = 500


class Killed(BaseException):
    """The process ends here; whatever it would still do on its way out, it does not do."""


class Faults:
    """Counts the calls that change the disk; call number `at` fails, or is where the process dies."""

    def __init__(self, at: int, kind: str) -> None:
        self.at = at
        self.kind = kind
        self.calls = 0

    def before(self) -> None:
        self.calls += 1
        if self.kind == "kill" and self.calls >= self.at:
            raise Killed
        if self.kind != "kill" and self.calls == self.at:
            number = getattr(errno, self.kind)
            raise OSError(number, os.strerror(number))


@contextmanager
def watched(before: Callable[[str, tuple[object, ...]], None]) -> Iterator[None]:
    """Calls `before` ahead of every call that changes the disk."""

    def around(name: str) -> Callable[..., object]:
        real = getattr(os, name)

        def call(*args: object, **options: object) -> object:
            before(name, args)
            return real(*args, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in WRITES:
            patch.setattr(os, name, around(name))
        yield


def one_run(root: Path, night: Tables, run_id: str) -> None:
    """A run of the command line: finishes what the last one left, and does nothing when the night is in already."""
    wanted = 1 if night == first_night() else 2
    store = open_store(root, create=True)
    with hold(store):
        repair(store)
        sweep(store)
        manifest = newest(store)
        if manifest is None or manifest.generation < wanted:
            prepared = prepare(store, night, run_id)
            commit(store, prepared.manifest)
            publish(store, prepared.manifest)


def shown(root: Path) -> list[str]:
    """The ids that somebody sees who opens `current` without knowing anything of manifests."""
    folder = root / "current" / "documents"
    if not folder.exists():
        return []
    return sorted(each for path in folder.iterdir() for each in pq.read_table(path).column("doc_id").to_pylist())


def state(root: Path) -> int:
    store = Store(root)
    manifest = newest(store)
    return manifest.generation if manifest else 0


@pytest.fixture(scope="module")
def after_first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("template") / "store"
    run(root, first_night(), "n1")
    return root


def sweep_of_faults(make: Callable[[int], Path], night: Tables, kind: str) -> tuple[int, list[str]]:
    """Runs a night with a fault at every point, each followed by one more run: number of points, what went wrong."""
    wrong: list[str] = []
    target = 1 if night == first_night() else 2
    for at in range(1, MOST_POINTS):
        root = make(at)
        faults = Faults(at, kind)
        ended: BaseException | None = None
        with watched(lambda name, args, faults=faults: faults.before()):  # type: ignore[misc]
            try:
                one_run(root, night, "one")
            except (Killed, ClearError) as error:
                ended = error
        wrong += [f"{kind} at {at}: {line}" for line in _problems(root, target, ended)]
        one_run(root, night, "two")
        wrong += [f"{kind} at {at}, after the next run: {line}" for line in _unfinished(root, target)]
        shutil.rmtree(root)
        if faults.calls < at:
            return at - 1, wrong
    raise AssertionError("the run never got to its end")


def _problems(root: Path, target: int, ended: BaseException | None) -> Iterator[str]:
    """What is wrong right after a fault."""
    ids = {0: [], 1: OLD, 2: NEW}
    now = state(root) if root.exists() else 0
    if now not in (target - 1, target):
        yield f"the store is at generation {now}"
    if ended is None and now != target:
        yield "the run said it was done, and nothing is committed"
    seen = shown(root)
    if seen not in (ids[target - 1], ids[now]):
        yield f"a reader sees {seen} at generation {now}"
    if root.exists() and (root / "corpus.json").exists():
        yield from (
            f"{each.where}: {each.what}" for each in verify(Store(root), deep=True) if "current" not in each.where
        )


def _unfinished(root: Path, target: int) -> Iterator[str]:
    """What is wrong after the run that follows."""
    store = open_store(root, create=False)
    if state(root) != target or shown(root) != (OLD if target == 1 else NEW):
        yield f"generation {state(root)}, readers see {shown(root)}"
    yield from (f"{each.where}: {each.what}" for each in verify(store, deep=True))
    manifest = newest(store)
    folders = {path.name for path in store.gen.iterdir()}
    if manifest and {file.folder for file in manifest.files} != folders:
        yield f"leftovers in {folders}"


KINDS = ["kill", "EIO", "ENOSPC"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_write_of_a_night_leaves_the_old_or_the_new(
    after_first: Path, tmp_path: Path, kind: str
) -> None:
    def make(at: int) -> Path:
        return Path(shutil.copytree(after_first, tmp_path / f"s{at}", symlinks=True))

    points, wrong = sweep_of_faults(make, second_night(), kind)
    assert wrong == []
    assert points >= 60


# A first night writes as a later one does, into an empty store; `make crash` has all faults of both.
@pytest.mark.parametrize("kind", [KINDS[0], *(pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS[1:])])
def test_a_fault_at_any_write_of_the_first_night_leaves_nothing_or_all(tmp_path: Path, kind: str) -> None:
    points, wrong = sweep_of_faults(lambda at: tmp_path / f"s{at}", first_night(), kind)
    assert wrong == []
    assert points >= 80


def _published_first(store: Store, manifest: object) -> None:
    publish(store, manifest)  # type: ignore[arg-type]
    commit_module.commit(store, manifest)  # type: ignore[arg-type]


def _in_place(final: Path, temporary: Path) -> None:
    """The manifest appears empty and is filled later."""
    final.touch()
    os.fsync(os.open(final.parent, os.O_RDONLY))
    final.write_bytes(temporary.read_bytes())


@pytest.mark.parametrize("mutant", ["published first", "manifest filled in place"])
def test_the_harness_sees_a_wrong_order(
    after_first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutant: str
) -> None:
    if mutant == "published first":
        monkeypatch.setattr(f"{__name__}.commit", _published_first)
    else:
        monkeypatch.setattr(commit_module, "_link", _in_place)

    def make(at: int) -> Path:
        return Path(shutil.copytree(after_first, tmp_path / f"s{at}", symlinks=True))

    try:
        _, wrong = sweep_of_faults(make, second_night(), "kill")
    except ClearError as error:  # the run after the fault could not even begin
        wrong = [str(error)]
    assert wrong


def test_a_reader_never_sees_a_mix(after_first: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(after_first, tmp_path / "store", symlinks=True))
    looks: list[tuple[int, list[str]]] = []
    with watched(lambda name, args: looks.append((state(root), shown(root)))):
        one_run(root, second_night(), "n2")
    assert set(map(str, looks)) == {str((1, OLD)), str((2, OLD)), str((2, NEW))}
    assert looks == sorted(looks, key=lambda look: (look[0], len(look[1])))


def synced_too_late(root: Path) -> list[str]:
    """Runs the second night; which files and folders were not on the disk when the manifest got its number."""
    synced: set[str] = set()
    missing: list[str] = []

    def before(name: str, args: tuple[object, ...]) -> None:
        if name == "fsync":
            synced.add(os.readlink(f"/proc/self/fd/{args[0]}"))  # noqa: PTH115  # a handle, not a path
        elif name == "link" and "manifests" in str(args[1]):
            wanted = [*(root / "gen" / "g00000002-n2").glob("[!.]*"), root / "gen" / "g00000002-n2", root / "gen"]
            missing.extend(str(path) for path in [*wanted, Path(str(args[0]))] if str(path) not in synced)
            synced.clear()

    with watched(before):
        one_run(root, second_night(), "n2")
    return [*missing, *({str(root / "manifests")} - synced)]


def test_all_is_on_the_disk_before_the_manifest_counts(after_first: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(after_first, tmp_path / "store", symlinks=True))
    assert synced_too_late(root) == []


@pytest.mark.parametrize("left_out", ["sync_file", "sync_folder"])
def test_a_sync_that_is_left_out_is_seen(
    after_first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_out: str
) -> None:
    root = Path(shutil.copytree(after_first, tmp_path / "store", symlinks=True))
    monkeypatch.setattr(commit_module, left_out, lambda path: None)
    assert synced_too_late(root)


def race(store: Store, prepared: list[Prepared]) -> list[str]:
    """How each of several commits at the same moment ended."""
    barrier = threading.Barrier(len(prepared))
    ends: list[str] = []

    def start(one: Prepared) -> None:
        barrier.wait()
        try:
            commit(store, one.manifest)
            ends.append("committed")
        except LockedError:
            ends.append("too late")

    threads = [threading.Thread(target=start, args=(one,)) for one in prepared]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_of_three_runs_without_a_lock_exactly_one_commits(after_first: Path, tmp_path: Path) -> None:
    for attempt in range(8):
        store = Store(Path(shutil.copytree(after_first, tmp_path / f"s{attempt}", symlinks=True)))
        ends = race(store, [prepare(store, second_night(), f"r{number}") for number in range(3)])
        assert ends == ["committed", "too late", "too late"]
        repair(store)
        assert verify(store, deep=True) == []
        assert shown(store.root) == NEW
