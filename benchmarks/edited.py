"""Pairs of real versions of one paragraph, by how alike they are, and novels: what goes of them.

Each pair is a document of two paragraphs, and only repeats inside documents are looked for, so pairs do not meet.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks import command
from benchmarks.corpus import Record, lines, shared, write
from benchmarks.options import Options
from benchmarks.planted import CHANGES, change_of
from benchmarks.table import share, show

PAIRS = "edited_paragraph_pairs_de"
NOVELS = ("eltec_fra", "aozora_ja")
SETTINGS = ("tails.enabled=false", "brake.enabled=false")
STEPS = 10  # steps of the ratio from 0 to 1


def main(options: Options) -> None:
    work = options.work / "edited"
    work.mkdir(parents=True)
    for tell, names in ((_tell_pairs, (PAIRS,)), (_tell_novels, NOVELS)):
        files = [path for name in names if (path := shared() / "data" / "dev" / f"{name}.jsonl.zst").is_file()]
        if files:
            tell(files, work, (*SETTINGS, *options.settings))
        else:
            print(f"\nleft out, for they are not there: {', '.join(names)} (set CORPUS_SHARED)\n")


def _tell_pairs(files: list[Path], work: Path, settings: tuple[str, ...]) -> None:
    pairs = list(lines(files[0]))
    write(work / "pairs" / "pairs.jsonl", map(pair_record, pairs, range(len(pairs))))
    command.run(work / "pairs", work / "store", settings=(*settings, 'repeats.across="off"'))
    gone = {row["doc_id"] for row in _ledger(work / "store")}
    head = ("ratio from", *(each for change in CHANGES for each in (f"n {change}", "gone", "%")))
    notes = "ratio: of the file, over characters; both versions of 80 characters and more; tails.enabled=false"
    show(f"quality: {PAIRS}, second versions that go", head, pair_rows(pairs, gone), [notes])


def pair_record(pair: Record, at: int) -> Record:
    """Two versions of a paragraph as a document."""
    return {"id": str(at), "text": "\n".join(" ".join(pair[name].split()) for name in ("text", "text2"))}


def pair_rows(pairs: Iterable[Record], gone: set[str]) -> list[tuple[object, ...]]:
    """For each step of the ratio: n and how many are gone, by what was changed. `gone`: numbers of pairs, as text."""
    there: Counter[tuple[int, str]] = Counter()
    found: Counter[tuple[int, str]] = Counter()
    for at, pair in enumerate(pairs):
        if min(len(pair["text"]), len(pair["text2"])) >= 80:
            cell = (int(pair["ratio"] * STEPS), change_of(pair["text"], pair["text2"]))
            there[cell] += 1
            found[cell] += str(at) in gone
    steps = sorted({step for step, _ in there})
    return [
        (
            f"{step / STEPS:.1f}",
            *(part for change in CHANGES for part in _cell(there[step, change], found[step, change])),
        )
        for step in steps
    ]


def _cell(n: int, gone: int) -> tuple[object, ...]:
    return n, gone, share(gone, n)


def _tell_novels(files: list[Path], work: Path, settings: tuple[str, ...]) -> None:
    rows = []
    for path in files:
        name = path.name.split(".")[0]
        write(work / name / f"{name}.jsonl", lines(path))
        command.run(work / name, work / "store", settings=settings)
        chars: Counter[str] = Counter()
        for row in _ledger(work / "store"):
            chars[row["kind"]] += row["end"] - row["start"]
        whole = command.last_run(work / "store")["counts"]["chars_in"]
        rows.append((name, whole, *(share(chars[kind], whole) for kind in KINDS)))
    head = ("", "characters", *(f"% {kind}" for kind in KINDS))
    show(
        "quality: novels, characters gone", head, rows, ["aozora_ja has many of its works twice, with ruby and without"]
    )


KINDS = ("repeat_within", "repeat_across", "duplicate")


def _ledger(store: Path) -> Iterator[dict[str, Any]]:
    table = pq.read_table(store / "current" / "ledger", columns=["doc_id", "kind", "start", "end"])
    yield from table.to_pylist()
