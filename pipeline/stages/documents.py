"""Stage `documents`: raw records to normalized texts, with what was repaired and what could not be read."""

import hashlib
import json
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.letters import CLASS, SPACE, tables
from pipeline.errors import Reason
from pipeline.flow import Batches
from pipeline.stages.schemas import DOCUMENTS
from pipeline.stages.tables import batch, text_buffers, words
from pipeline.text.decode import UndecodableError, decode
from pipeline.text.html import page
from pipeline.text.normalize import normalize
from pipeline.text.paragraphs import LAYOUTS, layouts
from pipeline.text.screen import may_change, suspect_lines

UNCERTAIN = "encoding_uncertain"


def documents(raw: Batches, *, keep_uncertain: bool) -> Batches:
    """Normalized documents (schema DOCUMENTS) of raw records (`sources.rows.RAW`), in order, none dropped."""
    for rows in raw:
        yield _normalized(rows, keep_uncertain=keep_uncertain)


def _normalized(rows: pa.RecordBatch, *, keep_uncertain: bool) -> pa.RecordBatch:
    bodies = rows.column("body")
    body_digests = _digests(*text_buffers(bodies), np.flatnonzero(bodies.is_valid()), [None] * rows.num_rows)
    read = _decoded(rows, keep_uncertain=keep_uncertain)
    texts = _texts(bodies, read.texts, np.array(read.reasons.is_null()))
    normal: dict[int, str] = {}
    for row in np.flatnonzero(may_change(*text_buffers(texts))).tolist():
        text = texts[row].as_py()
        repaired = normalize(text, suspect_lines)
        read.repairs[row] += repaired.repairs
        if repaired.text != text:
            normal[row] = repaired.text
    final = _replaced(texts, normal)
    data, offsets = text_buffers(final)
    columns: dict[str, Any] = {name: rows.column(name) for name in rows.schema.names}
    columns.update(
        doc_id=_ids(rows),
        metadata=_with_titles(rows.column("metadata"), read.titles),
        encoding=read.encodings,
        repairs=[sorted(set(names)) for names in read.repairs],
        layout=words(layouts(data, offsets, (tables()[0] & CLASS) == SPACE), LAYOUTS),
        body_sha256=body_digests,
        text_sha256=_digests(
            data, offsets, np.array(sorted(read.texts.keys() | normal.keys()), np.int64), body_digests
        ),
        chars=pc.utf8_length(final),
        text=final,
        reason=read.reasons,
        detail=read.details,
    )
    return batch(DOCUMENTS, columns)


class _Read(NamedTuple):
    """What became of each row; `texts` holds those whose encoding had to be found, `titles` those that pages have."""

    texts: dict[int, str]
    titles: dict[int, str]
    encodings: pa.Array
    repairs: list[list[str]]
    reasons: pa.Array
    details: pa.Array


def _decoded(rows: pa.RecordBatch, *, keep_uncertain: bool) -> _Read:
    repairs: list[list[str]] = rows.column("repairs").to_pylist()
    unknown = np.flatnonzero(pc.and_(rows.column("encoding").is_null(), rows.column("reason").is_null()))
    if not len(unknown):
        return _Read({}, {}, rows.column("encoding"), repairs, rows.column("reason"), rows.column("detail"))
    encodings, reasons, details = (rows.column(name).to_pylist() for name in ("encoding", "reason", "detail"))
    declared, forms = (rows.column(name).to_pylist() for name in ("declared", "form"))
    texts: dict[int, str] = {}
    titles: dict[int, str] = {}
    for row in unknown.tolist():
        try:
            found = decode(rows.column("body")[row].as_py(), declared[row])
        except UndecodableError as error:
            reasons[row], details[row] = str(Reason.UNDECODABLE), str(error)[:200]
            continue
        texts[row] = found.text
        if forms[row] == "html":
            texts[row], titles[row] = page(found.text)
        encodings[row] = found.encoding
        repairs[row] += found.repairs
        if not found.certain:
            repairs[row].append(UNCERTAIN)
            if not keep_uncertain:
                reasons[row], details[row] = str(Reason.UNDECODABLE), f"encoding uncertain: {found.encoding}?"
    named, failed, detailed = (pa.array(values, pa.string()) for values in (encodings, reasons, details))
    return _Read(texts, titles, named, repairs, failed, detailed)


def _with_titles(metadata: pa.Array, titles: dict[int, str]) -> pa.Array:
    """The metadata of records, with the titles of those that are pages and have one."""
    titled = {row: title for row, title in titles.items() if title}
    if not titled:
        return metadata
    rows: list[str | None] = metadata.to_pylist()
    for row, title in titled.items():
        rows[row] = json.dumps({"title": title, **json.loads(rows[row] or "{}")}, ensure_ascii=False)
    return pa.array(rows, pa.string())


def _texts(bodies: pa.Array, decoded: dict[int, str], good: NDArray[np.bool_]) -> pa.Array:
    """The bodies as text: decoded where they were bytes, null where they could not be read."""
    if len(decoded) == len(bodies):
        return _masked(pa.array([decoded[row] for row in range(len(bodies))], pa.large_string()), good)
    plain = good.copy()
    plain[list(decoded)] = False
    safe = bodies if plain.all() else pc.if_else(pa.array(plain), bodies, pa.scalar(b"", pa.large_binary()))
    # What is left is UTF-8 already (schema RAW), and needs no second look.
    texts = pa.Array.from_buffers(pa.large_string(), len(safe), safe.buffers(), offset=safe.offset)
    return _masked(_replaced(texts, decoded), good)


def _masked(texts: pa.Array, good: NDArray[np.bool_]) -> pa.Array:
    return texts if good.all() else pc.if_else(pa.array(good), texts, pa.scalar(None, pa.large_string()))


def _replaced(texts: pa.Array, changed: dict[int, str]) -> pa.Array:
    if not changed:
        return texts
    mask = np.zeros(len(texts), np.bool_)
    mask[list(changed)] = True
    values = [changed[row] for row in sorted(changed)]
    return pc.replace_with_mask(texts, pa.array(mask), pa.array(values, pa.large_string()))


def _digests(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], rows: NDArray[np.int64], others: list[str | None]
) -> list[str | None]:
    """The digests of these texts; those of the other rows are given."""
    digests = list(others)
    content = data.data
    for row, start, end in zip(rows.tolist(), offsets[rows].tolist(), offsets[rows + 1].tolist(), strict=True):
        digests[row] = hashlib.sha256(content[start:end]).hexdigest()
    return digests


def _ids(rows: pa.RecordBatch) -> pa.Array:
    """The given id, else path and position."""
    given = rows.column("doc_id")
    missing = pc.fill_null(pc.equal(pc.binary_length(given), 0), fill_value=True)
    if not pc.any(missing).as_py():
        return given
    made = pc.binary_join_element_wise(rows.column("path"), rows.column("record").cast(pa.string()), "#")
    return pc.if_else(missing, made, given)
