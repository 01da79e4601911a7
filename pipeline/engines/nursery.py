"""Where workers come from: one process that has everything loaded, forks a worker on demand and sees it end.

It is forked off this process while nothing else runs here (a fork copies memory, and no other thread), else started
anew. It has no lock, no file of a store and no threads, so what it forks begins clean; it ends with this process.
"""

import atexit
import gc
import importlib
import os
import signal
import socket
import subprocess
import sys
import threading
import warnings
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

from pipeline.engines.worker import die_with, work
from pipeline.errors import OutputError

WARM = "pipeline.warm"  # its `main` loads all kernels
# Threads of libraries that sleep until there is work, and that know how to live through a fork.
_SLEEPERS = {"jemalloc_bg_thd"}
_FORK, _END = "fork", "end"
_ANEW = (
    "import sys; sys.path[:] = {path!r}; from pipeline.engines import nursery; nursery.serve_anew({handle}, {parent})"
)


@dataclass(frozen=True, slots=True)
class Child:
    """A worker: what is sent to `channel` reaches it."""

    pid: int
    channel: Connection


class Nursery:
    """Asks the process that forks. One a process, see `nursery`."""

    def __init__(self, channel: socket.socket, pid: int) -> None:
        self._channel = channel
        self._pid = pid
        self._asked = 0

    def child(self) -> Child:
        """A new worker."""
        here, there = socket.socketpair()
        with there:
            pid = self._answer(_FORK, 0, [there.fileno()])
        return Child(pid, Connection(here.detach()))

    def ended(self, child: Child) -> int:
        """Waits for a worker that was told or made to end: its exit code, or minus the signal that killed it."""
        child.channel.close()
        return self._answer(_END, child.pid, [])

    def close(self) -> None:
        """Ends it and all workers that are still there."""
        self._channel.close()
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)

    def _answer(self, what: str, about: int, handles: list[int]) -> int:
        self._asked += 1
        try:
            socket.send_fds(self._channel, [f"{self._asked} {what} {about}".encode()], handles)
            while True:
                number, _, said = self._channel.recv(64).partition(b" ")
                if not number:
                    raise ConnectionResetError
                if int(number) == self._asked:  # else the answer to one whom a signal took away
                    return int(said)
        except ConnectionError as error:
            _of_process.cache_clear()
            message = "the process that starts workers was killed; free memory, or lower engine.workers, and run again"
            raise OutputError(message) from error


def nursery() -> Nursery:
    """The nursery of this process, started when it is first asked for."""
    return _of_process(os.getpid())  # a fork of this process has to have its own


@cache
def _of_process(own: int) -> Nursery:
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with there:
        pid = _forked(there, own) if _is_alone() else _started(there, own)
    made = Nursery(here, pid)
    atexit.register(made.close)
    return made


def _forked(channel: socket.socket, parent: int) -> int:
    """The number of a nursery that shares all that is loaded here."""
    _load()
    pid = _fork()
    if not pid:
        _serve_only(channel, parent)
    return pid


def _started(channel: socket.socket, parent: int) -> int:
    """The number of a nursery that loads everything anew."""
    code = _ANEW.format(path=sys.path, handle=channel.fileno(), parent=parent)
    command = [sys.executable, "-c", code]
    started = subprocess.Popen(command, pass_fds=[channel.fileno()], stdin=subprocess.DEVNULL)  # noqa: S603
    started.returncode = 0  # `close` waits for it
    return started.pid


def _is_alone() -> bool:
    """Whether nothing but this code runs in the process."""
    try:
        names = [task.joinpath("comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]
    except OSError:  # no Linux
        return False
    return threading.active_count() == 1 and sum(name not in _SLEEPERS for name in names) == 1


def _load() -> None:
    importlib.import_module(WARM).main()


def serve_anew(handle: int, parent: int) -> None:
    """The life of a nursery that was started as a process of its own; `handle` is its end of the channel."""
    _load()
    _serve_only(socket.socket(fileno=handle), parent)


def _serve_only(channel: socket.socket, parent: int) -> None:
    """Serves, and never comes back to what this process was before."""
    try:
        die_with(parent)
        _close_all_but(channel.fileno())
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the run, which then ends its workers
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        gc.collect()
        gc.freeze()  # else the first look for garbage in a worker copies every page
        _serve(channel)
    finally:
        os._exit(0)


def _serve(channel: socket.socket) -> None:
    while True:
        message, handles, _, _ = socket.recv_fds(channel, 64, 1)
        if not message:
            return
        number, what, about = message.decode().split()
        if what == _FORK:
            said = _born(channel, handles[0])
        else:
            _, status = os.waitpid(int(about), 0)
            said = os.waitstatus_to_exitcode(status)
        channel.send(f"{number} {said}".encode())


def _born(channel: socket.socket, handle: int) -> int:
    """The number of a new worker, which answers on `handle`."""
    here = os.getpid()
    pid = _fork()
    if not pid:
        try:
            channel.close()
            work(Connection(handle), here)
        finally:
            os._exit(0)
    os.close(handle)
    return pid


def _fork() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, which were looked at
        return os.fork()


def _close_all_but(handle: int) -> None:
    """Closes the files that came with the fork, the lock of a store among them, but for the standard ones."""
    os.closerange(3, handle)
    os.closerange(handle + 1, 1 << 16)
