"""The paragraphs at the end of a document, each with its shape, its data and what matched it: evidence by name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.text.cues import Cue, folded_words
from pipeline.text.paragraphs import SENTENCE_ENDS
from pipeline.text.rules import Rule
from pipeline.text.sentences import END_CLOSERS

# 66 % of tail lines are below 60 letters (25 in scripts without spaces) and end no sentence; 6 % of body ends are.
SHORT = 60
SHORTER, SHORTEST = 30, 12
WIDE_LETTER = 2.4  # what a letter of a script without spaces counts for: 60 / 25
ENDLESS = 150  # so long is prose even without a full stop
# Notices and contact blocks are short; what is longer is an article about them. Script can have any length, but it
# ends no sentence.
LONGEST = 600
FEWEST_PIECES = 3  # of eight words, or sentences, that make a long line prose, whatever stands behind them
SCRIPT_LOOKED_AT = 3000  # characters
SAMPLE = 200  # characters that say how many of a paragraph belong to a script without spaces
LOOKED_AT = 400  # characters in which data are looked for
MANY_OTHERS = 4  # documents that end in a line, beside the one it is looked at in
AROUND = 4  # lines above and below that are still near
MANY_DIGITS = 0.3  # share
# So many, and such a share, of the lines above the last prose are loose where short lines are a habit of the text.
FEWEST_LOOSE, LOOSE_TEXT = 3, 0.3

# Scripts without spaces.
WIDE_RANGES = (
    ("\u0e00", "\u0eff"),
    ("\u1000", "\u109f"),
    ("\u1780", "\u17ff"),
    ("\u3040", "\u30ff"),
    ("\u3400", "\u9fff"),
    ("\uf900", "\ufaff"),
)
EMAIL = re.compile(r"[\w.+-]@[\w-]+\.\w|\w\s?(?:\(at\)|\[at\])\s?\w")
_WIDE = re.compile("[" + "".join(f"{first}-{last}" for first, last in WIDE_RANGES) + "]")
_SENTENCE_ENDS = frozenset(SENTENCE_ENDS)
_SENTENCE_INSIDE = re.compile(r"[^\W\d_]{2}[.!?…][\"'»”’)]*(?:\s+\S|</)|[。！？।॥]")
_WORDS_OR_SENTENCE = re.compile(r"(?:[^\W\d_]+[,;:.'’”\"]?\s+){8}|[。！？।॥]")
_LABELS = frozenset({"copyright", "related"})
INTRODUCES = (":", "：")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_OTHER_LETTER = re.compile("[^\\W\\d_A-Za-z\u00c0-\u024f]")
# Data that a line may hold: one of these must stand in it for the pattern to be tried, which saves most of the time.
_DATA = {
    "email": (("@", "at)", "at]"), EMAIL),
    "url": (
        (".",),
        re.compile(r"(?i)https?://|www\.|\b[\w-]{2,}\.(?:com|org|net|info|tv|[a-z]{2}\.[a-z]{2}|[a-z]{2})\b(?!\.\w)"),
    ),
    "handle": (("@",), re.compile(r"(?<![\w.])@\w{3,}")),
    "phone": (
        "0123456789",
        re.compile(r"(?i)(?:\+\d|\b(?:tel|fax|phone)\b|тел\.|факс|τηλ|电话|電話|传真|傳真).{0,4}\d(?:[\d ()/.-]{4})"),
    ),
    "rights": (("©", "ⓒ", "(c)", "(C)"), re.compile("(?i)[©ⓒ]|\\(c\\)")),
}
_MARKS = {
    "mark": re.compile(r"(?:[-–—•·*▪●■□◆▶►»>|→✉#]|\d{1,2}[.)]\s)"),
    "pipe": re.compile(r"[^|›»«→▼▲►◀<>]*[|›»«→▼▲►◀<>]"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph without white space around it; `recurs`: other documents of its source that end in it, too."""

    text: str
    size: float  # characters, those of scripts without spaces counted for more
    ends_sentence: bool
    rule: Rule | None = None
    cues: Sequence[Cue] = ()
    recurs: int = 0
    said: Sequence[Cue] = ()  # cues in prose, which count only in the midst of a tail

    @property
    def is_prose(self) -> bool:
        """A sentence of some length, or so long that it is prose in any case."""
        return (self.ends_sentence and self.size >= SHORT) or self.size >= ENDLESS

    @property
    def is_plain_prose(self) -> bool:
        """Prose that no sure rule takes; a sentence may end inside it, with markup or a name behind its full stop.

        A weak rule in a long sentence is as often a word of the text.
        """
        if self.rule is not None:
            return self.is_prose and self.ends_sentence and not self.rule.sure
        if self.is_prose:
            return True
        return not self.cues and self.size >= SHORT and _SENTENCE_INSIDE.search(self.text) is not None

    @property
    def is_loose(self) -> bool:
        """Short, and no sentence ends at its end."""
        return self.size < SHORT and not self.ends_sentence

    @property
    def introduces(self) -> bool:
        """Announces what comes next, in words of the text itself."""
        known = self.rule is not None or any(cue.at == "line" for cue in self.cues)
        return not known and self.text.endswith(INTRODUCES)

    @property
    def is_label(self) -> bool:
        """A word for where text or picture come from, or for another text, then a colon, and what it is.

        A source with figures is a reference ("Sources: Livy, book 21").
        """
        label, colon, named = self.text.replace("：", ":").partition(":")
        if not colon or not named.strip() or self.ends_sentence or self.is_prose:
            return False
        kinds = {"related"} if any(map(str.isdigit, named)) else _LABELS
        cues = [cue for cue in self.cues if cue.at == "start" and cue.kind in kinds]
        folded = " ".join(folded_words(label)) if cues else ""
        return any(folded in cue.phrases for cue in cues)

    @property
    def does_recur(self) -> bool:
        """Enough other documents of the source end in it."""
        return self.recurs >= MANY_OTHERS

    @property
    def rule_id(self) -> str:
        """The id of the rule that matches; "" without one."""
        return self.rule.id if self.rule is not None else ""

    @property
    def is_known(self) -> bool:
        """A rule matches or a cue stands in it."""
        return self.rule is not None or bool(self.cues)


def line_of(text: str, recurs: int = 0) -> Line:
    """The line of a paragraph, without rule and cues."""
    text = text.strip()
    size = float(len(text))
    if not text.isascii():
        sample = text[:SAMPLE]
        size *= 1 + (WIDE_LETTER - 1) * len(_WIDE.findall(sample)) / len(sample)
    return Line(text, size, text.rstrip(END_CLOSERS)[-1:] in _SENTENCE_ENDS, recurs=recurs)


def ruled(line: Line, hits: Sequence[Rule]) -> Line:
    """The line with the rule that names its removal: the first sure one, else the first."""
    short = line.size <= LONGEST
    fitting = [rule for rule in hits if short or (rule.kind == "tracking" and not _holds_prose(line.text))]
    if not fitting:
        return line
    return replace(line, rule=next((rule for rule in fitting if rule.sure), fitting[0]))


def _holds_prose(text: str) -> bool:
    """Whether a long line is more than script: an article on one line may end in what starts a counter."""
    return len(_WORDS_OR_SENTENCE.findall(text[:SCRIPT_LOOKED_AT])) >= FEWEST_PIECES


def last_prose(lines: Sequence[Line]) -> int:
    """The number of the last line of prose that no rule takes; -1 if there is none."""
    return max((at for at, line in enumerate(lines) if line.is_plain_prose), default=-1)


def seen(lines: Sequence[Line]) -> list[list[str]]:
    """What is seen of each line, by the names that `tail_weights.py` has weights for, always in the same order."""
    end = last_prose(lines)
    above = [line for line in lines[: max(end, 0)] if line.rule is None]
    loose = sum(line.is_loose for line in above)
    loose_text = loose >= FEWEST_LOOSE and loose > LOOSE_TEXT * len(above)
    latin = _is_latin([line for line in lines if line.is_plain_prose])
    return [
        [*_shape(line), *_data(line, latin), *_matched(line), *_company(lines, at, end, loose_text)]
        for at, line in enumerate(lines)
    ]


def _shape(line: Line) -> list[str]:
    if line.is_prose:
        names = ["prose" if line.ends_sentence else "endless"]
    elif line.ends_sentence:
        names = ["sentence"]
    elif line.size >= SHORT:
        names = ["open"]
    else:
        names = ["tiny" if line.size < SHORTEST else "short" if line.size < SHORTER else "loose"]
    text = line.text[:LOOKED_AT]
    names += [name for name, pattern in _MARKS.items() if pattern.match(text)]
    if text.endswith(INTRODUCES):
        names.append("colon")
    if sum(map(str.isdigit, text)) > MANY_DIGITS * len(text):
        names.append("digits")
    return names


def _data(line: Line, latin: bool) -> list[str]:
    text = line.text[:LOOKED_AT]
    names = [
        name for name, (signs, pattern) in _DATA.items() if any(sign in text for sign in signs) and pattern.search(text)
    ]
    if not latin and _LATIN.search(text) and not _OTHER_LETTER.search(text):
        names.append("foreign")
    return names


def _matched(line: Line) -> list[str]:
    if line.rule is not None:
        return ["sure rule" if line.rule.sure else "rule"]
    names = ["cue"] if line.is_known or line.said else []
    return [*names, "label"] if line.is_label else names


def _company(lines: Sequence[Line], at: int, end: int, loose_text: bool) -> list[str]:
    """What stands around a line."""
    names = ["behind"] if at > end else []
    if at and lines[at - 1].is_known:
        names.append("below known")
    if any(lines[near].is_known for near in range(max(0, at - AROUND), min(len(lines), at + AROUND + 1)) if near != at):
        names.append("near known")
    if any(line.is_known for line in lines[end + 1 : at]):
        names.append("under known")
    if loose_text and lines[at].is_loose:
        names.append("loose text")
    if lines[at].does_recur:
        names.append("recurs")
    return names


def _is_latin(lines: Sequence[Line]) -> bool:
    """Whether the prose is in Latin letters; also if there is none."""
    text = "".join(line.text[:SAMPLE] for line in lines)
    return len(_LATIN.findall(text)) >= len(_OTHER_LETTER.findall(text))
