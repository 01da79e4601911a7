"""Leaders: equal to the naive greedy rule, by the real verdict, no chains, and only the past decides."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.dedup import reference
from pipeline.dedup.contents import Contents, contents_of
from pipeline.dedup.leaders import Leaders, held_in, leaders_of, may_follow
from pipeline.dedup.method import Method
from pipeline.dedup.reference import Shares
from pipeline.dedup.verdict import limits
from tests import oracles
from tests.oracles import Row
from tests.strategies import buffers, edited

ANY_NEW = Fraction(1)  # novelty is no limit
NEVER = Fraction(1)  # contained is only what is a subset


FLAGS = (("masked", np.int64), ("unspaced", np.bool_))


def packed(sets: list[frozenset[int]], kind: type) -> tuple[NDArray, NDArray[np.int64]]:
    offsets = np.cumsum([0, *map(len, sets)]).astype(np.int64)
    return np.array([value for each in sets for value in sorted(each)], kind), offsets


def contents_in(rows: list[Row]) -> Contents:
    shingles = packed([row.shingles for row in rows], np.uint64)
    tokens = packed([frozenset(2 * token + (token in row.twice) for token in row.tokens) for row in rows], np.uint64)
    masked, unspaced = (np.array([getattr(row, name) for row in rows], kind) for name, kind in FLAGS)
    negates = np.array([not row.tokens.isdisjoint(oracles.NEGATIVE) for row in rows], np.bool_)
    return Contents(*shingles, *tokens, masked, unspaced, negates)


def buckets_of(rows: list[Row]) -> tuple[NDArray, NDArray[np.int64]]:
    return packed([row.buckets for row in rows], np.int32)


def led(rows: list[Row], shares: Shares, most: int) -> Leaders:
    return leaders_of(buckets_of(rows), contents_in(rows), limits(shares), most_leaders=most)


def simple(sets: list[set[int]], masked: list[int] | None = None) -> list[Row]:
    """Paragraphs in one bucket, with these shingles and no tokens."""
    numbers = masked or list(range(len(sets)))
    return [Row(frozenset({0}), frozenset(each), frozenset(), at) for each, at in zip(sets, numbers, strict=True)]


numbers = st.integers(0, 8)
given_rows = st.lists(
    st.builds(
        Row,
        st.frozensets(st.integers(0, 4), max_size=3),
        st.frozensets(numbers, max_size=8),
        st.frozensets(numbers | st.sampled_from(oracles.NEGATIVE), max_size=6),
        st.integers(0, 9),
        st.booleans(),
        st.frozensets(numbers, max_size=3),
    ),
    max_size=14,
)
fractions = st.sampled_from([Fraction(1, 2), Fraction(1, 3), Fraction(7, 10), Fraction(1), Fraction(1, 100)])
few = fractions | st.just(Fraction(0))
given_shares = st.builds(Shares, fractions, few, few, fractions, st.integers(0, 3))


@given(given_rows, given_shares, st.integers(1, 4))
@example(simple([{1, 2, 3}, {2, 3, 4}, {3, 4, 5}]), Shares(Fraction(1, 2), ANY_NEW, ANY_NEW, NEVER, 99), 4)
@example(simple([set(), set(), {1}]), Shares(Fraction(1, 2), ANY_NEW, ANY_NEW, NEVER, 99), 4)
@example(simple([{1, 2, 3, 4, 5}, {1, 2}]), Shares(Fraction(1, 2), ANY_NEW, ANY_NEW, NEVER, 99), 4)
def test_the_naive_greedy_rule(rows: list[Row], shares: Shares, most: int) -> None:
    found = led(rows, shares, most)
    leader, counts, partial, capped = oracles.leaders(rows, shares, most)
    assert found.leader.tolist() == leader
    assert list(zip(found.shared.tolist(), found.union.tolist(), strict=True)) == counts
    assert found.partial.tolist() == partial
    assert np.count_nonzero(found.capped) == capped


@given(given_rows, given_shares, st.integers(1, 4))
def test_followers_say_again_what_a_leader_said_that_leads_itself(rows: list[Row], shares: Shares, most: int) -> None:
    found = led(rows, shares, most)
    for row, head in enumerate(found.leader.tolist()):
        assert found.leader[head] == head <= row
        if head != row:
            assert oracles.verdict(row, head, rows, shares) == ("contained" if found.partial[row] else "near")


@given(given_rows, given_rows, given_shares, st.integers(1, 4))
def test_only_the_past_decides(before: list[Row], after: list[Row], shares: Shares, most: int) -> None:
    alone, both = (led(each, shares, most) for each in (before, before + after))
    for name in ("leader", "shared", "union", "partial"):
        assert getattr(both, name)[: len(before)].tolist() == getattr(alone, name).tolist()


@given(given_rows, given_rows, given_shares, st.integers(1, 4), st.frozensets(st.integers(0, 13)))
def test_of_the_past_only_leaders_that_may_be_alike_are_needed(
    before: list[Row], after: list[Row], shares: Shares, most: int, more: frozenset[int]
) -> None:
    """The index offers these (`may_follow`), and tells of each bucket how many others it remembers."""
    whole = led(before + after, shares, most)
    past = [row for row in range(len(before)) if whole.leader[row] == row]
    members = {bucket: [row for row in past if bucket in before[row].buckets] for bucket in range(5)}
    flat = [row for bucket in range(5) for row in members[bucket]]
    bounds = np.cumsum([0, *(len(members[bucket]) for bucket in range(5))]).astype(np.int64)
    theirs = held_in(contents_in([before[row] for row in flat]))
    asked = [(row, bucket) for row, each in enumerate(after) for bucket in sorted(each.buckets)]
    columns = np.array(asked, np.int64).reshape(-1, 2)
    where = columns[:, 0].copy(), columns[:, 1].copy()
    pairs = may_follow(where, bounds, held_in(contents_in(after)), theirs, limits(shares), most=most)
    here = [row for row in past if row in {flat[other] for other in pairs[1]} | more]
    absent = [sum(row not in here for row in members[bucket][:most]) for bucket in range(5)]
    full = [len(members[bucket]) > most for bucket in range(5)]
    rows = [before[row] for row in here] + after
    found = leaders_of(
        buckets_of(rows),
        contents_in(rows),
        limits(shares),
        most_leaders=most,
        frozen=np.arange(len(rows)) < len(here),
        absent=(np.array(absent, np.int32), np.array(full)),
    )
    number = dict(enumerate([*here, *range(len(before), len(before) + len(after))]))
    assert [number[row] for row in found.leader[len(here) :].tolist()] == whole.leader[len(before) :].tolist()
    for name in ("shared", "union", "partial", "capped"):
        assert getattr(found, name)[len(here) :].tolist() == getattr(whole, name)[len(before) :].tolist()


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
    shingles = np.concatenate([np.arange(shared + alone), np.arange(shared)]).astype(np.uint64)
    nothing = np.empty(0, np.uint64), np.zeros(3, np.int64)
    flags = np.zeros((2, 2), np.bool_)
    contents = Contents(shingles, np.array([0, shared + alone, 2 * shared + alone]), *nothing, np.arange(2), *flags)
    chosen = limits(Shares(threshold, ANY_NEW, ANY_NEW, Fraction(2), 99))
    found = leaders_of((np.zeros(2, np.int32), np.arange(3)), contents, chosen, most_leaders=1)
    assert found.leader.tolist() == [0, 0 if repeats else 1]
    if repeats:
        assert (found.shared[1], found.union[1]) == (shared, shared + alone)


HALF = Shares(Fraction(1, 2), ANY_NEW, ANY_NEW, NEVER, 99)


def test_the_most_similar_leader_wins_and_the_earlier_one_of_two() -> None:
    shingles = [{1, 2, 3, 4, 20, 21, 22}, {1, 2, 3, 4, 5, 30}, {1, 2, 3, 4, 6, 31}, {1, 2, 3, 4, 5}, {1, 2, 3, 4}]
    found = led(simple(shingles), Shares(Fraction(5, 9), ANY_NEW, ANY_NEW, NEVER, 99), 9)
    assert found.leader.tolist() == [0, 1, 2, 1, 1]  # the last: 4/7 with 0, 4/6 with 1 and with 2


def test_paragraphs_that_differ_in_figures_only_are_not_similar() -> None:
    assert led(simple([{1, 2, 3}, {1, 2, 3, 4}], [7, 7]), HALF, 9).leader.tolist() == [0, 1]
    assert led(simple([{1, 2, 3}, {1, 2, 3, 4}], [7, 8]), HALF, 9).leader.tolist() == [0, 0]


def test_less_may_be_new_where_a_token_is_one_character() -> None:
    shares = Shares(Fraction(1, 2), Fraction(1, 4), Fraction(0), NEVER, 99)
    first = Row(frozenset({0}), frozenset({1, 2, 3}), frozenset({1, 2, 3}), 0)
    for unspaced, leader in ((False, [0, 0]), (True, [0, 1])):
        again = Row(frozenset({0}), frozenset({1, 2, 3, 4}), frozenset({1, 2, 3, 4}), 1, unspaced)
        assert led([first, again], shares, 9).leader.tolist() == leader


def test_paragraphs_without_a_bucket_in_common_are_never_compared() -> None:
    rows = [Row(frozenset({at}), frozenset(range(2 + at)), frozenset(), at) for at in range(2)]
    assert led(rows, HALF, 9).leader.tolist() == [0, 1]


def test_a_chain_is_cut_at_its_first_link() -> None:
    """Each is similar to the one before; only those similar to a leader follow."""
    found = led(simple([set(range(at, at + 6)) for at in range(12)]), HALF, 99)
    assert found.leader.tolist() == [0, 0, 0, 3, 3, 3, 6, 6, 6, 9, 9, 9]


def test_a_flood_in_one_bucket_is_capped_and_counted() -> None:
    shingles = [{10 * at, 10 * at + 1} for at in range(20)] + [{190, 191, 5}, {0, 1, 5}]
    found = led(simple(shingles), HALF, 4)
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
        shares=Shares(threshold, Fraction(1, 5), Fraction(1, 10), Fraction(9, 10), 8),
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

    def held(at: NDArray[np.int64]) -> Contents:
        return contents_of(data, starts[at], ends[at], folds.masked[at], folds.unspaced[at])

    found = how.leaders_inside(keys, scope, held)
    for row, head in enumerate(found.leader.tolist()):
        assert found.leader[head] == head <= row
        assert scope[head] == scope[row]
        if head != row:
            pair = (int(found.shared[row]), int(found.union[row]))
            assert pair == reference.similarity(strings[row], strings[head])
            why = reference.verdict(strings[row], strings[head], how.shares)
            assert why == ("contained" if found.partial[row] else "near")
    rows = [
        Row(
            frozenset(hash((int(at), key)) for key in each),
            frozenset(reference.shingle_hashes(text)),
            frozenset(map(reference.token_hash, reference.tokens(text))),
            int(mask),
            bool(alone),
            frozenset(
                reference.token_hash(each) for each, count in Counter(reference.tokens(text)).items() if count > 1
            ),
        )
        for at, each, text, mask, alone in zip(scope, keys.tolist(), strings, folds.masked, folds.unspaced, strict=True)
    ]
    want = oracles.leaders(rows, how.shares, 64)
    assert found.leader.tolist() == want[0]


def test_strong_paragraphs_have_letters_enough_for_their_script() -> None:
    letters, unspaced = np.array([79, 80, 59, 60, 60], np.int32), np.array([False, False, True, True, False])
    assert method(Fraction(1, 2)).strong(letters, unspaced).tolist() == [False, True, False, True, False]


def test_the_two_kernels_give_the_same_keys() -> None:
    data, offsets = buffers(["one two three four five six", "上海新闻联播", ""])
    fast = method(Fraction(1, 2))
    slow = Method(**{name: getattr(fast, name) for name in Method.__slots__} | {"kernel": "datasketch"})
    (_, want), (_, keys) = (each.folds(data, offsets[:-1], offsets[1:]) for each in (slow, fast))
    assert keys.shape == (2, fast.keys_a_paragraph)
    assert (keys == want).all()
