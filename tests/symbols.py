"""Made-up corpora for the rules of blocks: a document is a string, a paragraph is one character of it.

`A`-`F` are strong, `a`-`h` short; with an accent (`Á`, `á`) they are near to the plain one, with another one (`Ä`, `ä`)
only if compared with it because they stand beside a repeat; `Ç` is contained in `C`. `0`-`3` are short and
differ in figures only, `X`-`Z` are strong and differ in figures only. `*` and `-` hold no tokens.
"""

import unicodedata
from collections.abc import Sequence as Items
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from pipeline.dedup import blocks
from pipeline.dedup.across import Doubles
from pipeline.dedup.across import across as mark_across
from pipeline.dedup.align import BESIDE, Sequence
from pipeline.dedup.beside import Beside
from pipeline.dedup.blocks import Marks, no_marks
from pipeline.dedup.kinds import CONTAINED, EQUAL, FIGURES, GAP, NEAR, STAYS

STRONG, SHORT, NUMBERS, STRONG_NUMBERS, NOTHING = "ABCDEFÁÀÉÄÇ", "abcdefghijklmnáàéä", "0123", "XYZ", "*-"
STRONG_LETTERS, SHORT_LETTERS = 100, 30
EVIDENCE = {
    STAYS: "",
    EQUAL: "equal",
    NEAR: "near",
    CONTAINED: "contained",
    FIGURES: "figures",
    GAP: "gap",
    BESIDE: "beside",
}
_MASKED = dict.fromkeys(NUMBERS, 1) | dict.fromkeys(STRONG_NUMBERS, 2)


def family(symbol: str) -> str:
    """What is near to one another: the letter without its accent."""
    return unicodedata.normalize("NFD", symbol)[0]


def leads(symbol: str) -> str:
    """What has one leader: as `family`, but for what only a comparison beside a repeat finds."""
    return symbol if symbol in "Ää" else family(symbol)


def letters(symbol: str) -> int:
    """How many letters a symbol stands for."""
    if symbol in NOTHING:
        return 0
    return STRONG_LETTERS if symbol in STRONG + STRONG_NUMBERS else SHORT_LETTERS


@dataclass(frozen=True, slots=True)
class Decided:
    """What the rules said: documents with "." for what goes, and the facts beside each paragraph of the corpus."""

    left: list[str]
    marks: Marks
    kept: list[bool]
    owner: list[int]
    doubles: Doubles | None = None

    def evidence(self) -> list[str]:
        """Why each paragraph goes, "" for those that stay."""
        return [EVIDENCE[int(kind)] for kind in self.marks.kind]


def _sequence(scopes: Items[str]) -> tuple[Sequence, np.ndarray]:
    """Paragraphs of the scopes one behind the other, and the first position of the cluster of each (-1 = none)."""
    folds: dict[tuple[int, str], int] = {}
    heads: dict[tuple[int, str], tuple[int, int]] = {}
    fold, cluster, first = [], [], []
    for scope, text in enumerate(scopes):
        for symbol in text:
            if symbol in NOTHING:
                fold.append(-1)
                cluster.append(-1)
                first.append(-1)
                continue
            fold.append(folds.setdefault((scope, symbol), len(folds)))
            head = heads.setdefault((scope, leads(symbol)), (fold[-1], len(fold) - 1))
            cluster.append(head[0])
            first.append(head[1])
    flat = "".join(scopes)
    size = np.array([letters(symbol) for symbol in flat], np.int32)
    masked = np.array([_MASKED.get(symbol, 1000 + ord(symbol)) for symbol in flat], np.int64)
    strong = size >= STRONG_LETTERS
    partial = np.array([symbol == "Ç" for symbol in flat])
    beside = _beside(scopes, folds)
    seq = Sequence(np.array(cluster, np.int32), np.array(fold, np.int32), masked, size, strong, partial, beside)
    return seq, np.array(first, np.int32)


def _beside(scopes: Items[str], folds: dict[tuple[int, str], int]) -> Beside:
    """All pairs, compared."""
    flat = [(scope, symbol) for scope, text in enumerate(scopes) for symbol in text]
    pairs = {
        later << 32 | earlier: NEAR if family(mine) == family(theirs) and "ä" in (mine + theirs).lower() else STAYS
        for later, (scope, mine) in enumerate(flat)
        for (other, theirs), earlier in folds.items()
        if scope == other and mine != theirs and mine not in NOTHING
    }
    kinds = np.array([pairs[key] for key in sorted(pairs)], np.int8)
    return Beside(np.array(sorted(pairs), np.int64), kinds, *np.zeros((2, len(kinds)), np.int32))


def _told(docs: Items[str], marks: Marks, kept: np.ndarray, doubles: Doubles | None = None) -> Decided:
    owner = [at for at, doc in enumerate(docs) for _ in doc]
    left = ["" for _ in docs]
    for at, symbol in enumerate("".join(docs)):
        left[owner[at]] += symbol if kept[at] else "."
    return Decided(left, marks, kept.tolist(), owner, doubles)


def _starts(docs: Items[str]) -> np.ndarray:
    return np.cumsum([0, *map(len, docs)]).astype(np.int64)


def within(*docs: str) -> Decided:
    """What repeats inside each document."""
    seq, first = _sequence(docs)
    marks, kept = no_marks(len(seq.fold)), np.ones(len(seq.fold), np.bool_)
    first = np.where(first < 0, np.arange(len(first)), first).astype(np.int32)
    blocks.within(_starts(docs), seq, first, kept, marks)
    return _told(docs, marks, kept)


def across(*docs: str) -> Decided:
    """What repeats in documents that stand later (documents have at least one paragraph)."""
    seq, first = _sequence(["".join(docs)])
    marks, kept = no_marks(len(seq.fold)), np.ones(len(seq.fold), np.bool_)
    doubles = mark_across(_starts(docs), seq, first, marks, kept)
    return _told(docs, marks, kept, doubles)


symbols = st.text(alphabet="ABCÁÀÄÇabcdeáàä01XY*-", max_size=12)


@st.composite
def documents(draw: st.DrawFn) -> list[str]:
    """Documents, many made of pieces of earlier ones with small edits."""
    out: list[str] = []
    for _ in range(draw(st.integers(1, 5))):
        parts = draw(st.lists(st.sampled_from(out) | symbols if out else symbols, min_size=1, max_size=3))
        doc = "".join(parts)[:36]
        for _ in range(draw(st.integers(0, 3))):
            at, size = draw(st.integers(0, len(doc))), draw(st.integers(0, 2))
            doc = doc[:at] + draw(st.text(alphabet="ABÁÀÄÇabcdefghàä0123XYZ*", max_size=2)) + doc[at + size :]
        out.append(doc or "a")
    return out
