"""Stage `within`: what repeats inside its own document."""

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.beside import folds_beside, judged, neighbours
from pipeline.dedup.blocks import Marks, no_marks
from pipeline.dedup.blocks import within as mark_within
from pipeline.dedup.contents import Contents, contents_of
from pipeline.dedup.distinct import numbered
from pipeline.dedup.method import Method, first_places
from pipeline.dedup.relations import Paragraphs, aligned, places_of, similarities, unrelated
from pipeline.flow import Batches
from pipeline.stages.schemas import DOCUMENTS, PARAGRAPHS, WITHIN
from pipeline.stages.tables import batch, byte_spans, lists, numbers, whole

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def within(documents: Batches, paragraphs: Batches, *, method: Method) -> Batches:
    """One row a paragraph (schema WITHIN), beside the rows of `paragraphs`."""
    texts = whole(documents, DOCUMENTS)
    table = whole(paragraphs, PARAGRAPHS)
    if len(table) == 0:
        return
    doc = numbers(table, "doc")
    opening = np.flatnonzero(np.diff(doc, prepend=-1))
    owner = np.repeat(np.arange(len(opening)), np.diff(np.append(opening, len(doc))))
    tokens, letters = numbers(table, "tokens"), numbers(table, "letters")
    fold = numbered(_salted(numbers(table, "fold_hi"), owner), numbers(table, "fold_lo"), tokens > 0)
    unspaced = numbers(table, "unspaced")
    rows = Paragraphs(fold, numbers(table, "masked"), letters, method.strong(letters, unspaced), unspaced)
    firsts = first_places(fold)
    eligible = firsts[tokens[firsts] >= method.fewest_tokens]
    signed = np.cumsum(tokens >= method.fewest_tokens) - 1  # row of each paragraph in what has band keys
    keys = lists(table, "buckets")[0].reshape(-1, method.keys_a_paragraph)[signed[eligible]]
    count = len(doc)
    marks, counts, kept = no_marks(count), np.zeros((2, count), np.int64), np.ones(count, np.bool_)
    capped = np.zeros(count, np.bool_)
    if method.within:
        openings = np.append(opening, count).astype(np.int64)
        counts = _marked(
            rows, byte_spans(texts, table), openings, (firsts, eligible, owner), keys, method, marks, kept, capped
        )
    paragraph = numbers(table, "paragraph")
    yield batch(
        WITHIN,
        {
            "doc": doc,
            "paragraph": paragraph,
            "evidence": marks.kind,
            "twin": np.where(marks.twin >= 0, paragraph[marks.twin], -1),
            "shared": counts[0],
            "union": counts[1],
            "block": np.where(marks.block >= 0, paragraph[marks.block], -1),
            "capped": capped,
        },
    )


def _marked(
    rows: Paragraphs,
    text: tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]],
    openings: NDArray[np.int64],
    places: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    keys: NDArray[np.int64],
    method: Method,
    marks: Marks,
    kept: NDArray[np.bool_],
    capped: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Marks what goes, takes it from `kept`, sets `capped`; (shared, union) of each paragraph, shape (2, n).

    `places`: first place of each fold; those of them that have keys; document of each paragraph.
    """
    data, starts, ends = text
    firsts, eligible, owner = places
    fold = rows.fold

    def held(at: NDArray[np.int64]) -> Contents:
        return contents_of(data, starts[at], ends[at], rows.masked[at], rows.unspaced[at])

    led = method.leaders_inside(keys, owner[eligible], lambda some: held(eligible[some]))
    capped[eligible] = led.capped
    found = unrelated(len(firsts))
    found.leader[fold[eligible]] = fold[eligible[led.leader]]
    found.shared[fold[eligible]], found.union[fold[eligible]] = led.shared, led.union
    found.partial[fold[eligible]] = led.partial
    seq, first = aligned(rows, firsts, found)
    pairs = neighbours(places_of(openings, first, seq))
    some = folds_beside(pairs, fold)
    seq = seq._replace(beside=judged(pairs, fold, some, held(firsts[some]), method.limits))
    own = np.arange(len(fold), dtype=np.int32)
    mark_within(openings, seq, np.where(first >= 0, first, own), kept, marks)
    return similarities(marks, seq, found)


def _salted(hi: NDArray[np.int64], owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Halves of keys that are equal only inside one document."""
    return (hi.view(np.uint64) ^ (owner.astype(np.uint64) * _GOLDEN)).view(np.int64)
