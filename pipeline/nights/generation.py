"""What a run leaves in its folder: files of what it publishes, what is left of earlier ones, and the manifest."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa

from pipeline.config import Settings
from pipeline.engines.local import LocalEngine
from pipeline.flow import Dataset
from pipeline.nights.inbox import known_contents
from pipeline.nights.night import Night
from pipeline.nights.past import Past, published
from pipeline.nights.publish import COUNTED, counted, quarantine, removed_chars, sums, told_by_topic, write_shard
from pipeline.stages.stored import FORGOTTEN, QUARANTINE, TEMPLATE_LIST, TOLLS
from pipeline.store.commit import new_files
from pipeline.store.kinds import SEARCHED
from pipeline.store.law import check_law
from pipeline.store.manifest import Input, LiveFile, Manifest, parent_digest, sealed
from pipeline.store.parquet import FACTS, write_parquet
from pipeline.store.retire import Left, without


def written(
    night: Night, folder: Path, settings: Settings, engine: LocalEngine, data: Mapping[str, Dataset], past: Past
) -> tuple[list[pa.RecordBatch], dict[str, int], dict[str, dict[str, int]]]:
    """Facts of the files written for the documents to publish, the counts of the law for them, and tallies by topic."""
    level = settings.output.zstd_level
    parts = (published(data, "documents"), published(data, "cuts"))
    write = partial(write_shard, folder=str(folder), level=level, run=night.generation, files=past.files)
    facts = list(engine.rows(engine.map("publish", write, FACTS, *parts, data["names"])))
    bad = engine.gather("quarantine", partial(quarantine, run=night.generation), QUARANTINE, data["fresh"])
    facts += write_parquet(engine.rows(bad), folder=str(folder), name="quarantine", schema=QUARANTINE, level=level)
    told = told_by_topic(engine.rows(engine.gather("counted", counted, COUNTED, parts[0])))
    rows, chars = sums(facts)
    counts = {
        **told["count"],
        "capped": engine.total(published(data, "within"), "capped") + engine.total(data["leaders"], "capped"),
        "documents": rows["documents"],
        "duplicates": rows["duplicates"],
        "quarantine_rows": rows["quarantine"],
        "ledger_rows": rows["ledger"],
        "index_rows": rows["index"],
        "chars_out": chars["documents"],
        "chars_removed": removed_chars(engine.rows(parts[1])),
    }
    seen = engine.rows(data["template_list"])
    facts += write_parquet(seen, folder=str(folder), name="templates", schema=TEMPLATE_LIST, level=level)
    return facts, counts, told


def left_over(night: Night, folder: Path, settings: Settings, past: Past) -> Left:
    """What is left of the generation before this one, and what is forgotten by now."""
    if night.before is None:
        return Left((), [], Counter())
    level = settings.output.zstd_level
    left = without(night.store, night.before, past.retired, night.news.stale, folder=folder, level=level)
    if night.forgotten is not None:
        left = left._replace(files=tuple(file for file in left.files if file.kind != "forgotten"))
        rows = iter(night.forgotten.to_batches())
        left.facts.extend(write_parquet(rows, folder=str(folder), name="forgotten", schema=FORGOTTEN, level=level))
    return left


def totals(counts: Mapping[str, int], before: Manifest | None, left: Left, past: Past) -> dict[str, int]:
    """Counts of the corpus after this run, whose own are `counts`."""
    carried = before.counts if before else {}
    total = {
        name: counts.get(name, 0) + carried.get(name, 0) - left.retired[name] for name in sorted({*counts, *carried})
    }
    if past.whole:
        total["capped"] = counts["capped"]  # all paragraphs took part
    return total


def write_tolls(rows: pa.RecordBatch | None, folder: Path, settings: Settings) -> list[pa.RecordBatch]:
    """Facts of the file that the brake of later runs reads; none without rows."""
    if rows is None:
        return []
    level = settings.output.zstd_level
    return list(write_parquet(iter([rows]), folder=str(folder), name="tolls", schema=TOLLS, level=level))


def manifest_of(
    night: Night,
    folder: Path,
    settings: Settings,
    facts: Sequence[pa.RecordBatch],
    left: Left,
    index: Sequence[LiveFile],
    total: Mapping[str, int],
    read: tuple[Input, ...],
    accepted: tuple[str, ...],
) -> Manifest:
    """The manifest of this run, sealed. The tolls of earlier nights stay as long as the brake looks back; `index` are
    all files that the next run searches.
    """
    old = [file for file in left.files if file.kind == "tolls"][: -(settings.brake.nights - 1)]
    earlier = (file for file in left.files if file not in old and file.kind not in SEARCHED)
    files = new_files(folder, [*left.facts, *facts], earlier=earlier, level=settings.output.zstd_level)
    files = (*files, *index)
    check_law(total, files)
    manifest = Manifest(
        generation=night.generation,
        parent=parent_digest(night.store, night.generation),
        run_id=night.run_id,
        inputs=known_contents(read),
        next_file=night.first + len(night.new),
        files=files,
        counts=total,
        settings=settings.model_dump(mode="json", exclude={"notify"}),  # which may hold secrets
        fingerprint=night.mark,
        read=read,
        accepted=accepted,
        made_by="run" if night.forgotten is None else "forget",
    )
    return sealed(manifest)
