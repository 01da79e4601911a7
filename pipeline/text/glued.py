"""Credits and codes glued to the end of a text: behind the last sentence of its last paragraph of prose.

"… said the minister. (c)AFP" is a sentence and a credit in one paragraph. A rule says what a credit looks like; that it
stands *behind* a sentence is asked here, of every rule: credits are taken off from the end, one by one, until what is
left ends a sentence. Where nothing but the credit ends it ("as he told (AFP)"), where it stands inside ("the (PAP) said
so."), and where paragraphs above end in one too, as in a list of items with their sources, all of it stays.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.text.rules import Finder, Rule
from pipeline.text.sentences import ends_sentence
from pipeline.text.tail_lines import ENDLESS, SHORT, line_of

GLUED_WINDOW = 12  # paragraphs looked at from the end
PASSED = 3  # short lines that may stand behind the last paragraph of prose: a by-line, a title
LONGEST_GLUED = 300  # code points behind the last sentence; a link with its campaign codes is the longest
MOST_PIECES = 4  # credits in a row
FEWEST_BEFORE = 20  # size of what is left; less is a caption or a cell of a table, and its source belongs to it
SURE_SCORE, SCORE = 1.0, 0.8

_OPENS_QUOTED = re.compile(r"[\s–—-]*[\"“”„«»‘‚「『《]")


@dataclass(frozen=True, slots=True)
class Glued:
    """What goes: code points start to end of the paragraph `index` of the sequence that was given."""

    index: int
    start: int
    end: int
    kind: str
    rule: str
    score: float


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    rule: Rule


def glued_removals(last: Sequence[str], finder: Finder, kinds: frozenset[str]) -> list[Glued]:
    """What goes from the end of the last paragraph of prose, in order. `last`: the last GLUED_WINDOW paragraphs."""
    for index in range(len(last) - 1, max(-1, len(last) - 2 - PASSED), -1):
        pieces = _pieces(last[index], finder)
        if pieces:
            above = {piece.rule.id for text in last[:index] for piece in _pieces(text, finder)}
            return [
                Glued(index, piece.start, piece.end, piece.rule.kind, piece.rule.id, _score(piece.rule))
                for piece in reversed(pieces)
                if piece.rule.kind in kinds and piece.rule.id not in above and not _signed(last[index], piece)
            ]
        if line_of(last[index]).size >= SHORT:
            break
    return []


def before_glued(paragraph: str, finder: Finder) -> str:
    """The paragraph without credits behind its last sentence: by this it is judged whether it is text."""
    pieces = _pieces(paragraph, finder)
    return paragraph[: pieces[-1].start] if pieces else paragraph


def _pieces(paragraph: str, finder: Finder) -> list[_Piece]:
    """The credits behind the last sentence, from the end; the white space before each goes with it."""
    text = paragraph.replace("\n", " ")
    end = len(text.rstrip())
    pieces: list[_Piece] = []
    behind_sentence = 0
    while len(pieces) < MOST_PIECES:
        first = max(0, end - LONGEST_GLUED)
        hits = finder.found(text[first:end])
        if not hits:
            break
        rule, at = min(hits, key=lambda hit: hit[1])  # the first of the longest
        start = len(text[: first + at].rstrip())
        pieces.append(_Piece(start, end, rule))
        end = start
        if ends_sentence(text[:end], text[end : first + at + 1]) and line_of(text[:end]).size >= FEWEST_BEFORE:
            behind_sentence = len(pieces)
    return pieces[:behind_sentence]


def _signed(paragraph: str, piece: _Piece) -> bool:
    """Whether a name under a text says who is quoted in it, or whose letter it is."""
    if piece.rule.kind != "byline" or piece.rule.sure:
        return False
    return line_of(paragraph[: piece.start]).size < ENDLESS or _OPENS_QUOTED.match(paragraph) is not None


def _score(rule: Rule) -> float:
    return SURE_SCORE if rule.sure else SCORE
