"""How cost grows with the size of the input: whole runs on 10 MB, 100 MB, ... of news."""

from benchmarks import command
from benchmarks.corpus import grown, news, write
from benchmarks.end_to_end import median
from benchmarks.meter import Cost
from benchmarks.options import Options
from benchmarks.table import show


def main(options: Options) -> None:
    source, work = news(), options.work / "growth"
    inputs = {size: work / f"in-{size:g}" for size in options.sizes}
    megabytes = {size: write(folder / "news.jsonl", grown(source, size)) for size, folder in inputs.items()}
    command.warm(work)
    workers = options.workers[-1]
    costs: dict[float, list[Cost]] = {size: [] for size in options.sizes}
    for _ in range(options.runs):
        for size in options.sizes:
            costs[size].append(command.run(inputs[size], work / "store", workers=workers))
    middles = {size: median(each) for size, each in costs.items()}
    first = min(options.sizes)
    sizes = ",".join(f"{size:g}" for size in options.sizes)
    show(
        f"growth: clean-corpus run with {workers} workers, medians of {options.runs} interleaved runs",
        ("MB of text", "CPU s", "wall s", "CPU s a MB", "beyond the smallest", "peak MB"),
        [
            (
                f"{megabytes[size]:,.1f}",
                cost.cpu,
                cost.wall,
                cost.cpu / megabytes[size],
                _beyond(middles[first], megabytes[first], cost, megabytes[size]),
                cost.peak_mb,
            )
            for size, cost in middles.items()
        ],
        (
            source.said,
            "beyond the smallest: CPU s for each MB more than the smallest has; what every start costs is not in it",
            f"made by: python -m benchmarks growth --sizes {sizes} --runs {options.runs}",
        ),
    )


def _beyond(first: Cost, first_mb: float, cost: Cost, megabytes: float) -> float | None:
    return (cost.cpu - first.cpu) / (megabytes - first_mb) if megabytes > first_mb else None
