import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import IntegrityError, LockedError, OutputError
from pipeline.store.commit import begin, commit
from pipeline.store.folder import Store, open_store
from pipeline.store.law import COUNTS, check_law
from pipeline.store.manifest import generations, newest, sealed
from pipeline.store.owner import OWNER_NAME
from pipeline.store.sweep import GRACE_SECONDS, discard, sweep
from pipeline.store.verify import verify
from pipeline.store.views import publish, repair
from tests.store_kit import first_night, prepare, run, second_night

NOW = 1_900_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> Store:
    run(tmp_path / "store", first_night(), "n1")
    return open_store(tmp_path / "store", create=False)


def test_what_died_before_it_got_its_name_goes_after_a_day(store: Store) -> None:
    note = store.root / ".last_run.json.tmp-0a1b2c3d"
    note.touch()
    os.utime(note, (NOW, NOW))
    assert sweep(store, now=NOW + GRACE_SECONDS - 1) == ()
    assert sweep(store, now=NOW + GRACE_SECONDS + 1) == (note,)


def test_what_a_run_that_died_behind_its_commit_left_goes_at_once(store: Store) -> None:
    owner = store.gen / "g00000001-n1" / OWNER_NAME
    temporary = store.manifests / ".tmp-n1"
    for path in (owner, temporary):
        path.touch()
    assert sweep(store) == (temporary,)
    assert not owner.exists()


def test_of_two_runs_at_once_one_commits(store: Store) -> None:
    one = prepare(store, second_night(), "one")
    two = prepare(store, first_night() | {"documents": []} and second_night(), "two")
    commit(store, one.manifest)
    with pytest.raises(LockedError, match="another run committed first"):
        commit(store, two.manifest)
    current = newest(store)
    assert current == one.manifest
    assert (store.gen / "g00000002-two").exists()  # for `sweep` to take
    publish(store, one.manifest)
    assert verify(store, deep=True) == []


def test_the_link_decides_even_when_nobody_looked_before(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    one = prepare(store, second_night(), "one")
    two = prepare(store, second_night(), "two")
    commit(store, one.manifest)
    monkeypatch.setattr("pipeline.store.commit.generations", lambda _: [1])  # as it was a moment ago
    with pytest.raises(LockedError, match=r"00000002\.json is there already"):
        commit(store, two.manifest)
    monkeypatch.undo()
    assert newest(store) == one.manifest
    assert [path.name for path in store.manifests.iterdir() if path.name.startswith(".tmp-")] == []


def test_committed_files_are_read_only_and_nothing_else_is_in_their_folder(store: Store) -> None:
    prepared = prepare(store, second_night(), "n2")
    folder = store.gen / "g00000002-n2"
    (folder / "ledger-00.parquet").write_bytes(b"of a worker that died")
    (folder / ".ledger-x.tmp").write_bytes(b"of another")
    commit(store, prepared.manifest)
    names = {file.name for file in prepared.manifest.files if file.folder == folder.name}
    assert {path.name for path in folder.iterdir()} == names
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o444}


def test_a_file_that_no_manifest_names_stops_the_commit(store: Store) -> None:
    prepared = prepare(store, second_night(), "n2")
    (store.gen / "g00000002-n2" / "notes.txt").write_text("?", encoding="utf-8")
    with pytest.raises(IntegrityError, match=r"notes\.txt is in no manifest"):
        commit(store, prepared.manifest)
    assert generations(store) == [1]


def test_what_does_not_fit_is_not_committed(store: Store) -> None:
    good = prepare(store, second_night(), "n2").manifest
    first = good.files[0]
    wrong = {
        "not sealed": replace(good, next_file=99),
        "does not follow": sealed(replace(good, generation=3)),
        "another manifest": sealed(replace(good, parent="0" * 64)),
        "names a file twice": sealed(replace(good, files=(*good.files, first))),
        "not 1": sealed(replace(good, files=(replace(first, bytes=1), *good.files[1:]))),
        "damaged or missing": sealed(replace(good, files=(replace(first, name="gone.parquet"), *good.files[1:]))),
    }
    for message, manifest in wrong.items():
        with pytest.raises(IntegrityError, match=message):
            commit(store, manifest)
    assert generations(store) == [1]
    commit(store, good)


def test_names_never_lead_out_of_the_store(store: Store) -> None:
    for run_id in ("../x", "a/b", "", ".", "..", "a\n"):
        with pytest.raises(ValueError, match="a run id is made of"):
            begin(store, 2, run_id)
    good = prepare(store, second_night(), "n2").manifest
    for change in ({"name": "../../../etc/passwd"}, {"folder": ".."}, {"kind": "a/b"}):
        bad = sealed(replace(good, files=(*good.files, replace(good.files[0], **change))))
        path = store.manifests / "00000002.json"
        path.write_bytes(_bytes(bad))
        with pytest.raises(IntegrityError, match="is not a plain name"):
            newest(store)
        path.unlink()


def _bytes(manifest: object) -> bytes:
    from pipeline.store.manifest import manifest_bytes

    return manifest_bytes(manifest)  # type: ignore[arg-type]


def test_the_law_names_its_numbers(store: Store) -> None:
    manifest = newest(store)
    assert manifest
    check_law(manifest.counts, manifest.files)
    for name in COUNTS:
        with pytest.raises(IntegrityError, match=r"= [\d,]+ but .* = [\d,]+"):
            check_law({**manifest.counts, name: manifest.counts[name] + 1}, manifest.files)
        with pytest.raises(IntegrityError, match=f"the counts lack {name}"):
            check_law({key: value for key, value in manifest.counts.items() if key != name}, manifest.files)
    with pytest.raises(IntegrityError, match="rows in documents files"):
        check_law(manifest.counts, manifest.files[1:])


def test_the_sweep_takes_what_a_dead_process_left(store: Store) -> None:
    program = "import os, pipeline.store.owner as o, sys; open(sys.argv[1], 'wb').write(o.own_mark())"
    dead, alive, unknown = (store.gen / f"g00000002-{name}" for name in ("dead", "alive", "unknown"))
    for folder in (dead, alive, unknown):
        folder.mkdir()
        (folder / "documents-0.parquet").write_bytes(b"half")
    subprocess.run([sys.executable, "-c", program, str(dead / OWNER_NAME)], check=True)
    mark = json.loads((dead / OWNER_NAME).read_bytes())
    (alive / OWNER_NAME).write_text(json.dumps({**mark, "pid": 1, "started": _started(1)}), encoding="utf-8")
    assert sweep(store) == (dead,)
    assert alive.exists()
    assert unknown.exists()


def _started(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]


def test_the_sweep_takes_what_this_process_left(store: Store) -> None:
    folder = begin(store, 2, "failed")
    assert sweep(store) == (folder,)


def test_a_run_that_failed_takes_its_folder_away_but_never_a_committed_one(store: Store) -> None:
    failed = begin(store, 2, "failed")
    assert discard(store, failed)
    assert not failed.exists()
    prepared = prepare(store, second_night(), "n2")
    commit(store, prepared.manifest)
    assert not discard(store, store.gen / "g00000002-n2")  # its view may have failed: the data is the corpus
    assert not discard(store, store.gen)
    publish(store, prepared.manifest)
    assert verify(store, deep=True) == []
    (store.manifests / "00000001.json").write_bytes(b"{}")
    assert not discard(store, begin(store, 3, "n3"))  # who knows what the broken one named


@pytest.mark.parametrize("mark", [b"", b"[]", b"{}", b'{"pid": "x"}', b"\xff"])
def test_what_has_no_known_owner_stays_for_a_day(store: Store, mark: bytes) -> None:
    folder = store.gen / "g00000002-x"
    folder.mkdir()
    (folder / OWNER_NAME).write_bytes(mark)
    (folder / "documents-0.parquet").write_bytes(b"half")
    temporary = store.manifests / ".tmp-x"
    temporary.write_bytes(b"half")
    for path in (*folder.iterdir(), folder, temporary):
        os.utime(path, (NOW, NOW))
    assert sweep(store, now=NOW + GRACE_SECONDS - 1) == ()
    os.utime(folder / "documents-0.parquet", (NOW + 50, NOW + 50))  # somebody still writes there
    assert sweep(store, now=NOW + GRACE_SECONDS + 1) == (temporary,)
    assert sweep(store, now=NOW + GRACE_SECONDS + 51) == (folder,)
    assert verify(store, deep=True) == []


def test_the_sweep_never_takes_what_a_manifest_names(store: Store) -> None:
    run(store.root, second_night(), "n2")
    assert sweep(store, now=NOW * 2) == ()
    (store.gen / "g00000009-x").mkdir()
    (store.manifests / "00000001.json").unlink()
    (store.manifests / "00000001.json").write_bytes(b"{}")
    assert sweep(store, now=NOW * 2) == ()  # who knows what the broken one named


def test_a_view_that_was_current_stays_a_day(store: Store) -> None:
    for path in store.views.iterdir():
        os.utime(path, (NOW, NOW))
    late = NOW + 30 * GRACE_SECONDS
    manifest = prepare(store, second_night(), "n2").manifest
    commit(store, manifest)
    publish(store, manifest, now=late)
    assert sorted(path.name for path in store.views.iterdir()) == ["00000001", "00000002"]
    publish(store, manifest, now=late + GRACE_SECONDS - 1)
    assert len(list(store.views.iterdir())) == 2
    (store.views / "00000003.tmp-0000").mkdir()
    os.utime(store.views / "00000003.tmp-0000", (NOW, NOW))
    publish(store, manifest, now=late + GRACE_SECONDS + 1)
    assert [path.name for path in store.views.iterdir()] == ["00000002"]
    assert verify(store, deep=True) == []


def _drop_link(store: Store) -> None:
    store.current.unlink()


def _point_nowhere(store: Store) -> None:
    store.current.unlink()
    store.current.symlink_to("views/00000099")


def _lose_a_file(store: Store) -> None:
    next((store.current / "ledger").iterdir()).unlink()


def _change_a_file(store: Store) -> None:
    path = next((store.current / "documents").iterdir())
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def _add_a_file(store: Store) -> None:
    (store.current / "documents" / "more.parquet").write_bytes(b"")


@pytest.mark.parametrize("damage", [_drop_link, _point_nowhere, _lose_a_file, _change_a_file, _add_a_file])
def test_a_damaged_view_is_found_and_repaired(store: Store, damage: object) -> None:
    assert not repair(store)
    damage(store)  # type: ignore[operator]
    assert verify(store, deep=False)
    assert repair(store)
    assert verify(store, deep=True) == []
    assert not repair(store)


def test_a_view_is_copied_where_links_are_not_possible(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    store.current.unlink()
    for path in store.views.iterdir():
        path.rename(path.with_name(f"{path.name}.tmp-aside"))
    monkeypatch.setattr(os, "link", no_links)
    assert repair(store)
    monkeypatch.undo()
    assert verify(store, deep=True) == []
    assert {path.stat().st_nlink for path in (store.current / "ledger").iterdir()} == {1}


def test_a_folder_called_current_is_not_ours_to_replace(store: Store) -> None:
    store.current.unlink()
    (store.current / "mine").mkdir(parents=True)
    with pytest.raises(OutputError, match="not a link that this program made"):
        repair(store)
    assert (store.current / "mine").exists()


def test_a_store_can_be_moved(store: Store, tmp_path: Path) -> None:
    moved = open_store(store.root.rename(tmp_path / "elsewhere"), create=True)
    assert not repair(moved)
    assert verify(moved, deep=True) == []
