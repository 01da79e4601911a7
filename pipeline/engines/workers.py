"""Tasks to workers, one each at a time: whoever dies, hangs or runs out of memory costs the task in hand, no other."""

import os
import signal
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from types import MappingProxyType
from typing import Any

import orjson

from pipeline import errors
from pipeline.engines.nursery import Child, nursery
from pipeline.engines.worker import Task

_ERRORS: Mapping[str, type[errors.ClearError]] = MappingProxyType(
    {each.__name__: each for each in errors.ClearError.__subclasses__()}
)


class WorkerError(errors.OutputError):
    """The worker of a shard was killed, and killed again when the shard was tried alone (-1: no shard of its own)."""

    def __init__(self, message: str, shard: int = -1, why: str = "") -> None:
        super().__init__(message)
        self.shard = shard
        self.why = why  # without what to do about it


@dataclass(frozen=True, slots=True)
class Lost:
    """A task whose worker did not live to answer; `why` is for people."""

    why: str


@dataclass(slots=True)
class _Busy:
    child: Child
    index: int
    task: Task
    deadline: float | None


@dataclass(slots=True)
class Workers:
    """At most `count` workers, started when they are needed and kept until `end`."""

    count: int
    _idle: list[Child] = field(default_factory=list)
    _busy: dict[Connection, _Busy] = field(default_factory=dict)

    def results(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Any]]:
        """Number and result of each task, or `Lost`, as they come.

        Raises the ClearError that a task raised, and RuntimeError with the traceback for a bug.
        """
        waiting = deque(enumerate(tasks))
        while waiting or self._busy:
            while waiting and len(self._busy) < self.count:
                self._begin(*waiting.popleft())
            ready = set(wait(list(self._busy), self._patience()))
            for channel in [each for each in self._busy if each in ready]:
                yield self._result(self._busy.pop(channel))
            yield from self._late()

    def end(self) -> None:
        """Ends all workers; one that is at work is killed."""
        for busy in self._busy.values():
            _kill(busy.child)
            nursery().ended(busy.child)
        for child in self._idle:
            nursery().ended(child)
        self._busy.clear()
        self._idle.clear()

    def pids(self) -> list[int]:
        """The workers there are, by the numbers the system gave them."""
        return [child.pid for child in (*self._idle, *(busy.child for busy in self._busy.values()))]

    def _begin(self, index: int, task: Task) -> None:
        child = self._idle.pop() if self._idle else nursery().child()
        deadline = None if task.seconds is None else time.monotonic() + task.seconds
        self._busy[child.channel] = _Busy(child, index, task, deadline)
        with suppress(OSError):  # it died while it waited: that end is its answer
            child.channel.send(task)

    def _patience(self) -> float | None:
        """Seconds until the first deadline; None without one."""
        deadlines = [busy.deadline for busy in self._busy.values() if busy.deadline is not None]
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

    def _result(self, busy: _Busy) -> tuple[int, Any]:
        try:
            answer = orjson.loads(busy.child.channel.recv_bytes())
        except (EOFError, OSError, ValueError):  # ValueError: half an answer
            _kill(busy.child)
            return busy.index, Lost(_cause(nursery().ended(busy.child)))
        if "lost" in answer:  # it keeps what it could not free
            nursery().ended(busy.child)
            limit = "" if busy.task.memory is None else f" (limit {busy.task.memory // 1_000_000} MB)"
            return busy.index, Lost(f"{answer['lost']}{limit}")
        self._idle.append(busy.child)
        if "error" in answer:
            kind = _ERRORS.get(answer["error"])
            raise kind(answer["message"]) if kind else RuntimeError(answer["message"])
        return busy.index, answer["made"]

    def _late(self) -> Iterator[tuple[int, Any]]:
        """Those whose time is over, killed."""
        now = time.monotonic()
        for channel, busy in list(self._busy.items()):
            if busy.deadline is not None and busy.deadline <= now:
                del self._busy[channel]
                _kill(busy.child)
                nursery().ended(busy.child)
                yield busy.index, Lost(f"took more than {busy.task.seconds:g} seconds")


def _kill(child: Child) -> None:
    with suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGKILL)  # nobody has waited for it yet: the number is still its own


def _cause(code: int) -> str:
    if code >= 0:
        return f"its worker ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "unknown"
    return f"its worker was killed by signal {-code} ({name})"
