"""The real command line in a process of its own, without the seconds that Python takes to start.

This process has all loaded, as `python -m pipeline` has when its command begins; each command is a fork of it.
"""

import atexit
import ctypes
import gc
import os
import sys
import traceback
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tests.crash.shim import State
from tests.helpers import ROOT

_PR_SET_CHILD_SUBREAPER = 36


def load() -> None:
    """Imports and compiles all that a command needs, and adopts the processes that killed ones leave behind."""
    import pipeline.commands.care
    import pipeline.commands.run
    import pipeline.nights.against
    import pipeline.run
    import pipeline.store.compact
    import pipeline.store.rollback
    import pipeline.warm

    pipeline.warm.main()
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    gc.collect()
    gc.freeze()


def start(arguments: Sequence[str], said: Path, state: State | None, before: Callable[[], None] | None = None) -> int:
    """Starts `clean-corpus` with these arguments: its process number, which is the number of its group as well.

    What it says goes to the file `said`. `before` is called in the new process.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        _be(arguments, said, state, before)
    with suppress(OSError):
        os.setpgid(pid, pid)
    return pid


def ended(pid: int) -> int:
    """The exit code, or minus the signal, of a command; all processes that it started are gone then."""
    _, status = os.waitpid(pid, 0)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-pid, 0)
    return os.waitstatus_to_exitcode(status)


def command(arguments: Sequence[str], said: Path, state: State | None = None) -> int:
    """Runs `clean-corpus` to its end; see `start`."""
    return ended(start(arguments, said, state))


def _be(arguments: Sequence[str], said: Path, state: State | None, before: Callable[[], None] | None) -> None:
    code = 99
    try:
        atexit._clear()  # what this process wanted done at its end is none of the command's business
        weakref.finalize._registry.clear()  # type: ignore[attr-defined]
        os.setpgid(0, 0)
        if before:
            before()
        os.chdir(ROOT)
        handle = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        os.closerange(3, 256)
        sys.argv = ["clean-corpus", *arguments]
        if state:
            state.arm()
        from pipeline.cli import main

        code = main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 98
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(BaseException):
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
