"""The paragraphs that take part across documents, as stages `beside` and `repeats` both see them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.align import Sequence
from pipeline.dedup.method import Method, first_places
from pipeline.dedup.relations import Paragraphs, Relations, aligned, unrelated
from pipeline.flow import Batches
from pipeline.stages.schemas import FROZEN, LEADERS
from pipeline.stages.tables import columns, numbers, places, whole

_COLUMNS = ("doc", "paragraph", "letters", "unspaced", "tokens", "masked")


def known_of(paragraphs: Batches, folds: Batches, *more: str) -> dict[str, NDArray[Any]]:
    """The columns of all paragraphs that `live` looks at, `doc`, `paragraph`, the number of the fold, and `more`."""
    names = (*_COLUMNS, *more)
    known = dict(zip(names, columns(paragraphs, *names), strict=True))
    (known["fold"],) = columns(folds, "fold")
    return known


class Live(NamedTuple):
    """The paragraphs that take part across documents, `at` their places among all paragraphs."""

    at: NDArray[np.int64]
    doc: NDArray[np.int64]
    rows: Paragraphs


def live(
    known: Mapping[str, NDArray[Any]], evidence: NDArray[np.int8], gone: NDArray[np.bool_], method: Method
) -> Live:
    """What neither repeats inside its document, nor falls to a rule, nor stands in a document that is out (`gone`)."""
    fold, letters, unspaced = (known[name] for name in ("fold", "letters", "unspaced"))
    at = np.flatnonzero(((fold >= 0) | (known["tokens"] == 0)) & ~gone & (evidence == 0))
    strong = method.strong(letters[at], unspaced[at])
    return Live(at, known["doc"][at], Paragraphs(fold[at], known["masked"][at], letters[at], strong, unspaced[at]))


class Seen(NamedTuple):
    """Live paragraphs seen through their leaders; what each is, see `relations.aligned`."""

    openings: NDArray[np.int64]
    firsts: NDArray[np.int64]
    found: Relations
    seq: Sequence
    first: NDArray[np.int32]


def seen(part: Live, leaders: Batches, frozen: pa.Table, known: Mapping[str, NDArray[Any]]) -> Seen:
    """The live paragraphs through the leaders of their folds (schemas LEADERS, FROZEN)."""
    table = whole(leaders, LEADERS)
    firsts = first_places(part.rows.fold)
    found = unrelated(len(firsts))
    for name in Relations._fields:
        getattr(found, name)[numbers(table, "fold")] = numbers(table, name)
    absent = _add_frozen(found, frozen, known)
    openings = np.append(np.flatnonzero(np.diff(part.doc, prepend=-1)), len(part.doc)).astype(np.int64)
    return Seen(openings, firsts, found, *aligned(part.rows, np.append(firsts, np.full(absent, -1)), found))


def _add_frozen(found: Relations, frozen: pa.Table, known: Mapping[str, NDArray[Any]]) -> int:
    """Enters what earlier runs decided, and how many leaders are not among these paragraphs.

    These get the numbers behind all folds: what follows them is alike, and nothing new is.
    """
    rows = frozen.filter(pc.greater_equal(frozen["paragraph"], 0))
    doc, leader_doc = known["doc"], numbers(rows, "leader_doc")
    fold = known["fold"][places(doc, rows)]
    at = np.searchsorted(doc, leader_doc)
    here = np.isin(leader_doc, doc)
    leader = np.full(len(fold), -1, np.int64)
    leader[here] = known["fold"][at[here] + numbers(rows, "leader_paragraph")[here]]
    address = np.stack([leader_doc[~here], numbers(rows, "leader_paragraph")[~here].astype(np.int64)], axis=1)
    others, number = np.unique(address, axis=0, return_inverse=True)
    leader[~here] = len(found.leader) + number.reshape(-1)
    follows = (leader != fold) & (fold >= 0)  # what stands in a document that is out has none
    found.leader[fold[follows]] = leader[follows]
    for name in ("shared", "union", "partial"):
        getattr(found, name)[fold[follows]] = numbers(rows, name)[follows]
    return len(others)


def decided(frozen: Batches) -> pa.Table:
    """What earlier runs decided, as a table (schema FROZEN)."""
    return whole(frozen, FROZEN)
