"""Records of web archives (WARC, also Common Crawl's WET): responses with a text, and texts made from them.

The envelope of a record is a few lines and a length, and is read here: of the libraries for it none tells what it
left out of a damaged file, and a record that vanishes is what this project must not do.
"""

import re
from collections import Counter
from collections.abc import Iterator

from pipeline.errors import Reason, RecordError
from pipeline.sources.http_response import Payload, charset_of, payload
from pipeline.sources.records import Record, source_of, to_json
from pipeline.sources.rows import LONGEST_DOCUMENT, LONGEST_PAGE, Item, Task
from pipeline.text.html import declared_charset

_READ = ("response", "resource", "conversion")
_NO_DOCUMENTS = ("warcinfo", "request", "metadata")  # about a crawl, a question, a response: nobody expects a text
_TAKEN = {"warc-target-uri", "warc-date", "content-length"}
_START = b"WARC/"
_HEAD = re.compile(rb"WARC/\d\.\d+[ \t]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n")
_LONGEST_HEAD = 64 << 10
MOST_REREAD = 1 << 30  # bytes that wrong lengths may make us look at again before the file is given up
_MOST_KINDS = 12  # of passed-over records that are told by name


def warc_items(parts: Iterator[bytes], task: Task) -> Iterator[Item]:
    """The records of a whole file that are texts. All its records are counted, from 0.

    One row in quarantine says how many others there were, by kind.
    """
    stream = _Stream(parts)
    passed: Counter[str] = Counter()
    record = 0
    while stream.skip_blank():
        at = stream.at
        found = _record(stream, task.path)
        if isinstance(found, str):
            passed[found] += found not in _NO_DOCUMENTS
        elif isinstance(found, RecordError):
            yield Item(record, at, b"", found, None)
        else:
            form = "html" if found[1].form == "html" else None
            yield Item(record, at, b"", found[0], None, found[1].declared, form)
        record += 1
    passed += Counter()  # drops zeros
    if passed:
        yield Item(record, stream.at, b"", RecordError(Reason.NOT_TEXT, _told(passed)), None)


def _told(passed: Counter[str]) -> str:
    kinds = sorted(passed.items(), key=lambda each: (-each[1], each[0]))
    named = ", ".join(f"{count} {kind}" for kind, count in kinds[:_MOST_KINDS])
    more = sum(count for _, count in kinds[_MOST_KINDS:])
    return f"passed over: {named}{f', {more} of other kinds' if more else ''}"


def _record(stream: "_Stream", path: str) -> tuple[Record, Payload] | RecordError | str:
    """The record at hand; a string for one that is passed over: its kind. The stream then is behind it."""
    head = stream.head()
    fields = _fields(head) if head else {}
    length = fields.get("content-length", ("", ""))[1]
    if not head or not length.isdecimal() or len(length) > 18:
        stream.to_next()
        return RecordError(Reason.BAD_WARC, "bytes that are no record, up to the next one or the end")
    stream.skip(len(head))
    kind = fields.get("warc-type", ("", ""))[1].lower()
    size = int(length)
    held = size <= (LONGEST_DOCUMENT if kind in _READ else _LONGEST_HEAD)
    content = stream.take(size) if held else b""
    whole = len(content) == size if held else stream.skip(size)
    if not whole or not stream.at_end_of_record():
        stream.back(content)
        stream.to_next()
        return RecordError(Reason.BAD_WARC, f"its content is not the {size} bytes that it says; it may be cut")
    if kind not in _READ:
        return kind or "without a type"
    if not held:
        return RecordError(Reason.TOO_LARGE, f"{size} bytes, limit {LONGEST_DOCUMENT}")
    try:
        found = _payload(kind, content, fields)
    except RecordError as error:
        return error
    return found if isinstance(found, str) else (_understood(fields, found.body, path), found)


def _payload(kind: str, content: bytes, fields: dict[str, tuple[str, str]]) -> Payload | str:
    if kind == "response":
        found = payload(content, truncated="warc-truncated" in fields)
    else:
        given = fields.get("content-type", ("", ""))[1]
        mime = given.partition(";")[0].strip().lower()
        if mime not in ("text/plain", "text/html", "application/xhtml+xml"):
            return f"{kind} {mime or 'without a type'}"
        form = "text" if mime == "text/plain" else "html"
        found = Payload(content, form, charset_of(given))
    if isinstance(found, str) or found.form != "html":
        return found
    if len(found.body) > LONGEST_PAGE:
        raise RecordError(Reason.TOO_LARGE, f"a page of {len(found.body)} bytes, limit {LONGEST_PAGE}")
    return found._replace(declared=found.declared or declared_charset(found.body))


def _understood(fields: dict[str, tuple[str, str]], body: bytes, path: str) -> Record:
    url = fields.get("warc-target-uri", ("", ""))[1].removeprefix("<").removesuffix(">") or None
    date = fields.get("warc-date", ("", ""))[1] or None
    rest = {name: value for folded, (name, value) in fields.items() if folded not in _TAKEN}
    return Record(body, None, source_of(url, path), url, date, None, to_json(rest))


def _fields(head: bytes) -> dict[str, tuple[str, str]]:
    """Name and value of each field by its name in small letters; the first one of a name counts."""
    found: dict[str, tuple[str, str]] = {}
    for line in head.decode("utf-8", "replace").splitlines()[1:]:
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip().lower(), (name.strip(), value.strip()))
    return found


class _Stream:
    """A content that is read in steps; `at` counts its bytes."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._data = b""
        self._place = self._start = 0
        self._took = self._given_back = 0

    @property
    def at(self) -> int:
        return self._start + self._place

    def _more(self) -> bool:
        part = next(self._parts, None)
        if part is None:
            return False
        self._start += self._place
        self._data = self._data[self._place :] + part if self._place < len(self._data) else part
        self._place = 0
        return True

    def _have(self, size: int) -> bool:
        """Whether so many bytes are left; then they are at hand."""
        while len(self._data) - self._place < size:
            if not self._more():
                return False
        return True

    def skip_blank(self) -> bool:
        """Whether anything is left behind the line ends here."""
        while self._have(1):
            rest = self._data[self._place : self._place + 64]
            blank = len(rest) - len(rest.lstrip(b"\r\n"))
            self._place += blank
            if blank < len(rest):
                return True
        return False

    def head(self) -> bytes | None:
        """The version and the fields of the record that starts here; None where none does."""
        self._have(_LONGEST_HEAD)
        found = _HEAD.match(self._data, self._place, self._place + _LONGEST_HEAD)
        return found[0] if found else None

    def take(self, size: int) -> bytes:
        """The next bytes, so many as there are."""
        self._took = self.at
        self._have(size)
        found = self._data[self._place : self._place + size]
        self._place += len(found)
        return found

    def back(self, content: bytes) -> None:
        """Takes back what `take` gave last, so that a start of a record within it is found."""
        if not content:
            return
        self._given_back += len(content)
        if self._given_back > MOST_REREAD:
            raise RecordError(Reason.BAD_WARC, "too many records of wrong lengths; nothing behind this one was read")
        left = self._data[self._place :]
        behind = self._took + len(content)  # white space may have been skipped since
        gap = self.at - behind
        self._start = self._took
        self._data = content + b"\n" * gap + left
        self._place = 0

    def skip(self, size: int) -> bool:
        """Goes on by so many bytes; whether there were so many."""
        while size > (left := len(self._data) - self._place):
            size -= left
            self._place = len(self._data)
            if not self._more():
                return False
        self._place += size
        return True

    def at_end_of_record(self) -> bool:
        """Whether what follows is what stands between records, another record, or nothing."""
        if not self._have(4):
            return not self._data[self._place :].strip(b"\r\n")
        rest = self._data[self._place : self._place + 4]
        if rest == b"\r\n\r\n":
            return True
        return not self.skip_blank() or (self._have(5) and self._data.startswith(_START, self._place))

    def to_next(self) -> None:
        """Goes on to the next start of a record behind this place, or to the end."""
        self._place += 1
        while (found := self._data.find(b"\n" + _START, self._place)) < 0:
            self._place = max(self._place, len(self._data) - len(_START))
            if not self._more():
                self._place = len(self._data)
                return
        self._place = found + 1
