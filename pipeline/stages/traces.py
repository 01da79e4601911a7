"""Stage `traces`: what later nights will ask of the documents of this one, instead of reading them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.method import Method
from pipeline.dedup.relations import Paragraphs
from pipeline.dedup.trace_keys import DOUBLE, FOLD, PAIR, RECENT, TEXT, Keys, keys_of, name_keys
from pipeline.flow import Batches
from pipeline.stages.live import Live, Seen, decided, known_of, live, seen
from pipeline.stages.schemas import EQUALS, NAMES, REPEATS, TAILS, TRACED
from pipeline.stages.tables import batch, columns, numbers, places, source_salts, whole

_NO_SOURCE = 1  # beside the salt of a source: none is not the source ""


def traces(
    documents: Batches,
    names: Batches,
    paragraphs: Batches,
    within: Batches,
    tails: Batches,
    equals: Batches,
    folds: Batches,
    leaders: Batches,
    frozen: Batches,
    repeats: Batches,
    *,
    method: Method,
    since: int,
    run: int,
) -> Batches:
    """The traces (schema TRACED) of documents from number `since` on, in no order."""
    same = numbers(whole(equals, EQUALS), "doc")
    for rows in documents:
        yield from _of_texts(rows, same, method, since)
    called = whole(names, NAMES)
    called = called.filter(pc.greater_equal(called["doc"], since))
    yield _traced(name_keys(called["doc_id"].to_pylist()), numbers(called, "doc"), shared=run)
    if method.across == "off":
        return
    yield _of_doubles(whole(repeats, REPEATS), since)
    known = known_of(paragraphs, folds, "fold_hi", "fold_lo")
    (evidence,) = columns(within, "evidence")
    gone = np.isin(known["doc"], same)
    gone[places(known["doc"], whole(tails, TAILS))] = True
    part = live(known, evidence, gone, method)
    before = decided(frozen)
    looked = seen(part, leaders, before, known)
    corpus = _Corpus(part, looked, known["paragraph"][part.at], int(np.searchsorted(part.doc, since)))
    yield _of_folds(corpus, known, places(known["doc"], rows_told(before)), method)
    yield _of_recent(corpus)
    yield _of_pairs(corpus)


class _Corpus(NamedTuple):
    """Live paragraphs, what they look like, their numbers in their documents, and the first position that is new."""

    part: Live
    looked: Seen
    paragraph: NDArray[np.int32]
    new: int

    def address(self, at: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Document and paragraph of positions."""
        return self.part.doc[at], self.paragraph[at].astype(np.int64)


def text_keys(documents: pa.Table, method: Method) -> tuple[NDArray[np.int64], Keys]:
    """Numbers of documents that may be equal to others, and keys of their texts (and sources, where these count)."""
    chosen = documents.filter(pc.and_(documents["reason"].is_null(), pc.greater(documents["chars"], 0)))
    digests = np.frombuffer("".join(chosen["text_sha256"].to_pylist()).encode(), "S16").reshape(-1, 4)
    words = [np.array([int(word, 16) for word in digests[:, at]], np.uint64).view(np.int64) for at in (0, 1)]
    if method.across == "source":
        words[0] = words[0] ^ source_salts(chosen) ^ np.where(chosen["source"].is_null().to_numpy(), _NO_SOURCE, 0)
    return numbers(chosen, "doc"), keys_of(TEXT, *words)


def rows_told(frozen: pa.Table) -> pa.Table:
    """The rows of FROZEN that are of paragraphs."""
    return frozen.filter(pc.greater_equal(frozen["paragraph"], 0))


def short_pairs(doc: NDArray[np.int64], rows: Paragraphs) -> NDArray[np.int64]:
    """Positions of live paragraphs that are short and have a short one behind them in their document."""
    here, behind = slice(None, -1), slice(1, None)
    short = ~rows.strong & (rows.fold >= 0)
    found: NDArray[np.int64] = np.flatnonzero((doc[here] == doc[behind]) & short[here] & short[behind])
    return found


def _of_texts(rows: pa.RecordBatch, same: NDArray[np.int64], method: Method, since: int) -> Batches:
    if method.across == "off":
        return
    wanted = rows.select(["doc", "source", "text_sha256", "chars", "reason"])
    doc, keys = text_keys(pa.Table.from_batches([wanted]), method)
    new = (doc >= since) & ~np.isin(doc, same)
    yield _traced(Keys(keys.key[new], keys.check[new]), doc[new])


def _of_doubles(repeats: pa.Table, since: int) -> pa.RecordBatch:
    rows = repeats.filter(pc.and_(pc.less(repeats["paragraph"], 0), pc.equal(repeats["evidence"], "near")))
    rows = rows.filter(pc.greater_equal(rows["doc"], since))
    keys = keys_of(DOUBLE, numbers(rows, "doc"))
    return _traced(keys, numbers(rows, "twin_doc"), shared=numbers(rows, "shared"), union=numbers(rows, "union"))


def _of_folds(
    corpus: _Corpus, known: Mapping[str, NDArray[Any]], told: NDArray[np.int64], method: Method
) -> pa.RecordBatch:
    """The place of the leader of each fold that is new; `told`: places of paragraphs whose folds are known."""
    firsts, found = corpus.looked.firsts, corpus.looked.found
    fresh = firsts >= corpus.new
    fresh[known["fold"][told][known["fold"][told] >= 0]] = False
    fold = np.flatnonzero(fresh)
    at, leader = corpus.part.at[firsts[fold]], firsts[found.leader[fold]]
    doc, paragraph = corpus.address(leader)
    leads = (found.leader[fold] == fold) & (known["tokens"][at] >= method.fewest_tokens)
    union = np.where(found.partial[fold], -found.union[fold], found.union[fold])
    keys = keys_of(FOLD, known["fold_hi"][at], known["fold_lo"][at])
    return _traced(keys, doc, paragraph, found.shared[fold], union, leads)


def _of_recent(corpus: _Corpus) -> pa.RecordBatch:
    """The last place of each cluster that came again."""
    first = corpus.looked.first
    at = np.flatnonzero((first >= 0) & (first != np.arange(len(first))))[::-1]
    at = at[at >= corpus.new]
    leader, last = np.unique(first[at], return_index=True)
    return _traced(keys_of(RECENT, *corpus.address(leader)), *corpus.address(at[last]))


def _of_pairs(corpus: _Corpus) -> pa.RecordBatch:
    """The first place of each pair of clusters of short paragraphs that are neighbours."""
    at = short_pairs(corpus.part.doc, corpus.part.rows)
    cluster = corpus.looked.seq.cluster.astype(np.int64)
    _, first = np.unique(cluster[at] << 32 | cluster[at + 1], return_index=True)
    at = np.sort(at[first])
    at = at[at >= corpus.new]
    left, right = (corpus.address(corpus.looked.first[each]) for each in (at, at + 1))
    return _traced(keys_of(PAIR, *left, *right), *corpus.address(at))


def _traced(
    keys: Keys,
    doc: NDArray[np.int64],
    paragraph: NDArray[np.int64] | int = -1,
    shared: NDArray[Any] | int = 0,
    union: NDArray[Any] | int = 0,
    leads: NDArray[np.bool_] | None = None,
) -> pa.RecordBatch:
    count = len(keys.key)
    given = {"doc": doc, "paragraph": paragraph, "shared": shared, "union": union}
    given["leads"] = np.zeros(count, np.bool_) if leads is None else leads
    values = {name: np.broadcast_to(each, count) for name, each in given.items()}
    return batch(TRACED, {"key": keys.key.view(np.int64), "check": keys.check, **values})
