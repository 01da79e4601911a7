"""What a person reads on the terminal: progress while a run works, and what it did."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table

from pipeline.brake.held import printable
from pipeline.brake.tolls import Toll
from pipeline.config import Settings
from pipeline.run import Outcome, Preview
from pipeline.single import Cleaned
from pipeline.sources.files import Skipped
from pipeline.sources.sniff import LABELS


class Teller:
    """Tells the progress of stages: bars on a terminal, one line a stage in a log, or JSON lines."""

    def __init__(self, log: str) -> None:
        console = Console(stderr=True)
        self._log = ("bars" if console.is_terminal else "plain") if log == "auto" else log
        self._console = console
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        if self._log == "bars":
            columns = (TextColumn("{task.description:12}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
            self._bars = Progress(*columns, console=self._console, transient=True)
            self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        if self._bars:
            self._bars.stop()

    def progress(self, name: str, done: int, total: int, rows: int) -> None:
        """Called when `done` of the `total` shards of a stage are made, with `rows` rows."""
        if self._bars:
            if name not in self._tasks:
                self._tasks[name] = self._bars.add_task(name, total=total)
            self._bars.update(self._tasks[name], completed=done)
        elif self._log == "json" and done == total:
            sys.stderr.write(json.dumps({"stage": name, "rows": rows}) + "\n")
        elif self._log == "plain" and done == total:
            sys.stderr.write(f"{name:12}{rows:12,} rows\n")


def told(outcome: Outcome, settings: Settings, seconds: float) -> None:
    """Prints what a run did."""
    console = Console(soft_wrap=True, emoji=False)
    if outcome.generation is None:
        console.print(f"nothing new: {outcome.known_files:,} files are known by their content", highlight=False)
        return
    counts = outcome.counts
    kept = counts["documents"] + counts["duplicates"] + counts["quarantined"]
    console.print(
        f"\n[bold]{counts['documents_in']:,} documents in[/] = {counts['documents']:,} clean "
        f"+ {counts['duplicates']:,} duplicates + {counts['quarantined']:,} in quarantine"
        f"{'' if kept == counts['documents_in'] else ' (these do not add up)'}",
        highlight=False,
    )
    console.print(
        f"[bold]{counts['chars_in']:,} characters in[/] = {counts['chars_out']:,} clean "
        f"+ {counts['chars_removed']:,} removed ({_share(counts['chars_removed'], counts['chars_in'])})\n",
        highlight=False,
    )
    if any(toll.removed for toll in outcome.tolls):
        console.print(_removals(outcome.tolls, counts["chars_in"]))
    console.print("", *_notes(outcome), sep="\n", highlight=False)
    root = _name(settings.output.path)
    console.print(
        f"\npublished generation {outcome.generation} in {seconds:.1f} s. Read it: {root}/current/documents\n"
        f"What was taken out, and why: {root}/current/ledger, or `clean-corpus report --output {root}`",
        highlight=False,
    )


def _name(name: str) -> str:
    """A name of a file as a terminal may show it: no control codes, no markup."""
    return escape(printable(name))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "0 %"


def _removals(tolls: Sequence[Toll], chars_in: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, justify in (
        ("removed as", "left"),
        ("rule", "left"),
        ("spans", "right"),
        ("characters", "right"),
        ("of all", "right"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for toll in tolls:
        if toll.rule and toll.kind:
            spans, chars = sums.get((toll.kind, toll.rule), (0, 0))
            sums[toll.kind, toll.rule] = spans + (toll.spans or 0), chars + (toll.removed or 0)
    for (kind, rule), (spans, chars) in sorted(sums.items(), key=lambda item: (-item[1][1], item[0])):
        table.add_row(kind, escape(rule), f"{spans:,}", f"{chars:,}", _share(chars, chars_in))
    return table


def _notes(outcome: Outcome) -> Iterator[str]:
    for topic, title in (("encoding", "read as"), ("repair", "repaired"), ("reason", "in quarantine")):
        found = sorted(outcome.tallies.get(topic, {}).items(), key=lambda item: (-item[1], item[0]))
        if found:
            yield f"[bold]{title:14}[/]" + " · ".join(f"{_name(name)} {count:,}" for name, count in found)
    if outcome.counts.get("capped"):
        yield (
            f"{outcome.counts['capped']:,} paragraphs met a full bucket and missed some of its leaders: "
            "raise repeats.bucket_leaders if repeats stay"
        )
    yield from _changes(outcome.changes)
    for line in outcome.accepted:
        yield f"accepted: {_name(line)}"
    for line in outcome.warnings:
        yield f"[bold]look:[/] {line}"
    if outcome.known_files:
        yield f"{outcome.known_files:,} files known by their content, not read again"
    yield from _passed_over(outcome.skipped)


_CHANGES = {
    "renewed": "new versions of earlier documents",
    "withdrawn": "earlier documents that their file no longer holds, withdrawn",
    "decided_again": "earlier documents that come out otherwise now",
    "barred": "forgotten documents that stay out",
}


def _changes(changes: Mapping[str, int]) -> Iterator[str]:
    """What became of earlier documents."""
    for name, what in _CHANGES.items():
        if changes.get(name):
            yield f"{what}: {changes[name]:,}"


def _passed_over(skipped: Sequence[Skipped]) -> Iterator[str]:
    """How many files were passed over for each reason, with a few of their names."""
    names: dict[str, list[str]] = {}
    for each in skipped:
        names.setdefault(each.why, []).append(each.path)
    for why, found in sorted(names.items(), key=lambda item: (-len(item[1]), item[0])):
        shown = ", ".join(_name(name) for name in found[:5])
        more = f" and {len(found) - 5:,} more" if len(found) > 5 else ""
        yield f"{len(found):,} {'file' if len(found) == 1 else 'files'} passed over ({_name(why)}): {shown}{more}"


def preview_table(preview: Preview) -> None:
    """Prints the files a run would read, how each was understood, and those it would pass over."""
    console = Console(soft_wrap=True, emoji=False)
    head = ("path", "format", "compression", "bytes", "", "how it is understood")
    rows = [
        (printable(found.path), LABELS.get(found.format, found.format), found.compression, f"{found.bytes:,}",
         "new" if new else "known", printable(how))
        for found, new, how in preview.files
    ]  # fmt: skip
    wide = [max(map(len, column)) for column in zip(head, *rows, strict=True)][:-1]
    for row in (head, *rows):
        cells = [cell.ljust(size) for cell, size in zip(row[:-1], wide, strict=True)]
        cells[3] = row[3].rjust(wide[3])
        console.print("  ".join((*cells, row[-1])).rstrip(), markup=False, highlight=False)
    for line in _passed_over(preview.skipped):
        console.print(line, highlight=False)


def diff_lines(cleaned: Cleaned) -> Iterator[str]:
    """The normalized text with a sign before each line that went (blank ones unsaid), and the reason above it."""
    at = 0
    for removal in cleaned.removals:
        yield from _marked(cleaned.normalized[at : removal.start], "  ")
        evidence = "" if removal.evidence == removal.rule else f", {removal.evidence}"
        likeness = "" if removal.similarity is None else f", similarity {removal.similarity:.3f}"
        twin = "" if removal.twin_start is None else f", beside {removal.twin_start}-{removal.twin_end}"
        yield f"@ {removal.start}-{removal.end} {removal.kind}: {removal.rule}{evidence}{likeness}{twin}\n"
        yield from _marked("\n".join(line for line in removal.text.split("\n") if line.strip()), "- ")
        at = removal.end
    yield from _marked(cleaned.normalized[at:], "  ")


def _marked(text: str, sign: str) -> Iterator[str]:
    for line in text.removesuffix("\n").split("\n") if text else ():
        yield f"{sign}{line}\n"
