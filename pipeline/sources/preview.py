"""How a file would be read: what a dry run tells of it beyond its name."""

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow.parquet as pq

from pipeline.errors import Reason, RecordError
from pipeline.sources.csv_rows import Header, header_of
from pipeline.sources.files import Found
from pipeline.sources.json_lines import loaded
from pipeline.sources.looks import NO_DELIMITER
from pipeline.sources.parquet import parquet_rows
from pipeline.sources.pieces import pieces
from pipeline.sources.records import Fields, field_names
from pipeline.sources.rows import Task
from pipeline.text.json_elements import element_end

_DELIMITERS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars", NO_DELIMITER: "one column"}


def told(found: Found, fields: Fields) -> str:
    """How a file was understood, in words: what is odd, where its text is, or why it will be in quarantine.

    A compressed file and one of Parquet are read to the end for it; of others only the beginning is.
    """
    task = Task(0, found.path, str(found.location), found.format, found.compression, 0, found.bytes, 0)
    try:
        words = (found.note, _seen(task, fields) if found.bytes else "")
        return "; ".join(word for word in words if word)
    except RecordError as error:
        return f"to quarantine: {error.reason}: {error.detail}"
    except OSError as error:
        return f"to quarantine: {Reason.UNREADABLE}: {error.strerror or error}"


def _seen(task: Task, fields: Fields) -> str:
    if task.format == "unknown":
        return "to quarantine"
    if task.format == "parquet":
        return _parquet(task, fields)
    parts = pieces(task)
    reader: Callable[[Iterator[bytes], Task, Fields], str] | None = {"csv": _csv, "jsonl": _json, "json": _json}.get(
        task.format
    )
    if reader:
        return reader(parts, task, fields)
    next(parts, None)
    return ""


def _parquet(task: Task, fields: Fields) -> str:
    if task.compression:
        raise RecordError(Reason.BAD_PARQUET, "a compressed Parquet file; decompress it first")
    if next(parquet_rows(task.location), None) is None:
        return "no rows"
    return _text_in(tuple(pq.read_schema(task.location).names), fields)


def _csv(parts: Iterator[bytes], task: Task, fields: Fields) -> str:
    found: Header | None = header_of(parts, task, fields)[0]
    if found is None:
        return "empty"
    named = f"text in column {found.chosen.text}"
    return ", ".join(word for word in (_DELIMITERS.get(found.delimiter, found.delimiter), named, found.codec) if word)


def _json(parts: Iterator[bytes], _: Task, fields: Fields) -> str:
    piece = next(parts, b"").removeprefix(b"\xef\xbb\xbf")
    start = len(piece) - len(piece.lstrip(b" \t\r\n["))
    if start == len(piece):
        return "empty"
    end = element_end(np.frombuffer(piece, np.uint8), start)
    try:
        value = loaded(piece[start : end if end >= 0 else len(piece)])
    except (ValueError, RecursionError):
        return "its first record is not JSON"
    return _text_in(tuple(value), fields) if isinstance(value, dict) else "its first record is no object"


def _text_in(names: tuple[str, ...], fields: Fields) -> str:
    name = field_names(names, fields)["text"]
    return f"text in field {name}" if name else f"no text field; fields: {', '.join(names)[:200]}"
