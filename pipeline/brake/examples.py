"""Documents that show what the brake found: ten of each finding, evenly spaced over all, so the same each time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.brake.budget import SMALL, Finding, Measure
from pipeline.brake.tolls import Take

MOST = 10
_LETTERS = 120  # of each text

Rows = Callable[[], Iterable[pa.RecordBatch]]


@dataclass(frozen=True, slots=True)
class Example:
    """A document by its name, the rule (or what else was found), and how the text in question begins."""

    document: str
    rule: str
    text: str


def examples(finding: Finding, tonight: Take, documents: Rows, cuts: Rows, fewest: int) -> tuple[Example, ...]:
    """At most ten examples of a finding. `documents` (schema DOCUMENTS) and `cuts` (CUTS) are those of this night."""
    measure = finding.measure
    if measure.what in ("size", "lost"):
        return ()
    if measure.what == "quarantined":
        return _some(_refused(documents()))
    large = {toll.source for toll in tonight.tolls if toll.documents >= fewest}
    ours = [_of(measure, batch, large) for batch in documents()]
    if measure.what == "uncertain":
        return _some(_guessed(ours))
    if measure.what == "emptied":
        return _some(_emptied(ours, list(cuts())))
    docs = pa.chunked_array([batch.column("doc") for batch in ours], pa.int64())
    rule = measure.rule or (finding.worst.rule if finding.worst else None)
    return _some(_cut(docs, cuts(), rule))


def _some(tables: Iterable[pa.Table]) -> tuple[Example, ...]:
    """Ten rows (document, rule, text), one at the start of each tenth."""
    rows = pa.concat_tables([_NONE, *tables])
    at = [rows.num_rows * tenth // MOST for tenth in range(MOST)]
    picked = rows.take(sorted(set(at))) if rows.num_rows else rows
    return tuple(Example(**row) for row in picked.to_pylist())


_NONE = pa.schema([(name, pa.string()) for name in ("document", "rule", "text")]).empty_table()


def _table(document: pa.Array, rule: pa.Array, text: pa.Array) -> pa.Table:
    short = pc.utf8_slice_codeunits(text.cast(pa.large_string()), 0, _LETTERS)
    return pa.table({"document": document, "rule": rule, "text": short}).cast(_NONE.schema)


def _of(measure: Measure, batch: pa.RecordBatch, large: set[str]) -> pa.RecordBatch:
    """The readable documents that a measure is about, without their texts where they are not looked at."""
    names = ["doc", "doc_id", "encoding", "repairs", "chars", *(["text"] if measure.what == "uncertain" else [])]
    source = batch.column("source")
    if measure.source == SMALL:
        ours = pc.invert(pc.is_in(source, pa.array(sorted(large), pa.string())))
    else:
        ours = pc.equal(source, measure.source)
    good = pc.and_(pc.is_null(batch.column("reason")), pc.fill_null(ours, fill_value=False))
    return batch.select(names).filter(good)


def _refused(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    for whole in batches:
        batch = whole.select(["path", "record", "reason", "detail"]).filter(pc.is_valid(whole.column("reason")))
        record = pc.fill_null(batch.column("record").cast(pa.string()), "")
        place = pc.binary_join_element_wise(batch.column("path"), record, "#")
        yield _table(place, batch.column("reason"), pc.fill_null(batch.column("detail"), ""))


def _guessed(batches: Sequence[pa.RecordBatch]) -> Iterator[pa.Table]:
    for batch in batches:
        repairs = batch.column("repairs")
        guess = pc.equal(repairs.flatten(), "encoding_uncertain")
        at = pc.unique(pc.list_parent_indices(repairs).filter(guess))
        yield _table(*(batch.column(name).take(at) for name in ("doc_id", "encoding", "text")))


def _emptied(documents: Sequence[pa.RecordBatch], cuts: Sequence[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The first cut of each document whose cuts hold all its characters."""
    if not cuts:
        return
    held = pa.Table.from_batches([batch.select(["doc", "start", "end", "kind"]) for batch in cuts])
    own = held.filter(pc.not_equal(held["kind"], "duplicate"))
    sums = pa.table({"doc": own["doc"], "taken": pc.subtract(own["end"], own["start"])}).group_by("doc")
    taken = sums.aggregate([("taken", "sum")])
    for batch in documents:
        known = pc.index_in(batch.column("doc"), taken["doc"].combine_chunks())
        all_of_it = pc.equal(taken["taken_sum"].take(known), batch.column("chars")).combine_chunks()
        docs = batch.column("doc").filter(pc.fill_null(all_of_it, fill_value=False))
        for cut in cuts:
            first = cut.filter(pc.and_(pc.is_in(cut.column("doc"), docs), pc.equal(cut.column("start"), 0)))
            yield _table(first.column("doc_id"), first.column("rule"), first.column("text"))


def _cut(docs: pa.ChunkedArray, cuts: Iterable[pa.RecordBatch], rule: str | None) -> Iterator[pa.Table]:
    for batch in cuts:
        ours = pc.is_in(batch.column("doc"), docs.combine_chunks())
        found = batch.filter(ours if rule is None else pc.and_(ours, pc.equal(batch.column("rule"), rule)))
        twin = pc.binary_join_element_wise(found.column("rule"), found.column("twin_doc_id"), " of ")  # null without
        yield _table(found.column("doc_id"), pc.coalesce(twin, found.column("rule")), found.column("text"))
