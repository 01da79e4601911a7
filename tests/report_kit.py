"""What the tests of the report share: tables on disk, hostile strings, and a page taken apart."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.store.kinds import SCHEMAS
from pipeline.store.parquet import write_parquet
from tests.store_kit import Row, Tables, batch, counted

# Each begins as text, tries another way out, and would leave `owned` in the title.
HOSTILE = (
    "a<script>document.title='owned'</script>",
    'b" onload="document.title=\'owned\'" x="',
    "c</details></pre></style></title><img src=x onerror=\"document.title='owned'\">",
    "d<!-- ' onclick='document.title=1' --!><svg onload=document.title='owned'>",
    "e\u202egnp.exe\u2028\u2029\u2066\ufeff\x85 f",
    "f&lt;script&gt;&#60;b&#62;",
)
HIDDEN = "\u202e\u2028\u2029\u2066\ufeff\x85"


def written(folder: Path, night: Tables, *, parts: int = 1) -> list[pa.RecordBatch]:
    """FACTS of the tables, written to the folder in so many files a kind."""
    folder.mkdir(exist_ok=True)
    facts: list[pa.RecordBatch] = []
    for kind, rows in night.items():
        for at in range(parts):
            some = rows[at::parts]
            if some:
                made = write_parquet(
                    iter([batch(some, kind)]), folder=str(folder), name=kind, schema=SCHEMAS[kind], level=3
                )
                facts += made
    return facts


def counts_of(night: Tables) -> dict[str, int]:
    """What a run would say of these tables."""
    return counted({"index": [], **night}, {})


def hostile_night() -> Tables:
    """One document, removal and refused record for each hostile string, which stands in every field that is text."""
    documents, copies, ledger, refused, listed = [], [], [], [], []
    for evil in HOSTILE:
        for name, rows in (("clean", documents), ("copy", copies)):
            row = _text_row(f"{evil}/{name}", evil)
            rows.append(row)
            ledger.append(_removal(row, evil, "duplicate" if name == "copy" else "contact"))
        told = dict.fromkeys(("source", "place", "line", "doc_id"), evil)
        listed.append({**told, "state": "proposed", "documents": 9, "of_source": 9, "removed": 0})
        refused.append({"path": evil, "record": None, "reason": evil, "detail": evil})
    for row in copies:
        row |= {"text": "", "chars_out": 0, "duplicate_of": HOSTILE[0], "similarity": 1.0}
    return {"documents": documents, "duplicates": copies, "ledger": ledger, "quarantine": refused, "templates": listed}


def _text_row(doc_id: str, evil: str) -> Row:
    texts = dict.fromkeys(("source", "url", "date", "path", "encoding", "lang", "layout", "metadata"), evil)
    repairs = [evil, "encoding_uncertain"]
    return {**texts, "doc_id": doc_id, "text": "left", "repairs": repairs, "chars_in": len(evil) + 4, "chars_out": 4}


def _removal(document: Row, evil: str, kind: str) -> Row:
    text = evil if kind == "contact" else evil + "left"
    row = {
        "doc_id": document["doc_id"],
        "start": 0,
        "end": len(text),
        "text": text,
        "kind": kind,
        "rule": f"{evil} {kind}",
    }
    if kind == "duplicate":
        return {**row, "similarity": 0.75, "evidence": evil, "twin_doc_id": HOSTILE[0]}
    return {**row, "score": 0.5, "evidence": evil}


class Taken(HTMLParser):
    """A page taken apart: its elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


ATTRIBUTES: Mapping[str, str] = {
    "lang": "en",
    "charset": "utf-8",
    "http-equiv": "Content-Security-Policy",
    "name": "viewport|referrer",
    "content": "default-src 'none'; .*|width=device-width, .*|no-referrer",
    "class": "[a-z ]*",
    "style": r"(width|height):[0-9.]+%|flex:[0-9.]+ 0 2px",
    "id": "[a-z]+",
    "href": "#[a-z]+",
    "dir": "auto",
    "aria-hidden": "true",
    "aria-label": "similarities",
    "role": "img",
    "scope": "col",
    "title": r"[0-9.]+: [0-9,]+",
    "data-head": "[a-z ]*",
}


def strange_attributes(taken: Taken) -> Iterator[Any]:
    """Attributes that are not of the kinds that the page is made of."""
    for tag, attributes in taken.elements:
        for name, value in attributes.items():
            if name not in ATTRIBUTES or not re.fullmatch(ATTRIBUTES[name], value or ""):
                yield tag, name, value
