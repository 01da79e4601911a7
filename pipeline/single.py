"""One document in, clean text out: the whole plan, in memory."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from pipeline.config import Settings
from pipeline.engines.memory import MemoryEngine
from pipeline.errors import Reason, RecordError
from pipeline.flow import Batches, made
from pipeline.plan import plan
from pipeline.rule_files import rule_files
from pipeline.sources.records import without_surrogates
from pipeline.sources.rows import RAW
from pipeline.stages.clean import clean as clean_kernel
from pipeline.stages.documents import documents
from pipeline.stages.schemas import CLEAN, CUTS, DOCUMENTS
from pipeline.text.html import declared_charset


@dataclass(frozen=True, slots=True)
class Removal:
    """A span that was taken out; `start` and `end` count code points of the normalized text."""

    start: int
    end: int
    text: str
    kind: str
    rule: str
    evidence: str
    similarity: float | None
    twin_start: int | None
    twin_end: int | None


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One document, cleaned."""

    text: str
    normalized: str
    encoding: str
    repairs: tuple[str, ...]
    removals: tuple[Removal, ...]


def clean(body: str | bytes, settings: Settings | None = None, *, html: bool = False) -> Cleaned:
    """The clean text of one document, with what was removed and why. Bytes are decoded first.

    `html`: the bytes are a web page, whose text is taken out. Raises RecordError where bytes cannot be read as text.
    """
    settings = settings or Settings()
    engine = MemoryEngine()
    keep = settings.normalize.uncertain_encoding == "keep"
    data = {"documents": engine.write("documents", DOCUMENTS, documents(_raw(body, html=html), keep_uncertain=keep))}
    row = next(engine.rows(data["documents"])).to_pylist()[0]
    if row["reason"]:
        raise RecordError(Reason(row["reason"]), row["detail"])
    for stage in plan(settings, rule_files(settings), 0):
        if stage.name not in data:
            data[stage.name] = made(stage, data, engine)
        if stage.name == "cuts":  # what follows tells of a corpus
            break
    parts = (engine.rows(data[name]) for name in ("documents", "cuts", "names"))
    text = pa.Table.from_batches(clean_kernel(*parts, run=0), schema=CLEAN)["text"][0].as_py()
    removals = _removals(engine.rows(data["cuts"]))
    return Cleaned(text, row["text"], row["encoding"], tuple(row["repairs"]), removals)


def _raw(body: str | bytes, *, html: bool) -> Batches:
    row = dict.fromkeys(RAW.names)
    row.update(doc=0, doc_id="document", source="", path="", record=0, byte_offset=0, repairs=[], body=body)
    if isinstance(body, str):
        row.update(encoding="utf-8", body=without_surrogates(body).encode())
    elif html:
        row.update(form="html", declared=declared_charset(body))
    return iter([pa.RecordBatch.from_pylist([row], RAW)])


def _removals(cuts: Iterable[pa.RecordBatch]) -> tuple[Removal, ...]:
    rows = pa.Table.from_batches(list(cuts), schema=CUTS).sort_by("start").to_pylist()
    return tuple(Removal(**{name: row[name] for name in Removal.__slots__}) for row in rows)
