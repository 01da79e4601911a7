"""Records of JSON that is not cut into lines: the objects of an array, or objects printed over several lines."""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator

import numpy as np

from pipeline.errors import Reason, RecordError
from pipeline.sources.json_lines import json_item
from pipeline.sources.records import Fields
from pipeline.sources.rows import Item, Task
from pipeline.text.json_elements import element_end
from pipeline.text.json_scan import LONGEST_LINE

_BLANK = re.compile(rb"[ \t\r\n]*")


class _Buffer:
    """What is read and not yet used up of a content; `at` counts bytes of the content, `place` those of `data`."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self.start = self.place = 0
        self._set(b"")
        while len(self.data) < len(BOM_UTF8) and self.more():
            pass
        self.place = len(BOM_UTF8) if self.data.startswith(BOM_UTF8) else 0

    def _set(self, data: bytes) -> None:
        self.data = data
        self.codes = np.frombuffer(data, np.uint8)

    @property
    def at(self) -> int:
        return self.start + self.place

    @property
    def unused(self) -> int:
        return len(self.data) - self.place

    def more(self) -> bool:
        """Reads on, and drops what is used up; whether there was more."""
        part = next(self._parts, None)
        if part is None:
            return False
        self.start += self.place
        self._set(self.data[self.place :] + part)
        self.place = 0
        return True

    def byte(self) -> bytes:
        """The next byte that is not blank, which stays; b"" at the end."""
        while True:
            found = _BLANK.match(self.data, self.place)
            self.place = found.end() if found else self.place
            if self.unused or not self.more():
                return self.data[self.place : self.place + 1]

    def value(self) -> tuple[bytes, bool]:
        """The next value, by its brackets, and whether it has an end within what may be held."""
        end = element_end(self.codes, self.place)
        while end < 0 and self.unused <= LONGEST_LINE and self.more():
            end = element_end(self.codes, self.place)
        ended = end >= 0
        found = self.data[self.place : end if ended else len(self.data)]
        self.place += len(found)
        return found, ended


def json_values(parts: Iterator[bytes], task: Task, fields: Fields) -> Iterator[Item]:
    """The records of a whole file, in order; an array is as good as its elements one after the other.

    An element that is no record costs itself. Where the brackets do not fit there is nothing to go by: what comes
    behind is one record in quarantine.
    """
    buffer = _Buffer(parts)
    record = 0
    inside = False  # an array
    wanted = True  # a value, rather than a comma or the end of the array
    while byte := buffer.byte():
        at = buffer.at
        if not inside and byte == b"[":
            inside, wanted = True, True
        elif inside and byte == b"]":
            inside, wanted = False, True
        elif inside and byte == b"," and not wanted:
            wanted = True
        elif (wanted and inside and byte not in b",}") or (not inside and byte == b"{"):
            value, ended = buffer.value()
            yield json_item(value, record, at, task, fields)
            record += 1
            wanted = not inside
            if not ended and buffer.byte():
                yield _broken(record, buffer.at, "the value before has no end in sight")
            if not ended:
                return
            continue
        else:
            yield _broken(record, at, f"a value is expected, not {byte!r}" if wanted else f"{byte!r} between values")
            return
        buffer.place += 1
    if inside:
        yield _broken(record, buffer.at, "the array has no end; the file is cut")


def _broken(record: int, at: int, detail: str) -> Item:
    return Item(record, at, b"", RecordError(Reason.BAD_JSON, f"{detail}; nothing behind it was read"), None)
