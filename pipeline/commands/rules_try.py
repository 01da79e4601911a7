"""What a rule would take from a corpus, before it is in force. Nothing is written.

Reads as a run does, a slice at a time, and goes through the stages up to `glued` with the rule beside the packs. Only
templates are left out, for they are counted over a whole corpus.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import pyarrow as pa
import yaml

from pipeline.config import Settings
from pipeline.engines.memory import MemoryEngine
from pipeline.flow import made
from pipeline.nights.spool import spooled
from pipeline.plan import fields_of, plan, read_documents
from pipeline.rule_files import rule_files
from pipeline.sources.files import Found, listing, scanned
from pipeline.stages.schemas import DOCUMENTS, SLICES
from pipeline.text.glued import GLUED_WINDOW
from pipeline.text.mastheads import HEAD_WINDOW
from pipeline.text.rules import Finder, load_pack
from pipeline.text.tails import TAIL_WINDOW

TRIED = "try"  # id of the rule
EXAMPLES = 20
STAGES = ("paragraphs", "within", "endings", "templates", "tails", "glued")

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a rule takes from a paragraph of a document."""

    paragraph: int
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """A paragraph that the pattern matches: what stands above it, what goes of it (nothing: it stays), what else."""

    doc_id: str
    above: str
    text: str
    taken: str
    others: tuple[Taken, ...]


@dataclass(slots=True)
class Trial:
    """What trying a rule came to; lines are paragraphs that the pattern matches where the rule looks for it."""

    documents: Counter[str] = field(default_factory=Counter)  # by source, as the others
    hit_documents: Counter[str] = field(default_factory=Counter)
    hit_lines: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)  # lines that another rule takes, by that rule
    staying: int = 0
    hits: list[Example] = field(default_factory=list)
    stays: list[Example] = field(default_factory=list)


def trial(settings: Settings, pattern: str, kind: str, where: str) -> Trial:
    """What the rule would take from the input of these settings. Raises SettingsError if RE2 refuses the pattern."""
    pack = (TRIED, _pack(pattern, kind, where))
    alone = load_pack(dict([pack]))
    finder = {"tail": alone.tail, "head": alone.head, "glued": alone.glued}[where]
    kinds = tuple(dict.fromkeys((*settings.tails.kinds, kind)))
    templates = settings.tails.templates.model_copy(update={"enabled": False})
    on = {"enabled": True, "glued": True, "kinds": kinds, "templates": templates}
    tails = settings.tails.model_copy(update=on)
    settings = settings.model_copy(update={"tails": tails})
    rules = (*rule_files(settings), pack)
    found = Trial()
    for documents in _documents(settings):
        for document, lines, taken in _judged(documents, settings, rules):
            _count(found, document, _looked_at(lines, where), taken, finder)
    return found


def _pack(pattern: str, kind: str, where: str) -> str:
    """A pack with one rule of this pattern; its examples are blanks."""
    bar = "|" if where == "glued" else ""
    rule = {"id": TRIED, "kind": kind, "languages": ["any"], "where": where, "pattern": pattern}
    rule |= {"why": "It is tried.", "matches": [f"1{bar}", f"2{bar}"], "keeps": ["1", "2"]}
    return yaml.safe_dump({"rules": [rule]}, allow_unicode=True)


def _documents(settings: Settings) -> Iterator[Iterator[pa.RecordBatch]]:
    """The documents of the input, slice by slice."""
    chosen, fields = settings.input, fields_of(settings)
    keep = settings.normalize.uncertain_encoding == "keep"
    with spooled(chosen.paths, None) as spool:
        for number, each in enumerate(listing(chosen.paths, chosen.text_extensions, chosen.text_field, spool).files):
            for rows in _slices(each, number, chosen.slice_mb << 20):
                yield read_documents(iter([rows]), fields=fields, keep_uncertain=keep)


def _slices(found: Found, number: int, slice_bytes: int) -> Iterator[pa.RecordBatch]:
    for part in scanned(found, slice_bytes).slices:
        row = {**asdict(part), "file": number, "path": found.path, "location": str(found.location)}
        yield pa.RecordBatch.from_pylist([{**row, "format": found.format, "compression": found.compression}], SLICES)


def _judged(
    documents: Iterator[pa.RecordBatch], settings: Settings, rules: tuple[tuple[str, str], ...]
) -> Iterator[tuple[Row, dict[int, str], list[Taken]]]:
    """Each document with its paragraphs by number, without repeats, and what rules take from them."""
    engine = MemoryEngine()
    data = {"documents": engine.write("documents", DOCUMENTS, documents)}
    for stage in plan(settings, rules, 0):
        if stage.name in STAGES:
            data[stage.name] = made(stage, data, engine)
    rows = {name: [row for each in engine.rows(data[name]) for row in each.to_pylist()] for name in data}
    texts = {row["doc"]: row for row in rows["documents"] if row["reason"] is None}
    lines: dict[int, dict[int, str]] = {doc: {} for doc in texts}
    taken: dict[int, list[Taken]] = {doc: [] for doc in texts}
    for row, mark in zip(rows["paragraphs"], rows["within"], strict=True):
        if mark["evidence"] == 0:
            lines[row["doc"]][row["paragraph"]] = texts[row["doc"]]["text"][row["start"] : row["end"]]
    for row in rows["tails"]:
        if row["paragraph"] in lines[row["doc"]]:
            taken[row["doc"]].append(Taken(row["paragraph"], row["rule"], lines[row["doc"]][row["paragraph"]]))
    for row in rows["glued"]:
        span = texts[row["doc"]]["text"][row["start"] : row["end"]]
        taken[row["doc"]].append(Taken(row["paragraph"], row["rule"], span))
    for doc, document in texts.items():
        yield document, lines[doc], taken[doc]


def _looked_at(lines: Mapping[int, str], where: str) -> dict[int, tuple[str, str]]:
    """The paragraphs that rules of this place see: number -> (the one above, text)."""
    numbers = list(lines)
    seen = numbers[:HEAD_WINDOW] if where == "head" else numbers[-(GLUED_WINDOW if where == "glued" else TAIL_WINDOW) :]
    above = dict(zip(numbers[1:], numbers, strict=False))
    return {number: (lines[above[number]] if number in above else "", lines[number]) for number in seen}


def _count(
    found: Trial, document: Row, seen: Mapping[int, tuple[str, str]], taken: Sequence[Taken], finder: Finder
) -> None:
    source = str(document["source"] or "")
    doc_id = str(document["doc_id"] or f"{document['path']}, record {document['record']}")
    found.documents[source] += 1
    hits = 0
    for number, (above, text) in seen.items():
        mine = next((each for each in taken if each.paragraph == number and each.rule == TRIED), None)
        other = next((each for each in taken if each.paragraph == number), None)
        if mine is not None:
            hits += 1
            others = tuple(each for each in taken if each.rule != TRIED)
            found.hits.append(Example(doc_id, above, text, mine.text, others))
        elif finder.hits(text) and other is not None:
            found.others[other.rule] += 1
        elif finder.hits(text):
            found.staying += 1
            found.stays.append(Example(doc_id, above, text, "", ()))
    found.hit_lines[source] += hits
    found.hit_documents[source] += hits > 0
    found.hits, found.stays = _drawn(found.hits), _drawn(found.stays)


def _drawn(examples: list[Example]) -> list[Example]:
    """As many as are shown, whatever the order in which they came: those of the least digests."""
    if len(examples) <= EXAMPLES:
        return examples
    return sorted(examples, key=lambda each: hashlib.sha256(f"{each.doc_id}\n{each.text}".encode()).digest())[:EXAMPLES]
