"""Where paragraphs are: equal to the slow twin, in code points and in bytes, on any text."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.dedup.letters import CLASS, SPACE, tables
from pipeline.text.paragraphs import LAYOUTS, layouts, paragraph_spans
from tests import oracles
from tests.strategies import LINE_ENDS, buffers, texts, wide_lines

SPACES = (tables()[0] & CLASS) == SPACE
WRAPPED = "w" * 60
some_texts = st.lists(texts, max_size=4)


def test_white_space_is_what_python_strips() -> None:
    codes = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    assert SPACES[codes].tolist() == [chr(code).isspace() for code in codes]


@given(some_texts)
@example([])
@example(["", "\n", " \n\n\u3000", "a", "\na", "a\n", " a \n b "])
@example(["\n".join([WRAPPED] * 9), "\n".join([WRAPPED] * 8), "\n".join(["w" * 44] * 20), "\n".join(["上" * 90] * 9)])
@example([f"a{LINE_ENDS.replace(chr(10), '')}b\nc", "x" * 130 + "\n" + "é" * 130, "\n" * 300])
@example(
    ["x" * size + "\n" + "é" * size + "\n\n" + "上" * size + "\n " for size in range(62, 67)] + ["x" * 126 + "\nend"]
)
def test_spans(strings: list[str]) -> None:
    data, offsets = buffers(strings)
    names = [oracles.layout(text) for text in strings]
    found_layouts = layouts(data, offsets, SPACES)
    assert [LAYOUTS[each] for each in found_layouts] == names
    row, byte_start, byte_end, start, end = (
        part.tolist() for part in paragraph_spans(data, offsets, found_layouts, SPACES)
    )
    want = [
        (at, len(text[:first].encode()), len(text[:behind].encode()), first, behind)
        for at, text in enumerate(strings)
        for first, behind in oracles.paragraphs(text, names[at])
    ]
    assert list(zip(row, byte_start, byte_end, start, end, strict=True)) == want


@given(some_texts, st.sampled_from([0, 1]))
def test_both_layouts_on_any_text(strings: list[str], layout: int) -> None:
    data, offsets = buffers(strings)
    found = paragraph_spans(data, offsets, np.full(len(strings), layout, np.uint8), SPACES)
    want = [span for text in strings for span in oracles.paragraphs(text, LAYOUTS[layout])]
    assert list(zip(found[3].tolist(), found[4].tolist(), strict=True)) == want


@given(st.lists(texts, min_size=2, max_size=5), st.data())
def test_a_slice_of_the_texts(strings: list[str], data: st.DataObject) -> None:
    """Arrow slices start inside their buffer."""
    first = data.draw(st.integers(1, len(strings) - 1))
    body, offsets = buffers(strings)
    alone, bounds = buffers(strings[first:])
    layout = layouts(body, offsets[first:], SPACES)
    assert layout.tolist() == layouts(alone, bounds, SPACES).tolist()
    ours, theirs = (paragraph_spans(*each, layout, SPACES) for each in ((body, offsets[first:]), (alone, bounds)))
    assert [part.tolist() for part in ours] == [part.tolist() for part in theirs]


@given(st.lists(wide_lines, min_size=8, max_size=14))
def test_layouts_near_the_border(strings: list[str]) -> None:
    text = "\n".join(strings)
    data, offsets = buffers([text])
    assert LAYOUTS[layouts(data, offsets, SPACES)[0]] == oracles.layout(text)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("\n".join([WRAPPED] * 9), "wrapped"),
        ("\n".join([WRAPPED] * 8), "lines"),  # seven lines are followed by one
        ("\n".join([WRAPPED + "."] * 9), "lines"),
        ("\n\n".join([WRAPPED] * 9), "lines"),
        ("\n".join([WRAPPED] * 9 + ["x"] * 7), "wrapped"),  # 9 of 15 are 60 %
        ("\n".join([WRAPPED] * 9 + ["x"] * 8), "lines"),
        ("\n".join(["w" * 45] * 9), "wrapped"),
        ("\n".join(["w" * 91] * 9), "lines"),
    ],
)
def test_layouts(text: str, want: str) -> None:
    data, offsets = buffers([text])
    assert LAYOUTS[layouts(data, offsets, SPACES)[0]] == want
