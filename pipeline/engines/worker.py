"""The life of a worker: takes one task after the other, within limits, and says what came of each."""

import ctypes
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from pipeline.errors import ClearError

# The system kills a worker first when memory runs out, not the run that could go on without it.
_FIRST_TO_GO = "500"
_DEATH_OF_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
Json = dict[str, Any]


class Task(NamedTuple):
    """A call to make. `memory` is how many bytes it may hold, `seconds` how long it may take; None is no limit."""

    call: Callable[..., Json]
    arguments: tuple[Any, ...]
    memory: int | None = None
    seconds: float | None = None


def work(channel: Connection, parent: int) -> None:
    """Answers every task on the channel: {"made": ...}, {"lost": why} or {"error": class, "message": text}.

    Answers are JSON: a worker reads what strangers wrote, and nothing it says may be more than data to the run.
    """
    die_with(parent)
    _settle()
    while True:
        try:
            task = channel.recv()
        except EOFError:  # the run is over
            return
        except Exception:  # it names what is not here
            channel.send_bytes(_bug())
        else:
            channel.send_bytes(answer(task))


def answer(task: Task) -> bytes:
    """What came of a task."""
    _limit(task.memory)
    try:
        return orjson.dumps({"made": task.call(*task.arguments)})
    except MemoryError:
        return orjson.dumps({"lost": "memory ran out"})
    except ClearError as error:
        return orjson.dumps({"error": type(error).__name__, "message": str(error)})
    except Exception:
        return _bug()


def _bug() -> bytes:
    """The error at hand with all that is known: it ends the run."""
    return orjson.dumps({"error": "", "message": traceback.format_exc()})


def die_with(parent: int) -> None:
    """Has the system kill this process when the one that made it ends, however that ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_OF_PARENT, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before it could be said
            os._exit(1)


def _settle() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold the texts
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a handle for a number
        os.dup2(nothing.fileno(), 0)


def _limit(memory: int | None) -> None:
    """Lets this process hold so many bytes beyond what it has now; files mapped into memory are not counted."""
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    with suppress(ValueError, OSError):  # above the hard limit, which then holds
        resource.setrlimit(resource.RLIMIT_DATA, (hard if memory is None else _held() + memory, hard))


def _held() -> int:
    """Bytes of private memory that this process has asked for."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmData:")) << 10
