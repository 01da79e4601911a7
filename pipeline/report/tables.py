"""What the report reads: only the columns that are counted, and text only of the few removals that are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.stages.documents import UNCERTAIN
from pipeline.store.files import reading
from pipeline.store.kinds import SCHEMAS
from pipeline.store.parquet import read_batches

Files = Mapping[str, Sequence[Path]]  # kind -> files of that kind

SHOWN_CHARS = 300  # of a removed text

_DOCUMENT = ("doc_id", "source", "path", "encoding", "repairs", "lang", "chars_in", "chars_out")
_REMOVAL = ("doc_id", "start", "end", "kind", "rule", "similarity", "score", "evidence")
_TWIN = ("twin_doc_id", "twin_start", "twin_end", "block")


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows to count.

    `documents`: clean ones and duplicates (column `duplicate`); `repairs`: one row a repair; `removals`: the ledger
    without its texts, with the `source` of the document; `templates`: lines that recur.
    """

    documents: pd.DataFrame
    repairs: pd.DataFrame
    removals: pd.DataFrame
    quarantine: pd.DataFrame
    templates: pd.DataFrame


def tables(files: Files) -> Tables:
    """Everything that is counted. IntegrityError names a file that is damaged."""
    clean, copies = (_rows(files, kind, _DOCUMENT) for kind in ("documents", "duplicates"))
    both = pa.concat_tables([clean, copies])
    documents = _frame(both.drop_columns(["repairs"]))
    documents["duplicate"] = [False] * len(clean) + [True] * len(copies)
    documents["source"] = documents["source"].fillna("")
    repairs = _repairs(both["repairs"])
    repairs["chars_in"] = documents["chars_in"].to_numpy()[repairs["row"].to_numpy()]
    documents["uncertain"] = documents.index.isin(repairs.loc[repairs["repair"] == UNCERTAIN, "row"])
    removals = _frame(_rows(files, "ledger", (*_REMOVAL, *_TWIN)))
    removals["chars"] = removals["end"] - removals["start"]
    sources = documents[["doc_id", "source"]].drop_duplicates("doc_id")
    removals = removals.merge(sources, on="doc_id", how="left")
    removals["source"] = removals["source"].fillna("")
    quarantine, templates = (_frame(_rows(files, kind, SCHEMAS[kind].names)) for kind in ("quarantine", "templates"))
    return Tables(documents, repairs, removals, quarantine, templates)


def _rows(files: Files, kind: str, columns: Sequence[str]) -> pa.Table:
    schema = pa.schema([SCHEMAS[kind].field(name) for name in columns])
    batches = []
    for path in files.get(kind, ()):
        with reading(path):
            batches += [batch.select(list(columns)).cast(schema) for batch in read_batches(path, columns)]
    return pa.Table.from_batches(batches, schema)


def _frame(table: pa.Table) -> pd.DataFrame:
    """In pandas, where an integer that may be missing stays an integer."""
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return frame


def _repairs(lists: pa.ChunkedArray) -> pd.DataFrame:
    whole = pa.concat_arrays(lists.chunks) if lists.num_chunks else pa.array([], lists.type)
    return pd.DataFrame(
        {"row": pc.list_parent_indices(whole).to_numpy(), "repair": pc.list_flatten(whole).to_pandas()}
    ).astype({"repair": "str"})


def texts(files: Files, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The first characters of the removed texts that start at (doc_id, start)."""
    ids = pa.array(sorted({doc_id for doc_id, _ in wanted}), pa.string())
    found: dict[tuple[str, int], str] = {}
    for path in files.get("ledger", ()):
        with reading(path):
            for batch in read_batches(path, ["doc_id", "start", "text"]):
                some = batch.filter(pc.is_in(batch.column("doc_id"), value_set=ids))
                cut = pc.utf8_slice_codeunits(some.column("text"), 0, SHOWN_CHARS).to_pylist()
                keys = zip(some.column("doc_id").to_pylist(), some.column("start").to_pylist(), strict=True)
                found.update({key: text or "" for key, text in zip(keys, cut, strict=True) if key in wanted})
    return found
