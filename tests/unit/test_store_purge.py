"""A purge may be stopped anywhere: what the manifests name is there, and the next purge takes the rest."""

import shutil
from pathlib import Path

import pytest

from pipeline.store.folder import Store, open_store
from pipeline.store.manifest import Manifest, generations, newest
from pipeline.store.purge import purge
from pipeline.store.retire import without
from pipeline.store.verify import verify
from pipeline.store.views import repair
from tests.store_kit import first_night, run, second_night


class StoppedError(Exception):
    pass


def two_nights(root: Path) -> Store:
    run(root, first_night(), "one")
    run(root, second_night(), "two")
    store = open_store(root, create=False)
    (store.cache / "old").mkdir()
    (store.cache / "old" / "file").write_text("old")
    (store.root / "reports").mkdir()
    (store.gen / "g00000009-dead").mkdir()
    (store.gen / "g00000009-dead" / "documents-1.parquet").write_text("old")
    return store


def files(store: Store) -> set[str]:
    return {path.relative_to(store.root).as_posix() for path in store.root.rglob("*") if path.is_file()}


def purge_until(store: Store, step: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """A purge that is stopped before its removal number `step`; whether it was."""
    left = [step]

    def counted(remove: object) -> object:
        def removing(*arguments: object, **named: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise StoppedError
            return remove(*arguments, **named)  # type: ignore[operator]

        return removing

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", counted(Path.unlink))
        patch.setattr(Path, "rmdir", counted(Path.rmdir))
        patch.setattr(shutil, "rmtree", counted(shutil.rmtree))
        try:
            purge(store, _newest(store))
        except StoppedError:
            return True
    return False


def _newest(store: Store) -> Manifest:
    manifest = newest(store)
    assert manifest is not None
    return manifest


def test_a_purge_leaves_what_the_newest_manifest_names(tmp_path: Path) -> None:
    store = two_nights(tmp_path / "out")
    assert purge(store, _newest(store)) == 1
    live = {file.path(store).relative_to(store.root).as_posix() for file in _newest(store).files}
    assert {path for path in files(store) if path.startswith("gen/")} == live
    assert {path.split("/")[1] for path in files(store) if path.startswith("views/")} == {"00000002"}
    assert (generations(store), list(store.cache.iterdir()), (store.root / "reports").exists()) == ([2], [], False)
    assert [each for each in verify(store, deep=False) if "current" not in each.where] == []
    run(tmp_path / "out", second_night() | {"documents": [], "index": []}, "three")
    assert generations(store) == [2, 3]


def test_a_purge_stopped_anywhere_is_whole_and_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = two_nights(tmp_path / "whole")
    purge(store, _newest(store))
    whole = {path for path in files(store) if not path.startswith("gen/")}
    step = 0
    while True:
        store = two_nights(tmp_path / str(step))
        stopped = purge_until(store, step, monkeypatch)
        assert verify(store, deep=False) == []
        repair(store)
        purge(store, _newest(store))
        assert {path for path in files(store) if not path.startswith("gen/")} == whole
        assert verify(store, deep=False) == []
        if not stopped:
            break
        step += 1
    assert step == 8  # a manifest, an old folder, a view, a cache, reports, and what they hold


def test_files_without_a_retired_row_stay_as_they_are(tmp_path: Path) -> None:
    store = two_nights(tmp_path / "out")
    manifest = _newest(store)
    folder = tmp_path / "new"
    folder.mkdir()
    left = without(store, manifest, frozenset({"d"}), frozenset(), folder=folder, level=3)
    gone = {file.kind for file in manifest.files} - {file.kind for file in left.files}
    assert gone == {"duplicates", "ledger"}  # of the index there is another file
    assert [file for file in manifest.files if file.kind == "documents"] == [
        file for file in left.files if file.kind == "documents"
    ]
    assert left.retired == {
        "duplicates": 1, "documents_in": 1, "chars_in": 11, "chars_out": 0, "ledger_rows": 1, "chars_removed": 11,
        "index_rows": 1,
    }  # fmt: skip
    rows = {row["kind"]: row["rows"] for batch in left.facts for row in batch.to_pylist()}
    assert rows == {"ledger": 4, "index": 3}
