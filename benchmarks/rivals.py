"""Finding repeats alone, in turn with the rivals, on the same planted corpora: cost, recall, and what should stay."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import command
from benchmarks.corpus import ROOT, Record, write
from benchmarks.options import Options
from benchmarks.planted import Document, corpora, planted, said
from benchmarks.scorer import Row, Score, document_score, kept_of_ids, paragraph_score
from benchmarks.table import middle, share, show

DEFAULT_MB = 10.0


@dataclass(frozen=True, slots=True)
class Tool:
    """`command` takes a file of `given` (paragraphs or documents, one a record) and the name of a file to write."""

    name: str
    given: str
    finds: tuple[str, ...]
    command: tuple[str, ...]


@dataclass(slots=True)
class Sum:
    """What a tool took and found, over all corpora: medians of CPU seconds added up, the highest memory."""

    cpu: float = 0.0
    peak_mb: float = 0.0
    score: Score = field(default_factory=Score)


def tools_of(python: str | None) -> list[Tool]:
    """Us and, where a Python has them, the rivals."""
    ours = (sys.executable, "-m", "benchmarks.repeats_alone")
    tools = [Tool("clean-corpus", "documents", ("paragraphs", "documents"), ours)]
    for name, given in RIVALS.items() if python else ():
        steps = (str(python), "-m", "benchmarks.rival_steps", name)
        tools.append(Tool(name, given, (given,), steps))
    return tools


RIVALS = {
    "gaoya_char5": "paragraphs",
    "rensa_char5": "paragraphs",
    "rensa_words": "documents",
    "dupekit": "documents",
}


def main(options: Options) -> None:
    work = options.work / "rivals"
    tools = tools_of(options.rivals)
    sums = {tool.name: Sum() for tool in tools}
    command.warm(work)
    megabytes = 0.0
    for folder in corpora(options, work, DEFAULT_MB):
        documents = planted(folder)
        for name, rows in records_of(documents).items():
            write(work / f"{name}.jsonl", rows)
        megabytes += sum(len(each.text.encode()) for each in documents) / 1e6
        measured(tools, documents, sums, work, options.runs)
    if megabytes:
        beside = " --rivals PYTHON" if options.rivals else ""
        made_by = f"made by: python -m benchmarks rivals {said(options, DEFAULT_MB)} --runs {options.runs}{beside}"
        _tell(tools, sums, megabytes, made_by)


def records_of(documents: list[Document]) -> dict[str, list[Record]]:
    """The records of a corpus: its documents, and each of their paragraphs by itself."""
    paragraphs = ((each.id, at, paragraph) for each in documents for at, paragraph in enumerate(each.paragraphs))
    return {
        "documents": [{"id": each.id, "text": each.text} for each in documents],
        "paragraphs": [{"id": f"{name}#{at}", "text": paragraph.text} for name, at, paragraph in paragraphs],
    }


def measured(tools: list[Tool], documents: list[Document], sums: dict[str, Sum], work: Path, runs: int) -> None:
    """Runs all tools in turn on the records of one corpus in `work`, and adds what they took and found."""
    told: dict[str, list[dict[str, Any]]] = {tool.name: [] for tool in tools}
    for _ in range(runs):
        for tool in tools:
            out = work / f"{tool.name}.json"
            subprocess.run([*tool.command, str(work / f"{tool.given}.jsonl"), str(out)], check=True, cwd=ROOT)
            told[tool.name].append(json.loads(out.read_text(encoding="utf-8")))
    for tool in tools:
        mine, runs_of = sums[tool.name], told[tool.name]
        mine.cpu += middle(each["cpu"] for each in runs_of)
        mine.peak_mb = max(mine.peak_mb, middle(each["peak_mb"] for each in runs_of))
        kept = frozenset(runs_of[-1]["kept"])
        if "paragraphs" in tool.finds:
            mine.score.add(paragraph_score(documents, kept_of_ids(documents, kept)))
        if "documents" in tool.finds:
            mine.score.add(document_score(documents, kept))


def _tell(tools: list[Tool], sums: dict[str, Sum], megabytes: float, made_by: str) -> None:
    ours = sums[tools[0].name].cpu
    costs = [
        (tool.name, tool.given, each.cpu, megabytes / each.cpu, each.cpu / ours, round(each.peak_mb))
        for tool, each in ((tool, sums[tool.name]) for tool in tools)
    ]
    show(
        f"rivals: finding the repeats of {megabytes:.0f} MB of planted text and nothing else",
        ("what", "given", "CPU s", "MB/s and core", "times our CPU", "peak MB"),
        costs,
        ("reading, repairing and writing texts and loading code are not counted; peak: resident, with the texts",),
    )
    for kind, title, rows_of in TABLES:
        scores = {tool.name: sums[tool.name].score for tool in tools if kind in tool.finds}
        rows = side_by_side([rows_of(score) for score in scores.values()])
        show(f"rivals: {title}", ("", "n", *scores), rows)
    print(f"  {made_by}\n")


TABLES = (
    ("paragraphs", "paragraphs that should go, % gone", Score.recalls),
    ("paragraphs", "paragraphs that should stay, % gone", Score.stays),
    ("paragraphs", "paragraphs over all, %", Score.sums),
    ("documents", "whole documents, % gone", Score.wholes),
)


def side_by_side(columns: list[list[Row]]) -> list[tuple[object, ...]]:
    """Rows of several scores as rows of a table: the n they have in common, and the share of each."""
    found: list[tuple[object, ...]] = []
    for rows in zip(*columns, strict=True):
        counts = {n for _, n, _ in rows}
        found.append((rows[0][0], min(counts) if len(counts) == 1 else "-", *(share(part, n) for _, n, part in rows)))
    return found
