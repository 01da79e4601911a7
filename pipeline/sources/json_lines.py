"""Records of JSON lines, one at a time: the reading that understands every line. `json_columns` does the usual ones."""

import json
from collections.abc import Iterator

import orjson

from pipeline.errors import Reason, RecordError
from pipeline.sources.records import Fields, Record, understood
from pipeline.sources.rows import Item, Task
from pipeline.text.json_scan import LONGEST_LINE

_ROUNDED = 1 << 63  # orjson makes floats of larger integers; two ids would become one


def json_items(content: bytes, task: Task, fields: Fields) -> Iterator[Item]:
    """The records of a slice of lines."""
    at = 0
    record = task.first_record
    while at < len(content):
        end = content.find(b"\n", at)
        end = len(content) if end < 0 else end
        line = content[at:end]
        if line.strip():
            yield json_item(line, record, at, task, fields)
        record += 1
        at = end + 1


def json_item(line: bytes, record: int, at: int, task: Task, fields: Fields) -> Item:
    """The record of the line that starts at byte `at` of its slice."""
    if len(line) > LONGEST_LINE:
        return too_long(record, task.byte_start + at)
    found, encoding = _parsed(line, fields, task.path)
    return Item(record, task.byte_start + at, line, found, encoding)


def too_long(record: int, at: int) -> Item:
    """The record of a line that is too long to be held; so its bytes are not at hand."""
    return Item(record, at, b"", RecordError(Reason.TOO_LARGE, f"more than {LONGEST_LINE} bytes"), None)


def _parsed(line: bytes, fields: Fields, path: str) -> tuple[Record | RecordError, str | None]:
    try:
        data = loaded(line)
    except (ValueError, RecursionError) as error:
        return RecordError(Reason.BAD_JSON, str(error)[:200]), None
    if not isinstance(data, dict):
        return RecordError(Reason.NOT_A_RECORD, f"a JSON {type(data).__name__}, not an object"), None
    try:
        return understood(data, fields, path), "utf-8"
    except RecordError as error:
        return error, None


def loaded(line: bytes) -> object:
    """The value of a line of JSON, as the fast parser sees it or, where that one refuses or rounds, the slow one."""
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError:  # also for a byte order mark, NaN and lone surrogates, though the text is there
        return json.loads(line.removeprefix(b"\xef\xbb\xbf").decode())
    if isinstance(data, dict) and any(isinstance(value, float) and abs(value) >= _ROUNDED for value in data.values()):
        return json.loads(line)
    return data
