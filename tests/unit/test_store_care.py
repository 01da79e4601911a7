"""Rollback, compact, stats and the parts of verify, on a store made by hand."""

import json
from pathlib import Path

import pytest

from pipeline.errors import IntegrityError, SettingsError
from pipeline.store.compact import compact
from pipeline.store.explain import explain
from pipeline.store.folder import Store
from pipeline.store.kinds import SCHEMAS
from pipeline.store.manifest import Manifest, generations, load_manifest
from pipeline.store.read import live_files, read_table
from pipeline.store.restore import restore
from pipeline.store.rollback import rollback
from pipeline.store.stats import stats
from pipeline.store.subset import Subset
from pipeline.store.sweep import GRACE_SECONDS
from pipeline.store.verify import verify
from pipeline.store.verify_files import manifests_of
from tests.store_kit import current, ids, later_night, run, three_nights

NOW = 1_900_000_000.0
DAY = GRACE_SECONDS


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return three_nights(tmp_path / "store")


# --- rollback ---------------------------------------------------------------------------------------------------------


def test_a_rollback_is_a_new_generation_with_the_files_of_an_earlier_one(store: Store) -> None:
    before = {path.name: path.read_bytes() for path in store.manifests.iterdir()}
    made = rollback(store, 1)
    assert made == current(store)
    first = load_manifest(store, 1)
    assert (made.generation, made.made_by) == (4, "rollback 1")
    assert (made.files, made.inputs, made.next_file, made.counts) == (
        first.files, first.inputs, first.next_file, first.counts,
    )  # fmt: skip
    assert ids(store) == ["a", "b", "c"]
    assert {name: (store.manifests / name).read_bytes() for name in before} == before
    assert verify(store, deep=True) == []


def test_a_run_after_a_rollback_adds_to_the_earlier_state(store: Store) -> None:
    rollback(store, 1)
    run(store.root, later_night(5), "n5")
    assert ids(store) == ["a", "b", "c", "n5"]
    assert rollback(store, 3)
    assert ids(store) == ["a", "b", "c", "e", "n3"]
    assert verify(store, deep=True) == []


def test_without_a_number_each_rollback_goes_one_state_further_back(store: Store) -> None:
    assert rollback(store, None)
    assert ids(store) == ["a", "b", "c", "e"]
    assert rollback(store, None)
    assert ids(store) == ["a", "b", "c"]
    with pytest.raises(SettingsError, match="no generation 0"):
        rollback(store, None)
    assert current(store).generation == 5


def test_a_rollback_to_what_is_current_does_nothing(store: Store) -> None:
    assert rollback(store, 3) is None
    rollback(store, 2)
    assert rollback(store, 2) is None  # as after a crash behind the commit
    assert generations(store) == [1, 2, 3, 4]
    assert sorted(path.name for path in store.gen.iterdir())[:3] == ["g00000001-n1", "g00000002-n2", "g00000003-n3"]
    assert len(list(store.gen.iterdir())) == 4


@pytest.mark.parametrize("number", [0, 4, -1])
def test_a_rollback_to_a_generation_that_is_not_there_says_which_are(store: Store, number: int) -> None:
    with pytest.raises(SettingsError, match=rf"no generation {number} .* there are 1 to 3"):
        rollback(store, number)


def test_a_rollback_never_brings_forgotten_documents_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    real = load_manifest

    def forgetting(of: Store, number: int) -> Manifest:
        return replace(real(of, number), made_by="forget") if number == 2 else real(of, number)

    monkeypatch.setattr("pipeline.store.rollback.load_manifest", forgetting)
    with pytest.raises(SettingsError, match="generation 2 forgot documents"):
        rollback(store, 1)
    assert rollback(store, 2)


def test_a_rollback_to_files_that_are_damaged_publishes_nothing(store: Store) -> None:
    (lost,) = live_files(store, "documents", load_manifest(store, 1))
    lost.unlink()
    with pytest.raises(IntegrityError, match=lost.name):
        rollback(store, 2)
    assert current(store).generation == 3
    assert len(list(store.gen.iterdir())) == 3


# --- compact ----------------------------------------------------------------------------------------------------------


def test_compact_makes_few_files_and_changes_no_answer(store: Store) -> None:
    everyone = ["a", "b", "c", "d", "e", "n3"]
    before = {kind: read_table(store, kind) for kind in SCHEMAS}
    answers = [(explain(store, each), restore(store, each)) for each in everyone]
    made = compact(store)
    assert made == current(store)
    assert made.made_by == "compact"
    assert {kind: len(live_files(store, kind, made)) for kind in SCHEMAS} == dict.fromkeys(SCHEMAS, 1)
    for kind, table in before.items():
        assert read_table(store, kind).equals(table), kind
    assert [(explain(store, each), restore(store, each)) for each in everyone] == answers
    assert (made.counts, made.inputs, made.next_file) == (
        load_manifest(store, 3).counts, load_manifest(store, 3).inputs, 3,
    )  # fmt: skip
    assert verify(store, deep=True) == []
    assert compact(store) is None
    assert current(store).generation == 4


def test_a_compacted_store_goes_on_and_can_be_taken_back(store: Store) -> None:
    compact(store)
    run(store.root, later_night(5), "n5")
    assert ids(store) == ["a", "b", "c", "e", "n3", "n5"]
    assert rollback(store, None)  # the state before the run: as compacted
    assert ids(store) == ["a", "b", "c", "e", "n3"]
    assert rollback(store, None)  # compacting made no other state, so it is no step
    assert ids(store) == ["a", "b", "c", "e"]
    assert verify(store, deep=True) == []


def test_large_files_stay_as_they_are(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = [file.bytes for file in current(store).files if file.kind == "documents"]
    monkeypatch.setattr("pipeline.store.compact.MERGED_BYTES", sizes[1] + sizes[2])
    before = live_files(store, "documents", current(store))
    made = compact(store)
    assert made
    after = live_files(store, "documents", made)
    assert after[0] == before[0]
    assert len(after) == 2
    assert ids(store) == ["a", "b", "c", "e", "n3"]


def test_compact_gives_damage_no_new_digest(store: Store) -> None:
    path = live_files(store, "documents", current(store))[1]
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content[:-20] + bytes([content[-20] ^ 1]) + content[-19:])
    with pytest.raises(IntegrityError, match=path.name):
        compact(store)
    assert current(store).generation == 3


def test_files_of_other_kinds_are_left_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.store.compact.APPENDED", ("documents",))
    made = compact(store)
    assert made
    assert live_files(store, "index", made) == live_files(store, "index", load_manifest(store, 3))


# --- stats ------------------------------------------------------------------------------------------------------------


def test_stats_add_up_to_the_files_on_disk(store: Store) -> None:
    compact(store)
    found = stats(store)
    told = json.loads(json.dumps(found.as_json()))
    assert (told["generation"], told["generations"]) == (4, [1, 2, 3, 4])
    assert told["made_by"] == {"compact": 1, "run": 3}
    kinds = {row["kind"]: row for row in told["kinds"]}
    assert (kinds["documents"]["files"], kinds["documents"]["rows"]) == (1, 5)
    assert kinds["documents"]["chars"] == told["counts"]["chars_out"]
    assert sum(row["share"] for row in told["kinds"]) == pytest.approx(1)
    disk = sum(path.stat().st_size for path in store.gen.rglob("*") if path.is_file())
    assert told["bytes"] + told["older_bytes"] == disk
    assert told["manifest_bytes"] == sum(path.stat().st_size for path in store.manifests.iterdir())


# --- verify -----------------------------------------------------------------------------------------------------------


def flip(path: Path, at: int) -> bytes:
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    return content


def test_every_file_is_in_exactly_one_part_and_found_there(store: Store) -> None:
    parts = [Subset(number, 5) for number in range(1, 6)]
    files = {file for manifest in manifests_of(store)[0] for file in manifest.files}
    for file in files:
        content = flip(file.path(store), file.bytes // 2)
        found = [str(file.path(store)) in {each.where for each in verify(store, deep=True, subset=p)} for p in parts]
        assert found == [part.holds(file) for part in parts]
        assert sum(found) == 1, file
        file.path(store).write_bytes(content)
    assert len({part for part in parts for file in files if part.holds(file)}) > 2
    assert [verify(store, deep=True, subset=part) for part in parts] == [[]] * 5


def test_fast_finds_what_is_missing_or_cut_and_reads_no_data(store: Store) -> None:
    for file in current(store).files:
        path = file.path(store)
        content = flip(path, file.bytes // 2)
        assert verify(store, deep=False) == []
        path.write_bytes(content[:-1])
        assert [each.where for each in verify(store, deep=False)] == [str(path)]
        path.write_bytes(content)
    (store.manifests / "00000002.json").unlink()
    assert [each.where for each in verify(store, deep=False)] == [str(store.manifests / "00000002.json")]
