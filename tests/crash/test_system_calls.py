"""Faults at the system calls of the real command line: a sample here, all of them with `make crash`."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.cli_kit import article, inbox
from tests.crash.__main__ import judged, swept
from tests.crash.mutants import MUTANTS
from tests.crash.shim import State, built
from tests.helpers import ROOT

pytestmark = [pytest.mark.crash, pytest.mark.slow]

# Calls that strace shows, and what the library calls them.
CALLS = {
    "openat": ("open", "open64", "openat", "openat64", "fopen", "fopen64"),
    "write": ("write",),
    "pwrite64": ("pwrite", "pwrite64"),
    "writev": ("writev",),
    "pwritev": ("pwritev", "pwritev64"),
    "ftruncate": ("ftruncate", "ftruncate64"),
    "fallocate": ("fallocate", "fallocate64", "posix_fallocate", "posix_fallocate64"),
    "fsync": ("fsync",),
    "fdatasync": ("fdatasync",),
    "rename": ("rename",),
    "renameat": ("renameat",),
    "renameat2": ("renameat2",),
    "link": ("link",),
    "linkat": ("linkat",),
    "symlink": ("symlink",),
    "symlinkat": ("symlinkat",),
    "unlink": ("unlink",),
    "unlinkat": ("unlinkat",),
    "rmdir": ("rmdir",),
    "mkdir": ("mkdir",),
    "mkdirat": ("mkdirat",),
    "chmod": ("chmod",),
    "fchmodat": ("fchmodat",),
    "fchmod": ("fchmod",),
    "utimensat": ("utimensat", "futimens", "utimes"),
    "copy_file_range": ("copy_file_range",),
    "sendfile": ("sendfile",),
}


def test_a_fault_at_any_call_leaves_the_old_or_the_new_and_the_next_start_the_new(tmp_path: Path) -> None:
    number, wrong = judged(swept(tmp_path, ["--every", "12"]))
    assert wrong == []
    assert number >= 150


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_protocol_is_seen(tmp_path: Path, mutant: str) -> None:
    more = ["--races", "8"] if MUTANTS[mutant].scene == "race" else []
    _, wrong = judged(swept(tmp_path, ["--mutant", mutant, *more], processes=1))
    assert wrong
    assert not any("the harness ended early" in line for line in wrong)


def test_of_runs_at_once_each_commits_a_generation_of_its_own_or_nothing(tmp_path: Path) -> None:
    number, wrong = judged(swept(tmp_path, ["--races", "2"]))
    assert wrong == []
    assert number == 2 * 2 * 4


@pytest.mark.strace
def test_the_library_sees_every_call_that_the_system_sees(tmp_path: Path) -> None:
    inbox(tmp_path, article(1), article(2))
    store = tmp_path / "store"
    state = State(tmp_path / "state")
    preload = {"LD_PRELOAD": str(built(tmp_path)), "CRASH_STATE": str(state.path), "OPENBLAS_NUM_THREADS": "1"}
    trace = ["strace", "-f", "-qq", "-y", "-o", str(tmp_path / "trace"), "-e", f"trace={','.join(CALLS)},creat,open"]
    trace += [f"-E{name}={value}" for name, value in preload.items()]
    command = [sys.executable, "-m", "pipeline", "run", str(tmp_path / "in"), "--output", str(store), "--workers", "1"]
    subprocess.run([*trace, *command], cwd=ROOT, env=dict(os.environ), check=True, capture_output=True)
    lines = (tmp_path / "trace").read_text(errors="replace").splitlines()
    seen = Counter(found for line in lines if (found := _call(line, str(store))))
    ours = Counter(
        next(name for name, names in CALLS.items() if call.what in names)
        for call in state.calls()
        if call.path.startswith(str(store)) or not call.path.startswith("/")
    )
    assert ours == seen
    assert sum(seen.values()) > 100


def _call(line: str, store: str) -> str | None:
    """The name of a call that changes something in the store; None for other lines."""
    found = re.match(r"\d+ +(\w+)\((.*)", line)
    if not found or store not in found[2]:
        return None
    if found[1] in ("openat", "open") and not re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", found[2]):
        return None
    return found[1]
