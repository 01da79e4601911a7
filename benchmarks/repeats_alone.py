"""Finding repeats and nothing else: the stages of the plan between documents and what goes, with one worker.

    python -m benchmarks.repeats_alone DOCUMENTS.jsonl OUT.json

Texts are given as Arrow columns. Not in the CPU seconds: reading and repairing texts, loading code, writing what is
found. In them: layouts and digests of whole texts, everything from paragraphs to repeats, and the files between
stages, as in a run. Tails take nothing. OUT.json holds CPU seconds, peak memory and the ids of documents and lines
(`ID#0`, `ID#1`, ... without empty ones) that are kept.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.clock import measured
from benchmarks.corpus import Record
from pipeline import plan as plans
from pipeline.config import Settings, TailsSettings
from pipeline.dedup.letters import CLASS, SPACE, tables
from pipeline.engines.local import LocalEngine
from pipeline.flow import Dataset, Stage, made
from pipeline.stages.schemas import DOCUMENTS
from pipeline.stages.tables import batch, text_buffers
from pipeline.text.paragraphs import LAYOUTS, layouts
from pipeline.warm import main as warmed

SETTINGS = Settings(tails=TailsSettings(enabled=False))


def main(inputs: Path, out: Path) -> None:
    with inputs.open(encoding="utf-8") as records:
        ids, texts = _shards(map(json.loads, records))
    warmed()
    with tempfile.TemporaryDirectory(dir=out.parent) as folder, _engine(Path(folder)) as engine:
        data, cpu, peak = measured(lambda: found(texts, engine))
        paragraphs, gone = (rows_of(engine, data[name]) for name in ("paragraphs", "repeats"))
    lines, documents = kept([text for part in texts for text in part.to_pylist()], paragraphs, gone)
    names = [*(ids[doc] for doc in documents), *(f"{ids[doc]}#{line}" for doc, line in lines)]
    out.write_text(json.dumps({"cpu": cpu, "peak_mb": peak, "kept": names}), encoding="utf-8")


def _engine(folder: Path) -> LocalEngine:
    return LocalEngine(folder, workers=1, memory_limit=SETTINGS.engine.memory_limit)


def _shards(records: Iterable[Record]) -> tuple[list[str], list[pa.Array]]:
    """The ids of records, and their texts in shards of the size that a run makes."""
    ids: list[str] = []
    shards: list[pa.Array] = []
    part: list[str] = []
    size = 0
    for record in records:
        ids.append(record["id"])
        part.append(record["text"])
        size += len(record["text"].encode())
        if size >= SETTINGS.input.slice_mb << 20:
            shards.append(pa.array(part, pa.large_string()))
            part, size = [], 0
    return ids, [*shards, pa.array(part, pa.large_string())] if part else shards


def found(texts: Sequence[pa.Array], engine: LocalEngine) -> dict[str, Dataset]:
    """The datasets of the plan up to `repeats`, for these shards of texts."""
    first = np.cumsum([0, *(len(part) for part in texts)]).tolist()
    shards = [[documents_of(part, at)] for part, at in zip(texts, first, strict=False)]
    data = {"documents": engine.write("documents", DOCUMENTS, shards)}
    for stage in stages():
        data[stage.name] = made(stage, data, engine)
    return data


def stages() -> list[Stage]:
    """The stages of the plan that `repeats` rests on, without `documents`."""
    every = plans.plan(SETTINGS, (), 1)
    wanted = {"repeats"}
    for stage in reversed(every):
        if stage.name in wanted and stage.name != "documents":
            wanted |= set(stage.reads)
    return [stage for stage in every if stage.name in wanted - {"documents"}]


def documents_of(texts: pa.Array, first: int) -> pa.RecordBatch:
    """Texts as rows of DOCUMENTS, numbered from `first`; what finding repeats does not look at is empty."""
    count = len(texts)
    data, offsets = text_buffers(texts)
    bounds = offsets.tolist()
    columns = {field.name: pa.nulls(count, field.type) for field in DOCUMENTS}
    columns["repairs"] = [[]] * count
    columns["doc"] = np.arange(first, first + count)
    columns["layout"] = np.array(LAYOUTS)[layouts(data, offsets, (tables()[0] & CLASS) == SPACE)].tolist()
    columns["text_sha256"] = [hashlib.sha256(data[bounds[at] : bounds[at + 1]]).hexdigest() for at in range(count)]
    columns["chars"] = pc.utf8_length(texts)
    columns["text"] = texts
    return batch(DOCUMENTS, columns)


def rows_of(engine: LocalEngine, data: Dataset) -> list[dict[str, int]]:
    """Rows of a dataset with the columns that say what goes."""
    table = pa.Table.from_batches(engine.rows(data), schema=data.schema)
    return table.select(
        [name for name in ("doc", "paragraph", "start", "end") if name in data.schema.names]
    ).to_pylist()


def kept(
    texts: Sequence[str], paragraphs: Sequence[dict[str, int]], gone: Sequence[dict[str, int]]
) -> tuple[list[tuple[int, int]], list[int]]:
    """(document, line) of all lines with text that are kept, counted without empty ones; and the documents kept."""
    wholes = {row["doc"] for row in gone if row["paragraph"] == -1}
    parts = {(row["doc"], row["paragraph"]) for row in gone}
    lines: list[tuple[int, int]] = []
    counted = dict.fromkeys(range(len(texts)), 0)
    for row in paragraphs:
        doc = row["doc"]
        count = sum(1 for line in texts[doc][row["start"] : row["end"]].split("\n") if line.strip())
        if doc not in wholes and (doc, row["paragraph"]) not in parts:
            lines += [(doc, counted[doc] + at) for at in range(count)]
        counted[doc] += count
    return lines, [doc for doc in counted if doc not in wholes]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
