"""Folds, shingles and signatures: the compiled kernels give what `reference` and datasketch give, on any text."""

import hashlib
import unicodedata
from collections import Counter
from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.dedup import reference
from pipeline.dedup.blake2b import digests, lanes
from pipeline.dedup.contents import contents_of
from pipeline.dedup.edges import EDGES, edge_keys
from pipeline.dedup.fold import folds_and_bands, folds_of
from pipeline.dedup.letters import CLASS, LETTER, SIZE, UNSPACED, WORD, tables
from pipeline.dedup.minhash import band_keys, reference_signatures, signatures
from pipeline.dedup.shingles import sort_hashes
from pipeline.dedup.verdict import similarity
from tests.strategies import LETTERS, buffers, lines, texts

some_lines = st.lists(lines | texts, max_size=5)


def digest(fold: str) -> tuple[int, int]:
    raw = hashlib.blake2b(fold.encode(), digest_size=16).digest()
    return tuple(int.from_bytes(raw[at : at + 8], "little", signed=True) for at in (0, 8))


# --- folds --------------------------------------------------------------------------------------------------------


@given(some_lines)
@example(["", " ", "* * *", "\u200b", "-5", "- 5", "x-5", "-\u200b5", "-"])
@example(["3 % 7", "7% 3", "١٢ 5", "a1b22", "0", "1-2.3", "1 上 2", "% 5 5 %"])
@example(["Ⱥ" * 200, "上" * 300, "a b " * 100, "Ⱥ " * 77])
@example(
    [
        *("x" * size for size in range(70)),
        *("é" * size for size in range(40)),
        "12345678 1234567 123456789",
        "1234567é8",
    ]
)
@example([f"{'y' * size} - {'-5' * size}{'1' * size} -" for size in range(40)])
@example([" " * size + "-5 " + "z" * size + "\u200b-7 -\u0663" for size in range(70)])
@example(["".join(chr(code) for code in range(0x80)), "".join(f"{chr(code)}-1 " for code in range(0x80))])
@example(
    ["a" * 125 + " b", "a" * 126 + " b", "a" * 127, "a" * 128, "a" * 129, "上" * 42 + "ab", "a" * 255, "b" * 257] * 3
)
@example(["p" * 140_000, "q", "r s" * 50_000, "t"])
def test_folds_are_what_the_slow_twin_says(strings: list[str]) -> None:
    data, offsets = buffers(strings)
    found = folds_of(data, offsets[:-1], offsets[1:])
    kinds, _ = tables()
    for at, text in enumerate(strings):
        tokens = reference.tokens(text)
        flags = [int(kinds[ord(char)]) for char in text]
        letters = sum(bool(flag & LETTER) for flag in flags)
        assert found.tokens[at] == len(tokens)
        assert found.letters[at] == letters
        assert found.unspaced[at] == (2 * sum(flag & CLASS == UNSPACED for flag in flags) > letters)
        assert (found.hi[at], found.lo[at]) == (digest(reference.fold(text)) if tokens else (0, 0))


@given(some_lines)
@example(["up 3.5 % on 2018-06-08", "up 7 % on 9/6/2019", "up 7 on 9", "x1", "x 1", "x", "1x", "0", "00", "0 0"])
@example(["1 上 2", "1 2 上", "上 1", "% 5", "5 %", "5 5 %", ""])
def test_masked_tells_apart_what_the_slow_twin_tells_apart(strings: list[str]) -> None:
    data, offsets = buffers(strings)
    keys = folds_of(data, offsets[:-1], offsets[1:]).masked.tolist()
    masks = [reference.masked(text) for text in strings]
    for left, left_mask in zip(keys, masks, strict=True):
        for right, right_mask in zip(keys, masks, strict=True):
            assert (left == right) == (left_mask == right_mask)


@given(lines)
def test_a_fold_is_folded(text: str) -> None:
    fold = reference.fold(text)
    if "-" not in fold:  # in "5-3" it says minus; read again it would join two words
        assert reference.fold(fold) == fold


@given(lines, lines)
def test_equal_folds_are_equal_tokens(left: str, right: str) -> None:
    assert (reference.fold(left) == reference.fold(right)) == (reference.tokens(left) == reference.tokens(right))


def test_every_folded_form_is_of_the_class_of_its_source_and_final() -> None:
    kinds, folds = tables()
    speaks = np.flatnonzero((kinds & CLASS) >= WORD)
    moved = speaks[kinds[folds[speaks]] & CLASS != kinds[speaks] & CLASS]
    assert {chr(folds[code]) for code in moved} == {"-"}  # a minus sign; "-" itself is one only before a number
    assert (folds[folds[speaks]] == folds[speaks]).all()


def test_every_character_has_a_class_of_its_own() -> None:
    """Each code point alone, in one go: what the table says is what the kernel does."""
    codes = [code for code in range(SIZE) if not 0xD800 <= code < 0xE000]
    kinds, folds = tables()
    data, offsets = buffers([chr(code) for code in codes])
    found = folds_of(data, offsets[:-1], offsets[1:])
    assert (found.tokens == ((kinds[codes] & CLASS) >= WORD)).all()
    assert (found.letters == (kinds[codes] & LETTER != 0)).all()
    some = codes[::997]
    for code in some:
        at = codes.index(code)
        assert (found.hi[at], found.lo[at]) == (digest(chr(folds[code])) if found.tokens[at] else (0, 0))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Die  SONNE — scheint.", "die sonne scheint"),
        ("ＡＢＣ　ｶｱ", "abc カア"),
        ("L’été", "l'été"),
        ("مـــرحبا", "مرحبا"),
        ("٣ %", "3 %"),
        ("zero\u200bwidth", "zerowidth"),
        ("no\u00a0break", "no break"),
        ("−5 °C", "-5 °C"),
        ("ΟΔΟΣ", "οδοσ"),
        ("3.5 %", "3,5 %"),
    ],
)
def test_what_is_the_same_news(left: str, right: str) -> None:
    left, right = (unicodedata.normalize("NFC", each) for each in (left, right))
    assert reference.fold(left) == reference.fold(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("3 %", "7 %"),
        ("3 %", "3"),
        ("5 €", "5 $"),
        ("-5 °C", "5 °C"),
        ("a + b", "a − b"),
        ("été", "ete"),
        ("3.5", "35"),
        ("now here", "nowhere"),
        ("שָׁלוֹם", "שלום"),
    ],
)
def test_what_is_other_news(left: str, right: str) -> None:
    assert reference.fold(left) != reference.fold(right)


# --- BLAKE2b ------------------------------------------------------------------------------------------------------


def digests_of(bodies: list[bytes]) -> list[bytes]:
    """By the kernel: the bodies in one buffer, each padded to full blocks."""
    padded = [body + bytes(-len(body) % 128) for body in bodies]
    places = np.cumsum([0, *(len(each) // 8 for each in padded)])[:-1]
    found = np.zeros((2, len(bodies)), np.uint64)
    words = np.frombuffer(b"".join(padded) + bytes(128), np.uint64)
    digests(words, places, np.array([len(body) for body in bodies], np.int64), found, lanes())
    return [column.tobytes() for column in found.T]


some_bytes = hashlib.shake_256(b"any bytes").digest(1_000_001)
lengths = st.integers(0, 600) | st.sampled_from([127, 128, 129, 255, 256, 257, 1024, 4096, 65_537])


@given(st.lists(lengths, max_size=30), st.integers(0, 1000))
@example([*range(301)], 0)
@example([1_000_000, 1, 128, 5], 1)
@example([128] * 7 + [0, 0, 129, 1], 2)
def test_blake2b(sizes: list[int], first: int) -> None:
    """Each lane mixes a text of its own, however long the others are; a text without bytes has no digest."""
    bodies = [some_bytes[first + at : first + at + size] for at, size in enumerate(sizes)]
    want = [hashlib.blake2b(body, digest_size=16).digest() if body else bytes(16) for body in bodies]
    assert digests_of(bodies) == want


# --- shingles and signatures --------------------------------------------------------------------------------------


@given(some_lines)
@example(["", "one", "-5", "a -5 b", "one one one", "上海 上海", "x\u200by z", "% %"])
@example([" ".join(str(at * at % 97) for at in range(size)) for size in (2, 3, 4, 5, 31, 32, 33, 300)])
def test_contents_are_what_the_slow_twin_says(strings: list[str]) -> None:
    data, offsets = buffers(strings)
    held = contents_of(
        data, offsets[:-1], offsets[1:], np.zeros(len(strings), np.int64), np.zeros(len(strings), np.bool_)
    )
    for at, text in enumerate(strings):
        shingles = held.shingles[held.shingle_offsets[at] : held.shingle_offsets[at + 1]]
        tokens = held.tokens[held.token_offsets[at] : held.token_offsets[at + 1]]
        assert shingles.tolist() == reference.shingle_hashes(text)
        assert held.negates[at] == reference.negates(text)
        times = Counter(reference.tokens(text))
        assert tokens.tolist() == sorted(
            reference.token_hash(token) >> 1 << 1 | (count > 1) for token, count in times.items()
        )


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 9) | st.integers(2**60, 2**60 + 2**52), min_size=1))
@example([7] * 40 + [3] * 40)  # one pile
@example([at << 58 for at in range(64)])
@example([2**64 - 1 - at for at in range(33)])
def test_hashes_are_sorted(values: list[int]) -> None:
    found = np.array(values, np.uint64)
    sort_hashes(found, np.full(2 * len(values) + 2, 99, np.int64), np.empty(len(values), np.uint64))
    assert found.tolist() == sorted(values)


@given(lines, lines)
@example("one two three", "One, two, four")
@example("one", "two three four")
@example("one", "two")
def test_similarity_is_that_of_the_shingles(left: str, right: str) -> None:
    data, offsets = buffers([left, right])
    held = contents_of(data, offsets[:-1], offsets[1:], np.zeros(2, np.int64), np.zeros(2, np.bool_))
    assert similarity(0, 1, held) == similarity(1, 0, held)
    if reference.tokens(left) and reference.tokens(right) and reference.tokens(left) != reference.tokens(right):
        assert similarity(0, 1, held) == reference.similarity(left, right)


@given(some_lines)
@example([" ".join("abcdefghijklmnop"[:size]) for size in (1, 2, 11, 12, 13, 16)] + ["a " * 12, "b " * 11 + "a"])
@example(["上海新闻联播" * 4, "上海新闻联播" * 5, "上海新闻联播" * 2])
@example(["a b c d e f g h i j k l m", "a b c d e f g h i j k l x", "z b c d e f g h i j k l m", "m l k"])
def test_paragraphs_with_an_edge_in_common_meet(strings: list[str]) -> None:
    """Twelve tokens alike at the beginning, or at the end, 24 characters where there are no words; shorter ones meet
    only their equals.
    """
    data, offsets = buffers(strings)
    keys = edge_keys(data, offsets[:-1], offsets[1:]).tolist()
    sizes = np.where(folds_of(data, offsets[:-1], offsets[1:]).unspaced, 23, 11).tolist()
    edges = []
    for text, size in zip(strings, sizes, strict=True):
        found = [*pairwise(reference.tokens(text))]
        edges.append((found[:size], found[-size:]) if len(found) >= size else (["short", *found],) * 2)
    for mine, ours in zip(keys, edges, strict=True):
        for theirs, others in zip(keys, edges, strict=True):
            assert [a == b for a, b in zip(mine, theirs, strict=True)] == [
                a == b for a, b in zip(ours, others, strict=True)
            ]


@settings(max_examples=40)
@given(some_lines, st.integers(0, 2**32 - 1), st.sampled_from([1, 5, 128]))
@example(["", "one", "one two", "上海新闻 一 二 三"], 1, 128)
def test_signatures_are_those_of_datasketch(strings: list[str], seed: int, count: int) -> None:
    data, offsets = buffers(strings)
    fast = signatures(data, offsets[:-1], offsets[1:], count=count, seed=seed)
    slow = reference_signatures(data, offsets[:-1], offsets[1:], count=count, seed=seed)
    assert fast.dtype == slow.dtype == np.uint32
    assert fast.shape == slow.shape == (len(strings), count)
    assert (fast == slow).all()
    for row, text in zip(fast, strings, strict=True):
        assert (row == reference.signature(reference.shingle_hashes(text), permutations=count, seed=seed)).all()


@given(some_lines, st.integers(0, 4))
@example(["one two", "", "one", "one two three", "上海新闻"], 3)
def test_folds_and_bands_at_once(strings: list[str], fewest: int) -> None:
    """The folds are the same with band keys as without; keys have those with tokens enough, by signatures alone."""
    data, offsets = buffers(strings)
    starts, ends = offsets[:-1], offsets[1:]
    folds, keys = folds_and_bands(data, starts, ends, seed=1, permutations=70, bands=14, rows=5, fewest=fewest)
    alone = folds_of(data, starts, ends)
    for column in fields(folds):
        assert (getattr(folds, column.name) == getattr(alone, column.name)).all()
    some = alone.tokens >= fewest
    bands = band_keys(signatures(data, starts[some], ends[some], count=70, seed=1), bands=14, rows=5)
    assert (keys[:, :-EDGES] == bands).all()
    assert (keys[:, -EDGES:] == edge_keys(data, starts[some], ends[some])).all()


@given(st.lists(lines, min_size=1, max_size=4), st.integers(0, 3))
def test_a_paragraph_is_read_the_same_wherever_it_stands(strings: list[str], at: int) -> None:
    at %= len(strings)
    data, offsets = buffers(strings)
    alone, one = buffers([strings[at]])
    here, there = folds_of(data, offsets[at : at + 1], offsets[at + 1 : at + 2]), folds_of(alone, one[:1], one[1:])
    assert (here.hi[0], here.lo[0], here.masked[0]) == (there.hi[0], there.lo[0], there.masked[0])


def test_the_strategies_know_many_scripts() -> None:
    names = {unicodedata.name(char, "?").split()[0] for chars in LETTERS.values() for char in chars}
    assert {"LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "DEVANAGARI", "THAI", "CJK", "HALFWIDTH"} <= names
