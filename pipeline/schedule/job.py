"""What is to run, when, on which store; and how a shell, a crontab and a unit file spell it."""

import hashlib
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Job:
    """One run a day on one store. All paths are absolute. `network`: whether a run speaks with other machines."""

    store: Path
    folder: Path  # where it runs: what relative paths of the settings start from
    command: tuple[str, ...]
    hour: int
    minute: int
    network: bool

    @property
    def name(self) -> str:
        """Name of its units, the same for the same store."""
        return name_of(self.store)


def name_of(store: Path) -> str:
    """Name of the units of a store.

    >>> name_of(Path("/data/clean"))
    'clean-corpus-3886960f'
    """
    return f"clean-corpus-{hashlib.sha256(bytes(store)).hexdigest()[:8]}"


def time_of(at: str) -> tuple[int, int]:
    """Hour and minute of a time such as 02:00; SettingsError for anything else."""
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", at, flags=re.ASCII)
    if not found:
        raise SettingsError(f"--at {at}: expected hours and minutes of the day, such as 02:00 or 23:30.")
    return int(found[1]), int(found[2])


def check(job: Job) -> None:
    """SettingsError for a word that no unit file or crontab can hold."""
    for word in (str(job.store), str(job.folder), *job.command):
        if not word.isprintable():
            raise SettingsError(f"{word!r} has control characters: no timer and no crontab can name it. Rename it.")


def unit_word(word: str, *, program: bool = False) -> str:
    r"""A word of a unit file's command line. In the first one `$` is itself already (man systemd.service).

    >>> print(unit_word('/my "data"/50% of $x'))
    "/my \"data\"/50%% of $$x"
    """
    safe = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{safe}"' if program else f'"{safe.replace("$", "$$")}"'


def unit_path(path: Path) -> str:
    r"""A path in a list of paths of a unit file: quoted, with specifiers switched off; `$` is itself.

    >>> print(unit_path(Path("/my data/50%")))
    "/my data/50%%"
    """
    return unit_word(str(path), program=True)


def cron_command(command: str) -> str:
    r"""A shell command in a crontab, where a bare % ends the line (man 5 crontab).

    >>> print(cron_command("echo '50%'"))
    echo '50\%'
    """
    return command.replace("%", "\\%")


def shell(words: tuple[str, ...]) -> str:
    """Words as a shell takes them."""
    return shlex.join(words)
