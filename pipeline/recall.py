"""Documents of earlier runs, as they were after normalizing, so that new ones can be compared with them.

They are laid together again from clean text and ledger, take part in every stage as they did when they were new, and
come to the same decisions, since only the past decides. A later issue replaces this by reading the index alone; it
is what makes a second night right, not yet what makes it cheap.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.stages.schemas import DOCUMENTS
from pipeline.store.folder import Store
from pipeline.store.laid import laid_back
from pipeline.store.manifest import Manifest, roots_of
from pipeline.store.read import read_table
from pipeline.store.restore import removals

_BATCH = 1000


def recalled(store: Store, manifest: Manifest, *, without: frozenset[str]) -> Iterator[pa.RecordBatch]:
    """Live documents of the store (schema DOCUMENTS) in document order, but for the names in `without`."""
    index = read_table(store, "index", manifest=manifest).sort_by("doc")
    number = dict(zip(index["doc_id"].to_pylist(), index["doc"].to_pylist(), strict=True))
    ledger = _by_document(read_table(store, "ledger", manifest=manifest))
    rows = _rows(read_table(store, "documents", manifest=manifest), ledger)
    rows += [{**row, "chars": len(row["text"])} for row in _plain(read_table(store, "duplicates", manifest=manifest))]
    kept = [{**row, "doc": number[row["doc_id"]]} for row in rows if row["doc_id"] not in without]
    kept.sort(key=lambda row: int(row["doc"]))
    for at in range(0, len(kept), _BATCH):
        yield pa.RecordBatch.from_pylist(kept[at : at + _BATCH], DOCUMENTS)


def replaced(
    store: Store,
    manifest: Manifest,
    named: Iterable[pa.RecordBatch],
    fresh: Iterable[pa.RecordBatch],
    roots: Sequence[str],
) -> frozenset[str]:
    """The names of live documents of which `fresh` (schema DOCUMENTS, named by `named`) brings new versions.

    A name that is only a path says "the same file" only under the same input paths: "monday/part.jsonl" and
    "tuesday/part.jsonl", read on two nights as two inboxes, are two files, and both stay.
    """
    asked = {name for rows in named for name in rows.column("doc_id").to_pylist()}
    by_path = {name for rows in fresh for name in _path_names(rows)}
    columns = ["doc_id", "run"]
    parts = [read_table(store, kind, columns=columns, manifest=manifest) for kind in ("documents", "duplicates")]
    known = pa.concat_tables(parts).to_pydict()
    runs = {name: run for name, run in zip(known["doc_id"], known["run"], strict=True) if name in asked}
    elsewhere = {run for run in runs.values() if roots_of(manifest.roots, run) != list(roots)}
    return frozenset(name for name, run in runs.items() if name not in by_path or run not in elsewhere)


def _path_names(rows: pa.RecordBatch) -> Iterator[str]:
    """Names that are made of the path and the position alone."""
    for name, path, record in zip(
        *(rows.column(each).to_pylist() for each in ("doc_id", "path", "record")), strict=True
    ):
        if name in (path, f"{path}#{record}"):
            yield name


def _by_document(ledger: pa.Table) -> Mapping[str, list[dict[str, Any]]]:
    spans: dict[str, list[dict[str, Any]]] = {}
    table = ledger.filter(pc.not_equal(ledger["kind"], "duplicate")).sort_by(
        [("doc_id", "ascending"), ("start", "ascending")]
    )
    for row in table.to_pylist():
        spans.setdefault(row["doc_id"], []).append(row)
    return spans


def _plain(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.select(
        [name for name in table.schema.names if name in DOCUMENTS.names]
    ).to_pylist()
    return rows


def _rows(table: pa.Table, spans: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    rows = _plain(table)
    for row in rows:
        row["text"] = laid_back(row["text"], removals(tuple(spans.get(row["doc_id"], ()))))
        row["chars"] = len(row["text"])
    return rows
