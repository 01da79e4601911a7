"""What work inside this process costs (Linux). Imports nothing but the standard library: rivals import it."""

import gc
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Made = TypeVar("Made")
_RESET_PEAK = "5"  # written to clear_refs, see proc(5)
_NEAR = 16 << 20  # bytes that the peak may stand above what is in use, right after it was reset


def measured(work: Callable[[], Made]) -> tuple[Made, float, float]:
    """What `work` gives, CPU seconds of all threads, and the highest resident memory meanwhile in MB.

    Not from `ru_maxrss`: that begins with the memory of the process that started this one. The memory is nan where the
    process once held more and the system does not let the peak be reset: measure in a new process there.
    """
    gc.collect()
    Path("/proc/self/clear_refs").write_text(_RESET_PEAK)
    known = _status("VmHWM") - _status("VmRSS") < _NEAR
    begun = time.process_time()
    made = work()
    cpu = time.process_time() - begun
    return made, cpu, _status("VmHWM") / 1e6 if known else math.nan


def _status(name: str) -> int:
    """A size in bytes that the system knows of this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) * 1024
