"""Raw records as rows: what every reader hands on, whatever the format."""

from typing import NamedTuple

import pyarrow as pa

from pipeline.errors import Reason, RecordError
from pipeline.sources.records import Record, without_surrogates

RAW = pa.schema(
    [
        ("doc", pa.int64()),
        ("doc_id", pa.string()),  # as given, else null
        ("source", pa.string()),
        ("url", pa.string()),
        ("date", pa.string()),
        ("path", pa.string()),
        ("record", pa.int64()),
        ("byte_offset", pa.int64()),
        ("metadata", pa.string()),
        ("lang", pa.string()),
        ("encoding", pa.string()),  # of a body that is text already; null where it must be found out
        ("declared", pa.string()),  # charset of a body that is not text yet, by what its source says; else null
        ("form", pa.string()),  # html: the body is a page, and its text is still to be taken out; else null
        ("repairs", pa.list_(pa.string())),
        ("body", pa.large_binary()),  # UTF-8 where `encoding` is given
        ("reason", pa.string()),
        ("detail", pa.string()),
    ]
)
LONGEST_DOCUMENT = 256 << 20  # bytes
LONGEST_PAGE = 16 << 20  # bytes of HTML, whose tree takes many times as much


class Task(NamedTuple):
    """One row of SLICES."""

    file: int
    path: str
    location: str
    format: str
    compression: str
    byte_start: int
    byte_end: int
    first_record: int


class Item(NamedTuple):
    """One record as read: its number, where it starts, its bytes (empty: not at hand), and what became of it."""

    record: int
    byte_offset: int
    body: bytes
    understood: Record | RecordError
    encoding: str | None
    declared: str | None = None
    form: str | None = None


class Row(NamedTuple):
    """A row of RAW."""

    doc: int
    doc_id: str | None = None
    source: str | None = None
    url: str | None = None
    date: str | None = None
    path: str = ""
    record: int = 0
    byte_offset: int = 0
    metadata: str | None = None
    lang: str | None = None
    encoding: str | None = None
    declared: str | None = None
    form: str | None = None
    repairs: tuple[str, ...] = ()
    body: bytes | None = None
    reason: str | None = None
    detail: str | None = None


def row_of(task: Task, item: Item) -> Row:
    """The row of a record of the slice."""
    doc = (task.file << 32) | item.record
    path = without_surrogates(task.path)
    record = item.understood
    if isinstance(record, RecordError):
        reason, detail = str(record.reason), without_surrogates(record.detail)
        return Row(
            doc=doc,
            path=path,
            record=item.record,
            byte_offset=item.byte_offset,
            body=item.body or None,
            reason=reason,
            detail=detail,
        )
    body, repairs = _encoded(record.text)
    too_large = len(body) > LONGEST_DOCUMENT
    return Row(
        doc=doc,
        doc_id=record.id,
        source=record.source,
        url=record.url,
        date=record.date,
        path=path,
        record=item.record,
        byte_offset=item.byte_offset,
        metadata=record.metadata,
        lang=record.lang,
        encoding=item.encoding,
        declared=item.declared,
        form=item.form,
        repairs=repairs,
        body=body,
        reason=str(Reason.TOO_LARGE) if too_large else None,
        detail=f"{len(body)} bytes, limit {LONGEST_DOCUMENT}" if too_large else None,
    )


def _encoded(text: str | bytes) -> tuple[bytes, tuple[str, ...]]:
    """The bytes of a text, and the names of the repairs that took."""
    if isinstance(text, bytes):
        return text, ()
    try:
        return text.encode(), ()
    except UnicodeEncodeError:
        return without_surrogates(text).encode(), ("surrogates",)


def batch_of(rows: list[Row]) -> pa.RecordBatch:
    """The rows as a batch (schema RAW)."""
    columns = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, RAW, strict=True)], schema=RAW
    )
