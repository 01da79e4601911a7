"""What becomes of the documents of earlier runs: they are compared again, and written anew where they differ then.

A new version stands where the earlier one stood, so earlier and new documents are in one order. Where the past has
changed (a copy that was kept is gone, a line turned out to be a template), other documents come to other decisions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.engines.local import LocalEngine
from pipeline.flow import Dataset, Kernel, joined
from pipeline.nights.inbox import News
from pipeline.nights.recall import Row, recalled
from pipeline.nights.versions import COLUMNS, Known, Versions, versions
from pipeline.stages.chosen import chosen
from pipeline.stages.clean import NO_FILES, FilesOf
from pipeline.stages.schemas import CUTS, DOCUMENTS, FILE_BITS
from pipeline.stages.stored import LEDGER
from pipeline.store.folder import Store
from pipeline.store.manifest import Manifest
from pipeline.store.read import read_table

_DECISIONS = pa.schema([field for field in LEDGER if field.name not in ("text", "run")])
_NAMES = pa.schema([("doc_id", pa.string())])
_NOW = ", ".join(f"decided.{name}" for name in _DECISIONS.names)
_THEN = ", ".join(f"decided_before.{name}" for name in _DECISIONS.names)
_DIFFER_SQL = f"""
SELECT DISTINCT doc_id
FROM (
    (SELECT {_NOW} FROM decided EXCEPT SELECT {_THEN} FROM decided_before)
    UNION ALL
    (SELECT {_THEN} FROM decided_before EXCEPT SELECT {_NOW} FROM decided)
) AS either
ORDER BY doc_id
"""


@dataclass(frozen=True, slots=True)
class Past:
    """Names of live documents: `gone` has those that are replaced or go, among them the `withdrawn` ones, which their
    file no longer holds; `again` those that come out otherwise.

    `renewed`: the numbers of new versions; `barred`: how many documents stay out because they were forgotten; `torn`:
    numbers of files not read to their end; `files`: of documents of which another file brought this version;
    `whole`: whether all earlier documents took part.
    """

    gone: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()
    renewed: tuple[int, ...] = ()
    barred: int = 0
    torn: frozenset[int] = frozenset()
    files: FilesOf = NO_FILES
    whole: bool = True

    @property
    def retired(self) -> frozenset[str]:
        """Names of the documents whose rows do not stand any more."""
        return self.gone | self.again


def add_past(
    data: dict[str, Dataset],
    store: Store,
    before: Manifest,
    news: News,
    dropped: frozenset[str],
    naming: Kernel,
    engine: LocalEngine,
    *,
    replaces: bool,
) -> Past:
    """Makes `past` and `documents`, and leaves in `fresh` what is new altogether. `dropped`: names that go.

    Without `replaces` a place says nothing: another file lay there before, and only given ids tell versions.
    """
    fresh = data["fresh"]
    index = read_table(store, "index", manifest=before)
    read = (*before.read, *news.kept) if replaces else ()
    places = {each.file: (each.root, each.path) for each in read}
    places |= {at: (each.found.root, each.found.path) for at, each in enumerate(news.new, before.next_file)}
    known = Known(index, read_table(store, "forgotten", manifest=before), places, news.stale)
    looked = (rows.select(COLUMNS) for rows in engine.rows(fresh))
    found = versions(known, looked, naming(engine.rows(fresh)))
    gone = found.gone | dropped
    elsewhere = _numbers([*found.renewed, *found.barred])
    renewed = list(_renewed(engine, fresh, found))
    if len(elsewhere):
        fresh = engine.map("fresh", partial(chosen, docs=elsewhere, others=True), DOCUMENTS, fresh)
    shards = [[rows] for rows in recalled(store, before, without=gone, renewed=renewed)]
    past = engine.write("past", DOCUMENTS, shards or [[]])
    data.update(past=past, fresh=fresh, documents=joined(past, fresh))
    numbers = tuple(sorted(doc for doc, _ in found.renewed.values()))
    return Past(
        gone,
        found.gone - {name for _, name in found.renewed.values()},
        renewed=numbers,
        barred=len(found.barred),
        torn=found.torn,
        files=_files(index, found),
    )


def _numbers(docs: list[int] | tuple[int, ...]) -> NDArray[np.int64]:
    return np.array(sorted(docs), np.int64)


def _renewed(engine: LocalEngine, fresh: Dataset, found: Versions) -> Iterator[Row]:
    if not found.renewed:
        return
    for batch in chosen(engine.rows(fresh), docs=_numbers([*found.renewed]), others=False):
        for row in batch.to_pylist():
            doc, name = found.renewed[row["doc"]]
            yield {**row, "doc": doc, "doc_id": name}


def _files(index: pa.Table, found: Versions) -> FilesOf:
    doc, file = index["doc"].to_numpy(), index["file"].to_numpy()
    other = file != doc >> FILE_BITS
    files = dict(zip(doc[other].tolist(), file[other].tolist(), strict=True))
    files |= {old: read >> FILE_BITS for read, (old, _) in found.renewed.items()}
    return FilesOf(_numbers([*files]), np.array([files[each] for each in sorted(files)], np.int64))


def settled(data: dict[str, Dataset], past: Past, store: Store, before: Manifest, engine: LocalEngine) -> Past:
    """Finds the earlier documents that come out otherwise, and makes `published_documents` and `published_cuts`.

    What is published are the fresh documents, the new versions, and those that come out otherwise. The last are not of
    `tonight_documents` and `tonight_cuts`: they had a night of their own.
    """
    first = len(data["past"].shards)
    old = read_table(store, "ledger", columns=_DECISIONS.names, manifest=before)
    old = old.filter(pc.invert(pc.is_in(old["doc_id"], value_set=pa.array(sorted(past.gone), pa.string()))))
    decided = {
        "decided_before": engine.write("decided_before", _DECISIONS, [old.to_batches()]),
        "decided": _shards(data["cuts"], 0, first),
    }
    differ = engine.query("differ", _DIFFER_SQL, _NAMES, decided)
    again = frozenset(name for rows in engine.rows(differ) for name in rows.column("doc_id").to_pylist())
    renewed = _numbers(past.renewed)
    written = _numbers([*past.renewed, *_docs_of(again, data["names"], engine)])
    for name, schema in (("documents", DOCUMENTS), ("cuts", CUTS)):
        old, rest = _shards(data[name], 0, first), _shards(data[name], first, None)
        for whose, docs in (("published", written), ("tonight", renewed)):
            data[f"{whose}_{name}"] = rest
            if len(docs) or not rest.shards:
                pick = partial(chosen, docs=docs, others=False)
                data[f"{whose}_{name}"] = joined(engine.map(f"{name}-{whose}", pick, schema, old), rest)
    return replace(past, again=again)


def _docs_of(wanted: frozenset[str], names: Dataset, engine: LocalEngine) -> list[int]:
    """The numbers of the documents of these names."""
    found: list[int] = []
    if wanted:
        asked = pa.array(sorted(wanted), pa.string())
        for rows in engine.rows(names):
            found += rows.column("doc").filter(pc.is_in(rows.column("doc_id"), value_set=asked)).to_pylist()
    return found


def _shards(data: Dataset, first: int, behind: int | None) -> Dataset:
    return Dataset(data.schema, data.shards[first:behind], data.rows[first:behind])


def published(data: Mapping[str, Dataset], name: str) -> Dataset:
    """The part of dataset `name` that stands beside the documents to publish."""
    return data.get(f"published_{name}", data[name])


def tonight(data: Mapping[str, Dataset], name: str) -> Dataset:
    """The part of dataset `name` that stands beside the documents that this run read."""
    return data.get(f"tonight_{name}", data[name])
