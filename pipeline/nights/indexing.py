"""The index of a run: what its documents leave to be asked by later ones, in sorted files."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.config import Settings
from pipeline.dedup.leaders import HELD_WORDS
from pipeline.dedup.method import Method
from pipeline.engines.local import LocalEngine
from pipeline.flow import Batches, Dataset
from pipeline.nights.night import Night
from pipeline.nights.short_way import counts_templates
from pipeline.plan import method_of
from pipeline.stages.held import held, words_in
from pipeline.stages.schemas import HELD, TRACED
from pipeline.stages.tables import columns, lists
from pipeline.stages.traces import traces
from pipeline.store.kinds import SEARCHED
from pipeline.store.manifest import LiveFile
from pipeline.store.tier_merge import merged_tiers, thinned
from pipeline.store.tiers import Columns, SortedWriter, Tier, halves, tiers_of
from pipeline.store.traces import STRANGERS

_READS = ("paragraphs", "within", "tails", "equals", "folds", "leaders", "frozen", "repeats")
_MOST_KEYS = 1 << 24  # of buckets that are sorted at once: 200 MB


def index_files(
    night: Night, folder: Path, data: Mapping[str, Dataset], settings: Settings, engine: LocalEngine, *, rewrites: bool
) -> tuple[LiveFile, ...]:
    """The files of the index after a run: what it adds, merged with earlier tiers where these are small.

    With `rewrites`, earlier documents have changed, and what was searched before is of no use.
    """
    if counts_templates(settings):
        return ()
    method, store, generation = method_of(settings), night.store, night.generation
    tiers = tiers_of(night.before) if night.before and not rewrites else []
    added = len(data["fresh"].shards) if tiers else 0
    documents, here = _last(data["documents"], added), _last(data["paragraphs"], added)
    since = _first(documents, engine) if tiers else 0
    inputs = [data[name] for name in ("documents", "names", *_READS)]
    found = engine.gather("traces", partial(traces, method=method, since=since, run=generation), TRACED, *inputs)
    kept = data.get("held") or engine.map("held", partial(held, method=method), HELD, documents, here)
    tiers.append(_written(folder, generation, engine, (found, here, kept), method))
    tiers = merged_tiers(store, folder, tiers, most=method.bucket_leaders + 1 + STRANGERS)
    return tuple(tier.files[kind] for tier in tiers for kind in SEARCHED)


def _last(data: Dataset, shards: int) -> Dataset:
    """The last so many shards, or all for 0."""
    return Dataset(data.schema, data.shards[-shards:], data.rows[-shards:])


def _first(documents: Dataset, engine: LocalEngine) -> int:
    """The number of the first document of a dataset; all documents are before it where there is none."""
    return next((int(rows.column("doc")[0].as_py()) for rows in engine.rows(documents)), 1 << 62)


def _written(
    folder: Path, generation: int, engine: LocalEngine, data: tuple[Dataset, Dataset, Dataset], method: Method
) -> Tier:
    """`data`: the traces, and of the same documents paragraphs and what they hold (schema HELD)."""
    found, paragraphs, kept = data
    key, check, doc, paragraph, shared, union, leads = columns(engine.rows(found), *TRACED.names)
    order = np.argsort(key.view(np.uint64), kind="stable")
    rows = halves(key.view(np.uint64)[order], SEARCHED["traces"].field("low").type)
    told = {"check": check, "doc": doc, "paragraph": paragraph, "shared": shared, "union": union}
    rows |= {name: column[order] for name, column in told.items()}
    some = np.flatnonzero(leads)
    some = some[np.lexsort((paragraph[some], doc[some]))]
    places = _places(doc[some], paragraph[some], engine.rows(kept))
    bands = _bands(lambda: engine.rows(paragraphs), places, method)
    files = {}
    for kind, parts in (("traces", [rows]), ("places", [places]), ("bands", bands)):
        writer = SortedWriter(folder, kind, (generation, generation))
        for rows in parts:
            writer.write(rows)
        files[kind] = writer.finish()
    return Tier(generation, generation, files)


def _places(doc: NDArray[np.int64], paragraph: NDArray[np.int32], kept: Batches) -> Columns:
    """Leaders in order (schema PLACES)."""
    words = np.empty(len(doc), np.dtype(f"V{8 * HELD_WORDS}"))
    shingles, tokens = np.zeros((2, len(doc)), np.int32)
    out: Columns = {"doc": doc, "paragraph": paragraph, "shingles": shingles, "tokens": tokens, "words": words}
    for rows in kept:
        row = _rows_of(rows.column("doc").to_numpy(), rows.column("paragraph").to_numpy(), out)
        some = np.flatnonzero(row >= 0)
        for name in ("shingles", "tokens"):
            out[name][row[some]] = rows.column(name).to_numpy()[some]
        words[row[some]] = words_in(rows.column("words"))[some].view(words.dtype).reshape(-1)
    return out


def _bands(paragraphs: Callable[[], Iterable[pa.RecordBatch]], places: Columns, method: Method) -> Iterator[Columns]:
    """Keys of the buckets of leaders, sorted, a part of all keys at a time."""
    passes = 1 + len(places["doc"]) * method.keys_a_paragraph // _MOST_KEYS
    bounds = np.linspace(0, 1 << 32, passes + 1).astype(np.uint64)
    for at in range(passes):
        key, place = _keys_between(paragraphs(), places, (bounds[at], bounds[at + 1]))
        order = np.argsort(key, kind="stable")
        rows = halves(key[order], SEARCHED["bands"].field("low").type) | {"place": place[order]}
        yield thinned(rows, method.bucket_leaders + 1 + STRANGERS)


def _keys_between(
    paragraphs: Iterable[pa.RecordBatch], places: Columns, bounds: tuple[np.uint64, np.uint64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """(key, row of `places`) of leaders, of the keys whose upper half lies between the bounds."""
    parts = [(np.empty(0, np.uint64), np.empty(0, np.uint32))]
    for rows in paragraphs:
        doc, paragraph = (rows.column(name).to_numpy() for name in ("doc", "paragraph"))
        row = _rows_of(doc, paragraph, places)
        keys, offsets = lists(pa.Table.from_batches([rows.select(["buckets"])]), "buckets")
        owner = np.repeat(row, np.diff(offsets))
        high = keys.view(np.uint64) >> np.uint64(32)
        some = (owner >= 0) & (high >= bounds[0]) & (high < bounds[1])
        parts.append((keys.view(np.uint64)[some], owner[some].astype(np.uint32)))
    return np.concatenate([keys for keys, _ in parts]), np.concatenate([owner for _, owner in parts])


def _rows_of(doc: NDArray[np.int64], paragraph: NDArray[np.int32], places: Columns) -> NDArray[np.int64]:
    """The row of each of these paragraphs in `places` (in order), -1 for those that are not there."""
    out = np.full(len(doc), -1, np.int64)
    if len(doc):
        low, high = np.searchsorted(places["doc"], [doc[0], doc[-1] + 1]).tolist()
        width = int(max(paragraph.max(), places["paragraph"][low:high].max(initial=0))) + 1
        docs = np.unique(doc)
        mine = np.searchsorted(docs, doc) * width + paragraph
        theirs = np.searchsorted(docs, places["doc"][low:high]) * width + places["paragraph"][low:high]
        at = np.minimum(np.searchsorted(theirs, mine), max(0, high - low - 1))
        found = theirs[at] == mine if high > low else np.zeros(len(doc), np.bool_)
        out[found] = low + at[found]
    return out
