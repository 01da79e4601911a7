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
from pathlib import Path

from tests.crash.scenes import SCENES
from tests.crash.shim import FAULTS, built


def main() -> int:
    """Runs it all; 1 if anything went wrong."""
    parsed = _parser().parse_args()
    parsed.scene = parsed.scene or list(SCENES)
    parsed.fault = parsed.fault or list(FAULTS)
    if parsed.part:
        return _part(parsed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crash-") as name:
        told = sweep(Path(name), parsed.scene, parsed.fault, parsed.every, parsed.processes, parsed.mutant)
    for each in told:
        print(each["told"]) if "told" in each else None
    points = sum(each["points"] for each in told if "points" in each)
    wrong = [each for each in told if "wrong" in each]
    for each in wrong:
        print(f"{each['scene']}, {each['fault']} at {each['number']} ({each['call']}): {each['wrong']}")
    bad = {(each["scene"], each["fault"], each["number"]) for each in wrong}
    print(f"{points} points, {len(bad)} wrong, {time.monotonic() - started:.0f} s")
    return int(bool(wrong) or not points)


def sweep(
    folder: Path, scenes: list[str], faults: list[str], every: int, processes: int, mutant: str | None = None
) -> list[dict[str, object]]:
    """What the parts say: rows with `told`, with `points`, and one with `wrong` for each thing that went wrong."""
    library = built(folder)
    environment = {**os.environ, "LD_PRELOAD": str(library), "PYTHONDONTWRITEBYTECODE": "1"}
    common = [sys.executable, "-m", "tests.crash", "--every", str(every), "--processes", str(processes)]
    common += [word for scene in scenes for word in ("--scene", scene)]
    common += [word for fault in faults for word in ("--fault", fault)] + (["--mutant", mutant] if mutant else [])
    parts = []
    for number in range(1, processes + 1):
        own = folder / str(number)
        own.mkdir()
        command = [*common, "--part", str(number), "--folder", str(own)]
        parts.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE))
    told = []
    for part in parts:
        out, _ = part.communicate()
        told += [json.loads(line) for line in out.splitlines() if line.startswith(b"{")]
        if part.returncode:
            told.append({"wrong": "the harness ended early", "scene": "", "fault": "", "number": 0, "call": ""})
    return told


def _part(parsed: argparse.Namespace) -> int:
    """One of several processes, each with its share of the points; JSON lines."""
    from tests.crash.mutants import MUTANTS
    from tests.crash.scenes import made
    from tests.crash.sweep import points, wrongs
    from tests.crash.warm import load

    load()
    for name in parsed.scene:
        scene = made(SCENES[name], parsed.folder / name)
        calls = points(scene)
        if parsed.part == 1:
            kinds = Counter(call.what for call in calls)
            processes = len({call.pid for call in calls})
            _say(told=f"{name}: {len(calls)} calls in {processes} processes: {dict(kinds.most_common())}")
        if parsed.mutant:
            MUTANTS[parsed.mutant]()
        for fault in parsed.fault:
            numbers = range(parsed.part, len(calls) + 1, parsed.processes * parsed.every)
            for number, wrong in wrongs(scene, fault, numbers):
                call = calls[number - 1]
                where = f"{call.what} {call.path.removeprefix(str(parsed.folder))}"
                _say(scene=name, fault=fault, number=number, call=where, wrong=wrong)
            _say(scene=name, fault=fault, points=len(numbers))
    return 0


def _say(**row: object) -> None:
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--scene", action="append", choices=list(SCENES))
    parser.add_argument("--fault", action="append", choices=list(FAULTS))
    parser.add_argument("--every", type=int, default=1, help="only each so-manieth point")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--mutant")
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
