import fcntl
import json
import os
from pathlib import Path

import pytest

from pipeline.errors import IntegrityError, LockedError, OutputError, SettingsError
from pipeline.store.files import replace_file, sealed_json, writing
from pipeline.store.folder import open_store
from pipeline.store.last_run import write_last_run
from pipeline.store.lock import hold


def test_a_store_keeps_its_id(tmp_path: Path) -> None:
    first = open_store(tmp_path / "a" / "b", create=True).corpus_json.read_bytes()
    assert open_store(tmp_path / "a" / "b", create=True).corpus_json.read_bytes() == first
    assert open_store(tmp_path / "c", create=True).corpus_json.read_bytes() != first


def test_a_store_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no store"):
        open_store(tmp_path / "a", create=False)
    assert not (tmp_path / "a").exists()


def test_a_folder_of_others_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"'thesis\.txt'"):
        open_store(tmp_path, create=True)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(SettingsError, match="is a file"):
        open_store(tmp_path / "out", create=True)


def test_the_root_and_the_home_folder_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    link = tmp_path / "link"
    link.symlink_to("/")
    for root in (Path("/"), Path("/tmp/.."), link, tmp_path, tmp_path / "x" / ".."):
        with pytest.raises(SettingsError, match="name a folder made for the store"):
            open_store(root, create=True)


def test_a_half_made_store_is_made_again(tmp_path: Path) -> None:
    (tmp_path / ".corpus.json.new-0a1b2c3d").write_bytes(b'{"form')
    open_store(tmp_path, create=True)
    open_store(tmp_path, create=False)


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    store = open_store(tmp_path, create=True)
    store.corpus_json.write_bytes(sealed_json({"format": 3, "store": "0" * 32}))
    with pytest.raises(SettingsError, match="has format 3; this program knows format 2"):
        open_store(tmp_path, create=True)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"format": 1}', b"\xff", b"[" * 100_000])
def test_a_damaged_corpus_json_is_named(tmp_path: Path, content: bytes) -> None:
    store = open_store(tmp_path, create=True)
    store.corpus_json.write_bytes(content)
    with pytest.raises(IntegrityError, match=r"corpus\.json is damaged"):
        open_store(tmp_path, create=True)


def test_what_cannot_be_written_says_where_and_how_much_is_free(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot write .*a: No space left on device \([\d,]+ MB free\)"):
        _fails_in(tmp_path / "a")
    assert OutputError.code == 7


def _fails_in(path: Path) -> None:
    with writing(path):
        raise OSError(28, "No space left on device")


def test_one_run_at_a_time(tmp_path: Path) -> None:
    store = open_store(tmp_path, create=True)
    held = pytest.raises(LockedError, match=rf"run {os.getpid()} on .*, started 20.* holds the store")
    with hold(store), held, hold(store):
        pass
    with hold(store):
        pass  # free again, whatever the file says


def test_a_lock_left_by_a_dead_run_is_nobody_s(tmp_path: Path) -> None:
    store = open_store(tmp_path, create=True)
    store.lock.write_text('{"pid": 1, "host": "here", "started": "2018-06-08"}', encoding="utf-8")
    with hold(store):
        assert json.loads(store.lock.read_text(encoding="utf-8"))["pid"] == os.getpid()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b'{"pid": 3}'])
def test_a_lock_without_a_name_in_it_holds_too(tmp_path: Path, content: bytes) -> None:
    store = open_store(tmp_path, create=True)
    store.lock.write_bytes(content)
    with store.lock.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(LockedError, match="another run holds"), hold(store):
            pass


def test_children_do_not_inherit_the_lock(tmp_path: Path) -> None:
    store = open_store(tmp_path, create=True)
    with hold(store):
        here = store.lock.stat().st_ino
        handles = [int(name) for name in os.listdir("/proc/self/fd")]  # noqa: PTH208  # numbers, not paths
        ours = [handle for handle in handles if _inode(handle) == here]
        assert ours
        assert not any(os.get_inheritable(handle) for handle in ours)


def _inode(handle: int) -> int:
    try:
        return os.fstat(handle).st_ino
    except OSError:
        return -1


def test_the_last_run_is_told_whole_or_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path, create=True)
    write_last_run(tmp_path, {"exit": 0})
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", _fails)
        with pytest.raises(OutputError):
            write_last_run(tmp_path, {"exit": 1})
    assert json.loads(store.last_run.read_bytes()) == {"exit": 0}
    assert not list(tmp_path.glob(".last_run*"))


def test_a_refused_folder_gets_no_last_run(tmp_path: Path) -> None:
    write_last_run(tmp_path, {"exit": 2})
    assert list(tmp_path.iterdir()) == []


def test_replacing_leaves_one_file(tmp_path: Path) -> None:
    for content in (b"one", b"two"):
        replace_file(tmp_path / "x", content)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", b"two")]


def _fails(*_: object) -> None:
    raise OSError(5, "Input/output error")
