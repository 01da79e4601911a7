"""Which generations and files are deleted, and when."""

import os
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.store.compact import compact
from pipeline.store.folder import Store
from pipeline.store.manifest import generations
from pipeline.store.retention import retire
from pipeline.store.rollback import rollback
from pipeline.store.sweep import GRACE_SECONDS, sweep
from pipeline.store.verify import verify
from tests.store_kit import current, ids, later_night, run, three_nights

NOW = 1_900_000_000.0
DAY = GRACE_SECONDS


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return three_nights(tmp_path / "store")


def aged(store: Store, number: int, days: float) -> None:
    os.utime(store.manifests / f"{number:08d}.json", (NOW - days * DAY,) * 2)


def test_a_generation_is_retired_a_day_after_the_next_one_came(store: Store) -> None:
    for number in (1, 2, 3):
        aged(store, number, 5 - number)
    assert retire(store, keep=3, now=NOW) == ()
    aged(store, 2, 0.9)
    assert retire(store, keep=1, now=NOW) == ()  # somebody may have opened generation 1 until 0.9 days ago
    aged(store, 2, 1.1)
    aged(store, 3, 0.9)
    assert retire(store, keep=1, now=NOW) == (1,)
    assert generations(store) == [2, 3]
    assert ids(store) == ["a", "b", "c", "e", "n3"]
    assert verify(store, deep=True) == []
    with pytest.raises(SettingsError, match="there are 2 to 3"):
        rollback(store, 1)


def test_only_files_that_no_kept_generation_names_are_deleted(store: Store) -> None:
    compact(store)
    everything = set(store.gen.rglob("*.parquet"))
    named = {file.path(store) for file in current(store).files}
    for number in (1, 2, 3, 4):
        aged(store, number, 10 - number)
    assert retire(store, keep=2, now=NOW) == (1, 2)
    left = {path for path in everything if not path.name.startswith("templates-")}  # those are made anew each time
    assert set(store.gen.rglob("*.parquet")) >= left  # generation 3 has them all
    assert retire(store, keep=1, now=NOW) == (3,)
    assert set(store.gen.rglob("*")) >= named
    sweep(store, now=NOW * 2)  # folders that no manifest names
    kept = {path for path in store.gen.rglob("*") if path.is_file()}
    assert kept == named
    assert verify(store, deep=True) == []
    run(store.root, later_night(5), "n5")
    assert ids(store) == ["a", "b", "c", "e", "n3", "n5"]


def test_retirement_that_was_stopped_is_finished_by_the_next(store: Store) -> None:
    compact(store)
    for number in (1, 2, 3):
        (store.manifests / f"{number:08d}.json").unlink()  # and then the power went
    assert retire(store, keep=30, now=NOW) == ()
    sweep(store, now=NOW * 2)
    assert {path for path in store.gen.rglob("*") if path.is_file()} == {
        file.path(store) for file in current(store).files
    }


def test_a_store_with_a_broken_or_missing_manifest_is_left_alone(store: Store) -> None:
    run(store.root, later_night(4), "n4")
    for number in (1, 2, 3, 4):
        aged(store, number, 10 - number)
    path = store.manifests / "00000002.json"
    content = path.read_bytes()
    files = sorted(store.gen.rglob("*"))
    for damage in (content[:-9], None):
        path.unlink()
        if damage is not None:
            path.write_bytes(damage)
        assert retire(store, keep=1, now=NOW) == ()
        assert sorted(store.gen.rglob("*")) == files
    assert (store.manifests / "00000001.json").exists()
