"""Slow twins of the compiled kernels, in plain Python, as short as they come.

For tokens, folds, shingles and similarity the twin is `pipeline.dedup.reference`; for signatures, datasketch itself.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from pipeline.dedup.letters import DIGIT, LETTER, NUMERAL, PUNCTUATION, SKIPPED, SPACE, SYMBOL, WORD
from pipeline.dedup.reference import Shares
from pipeline.text.misread import costs
from pipeline.text.misread.classes import BROKEN, FIRST_LETTER, GAP, LETTERS, LOW, QUOTE, SIGN, UNSPACED, classes
from pipeline.text.paragraphs import CLOSERS, SENTENCE_ENDS

Span = tuple[int, int]

_DECORATION = {*range(0x2190, 0x2200), *range(0x2500, 0x2600), *range(0x2700, 0x27C0)}
_INVISIBLE = {0x0640, 0x034F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}


def letter(char: str) -> tuple[int, int]:
    """Twin of one entry of `letters.tables`, before scripts are looked at: class and flags, folded code point."""
    folded = _folded(char)
    category = unicodedata.category(folded)
    code = ord(folded)
    if char.isspace():
        return SPACE, code
    if ord(char) in _INVISIBLE or category in ("Cf", "Cc"):
        return SKIPPED, code
    if category == "Nd":
        return DIGIT | LETTER | NUMERAL, ord("0") + unicodedata.digit(folded)
    if category[0] in "LN":
        return WORD | LETTER, code
    if category[0] == "M":
        return WORD, code
    if folded in "%‰٪" or (category in ("Sm", "Sc", "So") and folded not in "|~^`" and code not in _DECORATION):
        return SYMBOL, ord("-") if folded == "−" else code
    return PUNCTUATION, code


def _folded(char: str) -> str:
    wide = unicodedata.normalize("NFKC", char)
    char = wide if len(wide) == 1 else char
    return next((form for form in (char.casefold(), char.lower()) if len(form) == 1), char)


def layout(text: str) -> str:
    """Twin of `layouts`: "wrapped" or "lines"."""
    judged = wrapped = 0
    for line, below in pairwise(text.split("\n")):
        body = line.rstrip()
        if body and below.strip():
            judged += 1
            ends = body.rstrip(CLOSERS)[-1:]
            wrapped += 45 <= len(body) <= 90 and not (ends and ends in SENTENCE_ENDS)
    return "wrapped" if wrapped >= 8 and wrapped * 100 >= judged * 60 else "lines"


def paragraphs(text: str, layout: str) -> list[Span]:
    """Twin of `paragraph_spans`: spans of the paragraphs, in code points."""
    out: list[Span] = []
    at, goes_on = 0, False
    for line in text.split("\n"):
        end = at + len(line.rstrip())
        if end > at:
            out.append((out.pop()[0] if goes_on else at, end))
        goes_on = end > at and layout == "wrapped"
        at += len(line) + 1
    return out


def left(text: str, spans: Sequence[Span], removed: Sequence[bool]) -> str:
    """What is left of a text: each kept paragraph, and the separator behind it if another one follows."""
    kept = [at for at in range(len(spans)) if not removed[at]]
    if len(kept) == len(spans):
        return text
    out = text[: spans[0][0]] if kept and kept[0] == 0 else ""
    for at in kept:
        start, end = spans[at]
        behind = spans[at + 1][0] if at + 1 < len(spans) else len(text)
        out += text[start : behind if at != kept[-1] or behind == len(text) else end]
    return out


def verdict(mine: int, theirs: int, rows: "Sequence[Row]", shares: Shares) -> str:
    """Twin of `verdict`, over sets of numbers; a token under 0 negates."""
    ours, others = rows[mine], rows[theirs]
    novelty = shares.novelty_unspaced if ours.unspaced else shares.novelty
    if ours.masked == others.masked or not ours.shingles or not others.shingles:
        return ""
    new = ours.tokens - others.tokens
    if len(new) > min(novelty * len(ours.tokens), shares.novel_tokens) or new & ours.twice:
        return ""
    if any(token in NEGATIVE for token in ours.tokens) != any(token in NEGATIVE for token in others.tokens):
        return ""
    shared, union = len(ours.shingles & others.shingles), len(ours.shingles | others.shingles)
    if Fraction(shared, union) >= shares.threshold:
        return "near"
    shorter = len(ours.shingles) < len(others.shingles)
    return "contained" if shorter and Fraction(shared, len(ours.shingles)) >= shares.containment else ""


NEGATIVE = (97, 98)


@dataclass(frozen=True)
class Row:
    """A paragraph as leaders see it."""

    buckets: frozenset[int]
    shingles: frozenset[int]
    tokens: frozenset[int]
    masked: int
    unspaced: bool = False
    twice: frozenset[int] = frozenset()  # tokens that stand there more than once


def leaders(rows: Sequence[Row], shares: Shares, most: int) -> tuple[list[int], list[Span], list[bool], int]:
    """Twin of `leaders_of`: leader of each paragraph, (shared, union) and whether contained where it is another one,
    and the capped.
    """
    leader: list[int] = []
    counts: list[Span] = []
    partial: list[bool] = []
    heads: dict[int, list[int]] = {}  # by bucket: its first `most` leaders
    over: set[int] = set()
    capped = 0
    for at, mine in enumerate(rows):
        seen = sorted({head for bucket in mine.buckets for head in heads.get(bucket, ())})
        alike = []
        for head in seen:
            why = verdict(at, head, rows, shares)
            shared, union = (len(f(mine.shingles, rows[head].shingles)) for f in (frozenset.__and__, frozenset.__or__))
            if why and shared:
                alike.append((Fraction(shared, union), -head, (shared, union), why == "contained"))
        if alike:
            _, head, pair, part = max(alike)
            leader.append(-head)
            counts.append(pair)
            partial.append(part)
            continue
        leader.append(at)
        counts.append((0, 0))
        partial.append(False)
        capped += bool(mine.buckets & over)
        for bucket in mine.buckets:
            if len(heads.setdefault(bucket, [])) < most:
                heads[bucket].append(at)
            else:
                over.add(bucket)
    return leader, counts, partial, capped


def cost(text: str, language: str, script: str) -> int:
    """Twin of one lane of `misread.costs.add_up`: the cost of a line in a language, in quarter nats."""
    lane = costs.languages(script).index(language)
    known, t = classes(), costs.tables()
    total, before, inside = 0, GAP, False
    last: tuple[int, int] = (0, 0)  # script and place of the letter before
    capital = False
    for char in text + " ":
        kind = int(known.kinds[ord(char)]) if ord(char) < 0x10000 else BROKEN
        own, place = _place(kind)
        if own:
            joined = own == last[0]
            total += int(t.pairs[lane, int(t.starts[own]) + (last[1] if joined else 0) * int(t.sizes[own]) + place])
            big = bool(known.capitals[ord(char)])
            if joined:
                total += 16 if big and not capital else 0
            else:
                total += 40 if last[0] else int(t.kind_costs[3 if inside else 2, before])
            last, capital = (own, place), big
            continue
        total += int(t.kind_costs[0, kind])
        inside = last[0] > 0
        if inside:
            total += int(t.pairs[lane, int(t.starts[last[0]]) + last[1] * int(t.sizes[last[0]])])
            total += int(t.kind_costs[1, kind])
        elif before in (SIGN, QUOTE):
            total += {SIGN: 12, QUOTE: 8, LOW: 8}.get(kind, 0)
        total += int(t.common[ord(char)]) if kind == UNSPACED else 4 if kind == GAP and char > "\x7f" else 0
        before, last = kind, (0, 0)
    return total


def _place(kind: int) -> tuple[int, int]:
    """Number of the script, from 1, and place in it, from 1, of a class of letters; zeros for others."""
    number = kind - FIRST_LETTER
    for script, letters in enumerate(LETTERS.values(), 1):
        if 0 <= number < len(letters):
            return script, number + 1
        number -= len(letters)
    return 0, 0
