"""Inputs made to be expensive, at n and 2n paragraphs: time must double, not quadruple. By the real command."""

from typing import Any

from benchmarks import command
from benchmarks.corpus import write
from benchmarks.end_to_end import median
from benchmarks.floods import FLOODS, Flood, sentence
from benchmarks.meter import Cost
from benchmarks.options import Options
from benchmarks.table import show

TOO_LITTLE = 0.4  # CPU seconds above those of a start: less of them is noise, and has no ratio
SETTINGS = ("brake.enabled=false",)  # they would be held back: nearly all of them goes


def main(options: Options) -> None:
    work = options.work / "adversaries"
    work.mkdir(parents=True)
    inputs = {"": work / "start"}
    write(inputs[""] / "one.jsonl", [{"id": "one", "text": sentence(1)}])
    for flood in FLOODS:
        for times in (1, 2):
            inputs[_key(flood, times)] = work / f"in-{len(inputs)}"
            write(inputs[_key(flood, times)] / "flood.jsonl", flood.records(_count(flood, options) * times))
    command.warm(work)
    costs: dict[str, list[Cost]] = {key: [] for key in inputs}
    ends: dict[str, dict[str, Any]] = {}
    for _ in range(options.runs):
        for key, folder in inputs.items():
            costs[key].append(command.run(folder, work / "store", settings=SETTINGS))
            ends[key] = command.last_run(work / "store")
    middles = {key: median(each) for key, each in costs.items()}
    start = middles[""].cpu
    show(
        f"adversaries: clean-corpus run with 1 worker, medians of {options.runs} interleaved runs",
        ("paragraphs", "n", "CPU s at n", "at 2n", "ratio", "peak MB at n", "at 2n", "removed at 2n", "capped at 2n"),
        [_row(flood, options, middles, ends) for flood in FLOODS],
        (
            f"ratio: of what is above the {start:.1f} CPU s of a run on one line; 2 is linear, 4 quadratic",
            "removed: characters; capped: what the run counts as cut by a cap, - where it tells of none",
            f"made by: python -m benchmarks adversaries --scale {options.scale:g} --runs {options.runs}",
        ),
    )


def _count(flood: Flood, options: Options) -> int:
    return max(100, round(flood.full * options.scale))


def _key(flood: Flood, times: int) -> str:
    return f"{flood.name} {times}"


def _row(
    flood: Flood, options: Options, middles: dict[str, Cost], ends: dict[str, dict[str, Any]]
) -> tuple[object, ...]:
    once, twice, start = middles[_key(flood, 1)], middles[_key(flood, 2)], middles[""].cpu
    enough = once.cpu - start >= TOO_LITTLE
    ratio = f"{(twice.cpu - start) / (once.cpu - start):.2f}" if enough else "too fast"
    counts = {str(name): value for name, value in _flat(ends[_key(flood, 2)])}
    capped = [f"{name} {value:,}" for name, value in counts.items() if "cap" in name]
    removed = f"{100 * counts.get('chars_removed', 0) / max(1, counts.get('chars_in', 1)):.1f} %"
    sizes = (once.cpu, twice.cpu, ratio, round(once.peak_mb), round(twice.peak_mb))
    return (flood.name, _count(flood, options), *sizes, removed, ", ".join(capped) or "-")


def _flat(found: dict[str, Any]) -> list[tuple[str, int]]:
    """All counts of a report, whatever they are kept in."""
    out = [(name, value) for name, value in found.items() if isinstance(value, int) and not isinstance(value, bool)]
    return out + [pair for value in found.values() if isinstance(value, dict) for pair in _flat(value)]
