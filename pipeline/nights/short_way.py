"""The short way of a night: earlier documents are asked for by the index, and only those are read that it names.

What is decided stays decided, since only the past decides. So of the past new documents need what they may repeat: the
leaders that lie in their buckets or have their folds, with the documents around these. The rest of the plan runs over
the few earlier documents and the new ones, and comes to the decisions that it comes to over all (`recall` is the long
way, which does that; it remains for new versions of documents, and is what tests compare this with).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline import plan as plans
from pipeline.config import Settings
from pipeline.dedup.method import Method
from pipeline.dedup.trace_keys import DOUBLE, keys_of, name_keys
from pipeline.engines.local import LocalEngine
from pipeline.flow import Batches, Dataset, Stage, joined, made
from pipeline.nights.frozen import past_rows, told_rows
from pipeline.nights.questions import (
    Asking,
    Candidates,
    absent_rows,
    asking,
    candidates,
    documents_asked,
    equal_documents,
)
from pipeline.nights.recall import recalled_some
from pipeline.stages.held import held, held_of
from pipeline.stages.names import names
from pipeline.stages.schemas import ABSENT, DOCUMENTS, FROZEN, HELD, NAMES, TAILS
from pipeline.stages.tables import whole
from pipeline.store.folder import Store
from pipeline.store.manifest import Manifest
from pipeline.store.traces import Index, index_of

# Stages that look at one document at a time: nothing of the past changes them.
_ALONE = ("paragraphs", "within", "endings", "templates", "tails", "glued")
# Stages that are told of new documents only.
_TOLD = ("cuts",)


def short_index(store: Store, before: Manifest | None, settings: Settings) -> Index | None:
    """The index by which a night can go the short way; None where it cannot.

    Templates are counted over all documents, so with them it is the long way.
    """
    return None if before is None or counts_templates(settings) else index_of(store, before)


def counts_templates(settings: Settings) -> bool:
    """Whether lines are counted over all documents of a source."""
    return settings.tails.enabled and settings.tails.templates.enabled


def new_names(
    index: Index, fresh: Dataset, settings: Settings, engine: LocalEngine
) -> tuple[frozenset[str], frozenset[str]]:
    """Names of which the new documents bring new versions, and names that are taken by others.

    No file lies where an earlier one lay (`inbox.adds_only`), so names made of paths tell of no versions.
    """
    scope = settings.input.id_scope
    asked: set[str] = set()
    taken: dict[str, int] = {}
    while True:
        given = {
            name
            for rows in names(engine.rows(fresh), scope=scope, taken=frozenset(taken))
            for name in rows.column("doc_id").to_pylist()
        }
        unasked = sorted(given - asked)
        told = index.told(name_keys(unasked))
        runs = {unasked[at]: int(run) for at, run in zip(told.at.tolist(), told.shared.tolist(), strict=True)}
        if not asked and scope == "store":
            old = frozenset(runs) - _path_names(engine.rows(fresh))
            if old:
                return old, frozenset()
        if not runs:
            return frozenset(), frozenset(taken)
        asked |= set(unasked)
        taken |= runs


def _path_names(documents: Batches) -> frozenset[str]:
    """Names that are made of the path and the position alone."""
    found: set[str] = set()
    for rows in documents:
        columns = (rows.column(each).to_pylist() for each in ("doc_id", "path", "record"))
        found |= {name for name, path, record in zip(*columns, strict=True) if name in (path, f"{path}#{record}")}
    return frozenset(found)


def fill(
    data: dict[str, Dataset],
    stages: Sequence[Stage],
    found: tuple[Index, Store, Manifest, frozenset[str]],
    settings: Settings,
    engine: LocalEngine,
) -> None:
    """Makes every dataset of the plan for the new documents (`data["fresh"]`), into `data`.

    `found`: the index, what it is of, and the names that are taken.
    """
    index, store, before, taken = found
    method = plans.method_of(settings)
    fresh = {"documents": data["fresh"]}
    alone = [stage for stage in stages if stage.name in _ALONE]
    for stage in alone:
        fresh[stage.name] = made(stage, fresh, engine)
    asked = asking_of(fresh, engine)
    data["held"] = engine.map("held", partial(held, method=method), HELD, fresh["documents"], fresh["paragraphs"])
    offered = candidates(index, asked, engine.rows(fresh["paragraphs"]), held_of(engine.rows(data["held"])), method)
    docs = _needed(index, asked, offered, engine.rows(data["fresh"]), method)
    rows, removed = recalled_some(store, before, docs)
    past = {"documents": engine.write("past", DOCUMENTS, [[each] for each in rows])}
    data["past"] = past["documents"]  # from here on its shards come before those of the new documents
    for stage in alone if rows else ():
        past[stage.name] = made(replace(stage, name=f"past-{stage.name}"), past, engine)
    for name, new in fresh.items():
        data[name] = joined(past[name], new) if rows else new
    data["names"] = engine.write("names", NAMES, [_names(rows, engine.rows(data["fresh"]), taken, settings)])
    frozen = told_rows(asked, offered)
    if rows:
        frozen += past_rows(index, asking_of(past, engine), removed, docs)
    data["frozen"] = engine.write("frozen", FROZEN, [frozen])
    data["absent"] = engine.write("absent", ABSENT, [[absent_rows(offered.buckets, docs, method)]])
    for stage in stages:
        if stage.name in _TOLD:
            del data["past"]
            data[stage.name] = made(stage, {**data, **fresh}, engine)
        elif stage.name not in data:
            data[stage.name] = made(stage, data, engine)


def asking_of(data: Mapping[str, Dataset], engine: LocalEngine) -> Asking:
    """The paragraphs of some documents, to ask for."""
    within, tails = engine.rows(data["within"]), whole(engine.rows(data["tails"]), TAILS)
    return asking(engine.rows(data["paragraphs"]), within, tails)


def _needed(index: Index, asked: Asking, offered: Candidates, documents: Batches, method: Method) -> NDArray[np.int64]:
    """The numbers of the earlier documents to read; of a double also the document that it repeats, for its name."""
    if method.across == "off":
        return np.empty(0, np.int64)
    docs = np.union1d(documents_asked(index, asked, offered, method), equal_documents(index, documents, method))
    return np.union1d(docs, index.told(keys_of(DOUBLE, docs)).doc)


def _names(
    past: Sequence[pa.RecordBatch], fresh: Batches, taken: frozenset[str], settings: Settings
) -> list[pa.RecordBatch]:
    """Names of earlier documents, as they are, and of new ones."""
    known = [rows.select(NAMES.names) for rows in past]
    return known + list(names(fresh, scope=settings.input.id_scope, taken=taken))
