"""`clean-corpus schedule`: one schedule a store, made, shown and taken away."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import SettingsError
from pipeline.schedule import cron, systemd
from pipeline.schedule.job import Job, check, name_of, time_of
from pipeline.schedule.systemd import Manager
from pipeline.schedule.tools import there
from pipeline.sources.remote import is_url
from pipeline.store.folder import Store
from pipeline.store.last_run import read_last_run


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says that a scheduled run has to say too."""

    config: Path | None
    sets: tuple[str, ...]
    paths: tuple[str, ...]


def install(settings: Settings, given: Given, at: str, by: str, *, system: bool) -> list[str]:
    """Plans a run each night; what to tell. The same again changes nothing, another time or way replaces the first."""
    job = _job(settings, given, at)
    check(job)
    manager = Manager(system)
    if system and os.geteuid() != 0:
        raise SettingsError("--system writes to /etc/systemd/system: run it as root, or leave --system out.")
    if by == "auto":
        by = "systemd" if systemd.works(manager) else "cron"
    if by == "systemd" and not systemd.works(manager):
        raise SettingsError("systemd does not answer here (no systemctl, or no manager): use --by cron.")
    if by == "cron" and (system or not cron.works()):
        raise SettingsError(
            "there is neither a systemd that answers nor a crontab here"
            + (" for --system." if system else ".")
            + " Have what starts other work here call `clean-corpus run` (docs/nightly.md: Airflow, Kubernetes)."
        )
    notes = systemd.install(manager, job) if by == "systemd" else cron.install(job)
    for other in _there(job.name):
        if other != (manager if by == "systemd" else None):
            _take_away(other, job.name)
    return [*show(job.store), *(f"note     {note}" for note in notes)]


def show(store: Path) -> list[str]:
    """When the next run is and how the last one ended."""
    name = name_of(store.absolute())
    found = _there(name)
    if not found:
        raise SettingsError(
            f"there is no schedule for the store {store}: make one with `clean-corpus schedule install`."
        )
    lines = [f"store    {store.absolute()}"]
    for each in found:
        if each is None:
            lines += cron.show(name, cron.line_of(cron.current(), name) or b"", datetime.now().astimezone())
        else:
            lines += systemd.show(each, name)
    return [*lines, f"last     {_last(store)}"]


def remove(store: Path) -> list[str]:
    """Takes every schedule of this store away, and nothing else."""
    name = name_of(store.absolute())
    found = _there(name)
    for each in found:
        _take_away(each, name)
    return [f"removed: {len(found)} schedule of {store}" if found else f"there was no schedule for {store}"]


def _there(name: str) -> list[Manager | None]:
    """Where a schedule of this name is; None stands for the crontab."""
    found: list[Manager | None] = [
        manager for manager in (Manager(system=False), Manager(system=True)) if systemd.files(manager, name)[1].exists()
    ]
    if there("crontab") and cron.line_of(cron.current(), name) is not None:
        found.append(None)
    return found


def _take_away(where: Manager | None, name: str) -> None:
    if where is None:
        cron.remove(name)
    else:
        systemd.remove(where, name)


def _job(settings: Settings, given: Given, at: str) -> Job:
    hour, minute = time_of(at)
    store = Path(settings.output.path).absolute()
    inputs = given.paths or settings.input.paths
    network = bool(settings.notify.url or settings.notify.command) or any(is_url(path) for path in inputs)
    words = [*_program(), "run", "--output", str(store), "--log", "json"]
    if given.config:
        words += ["--config", str(given.config.absolute())]
    for each in given.sets:
        words += [] if each.startswith("output.path=") else ["--set", each]
    paths = [each if is_url(each) else str(Path(each).absolute()) for each in given.paths]
    words += ["--", *paths] if paths else []
    return Job(store, Path.cwd(), tuple(words), hour, minute, network)


def _program() -> Sequence[str]:
    """The command line of the Python that runs this; the module where it is not installed beside it."""
    script = Path(sys.executable).parent / "clean-corpus"
    return [str(script)] if script.exists() else [sys.executable, "-m", "pipeline"]


def _last(store: Path) -> str:
    told = read_last_run(Store(store.absolute()))
    if told is None:
        return "no run has ended yet"
    return f"exit code {told.get('exit_code')} at {told.get('ended')}: {str(told.get('message')).splitlines()[0]}"
