"""The one place that cuts: spans are disjoint, what is left is what stays, and no holes are left behind."""

import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.text.apply import byte_places, gathered, left_over, removed_spans
from tests import oracles
from tests.strategies import buffers, texts

LAYOUT = "lines"


@st.composite
def cut_texts(draw: st.DrawFn) -> list[tuple[str, list[bool]]]:
    """Texts, and which of their paragraphs go."""
    out = []
    for text in draw(st.lists(texts, max_size=4)):
        count = len(oracles.paragraphs(text, LAYOUT))
        out.append((text, draw(st.lists(st.booleans(), min_size=count, max_size=count))))
    return out


Cut = list[tuple[str, list[bool]]]


def spans_of(cut: Cut, *, in_bytes: bool) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """(text, starts, ends) of what goes; only texts with paragraphs are told of, as the stage does."""
    some = [at for at, (text, _) in enumerate(cut) if text.strip()]
    spans = [oracles.paragraphs(cut[at][0], LAYOUT) for at in some]
    size = [(lambda n, text=cut[at][0]: len(text[:n].encode()) if in_bytes else n) for at in some]
    flat = [(size[k](start), size[k](end)) for k, each in enumerate(spans) for start, end in each]
    opening = np.cumsum([0, *map(len, spans)]).astype(np.int64)
    removed = np.array([flag for at in some for flag in cut[at][1]], np.bool_)
    lengths = np.array([size[k](len(cut[at][0])) for k, at in enumerate(some)], np.int64)
    starts, ends = np.array(flat, np.int32).reshape(-1, 2).T
    owner = np.repeat(np.array(some, np.int64), np.diff(opening))[removed]
    return (owner, *removed_spans(opening, starts, ends, removed, lengths))


@given(cut_texts())
@example([(" \n a \n\n b\n\n\n c \n ", [True, False, True]), ("", []), ("x", [True])])
@example([("a\n\nb\n\nc", [False, True, True]), ("a\n\nb\n\nc", [True, True, True]), ("a\nb", [True, False])])
def test_what_is_left(cut: Cut) -> None:
    data, offsets = buffers([text for text, _ in cut])
    owner, starts, ends = spans_of(cut, in_bytes=True)
    piece_text, piece_starts, piece_ends = left_over(offsets, owner, offsets[owner] + starts, offsets[owner] + ends)
    out, bounds = gathered(data, piece_starts, piece_ends)
    left = [b""] * len(cut)
    for at, text in enumerate(piece_text.tolist()):
        left[text] += out[bounds[at] : bounds[at + 1]].tobytes()
    for at, (text, removed) in enumerate(cut):
        spans = oracles.paragraphs(text, LAYOUT)
        clean = left[at].decode()
        assert clean == oracles.left(text, spans, removed)
        kept = [text[start:end] for (start, end), flag in zip(spans, removed, strict=True) if not flag]
        assert [clean[start:end] for start, end in oracles.paragraphs(clean, LAYOUT)] == kept


@given(cut_texts())
def test_spans_are_disjoint_and_restore_the_text(cut: Cut) -> None:
    owner, starts, ends = (part.tolist() for part in spans_of(cut, in_bytes=False))
    assert list(zip(owner, starts, strict=True)) == sorted(zip(owner, starts, strict=True))
    for at, (text, removed) in enumerate(cut):
        mine = [(start, end) for each, start, end in zip(owner, starts, ends, strict=True) if each == at]
        gone = [span for span, flag in zip(oracles.paragraphs(text, LAYOUT), removed, strict=True) if flag]
        assert len(mine) == len(gone)
        behind = 0
        for (start, end), (first, last) in zip(mine, gone, strict=True):
            assert behind <= start <= first < last <= end <= len(text)
            behind = end


@given(cut_texts())
def test_code_points_and_bytes_say_the_same(cut: Cut) -> None:
    data, offsets = buffers([text for text, _ in cut])
    owner, starts, ends = spans_of(cut, in_bytes=False)
    _, byte_starts, byte_ends = spans_of(cut, in_bytes=True)
    both = byte_places(data, offsets, np.repeat(owner, 2), np.stack([starts, ends]).T.ravel())
    assert (both[::2] == offsets[owner] + byte_starts).all()
    assert (both[1::2] == offsets[owner] + byte_ends).all()


@given(cut_texts())
def test_no_holes(cut: Cut) -> None:
    for text, removed in cut:
        if not text.strip():
            continue
        clean = oracles.left(text, oracles.paragraphs(text, LAYOUT), removed)
        widest = max((len(gap) for gap in re.findall(r"\s+", text) if "\n" in gap), default=0)
        assert all(len(gap) <= widest for gap in re.findall(r"\s+", clean) if "\n" in gap)
        if removed[-1]:
            assert clean == clean.rstrip()
        if removed[0]:
            assert not clean.startswith("\n")


@pytest.mark.parametrize(
    ("text", "removed", "want"),
    [
        ("a\n\nb\n\nc", "010", "a\n\nc"),
        ("a\n\nb\nc", "010", "a\n\nc"),
        ("a\n\nb\n\nc\n", "001", "a\n\nb"),
        ("\n\na\n\nb", "10", "b"),
        ("\n\na\n\nb", "01", "\n\na"),
        ("a\n\nb\n\nc", "011", "a"),
        ("a\nb\n", "11", ""),
        ("title\n\n\n\nb\n\nc", "010", "title\n\n\n\nc"),
    ],
)
def test_examples(text: str, removed: str, want: str) -> None:
    spans = oracles.paragraphs(text, LAYOUT)
    assert oracles.left(text, spans, [flag == "1" for flag in removed]) == want


@given(st.lists(st.tuples(texts, st.lists(st.integers(0, 60), max_size=5)), max_size=4))
def test_places_in_any_order(asked: list[tuple[str, list[int]]]) -> None:
    data, offsets = buffers([text for text, _ in asked])
    text_of = np.array([at for at, (_, points) in enumerate(asked) for _ in points], np.int64)
    points = np.array([point for _, points in asked for point in points], np.int64)
    want = [int(offsets[at]) + len(text[:point].encode()) for at, (text, ps) in enumerate(asked) for point in ps]
    assert byte_places(data, offsets, text_of, points).tolist() == want
