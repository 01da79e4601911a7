"""Every exit code of the command line, and what a failed run leaves behind."""

import fcntl
import gzip
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.store.folder import Store, open_store
from pipeline.store.manifest import newest
from pipeline.store.read import read_table
from pipeline.store.verify import verify
from tests.cli_kit import Cli, article, inbox, outside, tree
from tests.helpers import ROOT, write_json_lines


def test_exit_0_done_then_nothing_new(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1), article(2))
    told = cli("run", tmp_path / "in")
    assert told.code == 0
    assert "2 documents in = 2 clean + 0 duplicates + 0 in quarantine" in told.out.replace("\n", " ")
    assert (cli.last_run["exit_code"], cli.last_run["generation"], cli.last_run["files_read"]) == (0, 1, 1)
    before = {name: found for name, found in tree(cli.output).items() if name not in ("last_run.json", "lock")}
    (tmp_path / "in" / "docs.jsonl").rename(tmp_path / "in" / "renamed.jsonl")
    told = cli("run", tmp_path / "in")
    assert (told.code, cli.generation) == (0, 1)
    assert "nothing new" in told.out
    assert (cli.last_run["message"], cli.last_run["files_known"]) == ("nothing new", 1)
    assert {name: found for name, found in tree(cli.output).items() if name not in ("last_run.json", "lock")} == before


def test_exit_2_other_settings_on_the_same_store(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    assert cli("run", tmp_path / "in").code == 0
    inbox(tmp_path, article(2), name="more.jsonl")
    told = cli("run", tmp_path / "in", "--set", "repeats.threshold=0.9")
    assert told.code == 2
    assert "repeats.threshold: 0.45 in the store, 0.9 now" in told.err
    assert (cli.last_run["exit_code"], cli.generation) == (2, 1)
    assert cli("run", tmp_path / "in", "--set", "output.zstd_level=9").code == 0


def test_exit_2_a_folder_that_is_no_store_stays_untouched(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    cli.output.mkdir()
    (cli.output / "mine.txt").write_text("precious")
    assert cli("run", tmp_path / "in").code == 2
    assert list(tree(cli.output)) == ["mine.txt"]


def test_exit_2_an_output_that_cannot_be_a_folder(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    (tmp_path / "file").write_text("precious")
    for cli.output in (tmp_path / "file", tmp_path / "file" / "out"):
        told = cli("run", tmp_path / "in")
        assert told.code == 2
        assert "is a file" in told.err
    assert (tmp_path / "file").read_text() == "precious"


@pytest.mark.parametrize("output", ["in", "in/out", "."])
def test_exit_2_the_output_may_not_be_the_input(tmp_path: Path, cli: Cli, output: str) -> None:
    inbox(tmp_path, article(1))
    cli.output = tmp_path / output
    before = tree(tmp_path)
    told = cli("run", tmp_path / "in")
    assert told.code == 2
    assert "one inside the other" in told.err
    assert tree(tmp_path) == before


def test_exit_2_usage() -> None:
    for arguments in ([], ["run", "--bogus"], ["nonsense"], ["clean", "-", "--diff", "--json"]):
        with pytest.raises(SystemExit, match="2"):
            main(arguments)


@pytest.mark.parametrize("command", [("verify",), ("explain", "x"), ("restore", "x")])
def test_exit_2_no_store(cli: Cli, command: tuple[str, ...]) -> None:
    told = cli(*command)
    assert told.code == 2
    assert "no store in" in told.err


def test_exit_2_unknown_document(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    assert cli("run", tmp_path / "in").code == 0
    for command in ("explain", "restore"):
        told = cli(command, "docs.jsonl:O")
        assert told.code == 2
        assert "there is no document 'docs.jsonl:O'" in told.err
        assert "Did you mean 'docs.jsonl:0'?" in told.err


def test_exit_3_nothing_to_read(tmp_path: Path, cli: Cli) -> None:
    told = cli("run", tmp_path / "missing")
    assert told.code == 3
    assert "missing: no such file or folder" in told.err
    (tmp_path / "in").mkdir()
    told = cli("run", tmp_path / "in")
    assert told.code == 3
    assert "no input files" in told.err
    assert cli.last_run["exit_code"] == 3
    (tmp_path / "in" / "cut.jsonl.gz").write_bytes(gzip.compress(b'{"text": "a"}' * 99)[:-9])
    (tmp_path / "in" / "bad.jsonl").write_bytes(b"{\n[\n")
    told = cli("run", tmp_path / "in")
    assert told.code == 3
    assert "bad.jsonl: bad_json" in told.err
    assert (cli.generation, cli.last_run["exit_code"]) == (0, 3)
    assert not any((cli.output / "gen").iterdir())
    inbox(tmp_path, article(1))
    assert cli("run", tmp_path / "in").code == 0
    assert read_table(Store(cli.output), "quarantine")["reason"].to_pylist() == ["bad_json"] * 2 + ["bad_compression"]


def test_exit_3_files_without_a_single_record(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "blank.jsonl").write_text("\n\n")
    assert cli("run", tmp_path / "in").code == 3
    assert cli.generation == 0


def test_a_night_of_nothing_but_garbage_is_published_as_such(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    assert cli("run", tmp_path / "in").code == 0
    (tmp_path / "in" / "bad.jsonl").write_bytes(b"{\n" * 150)
    (tmp_path / "in" / "empty.jsonl").write_bytes(b"")
    assert cli("run", tmp_path / "in").code == 0
    assert cli("verify").code == 0
    rows = read_table(Store(cli.output), "quarantine").to_pylist()
    assert [row["reason"] for row in rows] == ["bad_json"] * 100 + ["more_of_the_same"]
    assert rows[-1]["detail"] == "50 more records of this file"
    manifest = newest(Store(cli.output))
    assert manifest is not None
    assert (manifest.counts["quarantined"], manifest.counts["quarantine_rows"]) == (150, 101)


def test_exit_4_a_flipped_byte_is_found_and_named(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    assert cli("run", tmp_path / "in").code == 0
    path = next((cli.output / "gen").rglob("documents-*.parquet"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)
    told = cli("verify")
    assert told.code == 4
    assert path.name in told.out


def test_exit_5_the_brake_leaves_the_store_as_it_was(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    assert cli("run", tmp_path / "in").code == 0
    flood = [f"{article(7)}\n\nNumber {number}." for number in range(220)]
    write_json_lines(tmp_path / "in" / "z.jsonl", [{"text": text, "source": "mirror"} for text in flood])
    before = {name: found for name, found in tree(cli.output).items() if name not in ("last_run.json", "lock")}
    told = cli("run", tmp_path / "in")
    assert told.code == 5
    assert "mirror: 100% of" in told.err
    assert "in 220 documents" in told.err
    assert "Report 7 tells of" in told.err
    assert cli.last_run["exit_code"] == 5
    after = {name: found for name, found in tree(cli.output).items() if name not in ("last_run.json", "lock")}
    assert {name: found for name, found in after.items() if not name.startswith("cache/braked/")} == before
    assert cli("run", tmp_path / "in", "--set", "brake.fewest_documents=221").code == 0
    assert cli.generation == 2


def test_exit_6_another_run_holds_the_lock(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    assert cli("run", tmp_path / "in").code == 0
    inbox(tmp_path, article(2), name="more.jsonl")
    with open_store(cli.output, create=False).lock.open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        told = cli("run", tmp_path / "in")
        assert told.code == 6
        assert "holds the store" in told.err
        assert cli("verify").code == 0
    assert (cli.generation, cli.last_run["exit_code"]) == (1, 6)
    assert cli("run", tmp_path / "in").code == 0


def test_exit_7_no_room_to_write(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, *map(article, range(300)))
    found = outside("run", tmp_path / "in", "--output", cli.output, "--workers", "1", limit=20_000)
    assert found.returncode == 7, found.stderr.decode()
    assert b"Nothing of this run is published" in found.stderr
    assert (cli.generation, cli.last_run["exit_code"]) == (0, 7)
    assert cli("run", tmp_path / "in").code == 0
    assert cli("verify").code == 0


def test_a_run_of_its_own_process_says_nothing_but_its_progress(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    found = outside("run", tmp_path / "in", "--output", cli.output, "--workers", "1")
    assert found.returncode == 0
    assert [line for line in found.stderr.decode().splitlines() if not line.endswith(" rows")] == []


def test_128_and_the_signal(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox(tmp_path, article(1))
    assert cli("run", tmp_path / "in").code == 0
    inbox(tmp_path, article(2), name="more.jsonl")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts tests in the background ignores it
    for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)):
        with monkeypatch.context() as patch:
            patch.setattr("pipeline.run.judged", lambda *_, number=number, **__: os.kill(os.getpid(), number))
            told = cli("run", tmp_path / "in")
        assert told.code == code
        assert "nothing was published" in told.err
        assert (cli.generation, cli.last_run["exit_code"]) == (1, code)
        assert len(list((cli.output / "gen").iterdir())) == 1
    signal.signal(signal.SIGINT, before)


def test_exit_1_a_bug_says_all_it_knows(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox(tmp_path, article(1))
    monkeypatch.setattr("pipeline.run.judged", lambda *_, **__: {}["missing"])
    told = cli("run", tmp_path / "in")
    assert told.code == 1
    assert "Traceback" in told.err
    assert "KeyError" in cli.last_run["message"]
    assert cli.generation == 0


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_standard_files_may_be_closed(tmp_path: Path, closed: str) -> None:
    write_json_lines(tmp_path / "in" / "docs.jsonl", [{"text": article(1)}])
    command = f'"{sys.executable}" -m pipeline run "{tmp_path}/in" --output "{tmp_path}/out" {closed}'
    assert subprocess.run(["bash", "-c", command], cwd=ROOT, check=False, timeout=120).returncode == 0
    assert verify(Store(tmp_path / "out"), deep=True) == []
