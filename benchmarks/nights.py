"""What a night costs on a store that has grown: 10 MB of news beside an index of 0, 1, 5, ... million paragraphs.

The paragraphs of the large stores are only in the index, as hashes made by dice: their texts would be 30 GB for 50
million. New documents ask this index all they ask a real one and are answered "unknown" (what they are told of texts
that are there is the same in every store, the night before). The first night after that is a cold one: no page of the
index is in memory.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import command
from benchmarks.corpus import ROOT, grown, news, write
from benchmarks.meter import Cost, cost_of
from benchmarks.options import Options
from benchmarks.plot import curves
from benchmarks.table import show
from pipeline.store.commit import begin, commit
from pipeline.store.folder import Store, open_store
from pipeline.store.kinds import SEARCHED
from pipeline.store.manifest import LiveFile, newest, parent_digest, sealed
from pipeline.store.tiers import MOST_ROWS, Columns, SortedWriter, halves
from pipeline.store.views import publish

NIGHT_MB = 10.0
KEYS_A_PARAGRAPH = 27  # 25 bands and 2 edges
TRACES_A_PARAGRAPH = 2  # folds, names, texts, pairs and recent copies: 1.9 in the nights of `growth`
_SETTINGS = ("brake.enabled=false", f"tails.rules={ROOT / 'configs' / 'rules'}")


def main(options: Options) -> None:
    work = options.work / "nights"
    nights = _nights(work)
    command.warm(work)
    young = work / "young"
    _night(nights[0], young, options)
    rows: list[tuple[str, float, *tuple[float, ...]]] = []
    for millions in (0.0, *options.paragraphs):
        store = work / "grown"
        shutil.copytree(young, store, symlinks=True)
        if millions:
            simulate(open_store(store, create=False), int(millions * 1e6))
        size = sum(path.stat().st_size for path in store.glob("gen/*/*.arrow")) / 1e6
        forget_pages(store)
        cold = _night(nights[1], store, options)
        warm = _night(nights[2], store, options)
        rows.append((f"{millions:g}", size, *_told(cold), *_told(warm)))
        shutil.rmtree(store)
    if options.plot:
        options.plot.write_text(picture(rows), encoding="utf-8")
    show(
        f"nights: clean-corpus run on {NIGHT_MB:g} MB beside so many paragraphs, {options.workers[-1]} workers",
        ("million paragraphs", "index MB", *(f"{when} {what}" for when in ("cold", "warm") for what in _HEAD)),
        rows,
        (
            "cold: no page of the index in memory; read: MB from the disk; peak: MB, all processes, pages of files too",
            f"made by: python -m benchmarks nights --paragraphs {','.join(f'{each:g}' for each in options.paragraphs)}",
        ),
    )


def picture(rows: Sequence[tuple[str, float, *tuple[float, ...]]]) -> str:
    """The CPU seconds of the rows of the table, as SVG."""
    points = [float(row[0]) for row in rows]
    lines = {"cold": [row[2] for row in rows], "warm": [row[6] for row in rows]}
    title = f"A night of {NIGHT_MB:g} MB, CPU seconds"
    return curves(title, "million paragraphs in the index before", points, lines)


_HEAD = ("CPU s", "wall s", "peak", "read")


def _told(cost: Cost) -> tuple[float, float, float, float]:
    return cost.cpu, cost.wall, cost.peak_mb, cost.read_mb


def _nights(work: Path) -> list[Path]:
    """Three files of NIGHT_MB, of one text cut in three."""
    records = list(grown(news(), 3 * NIGHT_MB))
    third = len(records) // 3
    out = []
    for number in range(3):
        out.append(work / f"in-{number}" / f"night-{number}.jsonl")
        write(out[-1], records[number * third : (number + 1) * third])
    return out


def _night(path: Path, store: Path, options: Options) -> Cost:
    sets = [part for each in _SETTINGS for part in ("--set", each)]
    run = [sys.executable, "-m", "pipeline", "run", str(path), "--output", str(store), "--log", "plain", *sets]
    env = {"PYTHONPATH": str(ROOT)}
    return cost_of([*run, "--workers", str(options.workers[-1])], folder=store.parent, env=env)


def forget_pages(store: Path) -> None:
    """Asks the system to drop what it remembers of the index."""
    for path in store.glob("gen/*/*.arrow"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def simulate(store: Store, paragraphs: int) -> None:
    """Commits a generation that has a tier of the index more, older than all: of so many paragraphs that lead."""
    before = newest(store)
    assert before is not None
    folder = begin(store, before.generation + 1, "simulated")
    files = tuple(_file(folder, kind, paragraphs) for kind in SEARCHED)
    manifest = replace(
        before,
        generation=before.generation + 1,
        parent=parent_digest(store, before.generation + 1),
        run_id="simulated",
        files=(*before.files, *files),
    )
    commit(store, sealed(manifest))
    publish(store, sealed(manifest))


def _file(folder: Path, kind: str, paragraphs: int) -> LiveFile:
    dice = np.random.default_rng(1)
    writer = SortedWriter(folder, kind, (0, 0))
    rows = paragraphs * {"traces": TRACES_A_PARAGRAPH, "places": 1, "bands": KEYS_A_PARAGRAPH}[kind]
    for first, behind in _parts(rows):
        writer.write(_rows(kind, first, behind, rows, paragraphs, dice))
    return writer.finish()


def _parts(rows: int) -> Iterator[tuple[int, int]]:
    for first in range(0, rows, MOST_ROWS):
        yield first, min(rows, first + MOST_ROWS)


def _rows(kind: str, first: int, behind: int, rows: int, paragraphs: int, dice: np.random.Generator) -> Columns:
    """Rows `first` to `behind` of all, their keys in the same share of all keys."""
    count = behind - first
    out: Columns = {}
    for field in SEARCHED[kind]:
        if field.name == "words":
            out["words"] = dice.integers(0, 1 << 63, (count, 10), np.uint64).view("V80").reshape(-1)
        elif field.name == "place":
            out["place"] = dice.integers(0, paragraphs, count, np.uint32)
        elif field.name not in ("high", "low"):
            out[field.name] = np.arange(first, behind).astype(field.type.to_pandas_dtype())
    if kind != "places":
        low, high = ((each << 64) // rows for each in (first, behind))
        keys = np.sort(dice.integers(low, high - 1, count, np.uint64, endpoint=True))
        out |= halves(keys, SEARCHED[kind].field("low").type)
    return out
