"""A schedule as a systemd timer, in the user's own manager or in that of the system."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from pipeline.schedule.job import Job
from pipeline.schedule.tools import asked, called, there
from pipeline.schedule.units import sandbox, service, timer
from pipeline.store.files import replace_file, writing

BOOTED = Path("/run/systemd/system")  # is there where systemd runs the machine: man sd_booted
SYSTEM_UNITS = Path("/etc/systemd/system")
_STAMPS = Path("/var/lib/systemd/timers")


@dataclass(frozen=True, slots=True)
class Manager:
    """The manager of the system, or the one of this user."""

    system: bool

    @property
    def units(self) -> Path:
        """Where unit files lie."""
        if self.system:
            return SYSTEM_UNITS
        return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"

    @property
    def stamps(self) -> Path:
        """Where it keeps when a persistent timer last elapsed."""
        if self.system:
            return _STAMPS
        return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "systemd" / "timers"

    def command(self, *words: str) -> list[str]:
        """`systemctl` for this manager."""
        return ["systemctl", *([] if self.system else ["--user"]), *words]


def works(manager: Manager) -> bool:
    """Whether this manager answers."""
    if not there("systemctl") or not BOOTED.exists():
        return False
    return called(manager.command("show-environment")).returncode == 0


def files(manager: Manager, name: str) -> tuple[Path, Path]:
    """The service and the timer."""
    return manager.units / f"{name}.service", manager.units / f"{name}.timer"


def install(manager: Manager, job: Job) -> list[str]:
    """Writes and starts the timer; what a person should know. Does nothing where it is there as it should be."""
    limits = sandbox(job, system=manager.system)
    notes = []
    if not manager.system and not _allowed(limits):
        limits = ()
        notes.append(
            "this system lets a user's services shut nothing out (no user namespaces): the run has your own rights. "
            "A system timer (--system, as root) would be shut in."
        )
    texts = service(job, user=_user(job) if manager.system else None, limits=limits), timer(job)
    paths = files(manager, job.name)
    with writing(job.store):
        job.store.mkdir(parents=True, exist_ok=True)  # a service is not started where a path it may write to is missing
    if [_content(path) for path in paths] != [text.encode() for text in texts]:
        for path, text in zip(paths, texts, strict=True):
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                replace_file(path, text.encode())
                path.chmod(0o644)
        asked(manager.command("daemon-reload"))
        asked(manager.command("enable", f"{job.name}.timer"))
        asked(manager.command("restart", f"{job.name}.timer"))
    if not manager.system and not _lingers():
        notes.append("your timers run only while you are logged in. For every night: loginctl enable-linger")
    return notes


def show(manager: Manager, name: str) -> list[str]:
    """When it runs next, and how systemd saw the last run end."""
    wanted = ("--property=NextElapseUSecRealtime,ActiveState",)
    known = _properties(asked(manager.command("show", f"{name}.timer", *wanted)))
    wanted = ("--property=ActiveState,Result,ExecMainStatus,ExecMainExitTimestamp",)
    last = _properties(asked(manager.command("show", f"{name}.service", *wanted)))
    lines = [f"timer    {files(manager, name)[1]} ({'system' if manager.system else 'user'})"]
    lines.append(f"next     {known.get('NextElapseUSecRealtime') or 'not planned: the timer is not active'}")
    if last.get("ActiveState") == "activating":
        lines.append("now      running")
    if last.get("ExecMainExitTimestamp"):
        lines.append(f"systemd  {last['Result']}, exit code {last['ExecMainStatus']}, {last['ExecMainExitTimestamp']}")
    return lines


def remove(manager: Manager, name: str) -> None:
    """Takes timer and service away, with what systemd keeps for them. A run that is at work goes on to its end."""
    asked(manager.command("disable", "--now", f"{name}.timer"))
    called(manager.command("clean", "--what=cache", f"{name}.service"))  # not while it runs, not in old versions
    for path in (*files(manager, name), manager.stamps / f"stamp-{name}.timer"):
        with writing(path):
            path.unlink(missing_ok=True)
    asked(manager.command("daemon-reload"))
    called(manager.command("reset-failed", f"{name}.service"))  # fails where nothing had failed


def _allowed(limits: tuple[str, ...]) -> bool:
    """Whether a service of this user may be shut in like this: a trial with a command that does nothing."""
    own = [limit for limit in limits if not limit.startswith(("ReadWritePaths=", "CacheDirectory="))]
    given = [word for limit in own for word in ("-p", limit)]
    return called(["systemd-run", "--user", "--wait", "--quiet", "--collect", *given, "true"]).returncode == 0


def _lingers() -> bool:
    answer = called(["loginctl", "show-user", pwd.getpwuid(os.getuid()).pw_name, "--property=Linger"])
    return answer.returncode != 0 or answer.stdout.strip() != b"Linger=no"  # where nobody knows, nothing is said


def _user(job: Job) -> str:
    """Whom a system service runs as: the owner of the store, else of the folder where it runs."""
    owner = (job.store if job.store.exists() else job.folder).stat().st_uid
    return pwd.getpwuid(owner).pw_name


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _properties(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
