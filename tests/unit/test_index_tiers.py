"""The sorted files of the index: what is found in them, how they are merged, and what `verify` finds wrong in them."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.dedup.sorted_keys import find, merged_order
from pipeline.dedup.trace_keys import FOLD, RECENT, keys_of
from pipeline.store.folder import Store
from pipeline.store.index_check import wrong_order
from pipeline.store.kinds import SEARCHED
from pipeline.store.tier_merge import merged_tiers
from pipeline.store.tiers import Columns, SortedWriter, Tier, halves, nothing_of
from pipeline.store.traces import Index

LOW = SEARCHED["bands"].field("low").type


def keys(dice: np.random.Generator, count: int, spread: int) -> NDArray[np.uint64]:
    """Sorted keys, many twice, that differ in the bits that are kept."""
    return np.sort(dice.integers(0, spread, count, np.uint64) << np.uint64(64 - spread.bit_length()))


@pytest.mark.parametrize("spread", [4, 1000, 1 << 20, 1 << 44])
@pytest.mark.parametrize("count", [0, 1, 7, 5000])
def test_every_row_of_every_key_is_found(spread: int, count: int) -> None:
    dice = np.random.default_rng(count + spread)
    rows, asked = keys(dice, count, spread), np.unique(keys(dice, 300, spread))
    columns = halves(rows, LOW)
    place, row = find(columns["high"], columns["low"], asked, most=3)
    want = [(at, each) for at, key in enumerate(asked) for each in np.flatnonzero(rows == key)[:3]]
    assert list(zip(place.tolist(), row.tolist(), strict=True)) == want


def test_keys_that_crowd_at_one_end_are_found() -> None:
    rows = np.append(np.arange(5000, dtype=np.uint64) << np.uint64(32), np.uint64(0xFFFFFFFF) << np.uint64(32))
    columns = halves(rows, LOW)
    assert find(columns["high"], columns["low"], rows, most=1)[1].tolist() == list(range(5001))


def test_merged_order_is_stable() -> None:
    dice = np.random.default_rng(1)
    left, right = keys(dice, 50, 16), keys(dice, 70, 16)
    assert merged_order(left, right).tolist() == np.argsort(np.append(left, right), kind="stable").tolist()


# --- tiers ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Store:
    for name in ("merged", *(f"g{generation}" for generation in range(20))):
        (tmp_path / "gen" / name).mkdir(parents=True)
    return Store(tmp_path)


def traces(kind: int, asked: list[int], docs: list[int]) -> Columns:
    found = keys_of(kind, np.array(asked, np.int64))
    order = np.argsort(found.key, kind="stable")
    out = halves(found.key[order], SEARCHED["traces"].field("low").type) | {"check": found.check[order]}
    out["doc"] = np.array(docs, np.int64)[order]
    return out | {name: np.zeros(len(asked), np.int32) for name in ("paragraph", "shared", "union")}


def tier(store: Store, generation: int, told: Columns, buckets: list[int] | None = None) -> Tier:
    """A tier with these traces, and leaders (paragraph 0 of document 100 * generation + i) in these buckets."""
    lies = np.array(buckets or [], np.uint64) << np.uint64(40)
    order = np.argsort(lies, kind="stable")
    places = {name: np.zeros(len(lies), column.dtype) for name, column in nothing_of("places").items()}
    places["doc"] = 100 * generation + np.arange(len(lies))
    rows = {"traces": told, "places": places}
    rows["bands"] = halves(lies[order], LOW) | {"place": order.astype(np.uint32)}
    files = {}
    for kind in SEARCHED:
        writer = SortedWriter(store.gen / f"g{generation}", kind, (generation, generation))
        writer.write(rows[kind])
        files[kind] = writer.finish()
    return Tier(generation, generation, files)


def test_the_oldest_trace_of_a_fold_holds_and_the_newest_of_a_recent_copy(store: Store) -> None:
    for kind, want in ((FOLD, [1, 4, 2]), (RECENT, [3, 4, 3])):
        tiers = [
            tier(store, at, traces(kind, asked, [at] * len(asked)))
            for at, asked in ((1, [7]), (2, [7, 9]), (3, [7, 9]))
        ]
        tiers[1:1] = [tier(store, 4, traces(kind, [8], [4]))]
        for each in (tiers, merged_tiers(store, store.gen / "merged", tiers, most=9)):
            told = Index(store, each).told(keys_of(kind, np.array([7, 8, 5, 9])))
            assert (told.at.tolist(), told.doc.tolist()) == ([0, 1, 3], want)


def test_a_trace_of_another_thing_with_the_same_key_is_none(store: Store) -> None:
    told = traces(FOLD, [7], [1])
    told["check"] = told["check"] + 1
    assert Index(store, [tier(store, 1, told)]).told(keys_of(FOLD, np.array([7]))).at.tolist() == []


def test_leaders_of_buckets_come_in_order_over_all_tiers(store: Store) -> None:
    nothing = traces(FOLD, [], [])
    tiers = [tier(store, 1, nothing, [5, 3, 5]), tier(store, 2, nothing, [5]), tier(store, 3, nothing, [3, 9])]
    asked = np.array([3, 4, 5], np.uint64) << np.uint64(40)
    for each in (tiers, merged_tiers(store, store.gen / "merged", tiers, most=99)):
        bounds, rows = Index(store, each).leaders(asked, most=50)
        assert bounds.tolist() == [0, 2, 2, 5]
        assert rows["doc"].tolist() == [101, 300, 100, 102, 200]


def test_tiers_are_merged_until_each_is_half_of_the_next_older_one(store: Store) -> None:
    tiers: list[Tier] = []
    for generation in range(1, 18):
        told = traces(FOLD, list(range(1000 * generation, 1000 * generation + 500)), [generation] * 500)
        tiers = merged_tiers(store, store.gen / f"g{generation}", [*tiers, tier(store, generation, told)], most=9)
        assert all(older.bytes >= 2 * newer.bytes for older, newer in pairwise(tiers))
        left = {file.name for each in tiers for file in each.files.values() if file.folder == f"g{generation}"}
        assert {path.name for path in (store.gen / f"g{generation}").iterdir()} == left
        assert (tiers[0].first, tiers[-1].last) == (1, generation)
    assert len(tiers) <= 5
    told = Index(store, tiers).told(keys_of(FOLD, np.arange(1000, 18_000, 250)))
    assert told.doc.tolist() == [each for generation in range(1, 18) for each in (generation, generation)]


def test_a_file_that_is_not_in_order_is_named(store: Store) -> None:
    fine = tier(store, 1, traces(FOLD, list(range(40)), [0] * 40), [5, 3])
    assert [wrong_order(store, fine.files[kind]) for kind in SEARCHED] == ["", "", ""]
    told = {name: column[::-1].copy() for name, column in traces(FOLD, list(range(40)), [0] * 40).items()}
    assert wrong_order(store, tier(store, 2, told).files["traces"]) == "is not in order behind row 0"
