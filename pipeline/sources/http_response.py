"""What a stored HTTP response carries: its payload as it was before it was packed for the way."""

import re
import zlib
from typing import NamedTuple

from pipeline.errors import Reason, RecordError
from pipeline.sources.sniff import looks_like_html
from pipeline.sources.unpack import unpacked

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})\b")
_END = re.compile(rb"\r?\n\r?\n")
_CHARSET = re.compile(r"\bcharset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[^\r\n]{0,1000}\r?\n")
_PAGES = ("text/html", "application/xhtml+xml")
_PACKED = {"gzip": "gz", "x-gzip": "gz", "zstd": "zst"}
_NOT_READ = ("br", "compress", "x-compress", "dcb", "dcz")


class Payload(NamedTuple):
    """The body of a response, `html` or `text`, and the charset that its header names."""

    body: bytes
    form: str
    declared: str | None


def payload(content: bytes, *, truncated: bool) -> Payload | str:
    """The text that a response carries; a string says what it is where it carries none.

    `truncated`: the crawler kept only its beginning, and says so. Raises RecordError where it cannot be unpacked.
    """
    status = _STATUS.match(content)
    end = _END.search(content)
    if not status or not end:
        raise RecordError(Reason.BAD_WARC, "no HTTP response")
    if status[1] != b"200":
        return f"of status {status[1].decode()}"
    fields = _fields(content[: end.start()])
    mime = fields.get("content-type", "").partition(";")[0].strip().lower()
    if mime and mime not in _PAGES and mime != "text/plain":
        return re.sub(r"[^a-z0-9.+/-]", "?", mime)[:60]
    body = content[end.end() :]
    if "chunked" in fields.get("transfer-encoding", "").lower():
        body = _joined(body, truncated=truncated)
    for coding in reversed(fields.get("content-encoding", "").lower().split(",")):
        body = _decoded(body, coding.strip())
    if not mime and not looks_like_html(body):
        return "without a type"
    return Payload(body, "text" if mime == "text/plain" else "html", charset_of(fields.get("content-type", "")))


def charset_of(content_type: str) -> str | None:
    """The charset that a Content-Type names.

    >>> charset_of('text/html; charset="utf-8"')
    'utf-8'
    """
    found = _CHARSET.search(content_type)
    return found[1] if found else None


def _fields(head: bytes) -> dict[str, str]:
    """Values by name in small letters; several of one name are one list, as HTTP says."""
    found: dict[str, str] = {}
    for line in head.decode("latin-1").split("\n")[1:]:
        name, colon, value = line.partition(":")
        if colon:
            name = name.strip().lower()
            found[name] = f"{found[name]},{value.strip()}" if name in found else value.strip()
    return found


def _joined(body: bytes, *, truncated: bool) -> bytes:
    """The chunks of a body as one; the body itself where it is in no chunks, as crawlers store it that join them."""
    if not _CHUNK.match(body):
        return body
    parts: list[bytes] = []
    at = 0
    while found := _CHUNK.match(body, at):
        size = int(found[1], 16)
        if size == 0:
            return b"".join(parts)
        part = body[found.end() : found.end() + size]
        parts.append(part)
        at = found.end() + size
        if len(part) < size:
            break
        at += 2 if body.startswith(b"\r\n", at) else body.startswith(b"\n", at)
    if truncated:
        return b"".join(parts)
    raise RecordError(Reason.BAD_WARC, "its chunks do not fit together")


def _decoded(body: bytes, coding: str) -> bytes:
    """The body without one content coding. Names that mean nothing are passed over, as browsers do."""
    if coding in _NOT_READ:
        raise RecordError(Reason.UNKNOWN_FORMAT, f"content encoding {coding}")
    if coding == "deflate":
        return _inflated(body)
    if coding in _PACKED and not (coding.endswith("gzip") and not body.startswith(b"\x1f\x8b")):
        return b"".join(unpacked([body], _PACKED[coding], len(body)))
    return body


def _inflated(body: bytes) -> bytes:
    """Both things that servers send under the name of deflate: with zlib's frame, or bare."""
    for bits in (15, -15):
        decoder = zlib.decompressobj(bits)
        try:
            found = decoder.decompress(body, 64 << 20)
        except zlib.error:
            continue
        if decoder.unconsumed_tail:
            raise RecordError(Reason.TOO_LARGE, f"grows beyond {64 << 20} bytes when decompressed")
        if decoder.eof:
            return found
    if body.lstrip().startswith(b"<"):
        return body
    raise RecordError(Reason.BAD_COMPRESSION, "the deflate data are damaged or cut")
