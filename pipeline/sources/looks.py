"""What the first bytes of a file without binary signs look like: JSON in which form, CSV with which dialect."""

import codecs
import csv
import json
import re
from typing import NamedTuple

import orjson

from pipeline.sources.records import GUESSES

HEAD = 64 << 10  # bytes that are looked at
DELIMITERS = (",", "\t", ";", "|")
NO_DELIMITER = "\x1f"  # of a table of one column, where a comma is part of the text
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNENDED = (b"{", b"[", b",")  # how a line ends in the middle of a value that is printed over several lines
_ARRAY = re.compile(rb"\[\s*\{")
_EXCEL = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)


def json_form(head: bytes, *, known: bool, text_field: str | None = None) -> str:
    """`json` for an array or values printed over several lines, `jsonl` for one value a line, "" for neither.

    `known`: the name says that it is JSON; then "" means that lines are to be read, come what may. Else a record
    must have a text for it to count.
    """
    body = head.removeprefix(codecs.BOM_UTF8).lstrip()
    first, _, rest = body.partition(b"\n")
    first = first.strip()
    if first[:1] not in (b"{", b"["):
        return ""
    promising = known or _names_text(body, text_field)
    if b"\n" not in body and len(head) >= HEAD:  # a line beyond what we see
        return "" if not promising else "jsonl" if first[:1] == b"{" else "json" if _ARRAY.match(first) else ""
    value = _loaded(first)
    if isinstance(value, dict):
        return "jsonl" if known or _has_text(value, text_field) else ""
    if isinstance(value, list):
        whole = not rest.strip() and all(isinstance(each, dict) for each in value)
        return "json" if whole and (known or any(_has_text(each, text_field) for each in value)) else ""
    if value is None and _ARRAY.match(first) and not rest.strip():  # an array on one line, cut or broken
        return "json" if promising else ""
    goes_on = first.endswith(_UNENDED) and (first[:1] == b"[" or rest.lstrip()[:1] in (b'"', b"}"))
    return "json" if promising and goes_on else ""


def _names_text(head: bytes, text_field: str | None) -> bool:
    names = (text_field,) if text_field else GUESSES["text"]
    return any(re.search(rb'"%s"\s*:' % re.escape(name.encode()), head) for name in names)


def _loaded(line: bytes) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _has_text(record: dict[str, object], text_field: str | None) -> bool:
    return any(isinstance(record.get(name), str) for name in ((text_field,) if text_field else GUESSES["text"]))


class Dialect(NamedTuple):
    """How the lines of a table are cut: its delimiter, and the bytes before its header (a mark, Excel's "sep=")."""

    delimiter: str
    skipped: int
    columns: tuple[str, ...]


def csv_header(head: bytes, text_field: str | None) -> Dialect | None:
    """The dialect of a table whose header names a text among other columns; None for anything else."""
    found = dialect(head, "")
    return found if len(found.columns) > 1 and text_column(found.columns, text_field) is not None else None


def wide(head: bytes) -> str:
    """The codec of a table in UTF-16 (which Excel calls "Unicode text") or UTF-32; "" for all others."""
    for mark, codec in _WIDE:
        if head.startswith(mark):
            return codec
    if len(head) >= 4 and head[1:HEAD:2].count(0) * 2 > min(len(head), HEAD) // 2 and head[0]:
        return "utf-16-le"
    return ""


def dialect(head: bytes, name: str) -> Dialect:
    """How a table with these first bytes is cut: as its header has most columns, a known text among them first."""
    start = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    text = head[start:].decode("utf-8", "surrogateescape")
    if excel := _EXCEL.match(text):
        return Dialect(excel[1], start + len(excel[0]), _first_row(text[len(excel[0]) :], excel[1]))
    order = ("\t", *DELIMITERS) if name.lower().endswith((".tsv", ".tab")) else DELIMITERS
    found = [Dialect(each, start, _first_row(text, each)) for each in order]
    best = max(found, key=lambda each: (text_column(each.columns, None) is not None, len(each.columns)))
    return best if len(best.columns) > 1 else Dialect(NO_DELIMITER, start, _first_row(text, NO_DELIMITER))


def _first_row(text: str, delimiter: str) -> tuple[str, ...]:
    lines = re.split(r"(?<=[\n\r])", text[: 64 << 10])
    try:
        return tuple(next(csv.reader(iter(lines), delimiter=delimiter, strict=True), ()))
    except csv.Error:
        return ()


def text_column(columns: tuple[str, ...], text_field: str | None) -> str | None:
    """The column that holds the text: the one of the settings, else the first usual name, whatever its case."""
    return column_of(columns, "text", text_field)


def column_of(columns: tuple[str, ...], role: str, given: str | None) -> str | None:
    """The column with this role by its name, exact or but for case and blanks around it."""
    wanted = (given,) if given is not None else GUESSES[role]
    plain = {column.strip().lower(): column for column in reversed(columns)}
    for name in wanted:
        if name in columns:
            return name
    return None if given is not None else next((plain[name] for name in wanted if name in plain), None)
