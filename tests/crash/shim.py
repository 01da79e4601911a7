"""The library that counts the system calls which change a disk, and makes one of them go wrong (`shim.c`)."""

import ctypes
import errno
import mmap
import os
import struct
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")
_HEAD = struct.Struct("6q")  # struct state up to `calls`
_CALL = struct.Struct("16s236si")
MOST = 16384

# How a call goes wrong -> (kind of shim.c, errno). A disk that is full stays full, one that failed may work again.
FAULTS: Mapping[str, tuple[int, int]] = {
    "kill": (1, 0),
    "EIO": (2, errno.EIO),
    "ENOSPC": (3, errno.ENOSPC),
}


def built(folder: Path) -> Path:
    """The library, compiled into the folder. CalledProcessError or FileNotFoundError where there is no compiler."""
    library = folder / "shim.so"
    command = [os.environ.get("CC", "cc"), "-O1", "-Wall", "-Wno-array-parameter", "-shared", "-fPIC"]
    subprocess.run([*command, "-o", str(library), str(SOURCE), "-ldl"], check=True)
    return library


@dataclass(frozen=True, slots=True)
class Call:
    """One system call, as it was counted."""

    what: str
    path: str
    pid: int


class State:
    """A file that processes share with the library: which call meets which fault, and what was called."""

    def __init__(self, path: Path, *, at: int = 0, fault: str = "kill", lock: bool = True) -> None:
        kind, number = FAULTS[fault]
        with path.open("wb") as file:
            file.write(_HEAD.pack(0, at, kind, number, not lock, 0))
            file.truncate(_HEAD.size + MOST * _CALL.size)
        self.path = path

    def arm(self) -> None:
        """From here on this process and its children are watched."""
        library = ctypes.CDLL(None)
        assert library.crash_size() == _HEAD.size + MOST * _CALL.size
        assert library.crash_arm(os.fsencode(self.path)) == 0
        os.environ["CRASH_STATE"] = str(self.path)

    def seen(self) -> tuple[int, bool]:
        """How many calls there were, and whether one met the fault."""
        with self.path.open("rb") as file:
            head = _HEAD.unpack(file.read(_HEAD.size))
        return head[0], bool(head[5])

    def calls(self) -> list[Call]:
        """The calls in order."""
        count, _ = self.seen()
        assert count <= MOST
        with self.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            rows = [_CALL.unpack_from(view, _HEAD.size + at * _CALL.size) for at in range(count)]
        return [Call(_text(what), _text(path), pid) for what, path, pid in rows]


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode(errors="replace")
