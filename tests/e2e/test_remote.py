"""Files behind URLs are copied, then read like any other; what cannot be had stops the run with a message."""

import gzip
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import fsspec
import pytest

from pipeline.errors import InputError, OutputError, SettingsError
from pipeline.sources import remote
from pipeline.sources.files import listing
from tests.cli_kit import Cli, article
from tests.helpers import ROOT
from tests.source_kit import EXTENSIONS


@pytest.fixture
def bucket() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    yield system
    system.store.clear()


def put(system: Any, **files: bytes) -> None:
    for name, content in files.items():
        system.pipe(f"/bucket/{name.replace('__', '/').replace('_', '.')}", content)


def test_a_folder_behind_a_url_is_listed_like_one_here(tmp_path: Path, bucket: Any) -> None:
    put(bucket, a_jsonl=b'{"text": "one"}\n', sub__b_txt=b"two", d_zip=b"PK\3\4")
    put(bucket, sub__c_jsonl_gz=gzip.compress(b'{"text": "3"}'))
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "e.txt").write_text("five")
    found = listing(["memory://bucket", str(tmp_path / "here")], EXTENSIONS, None, tmp_path / "spool")
    assert [(each.path, each.format, each.compression) for each in found.files] == [
        ("a.jsonl", "jsonl", ""), ("e.txt", "text", ""), ("sub/b.txt", "text", ""), ("sub/c.jsonl.gz", "jsonl", "gz"),
    ]  # fmt: skip
    assert found.skipped == (("d.zip", "a zip archive; not opened"),)
    assert found.files[2].location.read_bytes() == b"two"
    assert all(each.location.is_relative_to(tmp_path) for each in found.files)


def test_one_file_behind_a_url_is_named_by_its_last_part(tmp_path: Path, bucket: Any) -> None:
    put(bucket, sub__b_txt=b"two")
    found = listing(["memory://bucket/sub/b.txt"], EXTENSIONS, None, tmp_path)
    assert [each.path for each in found.files] == ["b.txt"]


def test_names_behind_a_url_are_never_paths_here(tmp_path: Path, bucket: Any) -> None:
    for name in ("../../evil.txt", "a/../b.txt", "x\n.txt", "-rf.txt", "$(x).txt"):
        bucket.store[f"/bucket/{name}"] = bucket.open("/bucket/x", "wb")
        bucket.store[f"/bucket/{name}"].write(b"content")
    spool = tmp_path / "spool"
    found = listing(["memory://bucket"], EXTENSIONS, None, spool)
    assert len(found.files) + len(found.skipped) >= 5
    assert {path.parent for path in tmp_path.rglob("*") if path.is_file()} == {spool / "0"}
    assert all(path.name.isdecimal() for path in spool.rglob("*") if path.is_file())


def test_a_run_reads_them_and_keeps_no_copy(tmp_path: Path, bucket: Any, cli: Cli) -> None:
    put(bucket, a_txt=article(1).encode(), sub__b_txt=article(2).encode())
    assert cli("run", "memory://bucket", "--dry-run").out.count("new") == 2
    assert not cli.output.exists()
    told = cli("run", "memory://bucket")
    assert told.code == 0, told.err
    assert "2 documents in" in told.out
    assert [path.name for path in (cli.output / "gen").iterdir() if path.name.startswith("spool")] == []
    assert article(1)[:60] in cli("restore", "a.txt").out
    assert "nothing new" in cli("run", "memory://bucket").out
    put(bucket, c_txt=article(3).encode())
    assert "1 documents in" in cli("run", "memory://bucket").out


@pytest.mark.parametrize(
    ("url", "code", "message"),
    [
        ("memory://nothing", 3, "no such file or folder"),
        ("nosuchkind://x", 2, "no such kind of storage"),
    ],
)
def test_what_is_not_there_stops_the_run(bucket: Any, cli: Cli, url: str, code: int, message: str) -> None:
    told = cli("run", url)
    assert (told.code, message in told.err) == (code, True), told.err


def test_a_missing_package_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(SettingsError, match=r"pip install -e '\.\[remote\]'"):
        listing(["s3://bucket"], EXTENSIONS, None, tmp_path)


def test_a_missing_kind_of_storage_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(url: str) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec, "url_to_fs", missing)
    with pytest.raises(SettingsError, match=r"Install s3fs.*\.\[remote\]"):
        listing(["s3://bucket"], EXTENSIONS, None, tmp_path)


def broken(error: Exception | None, size: int = 3) -> Any:
    """A storage that lists a file of this size and then fails, or gives three bytes."""
    system = MagicMock()
    system.find.return_value = {"bucket/a.txt": {"size": size}}
    system.open.side_effect = error or [io.BytesIO(b"one")]
    return system


@pytest.mark.parametrize(
    ("system", "error", "message"),
    [
        (broken(RuntimeError("403 Forbidden")), InputError, "403 Forbidden"),
        (broken(OSError(28, "No space left on device")), OutputError, "no room"),
        (broken(None, size=99), InputError, "written to while it was copied"),
    ],
)
def test_a_file_that_cannot_be_copied_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: Any, error: type[Exception], message: str
) -> None:
    monkeypatch.setattr(remote, "_system", lambda url: (system, "bucket"))
    with pytest.raises(error, match=message):
        listing(["s3://bucket"], EXTENSIONS, None, tmp_path)


def test_nothing_of_it_is_loaded_for_files_here(tmp_path: Path) -> None:
    code = "import sys; from pipeline.sources.files import listing; listing([sys.argv[1]], ())"
    code += "; sys.exit('fsspec' in sys.modules)"
    command = [sys.executable, "-c", code, str(tmp_path)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
