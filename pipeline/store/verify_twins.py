"""Does every repeat have a kept copy, and is it as similar as the ledger says? Computed again from the two texts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipeline.dedup.reference import Shares, fold, novelty, similarity, verdict
from pipeline.store.files import Json
from pipeline.store.finding import REPORT_BUG, Finding

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Twin:
    """A clean document that holds kept copies: its normalized text, and the spans that were removed from it."""

    doc_id: str
    text: str
    removals: tuple[tuple[int, int, str], ...]  # start, end, kind


def twin_findings(twin: Twin, rows: list[Row], settings: Mapping[str, Json]) -> list[Finding]:
    """What is wrong with the removals whose kept copy should lie in this document."""
    found = []
    shares = shares_of(settings)
    for row in rows:
        where = f"document {row['doc_id']}, span {row['start']}-{row['end']}"
        if row["kind"] == "duplicate":
            wrongs = _duplicate(row, twin)
        elif row["kind"] in ("repeat_within", "repeat_across"):
            wrongs = _repeat(row, twin, shares)
        else:
            continue  # a rule took it; the copy beside it is for the reader
        found += [Finding(where, what, REPORT_BUG) for what in wrongs]
    return found


def shares_of(settings: Mapping[str, Json]) -> Shares | None:
    """The shares of a manifest's settings that a repeat had to reach or keep, exactly as written; None without.

    >>> names = {"threshold": 0.7, "novelty": 0.1, "novelty_unspaced": 0, "containment": 0.9, "novel_tokens": 8}
    >>> shares_of({"repeats": names}).threshold
    Fraction(7, 10)
    """
    repeats = settings.get("repeats")
    values = [repeats.get(name) for name in Shares._fields] if isinstance(repeats, dict) else [None]
    given = [Fraction(str(value)) for value in values if isinstance(value, int | float)]
    if len(given) < len(Shares._fields):
        return None
    threshold, novelty, novelty_unspaced, containment, novel_tokens = given
    return Shares(threshold, novelty, novelty_unspaced, containment, int(novel_tokens))


def _duplicate(row: Row, twin: Twin) -> Iterator[str]:
    if row["doc_id"] == twin.doc_id:
        yield "is a duplicate of itself"
    if row["evidence"] == "equal" and fold(row["text"]) != fold(twin.text):
        yield f"was kept out as equal to {twin.doc_id}, and is not"


def _repeat(row: Row, twin: Twin, shares: Shares | None) -> Iterator[str]:
    start, end = row["twin_start"], row["twin_end"]
    if (row["kind"] == "repeat_within") != (row["doc_id"] == twin.doc_id):
        yield f"is a {row['kind']} with a kept copy in {twin.doc_id}"
    if start is None or end is None or not 0 <= start < end <= len(twin.text):
        yield f"has its kept copy at {start}-{end}, but {twin.doc_id} has {len(twin.text)} characters"
        return
    if row["kind"] == "repeat_within" and end > row["start"]:
        yield f"has its kept copy at {start}-{end}, which is not before it"
    if _is_removed(twin, start, end):
        yield f"has its kept copy at {start}-{end} of {twin.doc_id}, where text was removed"
    yield from _similarity(row, twin.text[start:end], shares)


def _is_removed(twin: Twin, start: int, end: int) -> bool:
    """Whether text of the span was removed.

    White space may be: the last removal takes the separator before it. So may what a rule took from its end.
    """
    spans = (
        (max(start, from_), min(end, to))
        for from_, to, kind in twin.removals
        if from_ <= start or kind.startswith("repeat_")
    )
    return any(from_ < to and not twin.text[from_:to].isspace() for from_, to in spans)


def _similarity(row: Row, kept: str, shares: Shares | None) -> Iterator[str]:
    evidence = row["evidence"]
    if evidence not in ("equal", "near", "contained", "figures", "gap"):
        yield f"is a repeat by {evidence!r}"
        return
    shared, union = similarity(row["text"], kept)
    equal = fold(row["text"]) == fold(kept)
    real = 1.0 if equal else shared / union if union else 0.0
    if row["similarity"] != real:
        yield f"has similarity {row['similarity']} in the ledger and {real} ({shared} of {union}) in the two texts"
    if evidence == "equal" and not equal:
        yield "was removed as equal, but the two texts are not"
    if evidence in ("near", "contained"):
        yield from _verdict(row["text"], kept, evidence, shares)


def _verdict(mine: str, kept: str, evidence: str, shares: Shares | None) -> Iterator[str]:
    if shares is None:
        yield f"was removed as {evidence}, but the manifest's settings do not say what is near"
        return
    found = verdict(mine, kept, shares)
    if found != evidence:
        shared, union = similarity(mine, kept)
        alone, count = novelty(mine, kept)
        yield (
            f"was removed as {evidence} with {shared} of {union} shingles shared and {alone} of {count} tokens new; "
            f"by {', '.join(f'{name} {float(share)}' for name, share in shares._asdict().items())} "
            f"it is {found or 'no repeat'}"
        )
