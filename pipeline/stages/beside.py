"""Stage `beside`: which live paragraphs stand where the copy of another one would stand, and are to be compared."""

import numpy as np

from pipeline.dedup.beside import folds_beside, neighbours
from pipeline.dedup.method import Method
from pipeline.dedup.relations import places_of
from pipeline.flow import Batches
from pipeline.stages.live import decided, known_of, live, seen
from pipeline.stages.schemas import BESIDE, EQUALS, TAILS
from pipeline.stages.tables import batch, columns, numbers, places, whole


def beside(
    paragraphs: Batches,
    within: Batches,
    tails: Batches,
    equals: Batches,
    folds: Batches,
    leaders: Batches,
    frozen: Batches,
    *,
    method: Method,
    since: int,
) -> Batches:
    """First occurrences of folds that stand beside a repeat and are to be compared (schema BESIDE), in order.

    Asked for documents from number `since` on.
    """
    if method.across == "off":
        return
    known = known_of(paragraphs, folds)
    (evidence,) = columns(within, "evidence")
    gone = np.isin(known["doc"], numbers(whole(equals, EQUALS), "doc"))
    gone[places(known["doc"], whole(tails, TAILS))] = True
    part = live(known, evidence, gone, method)
    looked = seen(part, leaders, decided(frozen), known)
    past = int(np.searchsorted(part.doc, since))
    some = folds_beside(neighbours(places_of(looked.openings, looked.first, looked.seq), past), part.rows.fold)
    at = part.at[looked.firsts[some]]  # in order, since folds are numbered by their first occurrence
    yield batch(BESIDE, {"doc": known["doc"][at], "paragraph": known["paragraph"][at], "fold": some})
