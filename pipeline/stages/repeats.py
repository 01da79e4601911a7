"""Stage `repeats`: everything that goes as a repeat or a duplicate, settled over the whole corpus.

What stage `within` took is looked at once more: a copy whose twin goes as a repeat of another document takes over
that twin if it is equal to it, and stays if not.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.across import Doubles, across
from pipeline.dedup.beside import judged, neighbours
from pipeline.dedup.blocks import Marks, no_marks
from pipeline.dedup.kinds import CONTAINED, EQUAL, NEAR
from pipeline.dedup.method import Method
from pipeline.dedup.relations import places_of, similarities
from pipeline.flow import Batches
from pipeline.stages.live import Live, decided, known_of, live, seen
from pipeline.stages.schemas import BESIDE_CONTENTS, EQUALS, EVIDENCE, REPEATS, TAILS
from pipeline.stages.tables import batch, columns, contents_in, gathered, numbers, places, whole, words

SURE = (EQUAL, NEAR, CONTAINED)

KINDS = ("repeat_within", "repeat_across", "duplicate")
WITHIN_KIND, ACROSS_KIND, DUPLICATE_KIND = range(3)
WHOLE = -1  # in column `paragraph`


class Rows(NamedTuple):
    """Removals as columns of one length; kinds and evidence as numbers, twins as places among all paragraphs."""

    place: NDArray[np.int64]
    kind: NDArray[np.int64]
    evidence: NDArray[np.int64]
    counts: NDArray[np.int64]  # (2, n): shared, union
    twin: NDArray[np.int64]
    block: NDArray[np.int64]


class Settled(NamedTuple):
    """What the pass across documents found, over the positions `at` (places among all paragraphs)."""

    at: NDArray[np.int64]
    marks: Marks
    counts: NDArray[np.int64]
    kept: NDArray[np.bool_]
    docs: NDArray[np.int64]
    doubles: Doubles


def repeats(
    paragraphs: Batches,
    within: Batches,
    tails: Batches,
    equals: Batches,
    folds: Batches,
    leaders: Batches,
    beside: Batches,
    frozen: Batches,
    *,
    method: Method,
    since: int,
) -> Batches:
    """All repeats and duplicates (schema REPEATS) by document and paragraph; a duplicate has paragraph -1.

    Those of documents from number `since` on; of earlier ones all is decided (`frozen`).
    """
    known = known_of(paragraphs, folds, "start", "end")
    inside = dict(zip(_INSIDE, columns(within, *_INSIDE), strict=True))
    same = whole(equals, EQUALS)
    falls = np.zeros(len(known["doc"]), np.bool_)
    falls[places(known["doc"], whole(tails, TAILS))] = True
    out = np.isin(known["doc"], numbers(same, "doc"))
    past = decided(frozen)
    found = _across(live(known, inside["evidence"], falls | out, method), leaders, beside, (past, known, since), method)
    out |= np.isin(known["doc"], found.docs[found.doubles.of >= 0])
    left = np.flatnonzero((inside["evidence"] > 0) & ~falls & ~out & (known["doc"] >= since))
    rows = _joined(_across_rows(found, out), _within_rows(left, known["paragraph"], falls, inside, found))
    yield _batch(rows, known, _duplicates(found, same, past, since))


_INSIDE = ("evidence", "twin", "shared", "union", "block")


def _across(
    part: Live,
    leaders: Batches,
    beside: Batches,
    before: tuple[pa.Table, Mapping[str, NDArray[Any]], int],
    method: Method,
) -> Settled:
    """`before`: what is decided (schema FROZEN), all paragraphs, the number of the first document to decide on."""
    frozen, known, since = before
    openings, _, found, seq, first = seen(part, leaders, frozen, known)
    docs = part.doc[openings[:-1]]
    marks, kept = no_marks(len(part.at)), _kept(frozen, known["doc"])[part.at]
    documents = len(docs)
    doubles = Doubles(np.full(documents, -1, np.int32), *np.zeros((2, documents), np.int64))
    if method.across != "off":
        held = gathered(beside, BESIDE_CONTENTS)
        pairs = neighbours(places_of(openings, first, seq), int(np.searchsorted(part.doc, since)))
        seq = seq._replace(beside=judged(pairs, seq.fold, held["fold"], contents_in(held), method.limits))
        doubled = np.isin(docs, numbers(_doubles(frozen), "doc"))
        doubles = across(openings, seq, first, marks, kept, doubled, int(np.searchsorted(docs, since)))
    counts = similarities(marks, seq, found)
    return Settled(part.at, marks, counts, kept, docs, doubles)


def _kept(frozen: pa.Table, doc: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For every paragraph whether it stays, as far as is decided."""
    kept = np.ones(len(doc), np.bool_)
    kept[places(doc, frozen.filter(pc.invert(frozen["kept"])))] = False
    return kept


def _doubles(frozen: pa.Table) -> pa.Table:
    return frozen.filter(pc.less(frozen["paragraph"], 0))


def _across_rows(found: Settled, out: NDArray[np.bool_]) -> Rows:
    some = np.flatnonzero((found.marks.kind > 0) & ~out[found.at])
    place = found.at[some]
    return Rows(
        place,
        np.full(len(some), ACROSS_KIND),
        found.marks.kind[some].astype(np.int64),
        found.counts[:, some],
        found.at[found.marks.twin[some]],
        found.at[found.marks.block[some]],
    )


def _within_rows(
    left: NDArray[np.int64],
    paragraph: NDArray[np.int32],
    falls: NDArray[np.bool_],
    inside: dict[str, NDArray[Any]],
    found: Settled,
) -> Rows:
    position = np.full(len(paragraph), -1, np.int64)
    position[found.at] = np.arange(len(found.at))
    opening = left - paragraph[left]
    twin = opening + inside["twin"][left]
    behind = np.maximum(position[twin], 0)
    stays = ~falls[twin] & (position[twin] >= 0) & found.kept[behind]
    evidence = inside["evidence"][left].astype(np.int64)
    sure = np.isin(found.marks.kind[behind], SURE)
    moved = (position[twin] >= 0) & ~found.kept[behind] & sure & (evidence == EQUAL)
    counts = np.stack([inside["shared"][left], inside["union"][left]]).astype(np.int64)
    rows = Rows(
        left,
        np.where(moved, ACROSS_KIND, WITHIN_KIND),
        np.where(moved, found.marks.kind[behind], evidence),
        np.where(moved, found.counts[:, behind], counts),
        np.where(moved, found.at[np.maximum(found.marks.twin[behind], 0)], twin) if len(found.at) else twin,
        opening + inside["block"][left],
    )
    chosen = stays | moved
    # What differs in figures, or fills a gap, goes only with a block in which something repeats by itself and goes.
    carried = np.isin(rows.block, rows.block[chosen & (moved | np.isin(evidence, SURE))])
    chosen &= carried | np.isin(evidence, SURE)
    return Rows(*(column[..., chosen] for column in rows))


def _joined(one: Rows, other: Rows) -> Rows:
    rows = Rows(*(np.concatenate(pair, axis=-1) for pair in zip(one, other, strict=True)))
    order = np.argsort(rows.place)
    return Rows(*(column[..., order] for column in rows))


def _duplicates(found: Settled, same: pa.Table, frozen: pa.Table, since: int) -> dict[int, tuple[int, int, int, int]]:
    """For each document that is kept out: the document it repeats, the evidence, and the two integers."""
    out: dict[int, tuple[int, int, int, int]] = {}
    for row in _doubles(frozen).to_pylist():
        out[row["doc"]] = (row["leader_doc"], NEAR, row["shared"], row["union"])
    for at in np.flatnonzero((found.doubles.of >= 0) & (found.docs >= since)).tolist():
        twin = int(found.docs[found.doubles.of[at]])
        out[int(found.docs[at])] = (twin, NEAR, int(found.doubles.shared[at]), int(found.doubles.union[at]))
    for doc, twin in zip(numbers(same, "doc").tolist(), numbers(same, "twin_doc").tolist(), strict=True):
        out[doc] = out.get(twin, (twin, EQUAL, 1, 1))
    return {doc: each for doc, each in out.items() if doc >= since}


def _batch(
    rows: Rows,
    known: Mapping[str, NDArray[Any]],
    duplicates: dict[int, tuple[int, int, int, int]],
) -> pa.RecordBatch:
    doc, paragraph, start, end = (known[name] for name in ("doc", "paragraph", "start", "end"))
    docs = sorted(duplicates)
    wholes = np.array([duplicates[each] for each in docs], np.int64).reshape(-1, 4).T
    nothing = np.full(len(docs), -1)
    twin_start = np.concatenate([start[rows.twin], nothing])
    evidence = np.concatenate([rows.evidence, wholes[1]])
    columns = {
        "doc": np.concatenate([doc[rows.place], np.array(docs, np.int64)]),
        "paragraph": np.concatenate([paragraph[rows.place], nothing]),
        "kind": words(np.concatenate([rows.kind, np.full(len(docs), DUPLICATE_KIND)]), KINDS),
        "evidence": words(evidence, EVIDENCE),
        "shared": np.concatenate([rows.counts[0], wholes[2]]),
        "union": np.concatenate([rows.counts[1], wholes[3]]),
        "twin_doc": np.concatenate([doc[rows.twin], wholes[0]]),
        "twin_start": pa.array(twin_start, pa.int64(), mask=twin_start < 0),
        "twin_end": pa.array(np.concatenate([end[rows.twin], nothing]), pa.int64(), mask=twin_start < 0),
        "block": np.concatenate([paragraph[rows.block], nothing]),
    }
    made = batch(REPEATS, columns)
    return made.take(pa.array(np.lexsort((columns["paragraph"], columns["doc"]))))
