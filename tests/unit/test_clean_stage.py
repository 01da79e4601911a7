"""Stage `clean` beside its plain twin: one document at a time, with Python's own strings."""

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.flow import Batches
from pipeline.stages.clean import FilesOf, clean, duplicates, index
from pipeline.stages.schemas import CLEAN, CUTS, DOCUMENTS, DUPLICATES, FILE_BITS, INDEX, NAMES

Row = dict[str, Any]
RUN = 7

# A document: None (could not be read), or its text, whether it is kept out, and places to cut at with their rules.
texts = st.one_of(st.text("aé日𝒳 ", max_size=12), st.just("aé日𝒳 a-é-日-𝒳"))
places = st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["b", "a", "é"])), max_size=9)
documents = st.lists(st.one_of(st.none(), st.tuples(texts, st.booleans(), places)), max_size=6)


def rows_of(found: list[Any]) -> tuple[list[Row], list[Row], list[Row]]:
    """Rows of documents, cuts and names."""
    read, cuts, names = [], [], []
    for doc, each in enumerate(found):
        row = dict.fromkeys(DOCUMENTS.names) | {"doc": doc, "path": f"p{doc}", "record": doc, "repairs": ["x"] * doc}
        if each is None:
            read.append(row | {"reason": "bad_json"})
            continue
        text, is_whole, places = each
        read.append(row | {"text": text, "chars": len(text), "text_sha256": f"sha{doc}", "source": "s"})
        names.append({"doc": doc, "doc_id": f"name{doc}"})
        bounds = sorted({min(place, len(text)): rule for place, rule in places}.items())
        spans = [(start, end, rule) for (start, rule), (end, _) in zip(bounds[::2], bounds[1::2], strict=False)]
        cut = dict.fromkeys(CUTS.names) | {"doc": doc}
        if is_whole:
            whole = {"start": 0, "end": len(text), "text": text, "kind": "duplicate", "rule": "duplicate"}
            cuts.append(cut | whole | {"twin_doc_id": "twin", "similarity": 0.5})
        else:
            cuts += [
                cut | {"start": a, "end": b, "kind": "other", "rule": rule, "text": text[a:b]} for a, b, rule in spans
            ]
    return read, sorted(cuts, key=lambda row: row["kind"] != "duplicate"), names


def streamed(rows: list[Row], schema: pa.Schema, size: int) -> Batches:
    return iter([pa.RecordBatch.from_pylist(rows[at : at + size], schema) for at in range(0, len(rows), size)])


def listed(rows: Batches, schema: pa.Schema) -> list[Row]:
    return list(pa.Table.from_batches(list(rows), schema=schema).to_pylist())


@given(documents, st.integers(1, 6))
def test_what_is_left_is_the_text_without_the_spans(found: list[Any], size: int) -> None:
    read, cuts, names = rows_of(found)
    inputs = [(read, DOCUMENTS, size), (cuts, CUTS, 4), (names, NAMES, 6)]
    kept, out = [], []
    for row in read:
        spans = [cut for cut in cuts if cut["doc"] == row["doc"]]
        if row["reason"]:
            continue
        fact = {name: row[name] for name in CLEAN.names if name in row}
        fact |= {"doc_id": f"name{row['doc']}", "chars_in": row["chars"], "run": RUN}
        fact |= {"removed": sorted({cut["rule"] for cut in spans})}
        if any(cut["kind"] == "duplicate" for cut in spans):
            out.append(fact | {"chars_out": 0, "duplicate_of": "twin", "similarity": 0.5})
            continue
        text = row["text"]
        for cut in reversed(spans):
            text = text[: cut["start"]] + text[cut["end"] :]
        kept.append(fact | {"text": text, "chars_out": len(text)})
    assert listed(clean(*(streamed(*each) for each in inputs), run=RUN), CLEAN) == kept
    assert listed(duplicates(*(streamed(*each) for each in inputs), run=RUN), DUPLICATES) == out
    moved = np.array([row["doc"] for row in read if row["doc"] % 3 == 0], np.int64)
    files = FilesOf(moved, moved + 7)
    told = listed(index(*(streamed(*each) for each in inputs), files=files), INDEX)
    live = {row["doc_id"] for row in kept}
    assert told == [
        {name: row[name] for name in INDEX.names if name in row}
        | {"doc_id": f"name{row['doc']}", "live": f"name{row['doc']}" in live}
        | {"file": row["doc"] >> FILE_BITS if row["doc"] % 3 else row["doc"] + 7}
        for row in read
        if not row["reason"]
    ]
