"""Arrow in and out of kernels: whole shards as tables, columns as numpy arrays, strings as their buffers."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.contents import Contents


def whole(rows: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """All rows of one shard as a table with one chunk a column."""
    return pa.Table.from_batches(list(rows), schema=schema).combine_chunks()


def numbers(table: pa.Table, name: str) -> NDArray[Any]:
    """A column without nulls as a numpy array; booleans as bool, shape (rows,)."""
    column = table.column(name)
    if len(column) == 0:
        return np.empty(0, column.type.to_pandas_dtype())
    values: NDArray[Any] = single(column).to_numpy(zero_copy_only=False)
    return values


def single(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column as one array; not copied where it is one already, as `combine_chunks` would."""
    if isinstance(column, pa.Array):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def text_buffers(column: pa.ChunkedArray | pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """(data, offsets) of a large_string column, null as empty: text i is data[offsets[i]:offsets[i + 1]]."""
    array = single(column)
    if len(array) == 0:
        return _unwritable(np.empty(0, np.uint8)), _unwritable(np.zeros(1, np.int64))
    _, offsets, data = array.buffers()
    bounds = _unwritable(np.frombuffer(offsets, np.int64))[array.offset : array.offset + len(array) + 1]
    return _unwritable(np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)), bounds


def _unwritable(values: NDArray[Any]) -> NDArray[Any]:
    """The same array, wherever it lies: to a compiled kernel memory and a mapped file are then one type."""
    values.flags.writeable = False
    return values


def lists(table: pa.Table, name: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """(values, offsets) of a list column without nulls; list i is values[offsets[i]:offsets[i + 1]]."""
    column = table.column(name)
    if len(column) == 0:
        return np.empty(0, column.type.value_type.to_pandas_dtype()), np.zeros(1, np.int64)
    array = single(column)
    offsets = array.offsets.to_numpy().astype(np.int64)
    values = array.values.to_numpy(zero_copy_only=False)
    return values[offsets[0] : offsets[-1]], offsets - offsets[0]


def list_column(values: NDArray[Any], offsets: NDArray[np.int64], kind: pa.DataType) -> pa.Array:
    """A list column from (values, offsets)."""
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(values, kind.value_type))


def gathered(rows: Iterable[pa.RecordBatch], schema: pa.Schema) -> dict[str, Any]:
    """All columns of a long stream: numpy arrays, lists as (values, offsets).

    They are joined one by one, so that hardly more than one of them lies in memory twice.
    """
    parts: dict[str, list[Any]] = {field.name: [] for field in schema}
    for each in rows:
        for field in schema:
            if pa.types.is_list(field.type):
                values, offsets = lists(pa.Table.from_batches([each.select([field.name])]), field.name)
                parts[field.name].append((values.copy(), np.diff(offsets)))
            else:
                parts[field.name].append(each.column(field.name).to_numpy(zero_copy_only=False).copy())
    return {field.name: _joined(parts.pop(field.name), field.type) for field in schema}


def _joined(parts: list[Any], kind: pa.DataType) -> Any:
    if not pa.types.is_list(kind):
        return np.concatenate(parts) if parts else np.empty(0, kind.to_pandas_dtype())
    nothing = np.empty(0, kind.value_type.to_pandas_dtype())
    values = np.concatenate([nothing, *(each for each, _ in parts)])
    return values, np.concatenate([[0], *(sizes for _, sizes in parts)]).cumsum()


def contents_in(held: Mapping[str, Any]) -> Contents:
    """What paragraphs hold, from the gathered columns of CONTENTS or BESIDE_CONTENTS."""
    (shingles, shingle_offsets), (tokens, token_offsets) = held["shingles"], held["tokens"]
    sets = shingles.view(np.uint64), shingle_offsets, tokens.view(np.uint64), token_offsets
    return Contents(*sets, held["masked"], held["unspaced"], held["negates"])


def batch(schema: pa.Schema, columns: Mapping[str, Any]) -> pa.RecordBatch:
    """Columns (numpy arrays, lists or Arrow arrays) as one batch of the schema; every column must be given."""
    arrays = []
    for field in schema:
        given = columns[field.name]
        if isinstance(given, pa.ChunkedArray):
            given = single(given)
        arrays.append(given.cast(field.type) if isinstance(given, pa.Array) else pa.array(given, field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def words(indices: NDArray[Any], names: Sequence[str]) -> pa.Array:
    """The names at these indices as a string column."""
    index = pa.array(indices, pa.int32())
    return pa.DictionaryArray.from_arrays(index, pa.array(names, pa.string())).cast(pa.string())


def columns(rows: Iterable[pa.RecordBatch], *names: str) -> list[NDArray[Any]]:
    """Some columns of a long stream as numpy arrays. Until the end the rows stay where they lie, mostly in files."""
    parts: list[list[NDArray[Any]]] = [[] for _ in names]
    for each in rows:
        for part, name in zip(parts, names, strict=True):
            part.append(each.column(name).to_numpy(zero_copy_only=False))
    return [np.concatenate(part) if part else np.empty(0, np.int64) for part in parts]


def places(doc: NDArray[np.int64], rows: pa.Table) -> NDArray[np.int64]:
    """Where the paragraphs that `rows` names (columns doc, paragraph) stand among all paragraphs, in order."""
    found: NDArray[np.int64] = np.searchsorted(doc, numbers(rows, "doc")) + numbers(rows, "paragraph")
    return found


def names_of(documents: pa.Table, names: pa.Table) -> pa.Array:
    """The name of every document, null for those that could not be read. `names` has schema NAMES."""
    at = pc.index_in(single(documents["doc"]), single(names["doc"]))
    return single(names["doc_id"]).take(at)


def byte_spans(
    documents: pa.Table, paragraphs: pa.Table
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """(data, starts, ends): the bytes of each paragraph in the text buffer of its shard of documents."""
    data, offsets = text_buffers(documents["text"])
    row = np.searchsorted(numbers(documents, "doc"), numbers(paragraphs, "doc"))
    first = offsets[row]
    return data, first + numbers(paragraphs, "byte_start"), first + numbers(paragraphs, "byte_end")


def source_salts(documents: pa.Table) -> NDArray[np.int64]:
    """A number for each document that depends on its source only, shape (documents,)."""
    return salts_of(documents["source"].to_pylist())


def salts_of(names: Sequence[str | None]) -> NDArray[np.int64]:
    """A number for each name that depends on the name only; null and "" are one name."""
    known: dict[str | None, int] = {}
    for name in names:
        if name not in known:
            digest = hashlib.blake2b((name or "").encode(), digest_size=8).digest()
            known[name] = int.from_bytes(digest, "little", signed=True)
    return np.array([known[name] for name in names], np.int64)
