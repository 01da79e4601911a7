"""A schedule as one line of the user's crontab, every other line of which stays as it is, byte for byte."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.errors import OutputError
from pipeline.schedule.job import Job, cron_command, shell
from pipeline.schedule.tools import asked, called, there
from pipeline.store.files import writing

_MARK = " # {name}, made and removed by clean-corpus schedule"  # a comment to the shell


def works() -> bool:
    """Whether there is a crontab to write to."""
    return there("crontab")


def log_path(name: str) -> Path:
    """Where runs that cron starts write."""
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return state / "clean-corpus" / f"{name}.log"


def entry(job: Job, log: Path, *, ionice: bool) -> bytes:
    """The line. The lock is that of the store: a run that finds another one at work ends at once with exit code 6."""
    gentle = ("nice", "-n", "10", *(("ionice", "-c", "2", "-n", "7") if ionice else ()))
    words = shell((*gentle, *job.command))
    command = f"cd {shell((str(job.folder),))} && exec {words} >>{shell((str(log),))} 2>&1"
    return os.fsencode(f"{job.minute} {job.hour} * * * {cron_command(command)}") + _mark(job.name) + b"\n"


def _mark(name: str) -> bytes:
    return _MARK.format(name=name).encode()


def without(table: bytes, name: str) -> bytes:
    """The crontab without the line of this name."""
    return b"".join(line for line in table.splitlines(keepends=True) if not line.rstrip(b"\r\n").endswith(_mark(name)))


def line_of(table: bytes, name: str) -> bytes | None:
    """The line of this name."""
    return next((line for line in table.splitlines() if line.endswith(_mark(name))), None)


def current() -> bytes:
    """The crontab of this user, b"" for none. OutputError where it cannot be read: it must not be taken for empty."""
    answer = called(["crontab", "-l"])
    if answer.returncode == 0:
        return answer.stdout
    if b"no crontab for" in answer.stderr:
        return b""
    said = answer.stderr.decode(errors="replace").strip()[:500]
    raise OutputError(f"`crontab -l` failed, so nothing was changed: {said or f'exit code {answer.returncode}'}")


def install(job: Job) -> list[str]:
    """Adds or replaces the entry; what a person should know."""
    log = log_path(job.name)
    before = current()
    rest = without(before, job.name)
    if rest and not rest.endswith(b"\n"):
        rest += b"\n"
    after = rest + entry(job, log, ionice=there("ionice"))
    with writing(log):
        log.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    if after != before:
        asked(["crontab", "-"], after)
    return [f"log: {log}", "cron does not catch up on nights in which the machine was off"]


def show(name: str, line: bytes, now: datetime) -> list[str]:
    """When it runs next."""
    minute, hour = (int(word) for word in line.split()[:2])
    following = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if following <= now:
        following += timedelta(days=1)
    return ["timer    crontab of this user", f"next     {following:%a %Y-%m-%d %H:%M}", f"log      {log_path(name)}"]


def remove(name: str) -> None:
    """Takes the entry away, and its log."""
    before = current()
    after = without(before, name)
    if after != before:
        asked(["crontab", "-"], after) if after else asked(["crontab", "-r"])
    with writing(log_path(name)):
        log_path(name).unlink(missing_ok=True)
