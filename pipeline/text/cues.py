r"""Cues: words that stand in tails, by language and kind. Weak evidence only: a cue never removes anything by itself.

They are written in rule packs, as the list `cues`:

    cues:
      - id: cue-share-line-de         # kebab case, unique over all packs
        kind: share                   # one of KINDS
        languages: [de]
        at: line                      # line, start, end or within
        phrases: [artikel teilen, seite drucken]
        why: Buttons under an article.
        matches: [two paragraphs or more in which it stands]
        keeps: [two or more that look alike, in which it does not]

`line`: the paragraph is the phrase and nothing else but marks and digits. `start`, `end`: it begins or ends with it.
`within`: it stands anywhere. In all of them only whole words count, but in scripts without spaces, where it is all the
same. Letters large and small are the same, and so are spellings that differ only in `_SPELLINGS`.
"""

import re
from dataclasses import dataclass

from pipeline.text.entries import FEWEST_EXAMPLES, KINDS, check_complete, choice, identifier, opened, string, strings
from pipeline.text.finder import check

PLACES = ("line", "start", "end", "within")

_KEYS = ("id", "kind", "languages", "at", "phrases", "why", "matches", "keeps")
# What is the same: marks, letters with and without a dot, accents that capitals drop, letters of two keyboards.
_SPELLINGS = (
    "'’‘ʼ`´",
    "-‐‑–",
    "iıİ",
    "её",
    "αά",
    "εέ",
    "ηή",
    "ιίϊΐ",
    "οό",
    "υύϋΰ",
    "ωώ",
    "يیى",
    "كک",
    "اأإآ",
    "هةە",
    "șş",
    "țţ",
)
_SAME = {letter: "[" + letters.replace("-", r"\-") + "]" for letters in _SPELLINGS for letter in letters}
_SPACE = r"[\s\x{a0}\x{202f}\x{200c}\x{3000}]+"
_WORD = r"\pL\pM\pN"
_DRESS = r"[^\pL\pM]*"
_WIDE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Cue:
    """Phrases of one kind and place, with their reason and examples; `pattern` is what they are in RE2."""

    id: str
    kind: str
    languages: tuple[str, ...]
    at: str
    phrases: tuple[str, ...]
    pattern: str
    why: str
    matches: tuple[str, ...]
    keeps: tuple[str, ...]
    file: str


def cue_of(given: object, name: str, number: int) -> Cue:
    """The cue that is entry `number` of the list in file `name`. SettingsError says what is wrong."""
    entry, where = opened(given, name, "cue", number)
    check_complete(entry, _KEYS, frozenset(), where)
    at = choice(entry, "at", PLACES, where)
    phrases = strings(entry, "phrases", where, 1)
    cue = Cue(
        id=identifier(entry, where),
        kind=choice(entry, "kind", KINDS, where),
        languages=strings(entry, "languages", where, 1),
        at=at,
        phrases=phrases,
        pattern=pattern_of(at, phrases),
        why=string(entry, "why", where),
        matches=strings(entry, "matches", where, FEWEST_EXAMPLES),
        keeps=strings(entry, "keeps", where, FEWEST_EXAMPLES),
        file=name,
    )
    check(cue)
    return cue


def pattern_of(at: str, phrases: tuple[str, ...]) -> str:
    """The pattern of phrases at a place."""
    before = {"line": f"^{_DRESS}", "start": f"^{_DRESS}"}.get(at)
    behind = {"line": f"{_DRESS}$", "end": f"{_DRESS}$"}.get(at)
    written = "|".join(dict.fromkeys(_phrase(phrase, not before, not behind) for phrase in phrases))
    return f"(?i){before or ''}(?:{written}){behind or ''}"


def _phrase(phrase: str, bordered_left: bool, bordered_right: bool) -> str:
    """A phrase in RE2, with the borders that are still to be looked at."""
    words = phrase.split()
    letters = [re.sub(r".", lambda letter: _letter(letter.group()), word) for word in words]
    left = f"(?:^|[^{_WORD}])" if bordered_left and not _WIDE.match(phrase) else ""
    right = f"(?:$|[^{_WORD}])" if bordered_right and not _WIDE.match(phrase[-1]) else ""
    return left + _SPACE.join(letters) + right


def _letter(letter: str) -> str:
    return _SAME.get(letter, letter if letter.isalnum() or ord(letter) > 127 else "\\" + letter)
