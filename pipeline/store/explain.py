"""What was removed from one document, and why, as text for a terminal of 80 columns."""

import textwrap
import unicodedata
from collections.abc import Iterator

from pipeline.errors import ClearError
from pipeline.store.folder import Store
from pipeline.store.manifest import Manifest
from pipeline.store.read import current_manifest
from pipeline.store.restore import Found, Row, found, normalized_text

WIDTH = 80
SHOWN_CHARS = 200
_MARGIN = "    "


def explain(store: Store, doc_id: str) -> str:
    """Every removal of a document: span, kind, rule, evidence, text, and the copy that was kept."""
    manifest = current_manifest(store)
    document = found(store, doc_id, manifest=manifest)
    lines = list(_head(document))
    twins: dict[str, Found | str] = {}
    for number, row in enumerate(document.ledger, 1):
        lines += ["", *_removal(number, row)]
        twin_id = row["twin_doc_id"]
        if twin_id is not None:
            if twin_id not in twins:
                twins[twin_id] = document if twin_id == doc_id else _twin(store, twin_id, manifest)
            lines += _twin_lines(row, twins[twin_id])
    return "\n".join(lines) + "\n"


def _head(document: Found) -> Iterator[str]:
    row = document.document
    yield f"document  {_printable(row['doc_id'])}"
    yield f"from      {_printable(row['path'] or '')}, record {row['record']}"
    if row["repairs"]:
        yield f"repairs   {', '.join(row['repairs'])}"
    if document.duplicate:
        yield f"kept out as a duplicate of {_printable(row['duplicate_of'])}"
    taken = sum(each["end"] - each["start"] for each in document.ledger)
    count = len(document.ledger)
    yield f"{count} removal{'' if count == 1 else 's'}: {taken:,} of {row['chars_in']:,} characters"


def _removal(number: int, row: Row) -> Iterator[str]:
    yield f"{number}. {row['kind']}, characters {row['start']:,} to {row['end']:,}"
    yield f"{_MARGIN}rule {_printable(row['rule'] or '')}{_figures(row)}"
    if row["evidence"]:
        yield from _wrapped("evidence: " + row["evidence"])
    yield from _shown(row["text"])


def _figures(row: Row) -> str:
    parts = []
    if row["similarity"] is not None:
        parts.append(f"similarity {row['similarity']:.3f}")
    if row["score"] is not None:
        parts.append(f"score {row['score']:.3f}")
    if row["block"] is not None:
        parts.append(f"block {row['block']}")
    return "".join(f", {part}" for part in parts)


def _twin(store: Store, doc_id: str, manifest: Manifest) -> Found | str:
    try:
        return found(store, doc_id, manifest=manifest)
    except ClearError as error:
        return str(error)


def _twin_lines(row: Row, twin: Found | str) -> Iterator[str]:
    if isinstance(twin, str):
        yield from _wrapped(f"its kept copy cannot be shown: {twin}")
        return
    where = "in this document" if row["twin_doc_id"] == row["doc_id"] else f"in {_printable(row['twin_doc_id'])}"
    start, end = row["twin_start"], row["twin_end"]
    if start is None or end is None:
        yield from _wrapped(f"kept copy: the whole document {where.removeprefix('in ')}")
        start, end = 0, None
    else:
        yield from _wrapped(f"kept copy: {where}, characters {start:,} to {end:,}")
    try:
        yield from _shown(normalized_text(twin)[start:end])
    except ClearError as error:
        yield from _wrapped(str(error))


def _shown(text: str) -> Iterator[str]:
    shown = text.strip("\n")[:SHOWN_CHARS]
    more = "" if len(text.strip("\n")) <= SHOWN_CHARS else " …"
    lines = f"{shown}{more}".split("\n")
    for line in lines:
        for part in _columns(_printable(line), WIDTH - len(_MARGIN) - 2):
            yield f"{_MARGIN}| {part}".rstrip()


def _columns(line: str, width: int) -> Iterator[str]:
    """The line in parts of at most `width` columns (a Chinese character takes two), cut at spaces if there are any."""
    if not line:
        yield line
    while line:
        used = 0
        fits = 0
        while fits < len(line) and used + _width(line[fits]) <= width:
            used += _width(line[fits])
            fits += 1
        space = line.rfind(" ", 1, fits + 1) if fits < len(line) else -1
        fits = space if space > 0 else fits
        yield line[:fits].rstrip()
        line = line[fits:].lstrip()


def _width(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _wrapped(text: str) -> list[str]:
    margin = _MARGIN
    return textwrap.wrap(_printable(text), WIDTH, initial_indent=margin, subsequent_indent=margin + "  ")


def _printable(text: str) -> str:
    """The text with control characters spelled out: what a stranger wrote never steers our terminal."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
