"""Rows of tables: comma-, tab-, semicolon- or bar-separated. A row that does not fit the header costs itself."""

import codecs
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from pipeline.errors import Reason, RecordError
from pipeline.sources.csv_lines import BadRow, TableRow, is_utf8, table_rows
from pipeline.sources.looks import HEAD, column_of, dialect, text_column, wide
from pipeline.sources.records import GUESSES, Fields, Record, understood
from pipeline.sources.rows import Item, Task
from pipeline.text.charsets.opinions import WINDOW
from pipeline.text.decode import UndecodableError, decode


class Header(NamedTuple):
    """How a table is cut, its columns, and which of them has which role. `codec`: utf-16 or utf-32, else ""."""

    delimiter: str
    codec: str
    start: int  # byte where it begins: behind a byte order mark
    columns: tuple[str, ...]
    chosen: Fields


def csv_items(parts: Iterator[bytes], task: Task, fields: Fields) -> Iterator[Item]:
    """The rows of a whole file, counted from 0 behind the header. Raises RecordError where no column is the text."""
    header, rows = header_of(parts, task, fields)
    if header is not None:
        table = _Table(task, header)
        for record, row in enumerate(rows):
            yield table.item(record, row)


def header_of(parts: Iterator[bytes], task: Task, fields: Fields) -> tuple[Header | None, Iterator[TableRow | BadRow]]:
    """The header of a table, None for an empty one, and the rows behind it. Raises RecordError as `csv_items` does."""
    first = next(parts, b"")
    codec = wide(first[:HEAD])
    if codec:
        parts = _narrowed(chain([first], parts), codec)
        first = next(parts, b"")
    found = dialect(first[:HEAD], task.path)
    rows = table_rows(chain([first[found.skipped :]], parts), found.delimiter)
    header = next(rows, None)
    if header is None:
        return None, rows
    if isinstance(header, BadRow):
        raise RecordError(Reason.BAD_CSV, f"the header cannot be read: {header.detail}")
    columns = _unique(header.cells)
    return Header(found.delimiter, codec, found.skipped, columns, _chosen(columns, fields)), rows


def _narrowed(parts: Iterator[bytes], codec: str) -> Iterator[bytes]:
    """UTF-16 or UTF-32 as UTF-8."""
    decoder = codecs.getincrementaldecoder(codec)()
    for part in chain(parts, [b""]):
        try:
            yield decoder.decode(part, final=not part).removeprefix("\ufeff").encode()
        except UnicodeError as error:
            raise RecordError(Reason.UNDECODABLE, f"no {codec}: {error}"[:200]) from error


def _unique(cells: Sequence[str]) -> tuple[str, ...]:
    """The names of columns; a name that was there before gets "~2"."""
    seen: dict[str, int] = {}
    names = []
    for cell in cells:
        seen[cell] = seen.get(cell, 0) + 1
        names.append(cell if seen[cell] == 1 else f"{cell}~{seen[cell]}")
    return tuple(names)


def _chosen(columns: tuple[str, ...], fields: Fields) -> Fields:
    """The column of each role. Raises RecordError where none is the text."""
    if text_column(columns, fields.text) is None:
        wanted = fields.text or " or ".join(GUESSES["text"])
        raise RecordError(Reason.NO_TEXT, f"no column {wanted}; columns: {', '.join(columns)}"[:400])
    return Fields(**{role: column_of(columns, role, given) or given for role, given in _given(fields).items()})


def _given(fields: Fields) -> dict[str, str | None]:
    return {role: getattr(fields, role) for role in GUESSES}


class _Table:
    """Makes records of the rows of one file."""

    def __init__(self, task: Task, header: Header) -> None:
        self._task = task
        self._columns = header.columns
        self._chosen = header.chosen
        self._codec = header.codec
        self._start = header.start
        self._declared: str | None = None
        self._asked = False

    def item(self, record: int, row: TableRow | BadRow) -> Item:
        """The record of a row."""
        at = 0 if self._codec else self._start + row.at
        if isinstance(row, BadRow):
            return Item(record, at, row.raw, RecordError(Reason.BAD_CSV, row.detail), None)
        cells: list[str] = row.cells
        if len(cells) == len(self._columns) + 1 and not cells[-1]:
            cells = cells[:-1]  # a delimiter at the end of each line
        if len(cells) != len(self._columns):
            detail = f"{len(cells)} fields, the header has {len(self._columns)}"
            return Item(record, at, row.raw, RecordError(Reason.BAD_CSV, detail), None)
        if row.foreign:
            return self._foreign(record, at, row, cells)
        found = self._understood(dict(zip(self._columns, cells, strict=True)))
        return Item(record, at, row.raw, found, self._codec or "utf-8")

    def _foreign(self, record: int, at: int, row: TableRow, cells: list[str]) -> Item:
        """A row that is not UTF-8: its text is left to be decoded, with what the file as a whole seems to be in."""
        if not self._asked:
            self._asked = True
            self._declared = _encoding(row.window)
        data: dict[str, str | bytes] = {}
        for name, cell in zip(self._columns, cells, strict=True):
            raw = cell.encode("utf-8", "surrogateescape")
            data[name] = raw if name == self._chosen.text else _text(raw, self._declared)
        text = data[self._chosen.text or ""]
        known = isinstance(text, bytes) and is_utf8(text)
        found = self._understood(data)
        return Item(record, at, row.raw, found, "utf-8" if known else None, None if known else self._declared)

    def _understood(self, data: dict[str, str] | dict[str, str | bytes]) -> Record | RecordError:
        try:
            return understood(data, self._chosen, self._task.path)
        except RecordError as error:
            return error


def _encoding(window: bytes) -> str | None:
    """What bytes of a table that are not UTF-8 seem to be encoded in."""
    try:
        return decode(window[:WINDOW]).encoding
    except UndecodableError:
        return None


def _text(raw: bytes, encoding: str | None) -> str:
    return raw.decode() if is_utf8(raw) else raw.decode(encoding or "utf-8", "replace")
