"""What stands around a run that nobody watches: schedule, log, last_run.json, notifiers, locks."""

import fcntl
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.schedule import systemd
from pipeline.store.folder import open_store
from pipeline.store.manifest import newest
from tests.cli_kit import Cli, article, inbox
from tests.helpers import ROOT

# --- last_run.json, log, notifiers ----------------------------------------------------------------------------------


def test_a_json_log_is_json_line_by_line(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    told = cli("run", tmp_path / "in", log="json")
    lines = [json.loads(line) for line in (told.out + told.err).splitlines()]
    assert {"exit_code": 0, "generation": 1}.items() <= json.loads(told.out).items()
    assert {"stage", "rows"} == set(lines[-1])
    told = cli("run", tmp_path / "in", "--set", "repeats.threshold=0.9", log="json")
    assert json.loads(told.out)["exit_code"] == 2
    assert json.loads(told.err)["exit_code"] == 2
    assert "repeats.threshold" in json.loads(told.err)["error"]


def test_the_manual_says_what_last_run_holds(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    assert cli("run", tmp_path / "in").code == 0
    found = set(cli.last_run)
    (tmp_path / "in" / "docs.jsonl").unlink()
    assert cli("run", tmp_path / "in").code == 5
    page = (ROOT / "docs" / "nightly.md").read_text(encoding="utf-8")
    chapter = page.split("## `last_run.json`")[1].split("\n## ")[0]
    documented = set(re.findall(r"^\| `(\w+)`", chapter, flags=re.MULTILINE))
    assert documented == found | set(cli.last_run) | {"brake", "report"}


def test_a_notifier_is_called_and_cannot_change_the_exit_code(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    command = json.dumps(["sh", "-c", f"cat >'{tmp_path}/told'; exit 9"])
    told = cli("run", tmp_path / "missing", "--set", f"notify.command={command}")
    assert told.code == 3
    assert "notify.command did not work: exit code 9" in told.err
    assert json.loads((tmp_path / "told").read_bytes())["exit_code"] == 3
    (tmp_path / "told").unlink()
    assert cli("run", tmp_path / "in", "--set", f"notify.command={command}").code == 0
    assert not (tmp_path / "told").exists()
    manifest = newest(open_store(cli.output, create=False))
    assert manifest is not None
    assert "notify" not in manifest.settings


# --- locks ----------------------------------------------------------------------------------------------------------


def test_readers_need_no_lock(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, f"{article(1)}\n\n{article(1)}")
    assert cli("run", tmp_path / "in").code == 0
    with (cli.output / "lock").open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        for command in (("verify",), ("report",), ("explain", "docs.jsonl:0"), ("restore", "docs.jsonl:0")):
            assert cli(*command).code == 0
        inbox(tmp_path, article(2), name="more.jsonl")
        assert cli("run", tmp_path / "in").code == 6


STUCK = """
import signal, sys
import pipeline.run
from pipeline.cli import main
def stuck(*_, **__):
    print("ready", flush=True)
    signal.pause()
pipeline.run.judged = stuck  # workers are there and idle, the lock is held
sys.exit(main(sys.argv[1:]))
"""


def test_a_killed_run_leaves_nothing_that_holds_the_next_one(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, *map(article, range(50)))
    command = [sys.executable, "-c", STUCK, "run", str(tmp_path / "in"), "--output", str(cli.output), "--workers", "2"]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert running.stdout is not None
    assert running.stdout.readline() == b"ready\n"
    told = cli("run", tmp_path / "in")
    assert told.code == 6
    assert f"run {running.pid} on " in told.err
    running.send_signal(signal.SIGSTOP)  # alive, however long ago it last did anything
    assert cli("run", tmp_path / "in").code == 6
    running.kill()
    running.communicate()  # workers have its standard output too: this waits for the last of them
    assert cli("run", tmp_path / "in").code == 0
    assert cli("verify").code == 0


# --- schedule -------------------------------------------------------------------------------------------------------

TOOL = """#!/bin/sh
case "$*" in *timer*--property=*) echo "NextElapseUSecRealtime=tomorrow" ;; esac
"""
CRONTAB = """#!/bin/sh
case "$1" in -l) /bin/cat "{0}" ;; -r) /bin/rm "{0}" ;; -) /bin/cat >"{0}" ;; esac
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with systemd and cron that do nothing."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (tmp_path / "table").write_text("0 1 * * * mine\n")
    for name in ("systemctl", "systemd-run", "loginctl", "crontab"):
        (folder / name).write_text(CRONTAB.format(tmp_path / "table") if name == "crontab" else TOOL)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    monkeypatch.setattr(systemd, "BOOTED", tmp_path)
    monkeypatch.setattr(systemd, "SYSTEM_UNITS", tmp_path / "etc")
    return tmp_path


def units(machine: Path) -> list[Path]:
    return sorted((machine / "CONFIG").rglob("*.*"))


def test_a_schedule_from_beginning_to_end(machine: Path, cli: Cli) -> None:
    inbox(machine, article(1))
    told = cli("schedule", "show")
    assert told.code == 2
    assert "schedule install" in told.err
    told = cli("schedule", "install", "--at", "02:00", machine / "in")
    assert told.code == 0, told.err
    assert "next     tomorrow" in told.out
    assert "no run has ended yet" in told.out
    (service, timer) = units(machine)
    assert "OnCalendar=*-*-* 02:00:00" in timer.read_text()
    line = next(line for line in service.read_text().splitlines() if line.startswith("ExecStart="))
    assert f'"run" "--output" "{cli.output}" "--log" "json" "--" "{machine / "in"}"' in line
    assert cli("run", machine / "in").code == 0
    assert "exit code 0 at " in cli("schedule", "show").out
    assert "published generation 1" in cli("schedule", "show").out
    assert cli("schedule", "remove").code == 0
    assert units(machine) == []
    assert "there was no schedule" in cli("schedule", "remove").out


def test_a_store_has_one_schedule(machine: Path, cli: Cli) -> None:
    before = (machine / "table").read_bytes()
    assert cli("schedule", "install", "--at", "02:00").code == 0
    assert cli("schedule", "install", "--at", "23:30", "--by", "cron").code == 0
    assert units(machine) == []
    assert (machine / "table").read_bytes().startswith(before + b"30 23 * * * cd ")
    assert "crontab of this user" in cli("schedule", "show").out
    assert cli("schedule", "install", "--at", "02:00", "--by", "systemd").code == 0
    assert (machine / "table").read_bytes() == before


def test_where_there_is_no_systemd_it_is_cron_and_else_it_says_so(
    machine: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    (machine / "bin" / "systemctl").unlink()
    monkeypatch.setenv("PATH", str(machine / "bin"))
    assert cli("schedule", "install").code == 0
    assert b"clean-corpus" in (machine / "table").read_bytes()
    (machine / "bin" / "crontab").unlink()
    told = cli("schedule", "install")
    assert told.code == 2
    assert "docs/nightly.md" in told.err


@pytest.mark.parametrize(
    "arguments",
    [["--at", "25:00"], ["--set", "brake.slak=1"], ["--by", "cron", "--system"], ["--config", "/no/such.yaml"]],
)
def test_what_cannot_run_is_not_planned(machine: Path, cli: Cli, arguments: list[str]) -> None:
    before = (machine / "table").read_bytes()
    assert cli("schedule", "install", *arguments).code == 2
    assert (units(machine), (machine / "table").read_bytes()) == ([], before)
