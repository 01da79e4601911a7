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

`line`: the paragraph is the phrase and nothing else but marks and numbers. `start`, `end`: it begins or ends with it,
marks and numbers aside. `within`: it stands anywhere. Only whole words count, but in scripts without spaces letters do.
Large and small letters are the same, and so are marks, and the spellings in `_SAME`.

A single word opens, ends or adorns many a sentence ("Related to the seal is the walrus."), so outside of a line of its
own it counts only in a short paragraph that ends no sentence.

Phrases are looked up as words, not looked for as patterns: twenty thousand of them in one automaton take seconds to
build, and here a paragraph costs what its words cost.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.errors import SettingsError
from pipeline.text.entries import FEWEST_EXAMPLES, KINDS, check_complete, choice, identifier, opened, string, strings
from pipeline.text.paragraphs import CLOSERS, SENTENCE_ENDS

PLACES = ("line", "start", "end", "within")
LONGEST_CUED = 600  # characters; what is longer is an article about the words

LONGEST_LOOSE = 100
FEWEST_WIDE = 4  # letters of scripts without spaces that count as more than one word

_KEYS = ("id", "kind", "languages", "at", "phrases", "why", "matches", "keeps")
# Letters that stand for each other, after folding: with and without a dot, accents that capitals drop, two keyboards.
_SAME = ("iı", "её", "αά", "εέ", "ηή", "ιίϊΐ", "οό", "υύϋΰ", "ωώ", "σς", "یيى", "كک", "اأإآ", "şș", "ţț")
# Left out: signs for vowels that are rarely written, marks in words, and what joins letters without being seen.
_UNWRITTEN = "'’‘ʼ`´\u00ad\u0307\u0640\u200b\u200c\u200d\ufeff" + "".join(
    map(chr, (*range(0x591, 0x5C0), 0x5C1, 0x5C2, *range(0x64B, 0x660), 0x670))
)
_FOLD = {letter: same[0] for same in _SAME for letter in same[1:]} | dict.fromkeys(_UNWRITTEN, "") | {"_": " "}
_FOLDED = re.compile("[" + re.escape("".join(_FOLD)) + "]")
# Vowel signs of Indic scripts are no letters to Python, but no border of a word either.
_WORDS = re.compile(r"[\w\u0300-\u036f\u0900-\u0963\u0966-\u0dff]+")
_SENTENCE_ENDS = frozenset(SENTENCE_ENDS)
_WIDE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Cue:
    """Phrases of one kind and place, with their reason and examples."""

    id: str
    kind: str
    languages: tuple[str, ...]
    at: str
    phrases: tuple[str, ...]
    why: str
    matches: tuple[str, ...]
    keeps: tuple[str, ...]
    file: str


@dataclass(frozen=True, slots=True)
class CueFinder:
    """Cues by their phrases."""

    cues: tuple[Cue, ...]
    _phrases: Mapping[str, Mapping[str, Sequence[int]]] = field(init=False)
    _wide: Mapping[str, Sequence[int]] = field(init=False)  # of scripts without spaces; any place but `line`
    _words: Mapping[str, frozenset[str]] = field(init=False)  # by place: the first words of its phrases, or the last
    _longest: int = field(init=False)  # words

    def __post_init__(self) -> None:
        """Sorts the phrases by place."""
        phrases: dict[str, dict[str, list[int]]] = {place: defaultdict(list) for place in PLACES}
        wide: dict[str, list[int]] = defaultdict(list)
        for number, cue in enumerate(self.cues):
            for phrase in dict.fromkeys(" ".join(_words(each)) for each in cue.phrases):
                of_wide = cue.at != "line" and _WIDE.search(phrase)
                (wide if of_wide else phrases[cue.at])[phrase].append(number)
        words = {at: frozenset(each.split(" ")[-(at == "end")] for each in found) for at, found in phrases.items()}
        sizes = [phrase.count(" ") + 1 for found in phrases.values() for phrase in found]
        object.__setattr__(self, "_phrases", {place: dict(found) for place, found in phrases.items()})
        object.__setattr__(self, "_wide", dict(wide))
        object.__setattr__(self, "_words", words)
        object.__setattr__(self, "_longest", max(sizes, default=0))

    def hits(self, paragraph: str) -> list[Cue]:
        """The cues in a paragraph, in pack order; none in one that is longer than LONGEST_CUED."""
        return [self.cues[number] for number in self.numbers(paragraph)]

    def numbers(self, paragraph: str) -> list[int]:
        """The numbers of the cues in a paragraph, in order."""
        if len(paragraph) > LONGEST_CUED:
            return []
        words = _words(paragraph)
        first, behind = _between_numbers(words)
        if first == behind:
            return []
        found: set[int] = set()
        self._add(found, "line", (" ".join(words[first:behind]),))
        sizes = range(1 if _is_loose(paragraph) else 2, self._longest + 1)
        if words[first] in self._words["start"]:
            self._add(found, "start", (" ".join(words[first : first + size]) for size in sizes))
        if words[behind - 1] in self._words["end"]:
            self._add(found, "end", (" ".join(words[max(0, behind - size) : behind]) for size in sizes))
        for word in self._words["within"].intersection(words):
            for at in (at for at, each in enumerate(words) if each == word):
                self._add(found, "within", (" ".join(words[at : at + size]) for size in sizes))
        if self._wide and _WIDE.search(paragraph):
            found |= self._wide_numbers(" ".join(words[first:behind]), 1 if _is_loose(paragraph) else FEWEST_WIDE)
        return sorted(found)

    def _add(self, found: set[int], place: str, texts: Iterable[str]) -> None:
        known = self._phrases[place]
        for text in texts:
            if text in known:
                found.update(known[text])

    def _wide_numbers(self, text: str, fewest: int) -> set[int]:
        return {
            number
            for phrase, numbers in self._wide.items()
            if len(phrase) >= fewest and phrase in text
            for number in numbers
            if _stands(phrase, text, self.cues[number].at)
        }


def cue_of(given: object, name: str, number: int) -> Cue:
    """The cue that is entry `number` of the list in file `name`. SettingsError says what is wrong."""
    entry, where = opened(given, name, "cue", number)
    check_complete(entry, _KEYS, frozenset(), where)
    phrases = strings(entry, "phrases", where, 1)
    for phrase in phrases:
        if not _words(phrase):
            raise SettingsError(f"{where}: there is no word in the phrase {phrase!r}; write a rule for signs")
    return Cue(
        id=identifier(entry, where),
        kind=choice(entry, "kind", KINDS, where),
        languages=strings(entry, "languages", where, 1),
        at=choice(entry, "at", PLACES, where),
        phrases=phrases,
        why=string(entry, "why", where),
        matches=strings(entry, "matches", where, FEWEST_EXAMPLES),
        keeps=strings(entry, "keeps", where, FEWEST_EXAMPLES),
        file=name,
    )


def _words(text: str) -> list[str]:
    """The words of a text, in the form in which they are compared.

    >>> _words("L'article — ΔΙΑΒΆΣΤΕ İletişim")
    ['larticle', 'διαβαστε', 'iletişim']
    """
    return _WORDS.findall(_FOLDED.sub(lambda letter: _FOLD[letter.group()], text.casefold()))


def _is_loose(paragraph: str) -> bool:
    """Short, and no sentence ends at its end."""
    return len(paragraph) <= LONGEST_LOOSE and paragraph.rstrip(CLOSERS)[-1:] not in _SENTENCE_ENDS


def _between_numbers(words: Sequence[str]) -> tuple[int, int]:
    """(first, behind last) of the words without the numbers at both ends."""
    first, behind = 0, len(words)
    while first < behind and words[first].isnumeric():
        first += 1
    while behind > first and words[behind - 1].isnumeric():
        behind -= 1
    return first, behind


def _stands(phrase: str, text: str, at: str) -> bool:
    if at == "start":
        return text.startswith(phrase)
    return text.endswith(phrase) if at == "end" else True


NO_CUES = CueFinder(())
