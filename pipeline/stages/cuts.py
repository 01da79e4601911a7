"""Stage `cuts`: every removal with its span and its reason."""

import hashlib
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.flow import Batches
from pipeline.stages.schemas import CUTS, DOCUMENTS, NAMED_REPEATS, NAMES, PARAGRAPHS, TAILS
from pipeline.stages.tables import batch, names_of, numbers, places, text_buffers, whole
from pipeline.text.apply import gathered, removed_spans


def cuts(
    documents: Batches, paragraphs: Batches, tails: Batches, repeats: Batches, names: Batches, *, run: int
) -> Batches:
    """The ledger of a shard (schema CUTS), by document and span."""
    texts, table = whole(documents, DOCUMENTS), whole(paragraphs, PARAGRAPHS)
    named = whole(repeats, NAMED_REPEATS)
    name = names_of(texts, whole(names, NAMES))
    is_whole = pc.equal(named["paragraph"], -1)
    wholes = named.filter(is_whole)
    yield from _duplicate_cuts(texts, name, wholes, run)
    yield from _paragraph_cuts(texts, table, name, whole(tails, TAILS), named.filter(pc.invert(is_whole)), wholes, run)


def _duplicate_cuts(texts: pa.Table, name: pa.Array, wholes: pa.Table, run: int) -> Batches:
    if len(wholes) == 0:
        return
    row = np.searchsorted(numbers(texts, "doc"), numbers(wholes, "doc"))
    shared = numbers(wholes, "shared")
    columns: dict[str, Any] = {field: wholes[field] for field in ("doc", "kind", "evidence", "twin_doc_id")}
    columns.update(
        doc_id=name.take(pa.array(row)),
        start=np.zeros(len(row), np.int64),
        end=numbers(texts, "chars")[row],
        text=texts["text"].take(pa.array(row)),
        rule=["duplicate"] * len(row),
        similarity=shared / numbers(wholes, "union"),
        score=pa.nulls(len(row), pa.float64()),
        twin_start=pa.nulls(len(row), pa.int64()),
        twin_end=pa.nulls(len(row), pa.int64()),
        block=pa.nulls(len(row), pa.int64()),
        run=np.full(len(row), run),
    )
    yield batch(CUTS, columns)


def _paragraph_cuts(
    texts: pa.Table,
    table: pa.Table,
    name: pa.Array,
    tails: pa.Table,
    repeats: pa.Table,
    wholes: pa.Table,
    run: int,
) -> Batches:
    doc, paragraph = numbers(table, "doc"), numbers(table, "paragraph")
    # Of a document that is kept out as a whole nothing else is told; a tail rule comes before a repeat.
    tails = tails.filter(~np.isin(numbers(tails, "doc"), numbers(wholes, "doc")))
    by_rule = places(doc, tails)
    by_twin = places(doc, repeats)
    fresh = ~np.isin(by_twin, by_rule)
    repeats, by_twin = repeats.filter(pa.array(fresh)), by_twin[fresh]
    if len(by_rule) + len(by_twin) == 0:
        return
    removed = np.zeros(len(doc), np.bool_)
    removed[by_rule] = removed[by_twin] = True
    at = np.flatnonzero(removed)
    data, offsets = text_buffers(texts["text"])
    opening = np.append(np.flatnonzero(np.diff(doc, prepend=-1)), len(doc)).astype(np.int64)
    row = np.searchsorted(numbers(texts, "doc"), doc[opening[:-1]])
    start, end = removed_spans(
        opening, numbers(table, "start"), numbers(table, "end"), removed, numbers(texts, "chars")[row]
    )
    byte_start, byte_end = removed_spans(
        opening, numbers(table, "byte_start"), numbers(table, "byte_end"), removed, np.diff(offsets)[row]
    )
    owner = np.searchsorted(numbers(texts, "doc"), doc[at])
    quoted = _strings(data, offsets[owner] + byte_start, offsets[owner] + byte_end)
    order = np.argsort(np.concatenate([by_rule, by_twin]))  # of the reasons, to stand beside `at`
    reasons = pa.concat_tables([_rule_reasons(tails), _twin_reasons(repeats)]).take(pa.array(order))
    names = name.take(pa.array(owner))
    yield batch(
        CUTS,
        {
            "doc": doc[at],
            "doc_id": names,
            "start": start,
            "end": end,
            "text": quoted,
            "kind": reasons["kind"],
            "rule": reasons["rule"],
            "similarity": _similarities(reasons),
            "score": reasons["score"],
            "evidence": reasons["evidence"],
            "twin_doc_id": reasons["twin_doc_id"],
            "twin_start": reasons["twin_start"],
            "twin_end": reasons["twin_end"],
            "block": _block_ids(names, reasons, numbers(table, "start"), at - paragraph[at]),
            "run": np.full(len(at), run),
        },
    )


def _strings(data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> pa.Array:
    """The slices data[starts[i]:ends[i]] (UTF-8) as a large_string column."""
    out, offsets = gathered(data, starts, ends)
    return pa.LargeStringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(out))


_REASONS = pa.schema(
    [field for field in NAMED_REPEATS if field.name not in ("doc", "paragraph", "twin_doc")]
    + [pa.field("rule", pa.string()), pa.field("score", pa.float64())]
)


def _rule_reasons(tails: pa.Table) -> pa.Table:
    columns: dict[str, Any] = {field.name: pa.nulls(len(tails), field.type) for field in _REASONS}
    columns.update(kind=tails["kind"], rule=tails["rule"], score=tails["score"], evidence=tails["evidence"])
    return pa.table([columns[field.name] for field in _REASONS], schema=_REASONS)


def _twin_reasons(repeats: pa.Table) -> pa.Table:
    columns: dict[str, Any] = {field: repeats[field] for field in NAMED_REPEATS.names}
    columns.update(rule=pc.replace_substring(repeats["kind"], "_", "-"), score=pa.nulls(len(repeats), pa.float64()))
    return pa.table([columns[field.name] for field in _REASONS], schema=_REASONS)


def _similarities(reasons: pa.Table) -> pa.Array:
    """shared / union; null for what a rule took."""
    shared, union = (reasons[name].to_numpy().astype(np.float64) for name in ("shared", "union"))
    values = np.divide(shared, union, out=np.full(len(shared), np.nan), where=union > 0)
    return pa.array(values, mask=np.isnan(values))


def _block_ids(
    names: pa.Array, reasons: pa.Table, starts: NDArray[np.int32], opening: NDArray[np.int64]
) -> list[int | None]:
    """A number for each block, from the document and the start of the block; null for what a rule took."""
    out: list[int | None] = []
    known: dict[tuple[str, int], int] = {}
    for name, block, first in zip(names.to_pylist(), reasons["block"].to_pylist(), opening.tolist(), strict=True):
        if block is None:
            out.append(None)
            continue
        key = (name, int(starts[first + block]))
        if key not in known:
            digest = hashlib.blake2b(f"{key[1]}:{key[0]}".encode(), digest_size=8).digest()
            known[key] = int.from_bytes(digest, "little", signed=True)
        out.append(known[key])
    return out
