"""A run that the brake held back: what a person reads, what is kept aside to look at, and how it is let pass.

`cache/braked/` holds the review page of that run and `braked.json` with its findings and examples. `--accept` lets
pass what is there, and nothing that is worse: a flood that came meanwhile is held back again.
"""

import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.brake.budget import Finding, Measure
from pipeline.brake.examples import Example
from pipeline.errors import BrakeError
from pipeline.store.files import Json, canonical_json, replace_file, writing
from pipeline.store.folder import Store
from pipeline.store.kinds import REPORT_NAME

RECORD_NAME = "braked.json"
MOST_EXAMPLES = 10  # in the message
MOST_FINDINGS = 20  # likewise; the record has all
_DAMAGED = (ValueError, KeyError, TypeError, RecursionError)
_SAID = {
    "removed": "{share} of {whole:,} characters in {documents:,} documents would be removed",
    "rule": "{share} of {whole:,} characters in {documents:,} documents would be removed by rule {rule}",
    "emptied": "{part:,} of {documents:,} documents ({share}) would be left without any text",
    "uncertain": "the encoding of {part:,} of {documents:,} documents ({share}) is a guess",
    "quarantined": "{part:,} of {whole:,} records ({share}) would go to quarantine",
    "size": "{part:,} documents came",
    "withdrawn": "{part:,} of {whole:,} documents ({share}) are no longer in their files, which changed (where one "
    "name is used anew each night: input.changed_files=add)",
    "lost": "{part:,} of {whole:,} clean characters ({share}) would be gone",
}


@dataclass(frozen=True, slots=True)
class Held:
    """A finding with documents that show it."""

    finding: Finding
    examples: tuple[Example, ...]


def said(finding: Finding) -> str:
    """The finding as one line: where, how much, what is usual, what the limit is."""
    measure = finding.measure
    text = _SAID[measure.what].format(
        share=_percent(measure.share), part=measure.part, whole=measure.whole, documents=finding.documents,
        rule=measure.rule,
    )  # fmt: skip
    shown = f"{finding.limit:,.0f}" if measure.what == "size" else _percent(finding.limit)
    usual = f"{finding.usual:,.0f}" if measure.what == "size" else _percent(finding.usual)
    past = f"usual is {usual} (median of {finding.nights} nights), " if finding.nights else ""
    line = f"{measure.source}: {text}; {past}the limit is {shown}"
    worst = finding.worst
    if measure.what == "removed" and worst and worst.removed:
        line += f"; most by rule {worst.rule} ({worst.removed:,} characters in {worst.spans:,} spans)"
    return printable(line)


def printable(name: str) -> str:
    """A name from outside as a terminal may show it: no control codes, no line-ends."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in name)


def _percent(share: object) -> str:
    """A share for people; digits behind the point only where it is small.

    >>> [_percent(share) for share in (1, 0.6049, 0.0123)]
    ['100%', '60%', '1.2%']
    """
    value = float(share)  # type: ignore[arg-type]
    return f"{value:.0%}" if value >= 0.1 or value == 0 else f"{value:.1%}"


def hold_back(store: Store, held: Sequence[Held], generation: int, report: Path) -> BrakeError:
    """Keeps the report and the record of a braked run aside; the error to raise."""
    folder = store.cache / "braked"
    findings: list[Json] = [_record(each) for each in held]
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(folder / REPORT_NAME, report.read_bytes())
        replace_file(folder / RECORD_NAME, canonical_json({"generation": generation, "findings": findings}))
    told = tuple(said(each.finding) for each in held)
    return BrakeError(_message(held, generation, folder), told, str(folder / REPORT_NAME))


def _record(held: Held) -> dict[str, Json]:
    measure, finding = held.finding.measure, held.finding
    return {
        "what": measure.what,
        "source": measure.source,
        "rule": measure.rule,
        "part": measure.part,
        "whole": measure.whole,
        "limit": float(finding.limit),
        "usual": float(finding.usual),
        "nights": finding.nights,
        "told": said(finding),
        "examples": [{"document": each.document, "rule": each.rule, "text": each.text} for each in held.examples],
    }


def _message(held: Sequence[Held], generation: int, folder: Path) -> str:
    lines = [f"the brake: run {generation} is complete but not published, the store is as it was. Over the limit:"]
    lines += [f"  {said(each.finding)}" for each in held[:MOST_FINDINGS]]
    if len(held) > MOST_FINDINGS:
        lines.append(f"  and {len(held) - MOST_FINDINGS:,} more")
    examples = _mixed([each.examples for each in held])
    if examples:
        lines.append("For example:")
        lines += [f"  {printable(each.document)} [{printable(each.rule)}] {each.text!r}" for each in examples]
    lines += [
        f"Look: {folder / REPORT_NAME} (the review page of this run), {folder / RECORD_NAME} (all numbers)",
        "If it is right, publish it: the same command with --accept, which lets nothing worse than this pass.",
        "If it is wrong: take the files out of the inbox, or change settings. Until then each run is held back.",
    ]
    return "\n".join(lines)


def _mixed(groups: Sequence[Sequence[Example]]) -> list[Example]:
    """At most ten examples, from each finding in turn."""
    rounds = (group[at] for at in range(MOST_EXAMPLES) for group in groups if at < len(group))
    return list(dict.fromkeys(rounds))[:MOST_EXAMPLES]


def accepted(store: Store, findings: Sequence[Finding]) -> list[Finding]:
    """Those that a person may have looked at: the last braked run had them as bad, or worse."""
    seen = {measure.key: measure for measure in _seen(store.cache / "braked" / RECORD_NAME)}
    return [each for each in findings if _covers(seen.get(each.measure.key), each.measure)]


def _covers(seen: Measure | None, now: Measure) -> bool:
    return seen is not None and now.share <= seen.share


def _seen(path: Path) -> list[Measure]:
    try:
        rows = json.loads(path.read_bytes())["findings"]
        return [Measure(*(row[name] for name in ("what", "source", "rule", "part", "whole"))) for row in rows]
    except (OSError, *_DAMAGED):  # cache/ may be deleted at any time: then there is none
        return []


def clear_braked(store: Store) -> None:
    """Takes the record away: something was published since."""
    with suppress(OSError):
        shutil.rmtree(store.cache / "braked")
