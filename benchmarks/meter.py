"""What a command costs: CPU seconds of every process it starts, and the most memory they had at one time (Linux).

A pool's workers are grandchildren: their parent, the fork server, outlives the command and nobody waits for it, so
`getrusage(RUSAGE_CHILDREN)` of who started the command does not see them. This process therefore asks to inherit
orphans (`PR_SET_CHILD_SUBREAPER`) and waits for each: what wait4 says of a process includes what that one waited for.
"""

import ctypes
import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SUBREAPER = 36
_BLOCK = 512  # bytes that `ru_inblock` counts by
_EVERY = 0.1  # seconds between two looks at the memory
_TAIL = 2000  # characters of its output that are shown of a command that failed


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds (user and system), wall seconds, and the highest sum of PSS over the tree of processes, in MB.

    PSS counts a page that n processes share as 1/n for each, so the sum counts every page once.
    """

    cpu: float
    wall: float
    peak_mb: float
    read_mb: float = 0.0  # from disks


class CommandError(RuntimeError):
    """The command failed; the message holds the end of what it said."""


def cost_of(command: Sequence[str], *, folder: Path, env: Mapping[str, str] | None = None) -> Cost:
    """Runs a command to its end, and that of all it started. Starts nothing else meanwhile.

    `folder` takes what it says and Python's bytecode, so that from the second start on no module is compiled, however
    this machine is set up.
    """
    if ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError("cannot inherit orphans (prctl), so their CPU time would be missing")
    with (folder / "said.txt").open("w+b") as said:
        begun = time.perf_counter()
        others = children_of().get(os.getpid(), frozenset())
        process = subprocess.Popen(
            list(command), stdout=said, stderr=subprocess.STDOUT, env=_environment(folder) | dict(env or {})
        )
        peaks: list[float] = [0.0]
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(peaks, over))
        watcher.start()
        code, cpu, wall, read = _waited(process.pid, begun, others)
        process.returncode = code
        over.set()
        watcher.join()
        said.seek(0)
        if code != 0:
            raise CommandError(f"{' '.join(command)}: exit code {code}\n{said.read().decode()[-_TAIL:]}")
    return Cost(cpu, wall, max(peaks), read)


def _environment(folder: Path) -> dict[str, str]:
    """Ours; with bytecode in `folder`, and without the folder of a script on its path."""
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return ours | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "PYTHONSAFEPATH": "1"}


def _waited(main: int, begun: float, others: frozenset[int]) -> tuple[int, float, float, float]:
    """Exit code of `main`, CPU seconds of all children, wall seconds until `main` ended, MB that they read from disks.

    `others` are children from before (a fork server of this process, for one): they may never end.
    """
    code, cpu, wall, read = 0, 0.0, 0.0, 0.0
    waiting = [main]
    while waiting:
        pid, status, used = os.wait4(waiting[0], 0)
        cpu += used.ru_utime + used.ru_stime
        read += used.ru_inblock * _BLOCK / 1e6
        if pid == main:
            code, wall = os.waitstatus_to_exitcode(status), time.perf_counter() - begun
        waiting = sorted(children_of().get(os.getpid(), frozenset()) - others)
    return code, cpu, wall, read


def _watch(peaks: list[float], over: threading.Event) -> None:
    while not over.wait(_EVERY):
        peaks.append(sum(_pss(pid) for pid in descendants(os.getpid())) / 1e6)


def children_of() -> dict[int, frozenset[int]]:
    """The process ids of the children of every process that has some."""
    children: dict[int, set[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_bytes().rpartition(b")")[2].split()[1])
            except OSError:  # gone since
                continue
            children.setdefault(parent, set()).add(int(entry.name))
    return {parent: frozenset(pids) for parent, pids in children.items()}


def descendants(root: int) -> Iterator[int]:
    """Process ids of everything that `root` started, directly or not."""
    children = children_of()
    waiting = list(children.get(root, ()))
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children.get(pid, ())


def _pss(pid: int) -> int:
    """Bytes; 0 for a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(b"Pss:")), 0)
