"""Stage `documents`: raw records to normalized texts, with what was repaired and what could not be read."""

import hashlib
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.letters import CLASS, SPACE, tables
from pipeline.errors import Reason
from pipeline.flow import Batches
from pipeline.stages.schemas import DOCUMENTS
from pipeline.stages.tables import batch, text_buffers
from pipeline.text.decode import UndecodableError, decode
from pipeline.text.normalize import normalize
from pipeline.text.paragraphs import LAYOUTS, layouts
from pipeline.text.screen import may_change, suspect_lines

UNCERTAIN = "encoding_uncertain"


def documents(raw: Batches, *, keep_uncertain: bool) -> Batches:
    """Normalized documents (schema DOCUMENTS) of raw records (`sources.rows.RAW`), in order, none dropped."""
    for rows in raw:
        yield _normalized(rows, keep_uncertain=keep_uncertain)


def _normalized(rows: pa.RecordBatch, *, keep_uncertain: bool) -> pa.RecordBatch:
    columns: dict[str, Any] = {name: rows.column(name) for name in rows.schema.names}
    encodings = rows.column("encoding").to_pylist()
    repairs: list[list[str]] = rows.column("repairs").to_pylist()
    reasons = rows.column("reason").to_pylist()
    details = rows.column("detail").to_pylist()
    bodies = rows.column("body")
    body_digests = [hashlib.sha256(body.as_buffer()).hexdigest() if body.is_valid else None for body in bodies]
    changed: dict[int, str] = {}
    for row in range(rows.num_rows):
        if encodings[row] is None and reasons[row] is None:
            try:
                found = decode(bodies[row].as_py())
            except UndecodableError as error:
                reasons[row], details[row] = str(Reason.UNDECODABLE), str(error)[:200]
                continue
            changed[row] = found.text
            encodings[row] = found.encoding
            repairs[row] += found.repairs
            if not found.certain:
                repairs[row].append(UNCERTAIN)
                if not keep_uncertain:
                    reasons[row], details[row] = str(Reason.UNDECODABLE), f"encoding uncertain: {found.encoding}?"
    texts = _texts(bodies, changed, np.array([reason is None for reason in reasons]))
    normal: dict[int, str] = {}
    for row in np.flatnonzero(may_change(*text_buffers(texts))).tolist():
        text = texts[row].as_py()
        repaired = normalize(text, suspect_lines)
        repairs[row] += repaired.repairs
        if repaired.text != text:
            normal[row] = repaired.text
    final = _replaced(texts, normal)
    data, offsets = text_buffers(final)
    kinds = layouts(data, offsets, (tables()[0] & CLASS) == SPACE)
    same = [row not in changed and row not in normal for row in range(rows.num_rows)]
    columns.update(
        doc_id=_ids(rows),
        encoding=encodings,
        repairs=[sorted(set(names)) for names in repairs],
        layout=np.array(LAYOUTS)[kinds].tolist(),
        body_sha256=body_digests,
        text_sha256=_digests(data, offsets, body_digests, same),
        chars=pc.utf8_length(final),
        text=final,
        reason=reasons,
        detail=details,
    )
    return batch(DOCUMENTS, columns)


def _texts(bodies: pa.Array, changed: dict[int, str], good: NDArray[np.bool_]) -> pa.Array:
    """The bodies as text: decoded where they were bytes, null where they could not be read."""
    if len(changed) == len(bodies):
        return _masked(pa.array([changed[row] for row in range(len(bodies))], pa.large_string()), good)
    plain = [row in changed or not good[row] for row in range(len(bodies))]
    safe = pc.if_else(pa.array(plain), pa.scalar(b"", pa.large_binary()), bodies)
    return _masked(_replaced(safe.cast(pa.large_string()), changed), good)


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
    data: NDArray[np.uint8], offsets: NDArray[np.int64], bodies: list[str | None], same: list[bool]
) -> list[str | None]:
    bounds = offsets.tolist()
    return [
        bodies[row] if same[row] else hashlib.sha256(data[bounds[row] : bounds[row + 1]].data).hexdigest()
        for row in range(len(bodies))
    ]


def _ids(rows: pa.RecordBatch) -> list[str]:
    """The given id, else path and position."""
    columns = (rows.column(name).to_pylist() for name in ("doc_id", "path", "record"))
    return [given or f"{path}#{record}" for given, path, record in zip(*columns, strict=True)]
