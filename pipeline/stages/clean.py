"""Stage `clean`: what is left of each document, the documents that are kept out, and the index of them all.

Documents are looked at a batch at a time, and a text is copied once, from what was read to what is written.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.flow import Batches
from pipeline.stages.schemas import CLEAN, CUTS, DUPLICATES, FILE_BITS, INDEX, NAMES
from pipeline.stages.tables import batch, names_of, numbers, single, text_buffers, whole, words
from pipeline.text.apply import byte_places, gathered, left_over


class FilesOf(NamedTuple):
    """Numbers of documents, ascending, and for each the number of a file."""

    doc: NDArray[np.int64]
    file: NDArray[np.int64]


NO_FILES = FilesOf(np.empty(0, np.int64), np.empty(0, np.int64))


class _Portion(NamedTuple):
    """A batch of documents with what was cut from them: spans of texts, and whole texts. `name`: null where unread."""

    texts: pa.Table
    parts: pa.Table
    wholes: pa.Table
    name: pa.Array


def clean(documents: Batches, cuts: Batches, names: Batches, *, run: int) -> Batches:
    """Clean documents (schema CLEAN), in order."""
    for each in _portions(documents, cuts, names):
        kept = _readable(each.texts) & _live(each)
        if kept.any():
            text = _left(each.texts, each.parts, kept)
            columns = _columns(each, each.parts, np.flatnonzero(kept), run)
            yield batch(CLEAN, {**columns, "text": text, "chars_out": pc.utf8_length(text)})


def duplicates(documents: Batches, cuts: Batches, names: Batches, *, run: int) -> Batches:
    """Documents that are kept out (schema DUPLICATES), in order."""
    for each in _portions(documents, cuts, names):
        if len(each.wholes):
            row = np.searchsorted(numbers(each.texts, "doc"), numbers(each.wholes, "doc"))
            columns = _columns(each, each.wholes, row, run)
            columns |= {"text": each.texts["text"].take(pa.array(row)), "chars_out": np.zeros(len(row), np.int64)}
            columns |= {"duplicate_of": each.wholes["twin_doc_id"], "similarity": each.wholes["similarity"]}
            yield batch(DUPLICATES, columns)


def index(documents: Batches, cuts: Batches, names: Batches, *, files: FilesOf = NO_FILES) -> Batches:
    """Number, name and digest of every document that could be read (schema INDEX), in order.

    `files`: numbers of documents, ascending, of which another file than the first brought this version, and of that.
    """
    for each in _portions(documents, cuts, names):
        row = pa.array(np.flatnonzero(_readable(each.texts)))
        if len(row):
            columns: dict[str, Any] = {field: each.texts[field] for field in ("doc", "text_sha256", "path", "record")}
            columns |= {"doc_id": each.name, "live": pa.array(_live(each))}
            columns |= {"file": pa.array(_files(numbers(each.texts, "doc"), files))}
            yield batch(INDEX, {field: column.take(row) for field, column in columns.items()})


def _files(doc: NDArray[np.int64], files: FilesOf) -> NDArray[np.int64]:
    """The number of the file that brought each document."""
    found = doc >> FILE_BITS
    at = np.searchsorted(files.doc, doc)
    moved = np.flatnonzero(np.append(files.doc, -1)[at] == doc)
    found[moved] = files.file[at[moved]]
    return found


def _portions(documents: Batches, cuts: Batches, names: Batches) -> Iterator[_Portion]:
    removals, named = whole(cuts, CUTS), whole(names, NAMES)
    is_whole = pc.equal(removals["kind"], "duplicate")
    parts, wholes = removals.filter(pc.invert(is_whole)), removals.filter(is_whole)
    for rows in documents:
        texts = pa.Table.from_batches([rows])
        yield _Portion(texts, _those(parts, texts), _those(wholes, texts), names_of(texts, named))


def _those(removals: pa.Table, texts: pa.Table) -> pa.Table:
    doc = numbers(texts, "doc")
    low, high = np.searchsorted(numbers(removals, "doc"), (doc[0], doc[-1] + 1)).tolist()
    return removals.slice(low, high - low)


def _live(each: _Portion) -> NDArray[np.bool_]:
    return ~np.isin(numbers(each.texts, "doc"), numbers(each.wholes, "doc"))


def _readable(texts: pa.Table) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = texts["reason"].is_null().to_numpy()
    return found


def _left(texts: pa.Table, parts: pa.Table, kept: NDArray[np.bool_]) -> pa.Array:
    """The texts of the rows that are `kept`, without what was removed from them."""
    data, offsets = text_buffers(texts["text"])
    text_of = np.searchsorted(numbers(texts, "doc"), numbers(parts, "doc"))
    spans = np.stack([numbers(parts, "start"), numbers(parts, "end")], axis=1)
    places = byte_places(data, offsets, np.repeat(text_of, 2), spans.ravel())
    piece_text, piece_start, piece_end = left_over(offsets, text_of, places[::2], places[1::2])
    stays = kept[piece_text]
    out, ends = gathered(data, piece_start[stays], piece_end[stays])
    opening = np.flatnonzero(np.diff(piece_text[stays], prepend=-1))  # the first piece of each text
    bounds = ends[np.append(opening, len(ends) - 1)]
    return pa.LargeStringArray.from_buffers(len(opening), pa.py_buffer(bounds), pa.py_buffer(out))


def _columns(each: _Portion, removals: pa.Table, row: NDArray[np.int64], run: int) -> dict[str, Any]:
    """What the clean documents and those that are kept out tell of these rows alike: all but the text."""
    texts, at = each.texts, pa.array(row)
    found = {field: texts[field].take(at) for field in CLEAN.names if field in texts.column_names and field != "text"}
    return found | {
        "doc_id": each.name.take(at),
        "chars_in": texts["chars"].take(at),
        "removed": _rules(removals, numbers(texts, "doc")[row]),
        "run": np.full(len(row), run),
    }


def _rules(removals: pa.Table, doc: NDArray[np.int64]) -> pa.Array:
    """The names of the rules that took something from each document: sorted, each once."""
    rule = single(removals["rule"]).dictionary_encode()
    names = sorted(rule.dictionary.to_pylist())
    rank = np.argsort(np.argsort(rule.dictionary.to_numpy(zero_copy_only=False)))
    row = np.searchsorted(doc, numbers(removals, "doc"))
    found = np.unique(row * len(names) + rank[rule.indices.to_numpy()])
    offsets = np.searchsorted(found, np.arange(len(doc) + 1) * len(names))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), words(found % max(1, len(names)), names))
