from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Settings
from pipeline.plan import method_of
from pipeline.stages.paragraphs import paragraphs
from pipeline.stages.schemas import DOCUMENTS, PARAGRAPHS, TAILS, WITHIN
from pipeline.stages.tails import tails
from pipeline.text.mastheads import HEAD_WINDOW, head_removals
from pipeline.text.rules import load_pack
from pipeline.text.tails import TAIL_WINDOW, tail_removals

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "rules"
FILES = tuple((path.stem, path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml")))
PACK = load_pack(dict(FILES))
KINDS = ("tracking", "contact", "copyright", "share", "newsletter", "masthead")

Row = tuple[int, int, str, str, float, str]

PROSE = (
    "The lock was opened on the eve of the feast, and nine boats went through it before the lamps were lit.",
    "“Nobody in the village could remember when there had last been so many people on the bridge,” he said (twice.)",
    "村里的人都说，从来没有见过这么多人站在桥上，也没有见过这么多的船同时从水闸里开出来，灯一直亮到天亮才熄灭，老人们说这样的夜晚一辈子只有一次，孩子们却说明年还要再来看一遍。",
    "Les neuf bateaux attendaient depuis la veille au soir, et le gardien répétait : « Demain, tous passeront. »",
    "A long paragraph. " * 60,
)
SHORT = (
    "The lock is open again",
    "Background",
    "Nine boats",
    "Yes.",
    "三条船",
    "- eels",
    "harbour.example",
    "}",
    "”",
    "。",
)
JUNK = (
    "© 2011 Harbour Press",
    "a.keller@harbour.example",
    "Share",
    "010020070770000000000000011101841372396341",
    "For corrections call our newsroom on +44 555 012-3456 or write to desk@herald.example. Calls may be recorded.",
    "版权所有 观察新闻网，未经书面授权不得转载、摘编。",
    "www.harbour.example",
    'var c = new Image(); c.src="https://met.vgwort.de/na/0123456789abcdef";',
)
TEXTS = st.lists(st.sampled_from(PROSE + SHORT + JUNK), max_size=40)


def rows(texts: list[list[str] | None], marks: dict[tuple[int, int], int] | None = None) -> list[Row]:
    """What the stage takes of these documents; `marks`: (document, paragraph) -> twin of a repeat inside it."""
    columns: dict[str, Any] = {field.name: pa.nulls(len(texts), field.type) for field in DOCUMENTS}
    columns["doc"] = pa.array([7 + each for each in range(len(texts))], pa.int64())
    columns["text"] = pa.array([None if each is None else "\n\n".join(each) for each in texts], pa.large_string())
    columns["layout"] = pa.array([None if each is None else "lines" for each in texts], pa.string())
    columns["reason"] = pa.array(["undecodable" if each is None else None for each in texts], pa.string())
    documents = pa.RecordBatch.from_arrays([columns[name] for name in DOCUMENTS.names], schema=DOCUMENTS)
    spans = list(paragraphs(iter([documents]), method=method_of(Settings())))
    within = [_within(batch, marks or {}) for batch in spans]
    found = tails(iter([documents]), iter(spans), iter(within), iter([]), pack_files=FILES, kinds=KINDS)
    return [tuple(row.values()) for batch in _checked(found) for row in batch.to_pylist()]


def _checked(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        assert batch.schema.equals(TAILS)
        yield batch


def _within(batch: pa.RecordBatch, marks: dict[tuple[int, int], int]) -> pa.RecordBatch:
    keys = list(zip(batch["doc"].to_pylist(), batch["paragraph"].to_pylist(), strict=True))
    twins = [marks.get((doc - 7, paragraph), -1) for doc, paragraph in keys]
    columns: dict[str, Any] = {
        "doc": batch["doc"],
        "paragraph": batch["paragraph"],
        "evidence": pa.array([int(twin >= 0) for twin in twins], pa.int8()),
        "twin": pa.array(twins, pa.int32()),
    }
    zeros = pa.array(np.zeros(len(keys), np.int32))
    return pa.RecordBatch.from_arrays([columns.get(name, zeros) for name in WITHIN.names], schema=WITHIN)


def expected(texts: list[list[str]]) -> list[Row]:
    """The same by the definition: strings, one document at a time."""
    out = []
    for doc, lines in enumerate(texts):
        first = max(0, len(lines) - TAIL_WINDOW)
        taken = {each.index: each for each in head_removals(lines[:HEAD_WINDOW], PACK, frozenset(KINDS))}
        taken |= {first + each.index: each for each in tail_removals(lines[first:], PACK, frozenset(KINDS))}
        out += [
            (7 + doc, at, taken[at].kind, taken[at].rule, taken[at].score, taken[at].evidence) for at in sorted(taken)
        ]
    return out


@given(st.lists(TEXTS, max_size=4))
def test_the_stage_takes_what_the_definition_takes(texts: list[list[str]]) -> None:
    texts = [[line.strip() for line in lines] for lines in texts]
    assert rows([*texts]) == expected(texts)


def test_ends_that_look_calm_are_looked_at() -> None:
    article = ["The lock is open again", *PROSE[:2]]
    for end, taken in (
        ([JUNK[4]], [3]),
        ([JUNK[0], "Yes.", "No.", "Yes."], [3]),
        ([JUNK[0], PROSE[0], "Nine boats", "Yes."], [3]),
        (PROSE[:3], []),
    ):
        texts = [[*article, *end]]
        assert [row[1] for row in rows([*texts])] == taken
        assert rows([*texts]) == expected(texts)


def test_records_without_text_are_passed_over() -> None:
    article = ["The lock is open again", *PROSE[:2], "© 2011 Harbour Press"]
    assert [row[:2] for row in rows([None, article, None])] == [(8, 3)]
    assert rows([None]) == []
    assert rows([]) == []


def test_what_repeats_inside_is_not_looked_at_and_takes_the_rule_of_its_first_copy() -> None:
    code = "010020070770000000000000011101841372396341"
    contact = JUNK[4]  # too little evidence to be looked for past prose
    once = ["The lock is open again", *PROSE[:2], contact]
    twice = [*once, *once, code]
    marks = {(0, at): at - 4 for at in range(4, 8)}
    found = rows([twice], marks)
    assert [(row[1], row[2]) for row in found] == [(3, "contact"), (7, "contact"), (8, "tracking")]
    assert found[0][2:] == found[1][2:]


def test_no_kinds_take_nothing() -> None:
    empty = pa.RecordBatch.from_pylist([], schema=PARAGRAPHS)
    assert list(tails(iter([]), iter([empty]), iter([]), iter([]), pack_files=FILES, kinds=())) == []
