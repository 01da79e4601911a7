"""Who shares a bucket: no key that occurs twice is missed, and what is left over is numbered by key."""

from collections import Counter

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.dedup import buckets
from pipeline.dedup.distinct import numbered
from pipeline.dedup.method import crowded_rows, first_places

keys = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3) | st.sampled_from([0, 1 << 10, 1 << 40, 65, 64 << 10])


@given(st.lists(st.lists(keys, max_size=8), max_size=5))
def test_no_key_that_occurs_twice_is_missed(batches: list[list[int]]) -> None:
    flat = [key for batch in batches for key in batch]
    table = buckets.empty_table(len(flat))
    for batch in batches:
        buckets.mark(table, np.array(batch, np.int64))
    found = buckets.crowded(table, np.array(flat, np.int64)).tolist()
    counts = Counter(flat)
    assert all(flag for key, flag in zip(flat, found, strict=True) if counts[key] > 1)


def test_most_single_keys_are_dropped() -> None:
    flat = np.random.default_rng(1).integers(-(2**63), 2**63 - 1, 100_000)
    table = buckets.empty_table(len(flat))
    buckets.mark(table, flat)
    assert np.mean(buckets.crowded(table, flat)) < 1 / 6


@given(st.lists(keys, max_size=30))
def test_numbers_of_keys(given_keys: list[int]) -> None:
    found = buckets.bucket_numbers(np.array(given_keys, np.int64)).tolist()
    counts = Counter(given_keys)
    assert [number >= 0 for number in found] == [counts[key] > 1 for key in given_keys]
    pairs = {(key, number) for key, number in zip(given_keys, found, strict=True) if number >= 0}
    assert len(pairs) == len({key for key, _ in pairs}) == len({number for _, number in pairs})
    assert sorted({number for _, number in pairs}) == list(range(len(pairs)))


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(keys, min_size=width, max_size=width), max_size=9)))
@example([])
def test_rows_that_share_a_key(rows: list[list[int]]) -> None:
    table = np.array(rows, np.int64).reshape(len(rows), -1 if rows else 1)
    row, number = (part.tolist() for part in crowded_rows(table))
    counts = Counter(key for each in rows for key in each)
    assert row == [at for at, each in enumerate(rows) for key in each if counts[key] > 1]
    shared = [key for each in rows for key in each if counts[key] > 1]
    assert len(set(zip(shared, number, strict=True))) == len(set(shared)) == len(set(number))


halves = st.sampled_from([0, 1, -1, 2**63 - 1, -(2**63), 1 << 32, 7])


@given(st.lists(st.tuples(halves, halves, st.booleans()), max_size=30))
def test_distinct_keys_are_numbered_by_first_occurrence(rows: list[tuple[int, int, bool]]) -> None:
    hi, lo, live = (np.array([row[at] for row in rows]) for at in range(3))
    numbers: dict[tuple[int, int], int] = {}
    want = [numbers.setdefault((high, low), len(numbers)) if flag else -1 for high, low, flag in rows]
    found = numbered(hi.astype(np.int64), lo.astype(np.int64), live.astype(np.bool_))
    assert found.tolist() == want
    assert first_places(found).tolist() == [want.index(number) for number in range(len(numbers))]
