"""`python -m tests.crash`: faults at every system call of the command line that changes a disk.

python -m tests.crash                           all scenes, all faults, all points, two processes
python -m tests.crash --scene night --every 10  a tenth of the points of one scene
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NoReturn

from tests.crash.mutants import MUTANTS
from tests.crash.races import race
from tests.crash.scenes import SCENES, made
from tests.crash.shim import FAULTS, built
from tests.crash.sweep import points, wrongs
from tests.crash.warm import load
from tests.helpers import ROOT


def main() -> int:
    """Runs it all; 1 if anything went wrong."""
    parsed = _parser().parse_args()
    if parsed.part:
        _part(parsed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crash-") as name:
        told = swept(Path(name), sys.argv[1:], parsed.processes)
    number, wrong = judged(told)
    lines = [str(each["told"]) for each in told if "told" in each] + wrong
    lines.append(f"{number} points, {len(wrong)} wrong, {time.monotonic() - started:.0f} s")
    sys.stdout.write("\n".join(lines) + "\n")
    return int(bool(wrong) or not number)


def judged(told: Iterable[Mapping[str, object]]) -> tuple[int, list[str]]:
    """How many points there were, and one line for each thing that went wrong."""
    wrong = ["{scene}, {fault} at {number} ({call}): {wrong}".format(**each) for each in told if "wrong" in each]
    return sum(int(str(each["points"])) for each in told if "points" in each), wrong


def swept(folder: Path, arguments: Sequence[str], processes: int = 2) -> list[dict[str, object]]:
    """What the parts say: rows with `told`, with `points`, and one with `wrong` for each thing that went wrong."""
    environment = {**os.environ, "LD_PRELOAD": str(built(folder)), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["OPENBLAS_NUM_THREADS"] = "1"  # as the command line sets it before numpy comes
    parts = []
    for number in range(1, processes + 1):
        own = folder / str(number)
        own.mkdir()
        command = [sys.executable, "-m", "tests.crash", *arguments, "--processes", str(processes)]
        command += ["--part", str(number), "--folder", str(own)]
        parts.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, cwd=ROOT))
    told: list[dict[str, object]] = []
    for part in parts:
        out, _ = part.communicate()
        told += [json.loads(line) for line in out.splitlines() if line.startswith(b"{")]
        if part.returncode:
            told.append({"wrong": "the harness ended early", "scene": "", "fault": "", "number": 0, "call": ""})
    return told


def _part(parsed: argparse.Namespace) -> NoReturn:
    """One of several processes, each with its share of the points; JSON lines."""
    if parsed.mutant:
        parsed.scene, parsed.fault = [MUTANTS[parsed.mutant].scene], [MUTANTS[parsed.mutant].fault]
    load()
    if parsed.races:
        _races(parsed)
    for name in parsed.scene or SCENES:
        scene = made(SCENES[name], parsed.folder / name)
        if parsed.mutant:
            MUTANTS[parsed.mutant].apply()
        calls = points(scene)
        if parsed.part == 1:
            kinds = Counter(call.what for call in calls)
            processes = len({call.pid for call in calls})
            _say(told=f"{name}: {len(calls)} calls in {processes} processes: {dict(kinds.most_common())}")
        for fault in parsed.fault or FAULTS:
            numbers: Sequence[int] = range(parsed.part, len(calls) + 1, parsed.processes * parsed.every)
            if parsed.mutant:  # from the end, where the commit is, and no further than needed
                near = MUTANTS[parsed.mutant].near
                numbers = [number for number in reversed(numbers) if near in calls[number - 1].path]
            for number, wrong in islice(wrongs(scene, fault, numbers), 1 if parsed.mutant else None):
                call = calls[number - 1]
                where = f"{call.what} {call.path.removeprefix(str(parsed.folder))}"
                _say(scene=name, fault=fault, number=number, call=where, wrong=wrong)
            _say(scene=name, fault=fault, points=len(numbers))
    os._exit(0)  # what DuckDB says about a forked process at its end interests nobody


def _races(parsed: argparse.Namespace) -> NoReturn:
    """Three runs at once, in four ways."""
    if parsed.mutant:
        MUTANTS[parsed.mutant].apply()
    for lock in (True, False) if not parsed.mutant else (False,):
        for same in (True, False):
            name = f"race {'with' if lock else 'without'} a lock, {'one inbox' if same else 'an inbox each'}"
            folder = parsed.folder / name.replace(" ", "-")
            for wrong in race(folder, lock=lock, same=same, rounds=parsed.races):
                _say(scene=name, fault="", number=0, call="", wrong=wrong)
            _say(scene=name, fault="", points=parsed.races)
    os._exit(0)


def _say(**row: object) -> None:
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()
    if "wrong" in row:
        sys.stderr.write(json.dumps(row) + "\n")  # sooner than the end


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--scene", action="append", choices=list(SCENES))
    parser.add_argument("--fault", action="append", choices=list(FAULTS))
    parser.add_argument("--every", type=int, default=1, help="only each so-manieth point")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--mutant", choices=list(MUTANTS), help="the protocol broken in this way, until it is seen")
    parser.add_argument("--races", type=int, default=0, help="so many rounds of three runs at once, and no faults")
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
