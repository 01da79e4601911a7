"""What may be asked for on the command line, for every benchmark alike."""

import argparse
from dataclasses import dataclass
from pathlib import Path

NAMES = (
    "kernels",
    "end-to-end",
    "rivals",
    "quality",
    "adversaries",
    "growth",
    "encodings",
    "mojibake",
    "rules",
    "tails",
    "glued",
    "nights",
)
DEFAULT = ("kernels", "end-to-end", "adversaries")


@dataclass(frozen=True, slots=True)
class Options:
    """`mb` None: each benchmark's own size. `work`: an empty folder for inputs and stores."""

    names: tuple[str, ...]
    runs: int
    mb: float | None
    scale: float
    sizes: tuple[float, ...]
    seeds: tuple[int, ...]
    planted: tuple[Path, ...]
    settings: tuple[str, ...]
    workers: tuple[int, ...]
    rivals: str | None
    datatrove: str | None
    datatrove_mb: float
    texts: Path | None
    train: bool
    show: int
    paragraphs: tuple[float, ...]
    plot: Path | None
    work: Path


def parsed(arguments: list[str] | None, work: Path) -> Options:
    """The options of a command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(NAMES)} (default: {' '.join(DEFAULT)})")
    parser.add_argument("--runs", type=int, default=3, help="runs of each; tables show medians (default 3)")
    parser.add_argument("--mb", type=float, help="megabytes of text (kernels 4, end-to-end 30, rivals and quality 10)")
    parser.add_argument(
        "--scale", type=float, default=0.05, help="adversaries: share of their full size (default 0.05)"
    )
    parser.add_argument("--sizes", default="10,30,100", help="growth: megabytes (default 10,30,100)")
    parser.add_argument("--seeds", default="101,102,103", help="rivals, quality: seeds of the planted corpora")
    parser.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], help="quality: a setting, as for the command"
    )
    parser.add_argument(
        "--planted", metavar="FOLDER,...", help="rivals, quality: planted corpora that are there already"
    )
    parser.add_argument("--workers", default="1,2", help="end-to-end: numbers of workers (default 1,2)")
    parser.add_argument("--rivals", metavar="PYTHON", help="rivals: a python that has them, to run beside us")
    parser.add_argument(
        "--datatrove", metavar="PYTHON", help="end-to-end: a python that has datatrove, to run beside us"
    )
    parser.add_argument("--datatrove-mb", type=float, default=5.0, help="how much of the text it gets (default 5)")
    parser.add_argument(
        "--texts",
        metavar="FOLDER",
        type=Path,
        help="encodings, mojibake: unpacked packages, see charset_texts.py; rules: texts of tails",
    )
    parser.add_argument("--train", action="store_true", help="tails: with trained weights, cross-validated over sites")
    parser.add_argument("--show", type=int, default=0, help="tails: how many losses and misses are shown (default 0)")
    _add_nights(parser)
    found = parser.parse_args(arguments)
    unknown = [name for name in found.names if name not in NAMES]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    if found.runs < 1:
        parser.error("--runs: at least 1")
    return Options(
        names=tuple(found.names) or DEFAULT,
        runs=found.runs,
        mb=found.mb,
        scale=found.scale,
        sizes=tuple(float(size) for size in found.sizes.split(",")),
        seeds=tuple(int(seed) for seed in found.seeds.split(",")),
        workers=tuple(int(count) for count in found.workers.split(",")),
        settings=tuple(found.set),
        planted=tuple(Path(folder) for folder in found.planted.split(",")) if found.planted else (),
        rivals=found.rivals,
        datatrove=found.datatrove,
        datatrove_mb=found.datatrove_mb,
        texts=found.texts,
        train=found.train,
        show=found.show,
        plot=found.plot,
        paragraphs=tuple(float(each) for each in found.paragraphs.split(",")),
        work=work,
    )


def _add_nights(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--paragraphs", default="1,5", help="nights: millions of paragraphs in the index (default 1,5; 50 takes 25 GB)"
    )
    parser.add_argument("--plot", metavar="FILE", type=Path, help="nights: writes the curves there, as SVG")
