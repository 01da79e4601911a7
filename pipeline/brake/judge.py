"""The brake in a run: measures the night, compares it with the nights before, and lets it pass or holds it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipeline.brake.budget import Finding, findings, lost, small
from pipeline.brake.examples import examples
from pipeline.brake.held import Held, accepted, hold_back, said
from pipeline.brake.tolls import Take, take_rows, takes, tolls
from pipeline.brake.withdrawals import withdrawals
from pipeline.config import Settings
from pipeline.engines.local import LocalEngine
from pipeline.errors import BrakeError, InputError
from pipeline.flow import Dataset
from pipeline.nights.night import Night
from pipeline.nights.past import Past, tonight
from pipeline.store.manifest import Manifest
from pipeline.store.read import read_table
from pipeline.unattended import BrakeSettings


@dataclass(frozen=True, slots=True)
class Judged:
    """A night that may be published. `rows`: what later nights compare with, None where documents are forgotten, which
    is asked for by name; `accepted`: what a person let pass.
    """

    rows: pa.RecordBatch | None
    accepted: tuple[str, ...]
    warnings: tuple[str, ...]


def judged(
    night: Night,
    data: Mapping[str, Dataset],
    past: Past,
    engine: LocalEngine,
    settings: BrakeSettings,
    total: Mapping[str, int],
    report: Path,
    *,
    accept: bool,
) -> Judged:
    """The verdict on a run that is complete; BrakeError where it is held back, with `report` kept aside.

    `total`: counts of the corpus as it would be. With `accept` that passes which was held back before.
    """
    if night.forgotten is not None:
        return Judged(None, (), ())
    taken = _take(engine, data)
    rows = take_rows(taken, night.generation)
    if not settings.enabled:
        return Judged(rows, (), ())
    earlier = read_table(night.store, "tolls", manifest=night.before).to_batches() if night.before else []
    nights = takes(earlier, settings.nights)
    found = findings(taken, nights, settings)
    if night.before:
        was = night.before.counts
        found += lost(was["chars_out"], total["chars_out"], was["documents"], settings)
        found += withdrawals(night.store, night.before, past.withdrawn, settings)
    passed = accepted(night.store, found) if accept else []
    if len(passed) < len(found):
        held = [_held(each, taken, engine, data, settings.fewest_documents) for each in found]
        raise hold_back(night.store, held, night.generation, report)
    few = small(taken, nights, settings)
    return Judged(rows, tuple(said(each) for each in passed), (few,) if few else ())


def _take(engine: LocalEngine, data: Mapping[str, Dataset]) -> Take:
    """What the documents of this run lose."""
    refused = sum(batch.num_rows - batch.column("reason").null_count for batch in engine.rows(data["fresh"]))
    return Take(tuple(tolls(list(engine.rows(data["tolls"])))), int(refused))


def _held(found: Finding, taken: Take, engine: LocalEngine, data: Mapping[str, Dataset], fewest: int) -> Held:
    documents, cuts = (tonight(data, name) for name in ("documents", "cuts"))
    return Held(found, examples(found, taken, lambda: engine.rows(documents), lambda: engine.rows(cuts), fewest))


def refuse_empty_inbox(settings: Settings, before: Manifest | None, *, accept: bool) -> None:
    """Raises where it is not usual that there is no file at all."""
    paths = ", ".join(settings.input.paths)
    if before is None:
        raise InputError(f"no input files under {paths}: nothing to read")
    if settings.brake.enabled and settings.brake.empty_inbox and not accept:
        raise BrakeError(
            f"the brake: there is not one input file under {paths}, where earlier runs read some (the store is "
            f"at generation {before.generation:,}). Nothing was done. Is the disk there, and does the feed deliver? "
            "If the inbox is emptied on purpose, set brake.empty_inbox=false; for once, run the same command with "
            "--accept."
        )
