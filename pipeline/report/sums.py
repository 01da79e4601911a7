"""The sums, in pandas. Every order is settled to the last tie, so that equal rows give an equal page.

Examples are chosen by the column `draw`: see `draws`.
"""

import hashlib
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import Reason
from pipeline.report.records import (
    REPEATS,
    Bin,
    Copied,
    Doubtful,
    Example,
    ReasonSum,
    Refused,
    RuleSum,
    SourceSum,
    Tally,
    TemplateSum,
)

EXAMPLES = 10
MOST_SOURCES = 50
MOST_COPIED = 20
MOST_TEMPLATES = 50
FEW_DOCUMENTS = 10  # a share of fewer says little, so such sources are listed after the others
LIKENESS_BINS = 20  # of 0.05
_SIZES = (0, 1, 2, 4, 8, 16, 32, float("inf"))  # above one, up to the next
_SIZE_NAMES = ("1", "2", "3–4", "5–8", "9–16", "17–32", "33 and more")

Frame = pd.DataFrame


def draws(names: "pd.Series[Any]", places: "pd.Series[Any]") -> NDArray[np.uint64]:
    """A hash for each row, as good as a lot drawn, and the same in every run."""
    keys = zip(names.to_list(), places.to_list(), strict=True)
    lots = b"".join(hashlib.blake2b(f"{name}\0{place}".encode(), digest_size=8).digest() for name, place in keys)
    return np.frombuffer(lots, "<u8")


def by_rule(removals: Frame) -> tuple[RuleSum, ...]:
    """What each rule took, the most characters first."""
    sums = removals.groupby(["kind", "rule"], as_index=False).agg(
        spans=("chars", "size"),
        chars=("chars", "sum"),
        documents=("doc_id", "nunique"),
        sources=("source", "nunique"),
    )
    return tuple(RuleSum(**row) for row in _records(_sorted(sums, "-chars", "kind", "rule")))


def examples_by_rule(removals: Frame) -> dict[tuple[str, str], tuple[Example, ...]]:
    """Some removals of each rule, chosen by the hash of their place: the same ones every time, from anywhere."""
    chosen = removals.sort_values("draw").groupby(["kind", "rule"]).head(EXAMPLES)
    found: dict[tuple[str, str], tuple[Example, ...]] = {}
    for each in _examples(chosen):
        found[each.kind, each.rule] = (*found.get((each.kind, each.rule), ()), each)
    return found


def largest(removals: Frame) -> tuple[Example, ...]:
    """The longest removals of a part of a document."""
    parts = removals[removals["kind"] != "duplicate"]
    some = parts[parts["chars"] >= parts["chars"].nlargest(EXAMPLES).min()] if len(parts) else parts
    return _examples(_sorted(some, "-chars", "doc_id", "start").head(EXAMPLES))


def closest(removals: Frame) -> tuple[Example, ...]:
    """The removals with the least to show for it: the lowest similarity or score below 1."""
    worth = removals.assign(worth=removals["similarity"].fillna(removals["score"]))
    worth = worth[worth["worth"] < 1]
    some = worth[worth["worth"] <= worth["worth"].nsmallest(EXAMPLES).max()] if len(worth) else worth
    return _examples(_sorted(some, "worth", "doc_id", "start").head(EXAMPLES))


def by_source(documents: Frame) -> Frame:
    """What each source lost: documents, duplicates, chars, removed, share; the largest share first.

    Sources of few documents come last.
    """
    sums = documents.groupby("source", as_index=False).agg(
        documents=("doc_id", "size"),
        duplicates=("duplicate", "sum"),
        chars=("chars_in", "sum"),
        out=("chars_out", "sum"),
    )
    sums["removed"] = sums["chars"] - sums["out"]
    sums["share"] = sums["removed"] / sums["chars"].where(sums["chars"] > 0, 1)
    sums["few"] = sums["documents"] < FEW_DOCUMENTS
    return _sorted(sums, "few", "-share", "-removed", "source")


def worst_sources(sources: Frame, removals: Frame) -> tuple[SourceSum, ...]:
    """The first of `by_source`, each with the rule that took most of it."""
    tolls = removals.groupby(["source", "rule"], as_index=False).agg(top_chars=("chars", "sum"))
    top = _sorted(tolls, "source", "-top_chars", "rule").drop_duplicates("source").rename(columns={"rule": "top_rule"})
    worst = sources.head(MOST_SOURCES).merge(top, on="source", how="left")
    worst["top_chars"] = worst["top_chars"].fillna(0)
    names = ["source", "documents", "duplicates", "chars", "removed", "top_rule", "top_chars"]
    return tuple(SourceSum(**row) for row in _records(worst[names]))


def templates(listed: Frame) -> tuple[TemplateSum, ...]:
    """Some of the lines that recur in a source, of each state those that most goes as, then the most frequent."""
    ordered = _sorted(listed, "-removed", "-documents", "source", "line", "place")
    often = ordered.groupby("state", sort=False).head(MOST_TEMPLATES)
    return tuple(TemplateSum(**row) for row in _records(often[list(TemplateSum.__dataclass_fields__)]))


def template_counts(listed: Frame) -> dict[str, int]:
    """How many lines there are of each state."""
    return {str(state): int(count) for state, count in listed["state"].value_counts().sort_index().items()}


def by_evidence(removals: Frame) -> tuple[Tally, ...]:
    """Repeats by how they equal their twin."""
    return tally(removals[removals["kind"].isin(REPEATS)], "evidence", chars="chars")


def likeness(removals: Frame) -> tuple[Bin, ...]:
    """How similar to their twins repeats are that are not equal to them, from the lowest to 1; empty without any."""
    unequal = removals[removals["kind"].isin(REPEATS) & (removals["evidence"] != "equal")]
    unequal = unequal[unequal["similarity"].notna()]
    if unequal.empty:
        return ()
    # The sum with a trifle puts 0.35 into the bin that begins with it, whatever its binary form.
    place = (unequal["similarity"] * LIKENESS_BINS + 1e-9).astype("int64").clip(0, LIKENESS_BINS - 1)
    counts = unequal.groupby([place.rename("place"), "evidence"]).size()
    bins: dict[int, dict[str, int]] = {low: {} for low in range(int(place.min()), LIKENESS_BINS)}
    for row in _records(counts.rename("count").reset_index()):
        bins[row["place"]][row["evidence"]] = row["count"]
    return tuple(Bin(low / LIKENESS_BINS, found) for low, found in bins.items())


def block_sizes(removals: Frame) -> tuple[Tally, ...]:
    """Blocks by the number of paragraphs that went with them."""
    parts = removals.dropna(subset=["block"]).groupby("block", as_index=False)
    blocks = parts.agg(spans=("chars", "size"), chars=("chars", "sum"))
    blocks["name"] = pd.cut(blocks["spans"].astype("int64"), list(_SIZES), labels=list(_SIZE_NAMES))
    sizes = blocks.groupby("name", observed=False, as_index=False).agg(count=("chars", "size"), chars=("chars", "sum"))
    return tuple(Tally(**row) for row in _records(sizes)) if len(blocks) else ()


def most_copied(removals: Frame) -> tuple[Copied, ...]:
    """Kept texts by the number of their removed copies; a block counts once."""
    repeats = removals[removals["kind"].isin(REPEATS)].sort_values(["block", "start"])
    lone = repeats["block"].isna()
    parts = (
        repeats[~lone]
        .groupby("block", as_index=False)
        .agg(
            doc_id=("doc_id", "first"),
            start=("start", "first"),
            draw=("draw", "first"),
            twin_doc_id=("twin_doc_id", "first"),
            twin_start=("twin_start", "min"),
            twin_end=("twin_end", "max"),
            chars=("chars", "sum"),
        )
    )
    blocks = pd.concat([parts, repeats.loc[lone, parts.columns]]).sort_values("draw")
    copies = blocks.groupby(["twin_doc_id", "twin_start", "twin_end"], as_index=False, dropna=False, sort=False).agg(
        copies=("chars", "size"),
        documents=("doc_id", "nunique"),
        total=("chars", "sum"),
        doc_id=("doc_id", "first"),
        start=("start", "first"),
    )
    often = _sorted(copies[copies["copies"] > 1], "-copies", "-total", "twin_doc_id", "twin_start").head(MOST_COPIED)
    first = {(each.doc_id, each.start): each for each in _examples(_those(repeats, often))}
    return tuple(
        Copied(row["copies"], row["documents"], row["total"], first[row["doc_id"], row["start"]])
        for row in _records(often)
    )


def _those(rows: Frame, places: Frame) -> Frame:
    return rows.merge(places[["doc_id", "start"]], on=["doc_id", "start"])


def by_reason(quarantine: Frame) -> tuple[ReasonSum, ...]:
    """Quarantine by reason, the most records first."""
    records = pd.Series(1, index=quarantine.index, dtype="int64")
    more = quarantine["reason"] == str(Reason.MORE_OF_THE_SAME)
    counted = quarantine.loc[more, "detail"].str.extract(r"^(\d{1,18}) ", expand=False)
    records[more] = counted.fillna("1").astype("int64")
    rows = quarantine.assign(records=records, draw=draws(quarantine["path"], quarantine["record"])).sort_values("draw")
    found = []
    for reason, some in rows.groupby("reason"):
        examples = tuple(Refused(**row) for row in _records(some[["path", "record", "detail"]].head(EXAMPLES)))
        found.append(ReasonSum(str(reason), int(some["records"].sum()), int(some["path"].nunique()), examples))
    return tuple(sorted(found, key=lambda each: (-each.records, each.reason)))


def tally(rows: Frame, column: str, *, chars: str = "chars_in") -> tuple[Tally, ...]:
    """How often each value of a column occurs, the most frequent first; None counts what has no value."""
    sums = rows.groupby(column, as_index=False, dropna=False).agg(count=(chars, "size"), chars=(chars, "sum"))
    ordered = _sorted(sums.rename(columns={column: "name"}), "-count", "name")
    return tuple(Tally(**row) for row in _records(ordered))


def uncertain(documents: Frame) -> tuple[Doubtful, ...]:
    """Some documents whose encoding is a guess."""
    some = documents[documents["uncertain"]]
    some = some.assign(draw=draws(some["doc_id"], some["chars_in"])).sort_values("draw").head(EXAMPLES)
    return tuple(Doubtful(row["doc_id"], row["encoding"], row["chars_in"]) for row in _records(some))


def _examples(rows: Frame) -> tuple[Example, ...]:
    names = [name for name in Example.__dataclass_fields__ if name != "text"]
    return tuple(Example(**row) for row in _records(rows[names]))


def _sorted(rows: Frame, *columns: str) -> Frame:
    """By these columns; one with a "-" before its name from high to low."""
    names = [column.removeprefix("-") for column in columns]
    return rows.sort_values(names, ascending=[name == column for name, column in zip(names, columns, strict=True)])


def _records(rows: Frame) -> list[dict[str, Any]]:
    """Rows as plain Python values, None for what is missing."""
    columns: Sequence[Hashable] = list(rows.columns)
    plain = [[None if pd.isna(value) else value for value in rows[name].to_list()] for name in columns]
    return [dict(zip(map(str, columns), row, strict=True)) for row in zip(*plain, strict=True)]
