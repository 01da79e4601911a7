"""Records of JSON lines, many at a time: columns of ordinary lines straight from their bytes.

What comes out is what `json_lines` gives, record by record; every line that is not ordinary goes there.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.errors import RecordError
from pipeline.flow import Batches
from pipeline.sources.json_lines import json_item, loaded
from pipeline.sources.records import GUESSES, Fields, field_names, source_of, to_json
from pipeline.sources.rows import RAW, Row, Task, batch_of, row_of
from pipeline.text.json_scan import BLANK, Scanned, scanned
from pipeline.text.json_text import objects, unescaped
from pipeline.text.json_values import DECIMAL, ESCAPED, INTEGER, LITERAL, NUMBER, STRING

_ROLES = tuple(GUESSES)  # "text" is the first
_NONE = -1
_OFFSETS = {pa.string(): np.int32, pa.large_binary(): np.int64}


class _Block(NamedTuple):
    """Lines of a slice, scanned; the first one has the number `record`."""

    content: bytes
    data: NDArray[np.uint8]
    lines: Scanned
    record: int


class _Usual(NamedTuple):
    """Which lines are made into columns, the field of each role there (or -1), and whether that has a value for it."""

    rows: NDArray[np.int64]
    fields: NDArray[np.int64]  # [rows, roles]
    given: NDArray[np.bool_]  # [rows, roles]


def json_batches(content: bytes, task: Task, fields: Fields, most_bytes: int) -> Batches:
    """The records of a slice of lines in batches (schema RAW) of about `most_bytes` of lines."""
    data = np.frombuffer(content, np.uint8)
    at, record = 0, task.first_record
    while at < len(content):
        lines = scanned(data, at, most_bytes)
        yield from _batches(_Block(content, data, lines, record), task, fields)
        record += len(lines.start)
        at = int(lines.end[-1]) + 1


def _batches(block: _Block, task: Task, fields: Fields) -> Batches:
    """The records of a block in one batch; none where all lines are blank."""
    usual = _usual(block, fields)
    metadata = _metadata(block, usual)
    rows = usual.rows
    columns = _columns(block, usual, metadata, task)
    if metadata.null_count:
        written = metadata.is_valid()
        rows, columns = rows[written.to_numpy(zero_copy_only=False)], columns.filter(written)
    others = block.lines.shape != BLANK
    others[rows] = False
    if not others.any():
        if len(rows):
            yield columns
        return
    singly = [_row(block, row, task, fields) for row in np.flatnonzero(others).tolist()]
    both = pa.Table.from_batches([columns, batch_of(singly)])
    yield from both.take(np.argsort(both["record"].to_numpy())).combine_chunks().to_batches()


def _row(block: _Block, row: int, task: Task, fields: Fields) -> Row:
    """The record of one line, read by itself."""
    start, end = int(block.lines.start[row]), int(block.lines.end[row])
    return row_of(task, json_item(block.content[start:end], block.record + row, start, task, fields))


def _usual(block: _Block, fields: Fields) -> _Usual:
    lines = block.lines
    rows = np.flatnonzero(lines.shape >= 0)
    slots = np.array([_slots(block, line, fields) for line in lines.shapes.tolist()], np.int64)
    slot = slots.reshape(-1, len(_ROLES))[lines.shape[rows]]
    at = np.where(slot < 0, _NONE, lines.field[rows][:, None] + slot)
    kinds = np.where(slot < 0, LITERAL, lines.kind[at]) if len(rows) else slot
    good = (kinds[:, 0] <= ESCAPED) & ~((kinds == DECIMAL) | (kinds == NUMBER)).any(axis=1)
    good &= _valid(block, rows)
    rows, at, kinds = rows[good], at[good], kinds[good]
    given = (kinds == STRING) & (lines.value_end[at] > lines.value_start[at]) if len(rows) else kinds == STRING
    given |= (kinds == ESCAPED) | (kinds == INTEGER)
    given[:, 0] = True
    return _Usual(rows, at, given)


def _slots(block: _Block, line: int, fields: Fields) -> list[int]:
    """For each role which field of the line it is, -1 for none; all -1 where the keys are out of the ordinary."""
    lines = block.lines
    spans = range(int(lines.field[line]), int(lines.field[line + 1]))
    keys = [block.content[lines.key_start[field] : lines.key_end[field]].decode(errors="replace") for field in spans]
    chosen = [name for name in field_names(tuple(keys), fields).values() if name is not None]
    if len(set(keys)) < len(keys) or len(set(chosen)) < len(chosen):
        return [_NONE] * len(_ROLES)
    names = field_names(tuple(keys), fields)
    return [_NONE if (name := names[role]) is None else keys.index(name) for role in _ROLES]


def _valid(block: _Block, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the lines are UTF-8."""
    lines = block.lines
    whole = memoryview(block.content)[int(lines.start[0]) : int(lines.end[-1])]
    if _is_utf8(whole):
        return np.ones(len(rows), np.bool_)
    spans = zip(lines.start[rows].tolist(), lines.end[rows].tolist(), strict=True)
    return np.array([_is_utf8(memoryview(block.content)[start:end]) for start, end in spans], np.bool_)


def _is_utf8(content: memoryview) -> bool:
    bounds = pa.py_buffer(np.array([0, len(content)], np.int64))
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, bounds, pa.py_buffer(content)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _metadata(block: _Block, usual: _Usual) -> pa.Array:
    """The JSON object of all fields that no role takes; null where it cannot be written."""
    taken = np.zeros(len(block.lines.kind), np.bool_)
    taken[usual.fields[usual.given]] = True
    out, offsets, unwritten = objects(block.data, block.lines, usual.rows, taken)
    written = _array(pa.string(), out, offsets)
    if not unwritten.any():
        return written
    parsed = [_parsed(block, row, taken) for row in usual.rows[unwritten].tolist()]
    return pc.replace_with_mask(written, pa.array(unwritten), pa.array(parsed, pa.string()))


def _parsed(block: _Block, row: int, taken: NDArray[np.bool_]) -> str | None:
    """The same by way of the parser, which knows every number and every nested value; None where it refuses."""
    lines = block.lines
    parts = []
    for field in range(int(lines.field[row]), int(lines.field[row + 1])):
        if not taken[field]:
            quoted = int(lines.kind[field] <= ESCAPED)
            parts.append(block.content[lines.key_start[field] - 1 : lines.value_end[field] + quoted])
    try:
        return to_json(loaded(b"{" + b",".join(parts) + b"}"))
    except (ValueError, RecursionError, RecordError):
        return None


def _columns(block: _Block, usual: _Usual, metadata: pa.Array, task: Task) -> pa.RecordBatch:
    count = len(usual.rows)
    found = {role: _strings(block, usual, number, pa.string()) for number, role in enumerate(_ROLES) if number}
    record = block.record + usual.rows
    columns = {
        "doc": pa.array((task.file << 32) | record),
        "doc_id": found["id"],
        "source": _sources(found["source"], found["url"], task.path),
        "url": found["url"],
        "date": found["date"],
        "path": pa.repeat(pa.scalar(task.path, pa.string()), count),
        "record": pa.array(record),
        "byte_offset": pa.array(task.byte_start + block.lines.start[usual.rows]),
        "metadata": metadata,
        "lang": found["lang"],
        "encoding": pa.repeat(pa.scalar("utf-8", pa.string()), count),
        "declared": pa.nulls(count, pa.string()),
        "form": pa.nulls(count, pa.string()),
        "repairs": pa.ListArray.from_arrays(np.zeros(count + 1, np.int32), pa.array([], pa.string())),
        "body": _strings(block, usual, 0, pa.large_binary()),
        "reason": pa.nulls(count, pa.string()),
        "detail": pa.nulls(count, pa.string()),
    }
    return pa.RecordBatch.from_arrays([columns[name] for name in RAW.names], schema=RAW)


def _strings(block: _Block, usual: _Usual, role: int, kind: pa.DataType) -> pa.Array:
    """The values of one role, null where it has none."""
    given = usual.given[:, role]
    at = usual.fields[given, role]
    starts, ends = np.zeros((2, len(given)), np.int64)
    starts[given], ends[given] = block.lines.value_start[at], block.lines.value_end[at]
    return _array(kind, *unescaped(block.data, starts, ends), given)


def _array(
    kind: pa.DataType, data: NDArray[np.uint8], offsets: NDArray[np.int64], valid: NDArray[np.bool_] | None = None
) -> pa.Array:
    bits = None if valid is None or valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
    bounds = pa.py_buffer(offsets.astype(_OFFSETS[kind], copy=False))
    return pa.Array.from_buffers(kind, len(offsets) - 1, [bits, bounds, pa.py_buffer(data)])


def _sources(sources: pa.Array, urls: pa.Array, path: str) -> pa.Array:
    """The given source, else the host of the URL, else the folder."""
    missing = sources.is_null()
    if not sources.null_count:
        return sources
    made = [source_of(url, path) for url in urls.filter(missing).to_pylist()]
    return pc.replace_with_mask(sources, missing, pa.array(made, pa.string()))
