"""The whole command on JSON lines of news, beside a mere copy and, where it is installed, beside datatrove."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import command
from benchmarks.corpus import ROOT, grown, news, write
from benchmarks.meter import Cost, cost_of
from benchmarks.options import Options
from benchmarks.table import middle, show

DEFAULT_MB = 30.0
SETTINGS = ("brake.enabled=false",)  # a feed that is archived every day is nearly all repeats


@dataclass(frozen=True, slots=True)
class Rival:
    """Something that is run in turn with the others, on `megabytes` of text."""

    name: str
    megabytes: float
    run: Callable[[], Cost]


def main(options: Options) -> None:
    source, work = news(), options.work / "end-to-end"
    inputs = work / "in"
    megabytes = write(inputs / "news.jsonl", grown(source, options.mb or DEFAULT_MB))
    command.warm(work)
    _copy(work / "warm", 0, work).run()
    rivals = [_copy(inputs, megabytes, work), *(_ours(inputs, megabytes, work, count) for count in options.workers)]
    notes, beside = [source.said], ""
    if options.datatrove and _has_datatrove(options.datatrove):
        _datatrove(options.datatrove, work / "warm", 0, work).run()
        some = work / "in-datatrove"
        size = write(some / "news.jsonl", grown(source, options.datatrove_mb))
        rivals.append(_datatrove(options.datatrove, some, size, work))
        beside = f" --datatrove PYTHON --datatrove-mb {options.datatrove_mb:g}"
        notes.append(
            f"datatrove {_version(options.datatrove)} finds whole documents only, keeps no spans and no ledger; "
            f"it gets {options.datatrove_mb:g} MB, for it takes long, and its cost grows with the text"
        )
    else:
        notes.append("datatrove is left out: name a python that has it with --datatrove (see datatrove_steps.py)")
    costs = in_turn(rivals, options.runs)
    notes += [
        "peak: highest sum of PSS over all processes; CPU: user and system seconds of all processes",
        f"made by: python -m benchmarks end-to-end --mb {options.mb or DEFAULT_MB:g} --runs {options.runs}{beside}",
    ]
    head = ("what", "MB of text", "CPU s", "wall s", "MB/s and core", "peak MB", "times a copy", "datatrove takes")
    title = (
        f"end to end: whole processes, medians of {options.runs} interleaved runs; the last two columns: CPU a megabyte"
    )
    show(title, head, rows(rivals, costs), notes)


def in_turn(rivals: list[Rival], runs: int) -> dict[str, Cost]:
    """Medians of runs A B C A B C."""
    found: dict[str, list[Cost]] = {rival.name: [] for rival in rivals}
    for _ in range(runs):
        for rival in rivals:
            found[rival.name].append(rival.run())
    return {name: median(costs) for name, costs in found.items()}


def median(costs: list[Cost]) -> Cost:
    """The median of each figure by itself."""
    return Cost(
        middle(cost.cpu for cost in costs), middle(cost.wall for cost in costs), middle(cost.peak_mb for cost in costs)
    )


def rows(rivals: list[Rival], costs: dict[str, Cost]) -> list[tuple[object, ...]]:
    """The rows of the table. Ratios are of CPU seconds a megabyte: of each to the copy, of datatrove to each."""
    cpu = {rival.name: costs[rival.name].cpu / rival.megabytes for rival in rivals}
    found = []
    for rival in rivals:
        cost, each = costs[rival.name], cpu[rival.name]
        copied = f"{each / cpu['copy only']:.1f} x"
        times = f"{cpu['datatrove'] / each:.1f} x" if "datatrove" in cpu else "-"
        found.append((rival.name, rival.megabytes, cost.cpu, cost.wall, 1 / each, cost.peak_mb, copied, times))
    return found


def _copy(inputs: Path, megabytes: float, work: Path) -> Rival:
    out = work / "copy"

    def copied() -> Cost:
        shutil.rmtree(out, ignore_errors=True)
        script = str(ROOT / "benchmarks" / "copy_only.py")
        return cost_of([sys.executable, script, str(next(inputs.glob("*.jsonl"))), str(out)], folder=work)

    return Rival("copy only", megabytes, copied)


def _ours(inputs: Path, megabytes: float, work: Path, workers: int) -> Rival:
    def cleaned() -> Cost:
        return command.run(inputs, work / "store", workers=workers, settings=SETTINGS)

    return Rival(f"clean-corpus, workers {workers}", megabytes, cleaned)


def _datatrove(python: str, inputs: Path, megabytes: float, work: Path) -> Rival:
    out = work / "datatrove"

    def cleaned() -> Cost:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        script = str(ROOT / "benchmarks" / "datatrove_steps.py")
        return cost_of([python, script, str(inputs), str(out)], folder=work, env={"HF_HUB_OFFLINE": "1"})

    return Rival("datatrove", megabytes, cleaned)


def _has_datatrove(python: str) -> bool:
    return subprocess.run([python, "-c", "import datatrove"], capture_output=True, check=False).returncode == 0


def _version(python: str) -> str:
    code = "import importlib.metadata as m; print(m.version('datatrove'))"
    return subprocess.run([python, "-c", code], capture_output=True, check=True, text=True).stdout.strip()
