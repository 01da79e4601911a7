"""Corpora with planted repeats: making them, and reading them with their truth and the donor of every copy.

`plant_corpus.py` of the shared tools makes them: a paragraph is a line that is not empty, and its truth names a kind
(`base` and `refrain` stay; `orig` is a donor, of which `syn`, `rep` and `doc` are copies; `foot` and `contact` are
footers with changing details), a cluster and an edit rate.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.corpus import lines, shared
from benchmarks.options import Options
from pipeline.dedup.reference import masked, tokens

LONG, LONG_UNSPACED = 80, 30  # characters from which the scorer calls a paragraph long
UNSPACED = ("jpn", "zho")
SAME, WORDS, FIGURES = CHANGES = ("same", "words", "figures")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`cluster`: 0 for none, a number for a donor and its copies, a name for footers. `change`: see `change_of`."""

    kind: str
    cluster: int | str
    rate: str
    long: bool
    text: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """`cluster`: 0 for none; `rate`: `orig` for the donor of whole copies; `originals`: lines before the mojibake."""

    id: str
    text: str
    cluster: int
    rate: str
    paragraphs: tuple[Paragraph, ...]
    originals: dict[int, str]


def corpora(options: Options, work: Path, megabytes: float) -> Iterator[Path]:
    """Folders of planted corpora: those of `--planted`, else one a seed, of about half so many megabytes of text.

    None, and a word about it, where the shared tools are not there.
    """
    tool = shared() / "tools" / "plant_corpus.py"
    if options.planted:
        yield from options.planted
    elif not tool.is_file():
        print(f"\nno planted corpora: there is no {tool} (set CORPUS_SHARED)\n")
    else:
        source = _unpacked(work / "plain")
        for seed in options.seeds:
            folder = work / f"planted-{seed}"
            size = ("--mb", f"{options.mb or megabytes:g}", "--seed", str(seed))
            command = [sys.executable, str(tool), "--src", str(source), "--out", str(folder), *size]
            subprocess.run(command, check=True, capture_output=True)
            yield folder


def said(options: Options, megabytes: float) -> str:
    """The arguments that give these corpora again."""
    if options.planted:
        return f"--planted {','.join(folder.name for folder in options.planted)}"
    return f"--seeds {','.join(map(str, options.seeds))} --mb {options.mb or megabytes:g}"


def _unpacked(folder: Path) -> Path:
    """`folder`, with the development data as plain JSON lines, which is what corpora are planted from."""
    folder.mkdir(parents=True)
    for packed in sorted((shared() / "data" / "dev").glob("*.jsonl.zst")):
        with (folder / packed.name.removesuffix(".zst")).open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in lines(packed))
    return folder


def planted(folder: Path) -> list[Document]:
    """The documents of a planted corpus in order, with their truth."""
    with (folder / "truth.jsonl").open(encoding="utf-8") as file:
        truths = [json.loads(line) for line in file]
    texts: dict[str, str] = {}
    for path in sorted((folder / "docs").glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            texts |= {record["id"]: record["text"] for record in map(json.loads, file)}
    parts = {truth["id"]: _lines(texts[truth["id"]], len(truth["p"])) for truth in truths}
    donors: dict[int | str, str] = {}
    for truth in truths:
        for (kind, cluster, _, _), text in zip(truth["p"], parts[truth["id"]], strict=True):
            if kind == "orig":
                donors.setdefault(cluster, text)
    return [
        Document(
            id=truth["id"],
            text=texts[truth["id"]],
            cluster=truth["dc"],
            rate=truth["dr"],
            paragraphs=tuple(_paragraphs(truth, parts[truth["id"]], donors)),
            originals={int(at): text for at, text in truth["orig"].items()},
        )
        for truth in truths
    ]


def split(text: str) -> list[str]:
    """The lines of a text that are not empty, without white space around them."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def _lines(text: str, count: int) -> list[str]:
    """One line a paragraph of the truth, even where the generator planted an empty one."""
    return (split(text) + [""] * count)[:count]


def _paragraphs(truth: dict[str, Any], lines: list[str], donors: dict[int | str, str]) -> Iterator[Paragraph]:
    shortest = LONG_UNSPACED if truth["lang"] in UNSPACED else LONG
    for (kind, cluster, rate, size), text in zip(truth["p"], lines, strict=True):
        change = change_of(donors[cluster], text) if kind != "orig" and cluster in donors else ""
        yield Paragraph(kind, cluster, rate, size >= shortest, text, change)


def change_of(donor: str, copy: str) -> str:
    """What an edit changed: `same` fold, only `figures`, or `words`.

    >>> [change_of("Up 3 % on Monday", copy) for copy in ("up 3 %, on Monday", "Up 7 % on Monday", "Up 3 %")]
    ['same', 'figures', 'words']
    """
    if donor == copy or tokens(donor) == tokens(copy):
        return SAME
    return FIGURES if masked(donor) == masked(copy) else WORDS
