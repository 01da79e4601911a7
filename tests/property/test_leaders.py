"""Leaders: equal to the naive greedy rule, really similar, no chains, and only the past decides."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.dedup import reference
from pipeline.dedup.leaders import Leaders, leaders_of
from pipeline.dedup.method import Method
from tests import oracles
from tests.strategies import buffers, edited

Sets = list[set[int]]


def packed(sets: Sets, kind: type) -> tuple[NDArray, NDArray[np.int64]]:
    offsets = np.cumsum([0, *map(len, sets)]).astype(np.int64)
    return np.array([value for each in sets for value in sorted(each)], kind), offsets


def led(buckets: Sets, shingles: Sets, masked: list[int], threshold: Fraction, most: int) -> Leaders:
    return leaders_of(
        packed(buckets, np.int32),
        packed(shingles, np.uint64),
        np.array(masked, np.int64),
        threshold=(threshold.numerator, threshold.denominator),
        most_leaders=most,
    )


rows = st.lists(
    st.tuples(st.sets(st.integers(0, 4), max_size=3), st.sets(st.integers(0, 8), max_size=8), st.integers(0, 9)),
    max_size=14,
)
thresholds = st.sampled_from([Fraction(1, 2), Fraction(1, 3), Fraction(7, 10), Fraction(1), Fraction(1, 100)])


def columns(given_rows: list[tuple[set[int], set[int], int]]) -> tuple[Sets, Sets, list[int]]:
    return tuple([row[at] for row in given_rows] for at in range(3))


@given(rows, thresholds, st.integers(1, 4))
@example([({0}, {1, 2, 3}, 0), ({0}, {2, 3, 4}, 1), ({0}, {3, 4, 5}, 2)], Fraction(1, 2), 4)
@example([({0}, set(), 0), ({0}, set(), 1), ({0}, {1}, 2)], Fraction(1, 2), 4)
def test_the_naive_greedy_rule(
    given_rows: list[tuple[set[int], set[int], int]], threshold: Fraction, most: int
) -> None:
    found = led(*columns(given_rows), threshold, most)
    leader, counts, capped = oracles.leaders(*columns(given_rows), threshold, most)
    assert found.leader.tolist() == leader
    assert list(zip(found.shared.tolist(), found.union.tolist(), strict=True)) == counts
    assert np.count_nonzero(found.capped) == capped


@given(rows, thresholds, st.integers(1, 4))
def test_followers_are_similar_to_a_leader_that_leads_itself(
    given_rows: list[tuple[set[int], set[int], int]], threshold: Fraction, most: int
) -> None:
    _, shingles, masked = columns(given_rows)
    found = led(*columns(given_rows), threshold, most)
    for row, head in enumerate(found.leader.tolist()):
        assert found.leader[head] == head <= row
        if head != row:
            ours, theirs = shingles[row], shingles[head]
            assert Fraction(len(ours & theirs), len(ours | theirs)) >= threshold
            assert masked[row] != masked[head]


@given(rows, rows, thresholds, st.integers(1, 4))
def test_only_the_past_decides(
    before: list[tuple[set[int], set[int], int]],
    after: list[tuple[set[int], set[int], int]],
    threshold: Fraction,
    most: int,
) -> None:
    alone, both = (led(*columns(each), threshold, most) for each in (before, before + after))
    for name in ("leader", "shared", "union"):
        assert getattr(both, name)[: len(before)].tolist() == getattr(alone, name).tolist()


# --- pairs forced together ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shared", "alone", "threshold", "repeats"),
    [
        (1, 1, Fraction(1, 2), True),  # exactly met
        (7, 3, Fraction(7, 10), True),
        (69, 31, Fraction(7, 10), False),  # one below
        (70, 30, Fraction(7, 10), True),
        (1, 2, Fraction(1, 3), True),
        (333, 667, Fraction(1, 3), False),
        (1, 0, Fraction(1), True),
        (999, 1, Fraction(1), False),
        (3_000_000, 1_000_000, Fraction(3, 4), True),  # products beyond 32 bits
        (2_999_999, 1_000_001, Fraction(3, 4), False),
    ],
)
def test_the_threshold_is_compared_without_rounding(
    shared: int, alone: int, threshold: Fraction, repeats: bool
) -> None:
    """Two sets of `shared` and `shared + alone` shingles: similarity shared / (shared + alone)."""
    found = leaders_of(
        (np.zeros(2, np.int32), np.arange(3)),
        (
            np.concatenate([np.arange(shared), np.arange(shared + alone)]).astype(np.uint64),
            np.array([0, shared, 2 * shared + alone]),
        ),
        np.arange(2),
        threshold=(threshold.numerator, threshold.denominator),
        most_leaders=1,
    )
    assert found.leader.tolist() == [0, 0 if repeats else 1]
    if repeats:
        assert (found.shared[1], found.union[1]) == (shared, shared + alone)


def test_the_most_similar_leader_wins_and_the_earlier_one_of_two() -> None:
    shingles = [{1, 2, 3, 4, 20, 21, 22}, {1, 2, 3, 4, 5, 30}, {1, 2, 3, 4, 6, 31}, {1, 2, 3, 4, 5}, {1, 2, 3, 4}]
    found = led([{0}] * 5, shingles, [0, 1, 2, 3, 4], Fraction(5, 9), 9)
    assert found.leader.tolist() == [0, 1, 2, 1, 1]  # the last: 4/7 with 0, 4/6 with 1 and with 2


def test_paragraphs_that_differ_in_figures_only_are_not_similar() -> None:
    assert led([{0}] * 2, [{1, 2, 3}, {1, 2, 3, 4}], [7, 7], Fraction(1, 2), 9).leader.tolist() == [0, 1]
    assert led([{0}] * 2, [{1, 2, 3}, {1, 2, 3, 4}], [7, 8], Fraction(1, 2), 9).leader.tolist() == [0, 0]


def test_paragraphs_without_a_bucket_in_common_are_never_compared() -> None:
    assert led([{0}, {1}], [{1, 2}, {1, 2, 3}], [0, 1], Fraction(1, 2), 9).leader.tolist() == [0, 1]


def test_a_chain_is_cut_at_its_first_link() -> None:
    """Each is similar to the one before; only those similar to a leader follow."""
    shingles = [set(range(at, at + 6)) for at in range(12)]
    found = led([{0}] * 12, shingles, list(range(12)), Fraction(1, 2), 99)
    assert found.leader.tolist() == [0, 0, 0, 3, 3, 3, 6, 6, 6, 9, 9, 9]


def test_a_flood_in_one_bucket_is_capped_and_counted() -> None:
    shingles = [{10 * at, 10 * at + 1} for at in range(20)] + [{190, 191, 5}, {0, 1, 5}]
    found = led([{0}] * 22, shingles, list(range(22)), Fraction(1, 2), 4)
    assert found.leader.tolist() == [*range(21), 0]
    # The fifth leader did not fit, so all leaders behind it missed one.
    assert np.flatnonzero(found.capped).tolist() == list(range(5, 21))


# --- on text, through the real bands ------------------------------------------------------------------------------


def method(threshold: Fraction) -> Method:
    return Method(
        kernel="numba",
        seed=1,
        permutations=128,
        bands=25,
        rows=5,
        threshold=(threshold.numerator, threshold.denominator),
        fewest_tokens=5,
        strong_letters=80,
        strong_letters_unspaced=60,
        bucket_leaders=64,
        within=True,
        across="corpus",
    )


@given(st.lists(edited(), min_size=1, max_size=3), st.sampled_from([Fraction(1, 2), Fraction(7, 10)]))
def test_leaders_inside_documents(docs: list[list[str]], threshold: Fraction) -> None:
    """Found by bands among the paragraphs of one document only; similar by the slow twin."""
    how = replace(method(threshold), fewest_tokens=0)
    strings = [text for doc in docs for text in dict.fromkeys(doc)]
    scope = np.array([at for at, doc in enumerate(docs) for _ in dict.fromkeys(doc)], np.int64)
    data, offsets = buffers(strings)
    starts, ends = offsets[:-1], offsets[1:]
    folds, keys = how.folds(data, starts, ends)
    masked = folds.masked
    found = how.leaders_inside(data, starts, ends, masked, keys, scope)
    for row, head in enumerate(found.leader.tolist()):
        assert found.leader[head] == head <= row
        assert scope[head] == scope[row]
        if head != row:
            pair = (int(found.shared[row]), int(found.union[row]))
            assert pair == reference.similarity(strings[row], strings[head])
            assert Fraction(*pair) >= threshold
            assert reference.masked(strings[row]) != reference.masked(strings[head])
    shingle_sets = [set(reference.shingle_hashes(text)) for text in strings]
    shared = [{hash((int(at), key)) for key in each} for at, each in zip(scope, keys.tolist(), strict=True)]
    want = oracles.leaders(shared, shingle_sets, masked.tolist(), threshold, 64)
    assert found.leader.tolist() == want[0]


def test_strong_paragraphs_have_letters_enough_for_their_script() -> None:
    letters, unspaced = np.array([79, 80, 59, 60, 60], np.int32), np.array([False, False, True, True, False])
    assert method(Fraction(1, 2)).strong(letters, unspaced).tolist() == [False, True, False, True, False]


def test_the_two_kernels_give_the_same_keys() -> None:
    data, offsets = buffers(["one two three four five six", "上海新闻联播", ""])
    fast = method(Fraction(1, 2))
    slow = Method(**{name: getattr(fast, name) for name in Method.__slots__} | {"kernel": "datasketch"})
    (_, want), (_, keys) = (each.folds(data, offsets[:-1], offsets[1:]) for each in (slow, fast))
    assert keys.shape == (2, fast.bands)
    assert (keys == want).all()
