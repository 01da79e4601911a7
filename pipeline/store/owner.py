"""Whose generation folder is this, and is that process surely dead?

Process numbers are used again, and a container sees only its own, so a process counts as dead only when it ran under
the same boot of the same machine, in the same world of process numbers, and no process of that number and start time
is left. Anything less sure waits for the grace period.
"""

import json
import os
from pathlib import Path

from pipeline.store.files import Json

OWNER_NAME = ".owner"


def own_mark() -> bytes:
    """Content of the owner file of this process; {} where the system does not tell."""
    return json.dumps({**_world(), "pid": os.getpid(), "started": _started(os.getpid())}).encode()


def surely_dead(folder: Path) -> bool:
    """Whether the process that made this generation folder has ended, or is this one (which then made it earlier)."""
    try:
        mark = json.loads((folder / OWNER_NAME).read_bytes())
        world = _world()
        if not world or any(mark[key] != value for key, value in world.items()) or mark["started"] is None:
            return False
        return bool(mark["pid"] == os.getpid() or _started(int(mark["pid"])) != mark["started"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _world() -> dict[str, Json]:
    """What must be equal for two process numbers to be comparable."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return {"boot": boot, "pids": str(Path("/proc/self/ns/pid").readlink())}
    except OSError:
        return {}


def _started(pid: int) -> str | None:
    """Start time of a process in clock ticks since boot; None without such a process.

    Field 22 of /proc/<pid>/stat (man proc), counted behind the name, which may hold spaces and brackets.
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None
