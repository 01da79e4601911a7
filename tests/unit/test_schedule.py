"""Schedules: what is written, that it is right for odd paths, and that nothing of others is touched."""

import os
import shlex
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import OutputError, SettingsError
from pipeline.schedule import cron, systemd
from pipeline.schedule.job import Job, check, cron_command, name_of, time_of, unit_word
from pipeline.schedule.systemd import Manager
from pipeline.schedule.units import sandbox, service, timer

ODD = "my 50% 'data' \"x\" $HOME \\n"
words = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["Cc", "Cs"]), min_size=1)


def job(tmp_path: Path, *more: str, network: bool = False) -> Job:
    store = tmp_path / ODD
    store.mkdir(exist_ok=True)
    return Job(store, store, ("/bin/echo", "run", "--output", str(store), *more), 2, 5, network)


# --- how things are spelled -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "found"), [("02:00", (2, 0)), ("2:05", (2, 5)), ("23:59", (23, 59)), ("00:00", (0, 0))])
def test_times(at: str, found: tuple[int, int]) -> None:
    assert time_of(at) == found


@pytest.mark.parametrize("at", ["", "2", "24:00", "02:60", "02:00:00", "2 am", "-1:00", "٠٢:٠٠", "02:00\n", "*:*"])
def test_no_times(at: str) -> None:
    with pytest.raises(SettingsError, match="expected hours and minutes"):
        time_of(at)


@pytest.mark.parametrize("word", ["two\nlines", "bell\a", "null\0", "line\u2028separator"])
def test_what_no_unit_can_name_is_refused(tmp_path: Path, word: str) -> None:
    with pytest.raises(SettingsError, match="control characters"):
        check(job(tmp_path, word))


def read_by_systemd(text: str) -> list[str]:
    """Words of a command line as man systemd.service and systemd.syntax say."""
    return [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(text)]


@given(st.lists(words, min_size=1))
def test_a_unit_gives_the_words_back(given: list[str]) -> None:
    text = " ".join(map(unit_word, given))
    assert read_by_systemd(text) == given
    assert "%" not in text.replace("%%", "")
    assert "$" not in text.replace("$$", "")


@given(words)
def test_a_crontab_gives_the_command_back(command: str) -> None:
    assert cron_command(command).replace("\\%", "%") == command
    assert "%" not in cron_command(command).replace("\\%", "")


# --- systemd --------------------------------------------------------------------------------------------------------


@pytest.mark.systemd
@pytest.mark.parametrize("system", [False, True])
def test_units_pass_the_check_of_systemd(tmp_path: Path, system: bool) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed: units are checked where it is")
    it = job(tmp_path, "--set", "a='50%'")
    limits = sandbox(it, system=system)
    (tmp_path / f"{it.name}.service").write_text(service(it, user="root" if system else None, limits=limits))
    (tmp_path / f"{it.name}.timer").write_text(timer(it))
    units = [str(tmp_path / f"{it.name}.{kind}") for kind in ("service", "timer")]
    command = [tool, *([] if system else ["--user"]), "verify", *units]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (answer.returncode, answer.stdout + answer.stderr) == (0, "")


def test_a_run_may_write_to_its_store_and_nowhere_else(tmp_path: Path) -> None:
    for system in (False, True):
        limits = sandbox(job(tmp_path), system=system)
        assert [limit for limit in limits if limit.startswith("ReadWritePaths=")] == [
            f"ReadWritePaths={unit_word(str(tmp_path / ODD), program=True)}"
        ]
        assert {"ProtectSystem=strict", "NoNewPrivileges=yes", "RestrictAddressFamilies=AF_UNIX"} <= set(limits)
    open_ones = sandbox(job(tmp_path, network=True), system=True)
    assert "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6" in open_ones


def test_a_night_that_was_missed_is_caught_up(tmp_path: Path) -> None:
    text = timer(job(tmp_path))
    assert "OnCalendar=*-*-* 02:05:00\nPersistent=true\n" in text


TOOL = """#!/bin/sh
echo "$(basename "$0") $*" >>"{log}"
case "$*" in
*timer*--property=*) echo "NextElapseUSecRealtime=Fri 2026-11-27 02:05:00 UTC" ;;
*service*--property=*) echo "Result=success"; echo ExecMainStatus=0; echo ExecMainExitTimestamp=today ;;
*) ;;
esac
[ "$(basename "$0")" != "{broken}" ]
"""


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with systemd that does nothing but write down what it is asked for."""
    folder = tmp_path / "bin"
    folder.mkdir()
    make_tools(folder)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(systemd, "BOOTED", tmp_path)
    monkeypatch.setattr(systemd, "SYSTEM_UNITS", tmp_path / "etc")
    return folder


def make_tools(folder: Path, broken: str = "") -> None:
    for name in ("systemctl", "systemd-run", "loginctl"):
        (folder / name).write_text(TOOL.format(log=folder / "log", broken=broken))
        (folder / name).chmod(0o755)


def calls(tools: Path) -> list[str]:
    log = tools / "log"
    found = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return found


def test_installed_once_shown_and_removed(tmp_path: Path, tools: Path) -> None:
    user, it = Manager(system=False), job(tmp_path)
    others = tmp_path / "config" / "systemd" / "user" / "other.timer"
    others.parent.mkdir(parents=True)
    others.write_text("mine")
    assert systemd.works(user)
    systemd.install(user, it)
    asked = calls(tools)
    assert f"systemctl --user enable {it.name}.timer" in asked
    assert f"systemctl --user restart {it.name}.timer" in asked
    written = [path.read_bytes() for path in systemd.files(user, it.name)]
    systemd.install(user, it)
    assert not [call for call in calls(tools) if "restart" in call or "daemon-reload" in call]
    assert [path.read_bytes() for path in systemd.files(user, it.name)] == written
    assert "next     Fri 2026-11-27 02:05:00 UTC" in systemd.show(user, it.name)
    stamp = user.stamps / f"stamp-{it.name}.timer"
    stamp.parent.mkdir(parents=True)
    stamp.write_text("")
    systemd.remove(user, it.name)
    assert f"systemctl --user disable --now {it.name}.timer" in calls(tools)
    assert [path.name for path in (tmp_path / "config").rglob("*") if path.is_file()] == ["other.timer"]
    assert not stamp.exists()


def test_where_nothing_can_be_shut_out_it_says_so(tmp_path: Path, tools: Path) -> None:
    make_tools(tools, broken="systemd-run")
    notes = systemd.install(Manager(system=False), job(tmp_path))
    assert "no user namespaces" in notes[0]
    assert "ProtectSystem" not in systemd.files(Manager(system=False), job(tmp_path).name)[0].read_text()


def test_a_system_service_runs_as_the_owner_of_the_store(tmp_path: Path, tools: Path) -> None:
    systemd.install(Manager(system=True), job(tmp_path))
    (text,) = [path.read_text() for path in (tmp_path / "etc").glob("*.service")]
    assert f"\nUser={(tmp_path / ODD).owner()}\n" in text
    assert not any("--user" in call for call in calls(tools))


def test_what_systemd_complains_about_is_told(tmp_path: Path, tools: Path) -> None:
    make_tools(tools, broken="systemctl")
    with pytest.raises(OutputError, match=r"`systemctl --user daemon-reload` failed"):
        systemd.install(Manager(system=False), job(tmp_path))
    assert not systemd.works(Manager(system=False))


# --- cron -----------------------------------------------------------------------------------------------------------

CRONTAB = """#!/bin/sh
table="{table}"
case "$1" in
-l) [ -e "$table" ] || {{ echo "no crontab for you" >&2; exit 1; }}; cat "$table" ;;
-r) rm "$table" ;;
-) cat >"$table" ;;
esac
"""
OTHERS = (
    b"# m h dom mon dow command\n\n0 2 * * * /usr/bin/backup 50\\% \xff\n@reboot x # clean-corpus-00000000, not ours\n"
)


@pytest.fixture
def table(tmp_path: Path, tools: Path) -> Path:
    (tools / "crontab").write_text(CRONTAB.format(table=tmp_path / "table"))
    (tools / "crontab").chmod(0o755)
    return tmp_path / "table"


@pytest.mark.parametrize("others", [OTHERS, None])
def test_lines_of_others_stay_byte_for_byte(tmp_path: Path, table: Path, others: bytes | None) -> None:
    if others is not None:
        table.write_bytes(others)
    it = job(tmp_path)
    cron.install(it)
    once = table.read_bytes()
    cron.install(it)
    assert table.read_bytes() == once
    assert once.startswith(others or b"")
    assert once.count(b"\n") == (others or b"").count(b"\n") + 1
    assert cron.log_path(it.name).stat().st_mode & 0o777 == 0o600
    cron.remove(it.name)
    assert (table.read_bytes() if table.exists() else None) == others
    assert not cron.log_path(it.name).exists()
    cron.remove(it.name)


@given(st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line), max_size=5))
def test_any_crontab_comes_back(lines: list[bytes]) -> None:
    table = b"".join(line + b"\n" for line in lines)
    it = Job(Path("/s"), Path("/"), ("x",), 2, 5, network=False)
    added = table + cron.entry(it, Path("/log"), ionice=True)
    assert cron.without(added, it.name) == table
    assert cron.without(table, it.name) == table
    assert cron.line_of(added, it.name) == cron.entry(it, Path("/log"), ionice=True).strip(b"\n")


def test_the_line_does_what_it_says(tmp_path: Path, table: Path) -> None:
    """As cron would: the % unescaped, the rest to a shell."""
    it = job(tmp_path, "it's", "$(touch no)", "50%")
    log = tmp_path / ODD / "a log"
    line = cron.entry(it, log, ionice=False).decode()
    minute, hour, *_, command = line.rstrip("\n").split(" ", 5)
    assert (minute, hour) == ("5", "2")
    subprocess.run(["sh", "-c", command.replace("\\%", "%")], check=True, cwd="/")
    assert log.read_text() == f"run --output {tmp_path / ODD} it's $(touch no) 50%\n"


def test_a_crontab_that_cannot_be_read_is_not_taken_for_empty(tmp_path: Path, tools: Path) -> None:
    (tools / "crontab").write_text("#!/bin/sh\necho 'you are not allowed' >&2\nexit 1\n")
    (tools / "crontab").chmod(0o755)
    with pytest.raises(OutputError, match="you are not allowed"):
        cron.install(job(tmp_path))


def test_the_next_time_is_today_or_tomorrow(tmp_path: Path) -> None:
    line = cron.entry(job(tmp_path), tmp_path, ionice=False)
    for hour, day in ((1, "Thu 2026-11-26"), (2, "Thu 2026-11-26"), (3, "Fri 2026-11-27")):
        now = datetime(2026, 11, 26, hour, 4, tzinfo=UTC)
        assert cron.show("x", line, now)[1] == f"next     {day} 02:05"
    assert cron.show("x", line, datetime(2026, 11, 26, 2, 5, tzinfo=UTC))[1] == "next     Fri 2026-11-27 02:05"


def test_the_same_store_has_the_same_name(tmp_path: Path) -> None:
    assert name_of(tmp_path) == name_of(Path(str(tmp_path)))
    assert name_of(tmp_path) != name_of(tmp_path / "other")
