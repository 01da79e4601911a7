"""The paragraphs that are looked at are those on which `tail_removals` tries the rules."""

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.dedup.letters import spaces
from pipeline.text.paragraphs import paragraph_spans
from pipeline.text.rules import Rule, RulePack
from pipeline.text.tails import TAIL_WINDOW, tail_removals
from pipeline.text.tried import tried_rows
from tests.strategies import buffers, lines

PROSE = "Nobody could remember when there had last been so many people on the old bridge."
SOME = st.one_of(
    lines,
    st.sampled_from(
        [
            PROSE,
            PROSE[:59] + ".",
            PROSE[:58] + ".",
            PROSE[:58] + ".» ”",
            "w" * 149,
            "w" * 150,
            "w" * 601,
            "w" * 599 + ".",
            "w" * 600 + ".",
            "上" * 62,
            "上" * 63,
            "上" * 24 + "。",
            "上" * 25 + "。",
            "a" * 200 + "上" * 300 + "。",
            "\u3000  " + "w" * 149,
            "\t" + PROSE,
            "”",
            "Share",
        ]
    ),
)
DOCUMENTS = st.lists(st.lists(SOME, max_size=TAIL_WINDOW + 4), max_size=4)


@dataclass
class Silent:
    """Rules that match nothing, and what they were tried on."""

    seen: list[str] = field(default_factory=list)

    def hits(self, text: str) -> list[Rule]:
        self.seen.append(text)
        return []


@given(DOCUMENTS)
@example([[PROSE] * 4, ["Share"] * TAIL_WINDOW, ["Share"] * (TAIL_WINDOW - 1), [PROSE]])
@example([["Share", *end] for end in (["w" * 599 + "."], ["w" * 600 + "."], ["a" * 200 + "上" * 300 + "。"])])
@example([["w" * 200, "Share", PROSE, "w" * 601 + ".", "Share"]])
def test_the_rules_are_tried_on_these(documents: list[list[str]]) -> None:
    data, offsets = buffers(["\n".join(each) for each in documents])
    text, byte_start, byte_end, start, end = paragraph_spans(
        data, offsets, np.zeros(len(documents), np.uint8), spaces()
    )
    starts, ends = offsets[text] + byte_start, offsets[text] + byte_end
    opening = np.flatnonzero(np.diff(text, prepend=-1))
    closing = np.append(opening, len(text))[1:]
    wanted = []
    for first, behind in zip(opening, closing, strict=True):
        silent = Silent()
        pack: Any = RulePack((), "", cast(Any, silent), cast(Any, silent))
        last = range(max(first, behind - TAIL_WINDOW), behind)
        assert (
            tail_removals([data[starts[row] : ends[row]].tobytes().decode() for row in last], pack, frozenset()) == []
        )
        wanted += silent.seen
    rows = tried_rows(data, starts, ends, end - start, opening, closing, spaces())
    assert [data[starts[row] : ends[row]].tobytes().decode() for row in rows] == wanted
