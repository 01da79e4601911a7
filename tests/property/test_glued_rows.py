"""Documents that are not looked at end in nothing glued; and what is glued is cut off behind a sentence."""

from pathlib import Path

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.dedup.letters import spaces
from pipeline.text.glued import GLUED_WINDOW, glued_removals
from pipeline.text.glued_rows import glued_documents
from pipeline.text.paragraphs import paragraph_spans
from pipeline.text.rules import KINDS, load_pack
from pipeline.text.sentences import ends_sentence
from tests.strategies import buffers, lines

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "rules"
FINDER = load_pack({path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")}).glued
EVERY = frozenset(KINDS)
LINK = "https://harbour.example/4711?utm_source=rss&utm_medium=" + "x" * 240

PROSE = st.sampled_from(
    [
        "Nobody could remember when there had last been so many people on the old bridge.",
        "“Nobody in the lower town was hurt,” said the minister.",
        "« Les neuf bateaux attendaient depuis la veille », répétait le gardien. »",
        "桥将于明天早上重新开放，届时行人和自行车都可以通过。",
        "पुल कल सुबह आठ बजे फिर से खोल दिया जाएगा।",
        "The lock was closed, as he told",
        "See http://registers.example.",
        "Ask the mayor, or Dr.",
        "Nine boats",
        "\u3000" * 100 + "Nine boats",
        "w" * 239 + ".",
    ]
)
JOINTS = st.sampled_from(["", " ", "  ", "\u00a0", "\u3000", "\u2009", ")", "” ", "\n", "… "])
CREDITS = [
    "(AFP)",
    "(dpa/AFP)",
    "(c)AFP",
    "- Reuters",
    "EFE",
    "（完）",
    "（责任编辑：张三）",
    "انتهای پیام/",
    "-30-",
    "###",
]
CREDITS += ["انتهای پیام/", "0" * 18, "20210457", "Read more:", LINK, "— Robert King", "(x)"]
JOINED = st.lists(PROSE | JOINTS | st.sampled_from(CREDITS), max_size=6).map("".join)
PARAGRAPHS = st.one_of(lines, PROSE, JOINED)
DOCUMENTS = st.lists(st.lists(PARAGRAPHS, max_size=6), max_size=4)


@given(DOCUMENTS)
@example([["Nobody in the lower town was hurt. " + LINK], ["桥将于明天早上重新开放，届时行人和自行车。" + LINK]])
@example([["Nobody in the lower town was hurt. (AFP)", "Nine boats", "Nine boats", "Nine boats"]])
@example([["Nobody in the lower town was hurt. (AFP)", *["Nine boats"] * 4]])
@example([["Nobody in the lower town was hurt. (AFP)", "\u3000" * 100 + "Nine boats"]])
def test_nothing_is_glued_where_nobody_looks(documents: list[list[str]]) -> None:
    data, offsets = buffers(["\n\n".join(each) for each in documents])
    layout = np.zeros(len(documents), np.uint8)
    text, byte_start, byte_end, _, _ = paragraph_spans(data, offsets, layout, spaces())
    starts, ends = offsets[text] + byte_start, offsets[text] + byte_end
    opening = np.flatnonzero(np.diff(text, prepend=-1))
    closing = np.append(opening, len(text))[1:]
    found = set(glued_documents(data, starts, ends, opening, closing, spaces()).tolist())
    for document, (first, behind) in enumerate(zip(opening, closing, strict=True)):
        rows = range(max(first, behind - GLUED_WINDOW), behind)
        last = [data[starts[row] : ends[row]].tobytes().decode() for row in rows]
        removals = glued_removals(last, FINDER, EVERY)
        assert not removals or document in found, last


@given(PARAGRAPHS)
def test_what_is_left_ends_a_sentence(text: str) -> None:
    removals = glued_removals([text], FINDER, EVERY - {"byline"})
    ends = [0, *(each.end for each in removals)]
    for before, each in zip(ends[:-1], removals, strict=True):
        assert before <= each.start < each.end <= len(text)
        assert not text[each.start - 1].isspace()
    if removals and "Robert King" not in text:
        assert ends_sentence(text[: removals[0].start].replace("\n", " "), text[removals[0].start])
        assert ends[-1] == len(text.rstrip())


def test_calm_ends_are_not_looked_at() -> None:
    calm = [
        "Nobody could remember when there had last been so many people on the old bridge. Nine boats went through the "
        "lock before the lamps were lit, and all of them were back by the morning of the next day.",
        "(All of this was told by the keeper of the lock himself.)",
    ]
    data, offsets = buffers(calm)
    rows = np.arange(len(calm))
    found = glued_documents(data, offsets[:-1], offsets[1:], rows, rows + 1, spaces())
    assert found.tolist() == []
