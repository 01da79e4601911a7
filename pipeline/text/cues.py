r"""Cues: words that stand in tails, by language and kind. Weak evidence only: a cue never removes anything by itself.

They are written in rule packs, as the list `cues`:

    cues:
      - id: cue-share-line-de         # kebab case, unique over all packs
        kind: share                   # one of KINDS
        languages: [de]
        at: line                      # line, start, end or within
        phrases: artikel teilen, seite drucken
        why: Buttons under an article.
        matches: [two paragraphs or more in which it stands]
        keeps: [two or more that look alike, in which it does not]

`line`: the paragraph is the phrase and nothing else but marks and numbers; or of the pieces between its bars and
dots at least the half are such (`Print | Share`). `start`, `end`: it begins or ends with it,
marks and numbers aside. `within`: it stands anywhere. Only whole words count, but in scripts without spaces letters do.
Large and small letters are the same, and so are marks, and the spellings in `_SAME`.

A single word opens, ends or adorns many a sentence ("Related to the seal is the walrus."), so outside of a line of its
own it counts only in a short paragraph that ends no sentence.

Phrases are looked up as words, not looked for as patterns: twenty thousand of them in one automaton take seconds to
build, and here a paragraph costs what its words cost.
"""

import operator
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
PAIR = 2  # letters by which phrases of such scripts are found

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
_PIECES = re.compile(r"[|｜·•»/／\t]| {2,}")
_SENTENCE_ENDS = frozenset(SENTENCE_ENDS)
_WIDE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Cue:
    """Phrases of one kind and place, with their reason and examples."""

    id: str
    kind: str
    languages: tuple[str, ...]
    at: str
    phrases: tuple[str, ...]  # in the form in which they are compared
    why: str
    matches: tuple[str, ...]
    keeps: tuple[str, ...]
    file: str


@dataclass(frozen=True, slots=True)
class CueFinder:
    """Cues by their phrases."""

    cues: tuple[Cue, ...]
    _phrases: Mapping[str, Mapping[str, Sequence[int]]] = field(init=False)
    # By place, of the first word of a phrase (at the end: of the last) how many words such phrases have.
    _sizes: Mapping[str, Mapping[str, Sequence[int]]] = field(init=False)
    # Phrases of scripts without spaces, by place and their first two letters (at the end: their last two).
    _wide: Mapping[str, Mapping[str, Sequence[tuple[str, Sequence[int]]]]] = field(init=False)

    def __post_init__(self) -> None:
        """Sorts the phrases by place."""
        phrases: dict[str, dict[str, list[int]]] = {place: defaultdict(list) for place in PLACES}
        wide: dict[str, dict[str, list[int]]] = {place: defaultdict(list) for place in PLACES}
        for number, cue in enumerate(self.cues):
            for phrase in dict.fromkeys(cue.phrases):
                of_wide = cue.at != "line" and len(phrase) >= PAIR and _WIDE.search(phrase)
                (wide if of_wide else phrases)[cue.at][phrase].append(number)
        object.__setattr__(self, "_phrases", {place: dict(found) for place, found in phrases.items()})
        object.__setattr__(self, "_sizes", {at: _sizes(found, last=at == "end") for at, found in phrases.items()})
        object.__setattr__(self, "_wide", {at: _by_pair(found, last=at == "end") for at, found in wide.items()})

    def hits(self, paragraph: str) -> list[Cue]:
        """The cues in a paragraph, in pack order; none in one that is longer than LONGEST_CUED."""
        return [self.cues[number] for number in self.numbers(paragraph)]

    def numbers(self, paragraph: str) -> list[int]:
        """The numbers of the cues in a paragraph, in order."""
        if len(paragraph) > LONGEST_CUED:
            return []
        words = folded_words(paragraph)
        first, behind = _between_numbers(words)
        if first == behind:
            return []
        words = words[first:behind]
        whole = " ".join(words)
        fewest = 1 if _is_loose(paragraph) else 2
        found = set(self._phrases["line"].get(whole, ()))
        if fewest == 1 and not found and "://" not in paragraph and _PIECES.search(paragraph):
            found |= self._of_pieces(paragraph)
        self._add(found, "start", words, 0, fewest)
        ending = [(len(words) - size, size) for size in self._sizes["end"].get(words[-1], ()) if fewest <= size]
        found.update(n for at, size in ending if at >= 0 for n in self._at("end", words[at : at + size]))
        within = self._sizes["within"]
        for at in [at for at, word in enumerate(words) if word in within]:
            self._add(found, "within", words, at, fewest)
        if self._wide and _WIDE.search(whole):
            self._add_wide(found, whole, PAIR if fewest == 1 else FEWEST_WIDE)
        return sorted(found)

    def _at(self, place: str, words: Sequence[str]) -> Sequence[int]:
        return self._phrases[place].get(" ".join(words), ())

    def _add(self, found: set[int], place: str, words: Sequence[str], at: int, fewest: int) -> None:
        for size in self._sizes[place].get(words[at], ()):
            if size >= fewest:
                found.update(self._at(place, words[at : at + size]))

    def _of_pieces(self, paragraph: str) -> set[int]:
        """The cues that are the whole of pieces of a line, if half of them or more are such: buttons side by side."""
        pieces = [each for each in map(_between_marks, _PIECES.split(paragraph)) if each]
        hits = [self._phrases["line"].get(each, ()) for each in pieces]
        some = sum(bool(each) for each in hits)
        return set().union(*hits) if len(pieces) > 1 and some * 2 >= len(pieces) else set()

    def _add_wide(self, found: set[int], text: str, fewest: int) -> None:
        """Adds what stands at the start, at the end, or anywhere, of `fewest` letters or more."""
        start, end, within = (self._wide[place] for place in ("start", "end", "within"))
        hits = [(each, text.startswith(each[0])) for each in start.get(text[:PAIR], ())]
        hits += [(each, text.endswith(each[0])) for each in end.get(text[-PAIR:], ())]
        pairs = within.keys() & set(map(operator.add, text, text[1:]))
        hits += [(each, each[0] in text) for pair in pairs for each in within[pair]]
        for (phrase, numbers), stands in hits:
            if stands and len(phrase) >= fewest:
                found.update(numbers)


def _sizes(phrases: Iterable[str], *, last: bool) -> dict[str, Sequence[int]]:
    sizes: dict[str, set[int]] = defaultdict(set)
    for phrase in phrases:
        words = phrase.split(" ")
        sizes[words[-last]].add(len(words))
    return {word: tuple(sorted(found)) for word, found in sizes.items()}


def _by_pair(phrases: Mapping[str, Sequence[int]], *, last: bool) -> dict[str, Sequence[tuple[str, Sequence[int]]]]:
    pairs: dict[str, list[tuple[str, Sequence[int]]]] = defaultdict(list)
    for phrase, numbers in phrases.items():
        pairs[phrase[-PAIR:] if last else phrase[:PAIR]].append((phrase, numbers))
    return dict(pairs)


def cue_of(given: object, name: str, number: int) -> Cue:
    """The cue that is entry `number` of the list in file `name`. SettingsError says what is wrong."""
    entry, where = opened(given, name, "cue", number)
    check_complete(entry, _KEYS, frozenset(), where)
    phrases = string(entry, "phrases", where).split(",")
    folded = folded_lines(phrases)
    for phrase, words in zip(phrases, folded, strict=True):
        if not words:
            raise SettingsError(f"{where}: there is no word in the phrase {phrase!r}; write a rule for signs")
    return Cue(
        id=identifier(entry, where),
        kind=choice(entry, "kind", KINDS, where),
        languages=strings(entry, "languages", where, 1),
        at=choice(entry, "at", PLACES, where),
        phrases=tuple(folded),
        why=string(entry, "why", where),
        matches=strings(entry, "matches", where, FEWEST_EXAMPLES),
        keeps=strings(entry, "keeps", where, FEWEST_EXAMPLES),
        file=name,
    )


def folded_words(text: str) -> list[str]:
    """The words of a text, in the form in which they are compared.

    >>> folded_words("L'article — ΔΙΑΒΆΣΤΕ İletişim")
    ['larticle', 'διαβαστε', 'iletişim']
    """
    return _WORDS.findall(_folded(text))


def folded_lines(texts: Sequence[str]) -> list[str]:
    """The words of each of the texts, with a space between two; none of the texts has a line break.

    All are folded at once: twenty thousand phrases one by one take a tenth of a second.
    """
    return [" ".join(_WORDS.findall(line)) for line in _folded("\n".join(texts)).split("\n")]


def _folded(text: str) -> str:
    return _FOLDED.sub(lambda letter: _FOLD[letter.group()], text.casefold())


def _between_marks(piece: str) -> str:
    words = folded_words(piece)
    first, behind = _between_numbers(words)
    return " ".join(words[first:behind])


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


NO_CUES = CueFinder(())
