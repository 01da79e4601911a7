"""What a file is: by its first bytes, and by its name where the bytes leave it open."""

import os
import re
from collections.abc import Collection
from itertools import islice
from typing import NamedTuple

from pipeline.errors import RecordError
from pipeline.sources.looks import HEAD, csv_header, json_form
from pipeline.sources.unpack import unpacked

FORMATS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".warc": "warc",
    ".wet": "warc",
}
COMPRESSIONS = {".gz": "gz", ".bz2": "bz2", ".xz": "xz", ".zst": "zst"}
LABELS = {
    "text": "text",
    "jsonl": "JSON lines",
    "json": "JSON",
    "parquet": "Parquet",
    "csv": "CSV",
    "html": "HTML",
    "warc": "WARC",
    "gz": "gzip",
    "bz2": "bzip2",
    "xz": "xz",
    "zst": "zstd",
}
UNKNOWN = "unknown"  # the format of a file whose name promises what its bytes are not: it goes to quarantine
PACKED_HEAD = 1 << 20  # bytes of a compressed file; bzip2 gives nothing before 900 kB of text are whole
_FEWEST_PLAIN = 16  # bytes
MOST_LAYERS = 3  # of compression, one around the other

_PACKED = {
    "gz": re.compile(rb"\x1f\x8b\x08"),
    "bz2": re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"),
    "xz": re.compile(rb"\xfd7zXZ\0"),
    "zst": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
}
_WARC = re.compile(rb"WARC/\d\.\d+\r?\n")
_OBJECT = re.compile(rb"^\s*\{", re.MULTILINE)
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*){0,9}<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
# Formats that nothing here opens, told from text by bytes that no text has.
_NOT_READ = tuple(
    (re.compile(sign, re.DOTALL), what)
    for sign, what in (
        (rb"PK(?:\x03\x04|\x05\x06|\x07\x08)", "a zip archive"),
        (rb".{257}ustar[\0 ]", "a tar archive"),
        (rb"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (rb"Rar!\x1a\x07", "a rar archive"),
        (rb"ARROW1\0\0|FEA1[\0-\x1f]|\xff\xff\xff\xff.{2}\0\0", "an Arrow or Feather file"),
        (rb"\x80[\x02-\x05]", "a pickle"),
        (rb"Obj\x01", "an Avro file"),
        (rb"ORC[\0-\x08]", "an ORC file"),
        (rb"SQLite format 3\0", "an SQLite database"),
        (rb"\x89HDF\r\n", "an HDF5 file"),
        (rb"\x93NUMPY", "a NumPy file"),
        (rb"%PDF-\d", "a PDF"),
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file"),
        (rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a.{4}[\x80-\xff]", "an image"),
        (rb"\x7fELF", "a program"),
        (rb"\x04\x22\x4d\x18", "lz4-compressed"),
        (rb"\x1f\x9d", "compressed with compress"),
        (rb"LZIP\x01", "compressed with lzip"),
    )
)


class Sniffed(NamedTuple):
    """How a file is understood; `note` says what is odd, or why it is passed over (then `format` is "")."""

    format: str
    compression: str  # layers from outside in, joined by "+"
    note: str = ""


def sniffed(name: str, head: bytes, text_extensions: Collection[str], text_field: str | None = None) -> Sniffed:
    """How a file of this name that begins with `head` (HEAD bytes; PACKED_HEAD where `packed`) is to be read.

    The ending of a text file is believed: text may look like anything. Another ending is where its bytes are not
    clearly of another format. A file of no known ending is read only where its bytes are clear, and it has a text.
    """
    named, named_packed = understood(name, text_extensions)
    layers, inner = _peeled(head)
    if not head and named:
        return Sniffed(named, named_packed, "empty")
    found = _by_content(inner, named, text_field)
    if found.startswith("!"):
        return Sniffed(UNKNOWN if named else "", "", f"{found[1:]}; not opened")
    if not (found or named):
        return Sniffed("", "", _unread(inner))
    if named_packed and not layers and not found and not _is_plain(inner):
        return Sniffed(named, named_packed)  # its head is lost: its reader will say so
    notes = _packing_notes(layers, named_packed)
    if not named:
        notes.insert(0, f"{LABELS[found]} by content")
    elif found not in ("", named) and not name.lower().endswith(f".{found}"):
        notes.insert(0, f"{LABELS[found]} by content, though named {os.path.splitext(_stem(name))[1]}")
    return Sniffed(found or named, "+".join(layers), "; ".join(notes))


def packed(head: bytes) -> bool:
    """Whether the bytes begin compressed data that we can read."""
    return any(sign.match(head) for sign in _PACKED.values())


def looks_like_html(head: bytes) -> bool:
    """Whether the bytes begin a web page."""
    return _HTML.match(head) is not None


def is_page(name: str, body: bytes) -> bool:
    """Whether a single file is a web page: by its ending, or where that says nothing by its beginning."""
    extension = os.path.splitext(name.lower())[1]
    return FORMATS.get(extension) == "html" or (extension not in (".txt", ".text") and looks_like_html(body))


def understood(name: str, text_extensions: Collection[str]) -> tuple[str, str]:
    """(format, compression) by the name of a file; ("", "") where the name says nothing we read.

    >>> understood("a.jsonl.gz", {".txt"})
    ('jsonl', 'gz')
    """
    compression = COMPRESSIONS.get(os.path.splitext(name.lower())[1], "")
    extension = os.path.splitext(_stem(name))[1]
    if extension in text_extensions:
        return "text", compression
    return FORMATS.get(extension, ""), compression


def _stem(name: str) -> str:
    """The name in small letters without the endings of compressions."""
    stem, extension = os.path.splitext(name.lower())
    while extension in COMPRESSIONS:
        name = stem
        stem, extension = os.path.splitext(stem)
    return name.lower()


def _peeled(head: bytes) -> tuple[list[str], bytes]:
    """The layers of compression, and how the content within them begins; b"" where none of it can be had."""
    layers: list[str] = []
    while len(layers) < MOST_LAYERS:
        layer = next((name for name, sign in _PACKED.items() if sign.match(head)), None)
        if layer is None:
            break
        layers.append(layer)
        head = _begin(head, layer)
    return layers, head[:HEAD]


def _begin(head: bytes, layer: str) -> bytes:
    """What the first bytes of compressed data hold, as far as they go."""
    parts: list[bytes] = []
    try:
        for part in islice(unpacked([head], layer, len(head)), 256):
            parts.append(part)
            if sum(map(len, parts)) >= HEAD:
                break
    except RecordError:  # cut, as it must be, or damaged, which its reader will say
        pass
    return b"".join(parts)


def _packing_notes(layers: list[str], named: str) -> list[str]:
    if len(layers) > 1:
        return [f"compressed {len(layers)} times"]
    if layers and layers[0] != named:
        return [f"{LABELS[layers[0]]} by content, though {f'named .{named}' if named else 'not named so'}"]
    return [f"not compressed, though named .{named}"] if named and not layers else []


def _by_content(head: bytes, named: str, text_field: str | None) -> str:
    """The format that the bytes speak for, "!what" for one that is not read, "" where the name is to be believed."""
    if packed(head):
        return "!compressed more than three times"
    if head.startswith(b"PAR1\x15") or (named != "text" and head.startswith((b"PAR1", b"PARE"))):
        return "parquet"
    for sign, what in _NOT_READ:
        if sign.match(head):
            return f"!{what}"
    if _WARC.match(head):
        return "warc"
    if named in ("text", "html", "warc"):
        return ""
    if named == "" and looks_like_html(head):
        return "html"
    form = json_form(head, known=named == "jsonl", text_field=text_field)
    if form:
        return form
    if named == "csv" or (named == "jsonl" and _OBJECT.search(head)):  # its first line alone is none
        return ""
    return "csv" if csv_header(head, text_field) else ""


def _is_plain(head: bytes) -> bool:
    """Whether bytes under a name of compressed data are clearly none: UTF-8 without controls, or Parquet.

    So few that they may be what is left of a cut file are not clear.
    """
    if len(head) < _FEWEST_PLAIN or re.search(rb"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]", head):
        return head.startswith(b"PAR1")
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return len(head) == HEAD and error.start > HEAD - 4
    return True


def _unread(head: bytes) -> str:
    if not head:
        return "empty, damaged, or of a kind that is not read"
    text = _is_plain(head.ljust(_FEWEST_PLAIN))
    return "text, but its ending is not in input.text_extensions" if text else "of a kind that is not read"
