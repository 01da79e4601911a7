"""Rows of a table as cells, with their bytes; a quote without an end loses the line it stands on, not the file."""

import csv
import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.errors import Reason, RecordError
from pipeline.sources.pieces import lines
from pipeline.text.json_scan import LONGEST_LINE

LONGEST_ROW = LONGEST_LINE
MOST_REREAD = 1 << 30  # bytes that quotes without an end may make us read again before the file is given up
_WINDOW = 64 << 10

csv.field_size_limit(LONGEST_ROW)  # of the whole process; the library's 128 kB are less than a long article


class TableRow(NamedTuple):
    """A row; `foreign`: it is not UTF-8, its cells hold the other bytes as lone surrogates, `window` what is around."""

    at: int
    raw: bytes
    cells: list[str]
    foreign: bool
    window: bytes


class BadRow(NamedTuple):
    """A line that is no row, and why."""

    at: int
    raw: bytes
    detail: str


def table_rows(parts: Iterator[bytes], delimiter: str) -> Iterator[TableRow | BadRow]:
    """The rows in order, blank lines left out.

    A quoted cell may go on over lines. Where its quote does not end, or text stands behind its end, only the first of
    its lines is given up, and reading goes on with the next one. Lines of the broken cell may then look like rows:
    unless that line looks whole (its quotes are in pairs, its delimiters enough), only a row with as many cells as the
    first one, one of them quoted, ends the doubt.
    """
    source = _Source(parts)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    quoted = re.compile(rb'(?:^|%s)"' % re.escape(delimiter.encode()))
    width = 0
    doubt = False
    while True:
        source.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _TooLongError) as error:
            whole = _looks_whole(source.raw[0], delimiter, width)
            bare = _unquoted(source.raw[0], delimiter)
            if len(bare) != width or not whole:
                doubt = doubt or not whole
                yield source.bad(str(error))
                continue
            cells = bare
            source.keep_first()
        if not cells:
            continue
        if doubt and (len(cells) != width or not quoted.search(source.raw[0])):
            yield source.bad("behind a quote without an end, and not surely a row")
            continue
        doubt = False
        width = width or len(cells)
        yield source.row(cells)


def _looks_whole(raw: bytes, delimiter: str, width: int) -> bool:
    return not raw or (raw.count(b'"') % 2 == 0 and raw.count(delimiter.encode()) + 1 >= width)  # none: it was too long


def _unquoted(raw: bytes, delimiter: str) -> list[str]:
    """The cells of a line of a tab-separated table, where quotes may be no more than letters; else none."""
    return raw.decode("utf-8", "surrogateescape").rstrip("\r\n").split("\t") if delimiter == "\t" else []


class _TooLongError(Exception):
    """A row has more bytes than may be held."""


class _Source:
    """Lines for the reader, one by one, with the bytes of those that the row in hand took."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._blocks = lines(parts)
        self._block = b""
        self._lines: Iterator[bytes] = iter(())
        self._block_at = self._next = 0  # in the content: of the block, of the next line
        self._again: list[bytes] = []  # lines that were given back, the next one last
        self._reread = 0
        self.raw: list[bytes] = []
        self._start = self._size = 0
        self._foreign = False

    def begin(self) -> None:
        """What comes now belongs to a new row."""
        self.raw = []
        self._start = self._next
        self._size = 0
        self._foreign = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._again.pop() if self._again else self._line()
        self.raw.append(raw)
        self._next += len(raw)
        self._size += len(raw)
        if self._size > LONGEST_ROW:
            raise _TooLongError(f"more than {LONGEST_ROW} bytes without an end of the row")
        try:
            return raw.decode()
        except UnicodeDecodeError:
            self._foreign = True
            return raw.decode("utf-8", "surrogateescape")

    def _line(self) -> bytes:
        """The next line, with its end: a line feed, a carriage return, or both."""
        while (line := next(self._lines, None)) is None:
            block = next(self._blocks)
            self._block_at = self._next = block.at
            if block.content is None:
                self.raw.append(b"")
                raise _TooLongError(f"a line of more than {LONGEST_LINE} bytes")
            self._block = block.content
            self._lines = iter(block.content.splitlines(keepends=True))
        return line

    def row(self, cells: list[str]) -> TableRow:
        """The row that these cells are."""
        window = b""
        if self._foreign:
            place = max(0, self._start - self._block_at)
            window = self._block[place : place + _WINDOW]
        return TableRow(self._start, b"".join(self.raw), cells, self._foreign, window)

    def bad(self, detail: str) -> BadRow:
        """The first line of the row in hand, given up; the others come again."""
        self.keep_first()
        return BadRow(self._start, self.raw[0], detail)

    def keep_first(self) -> None:
        """Gives all lines back but the first."""
        self._again += reversed(self.raw[1:])
        self._reread += self._size
        if self._reread > MOST_REREAD:
            raise RecordError(Reason.BAD_CSV, "too many quotes without an end; nothing behind this row was read")
        self._next = self._start + len(self.raw[0])
        self.raw = self.raw[:1]
        self._foreign = not is_utf8(self.raw[0])


def is_utf8(raw: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
