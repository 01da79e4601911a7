"""What became of a planted corpus, in counts: which copies are gone, by what their edit changed, and what should stay.

Counts as `score_planted.py` of the shared tools does (a test holds them to it). A copy that is kept in place of its
donor counts as gone with the donor.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.planted import FIGURES, Document, Paragraph, split

STAYS = ("refrain", "base_long", "base_short", "track", "moji")
Kept = Mapping[str, Sequence[bool]]  # of every document: which of its paragraphs are left


Row = tuple[str, int, int]  # what, how many there are, how many of them


@dataclass(slots=True)
class Score:
    """Counts that can be added up. Cells are (kind and rate, change); rates of documents stand by themselves."""

    there: Counter[tuple[str, str]] = field(default_factory=Counter)
    gone: Counter[tuple[str, str]] = field(default_factory=Counter)
    staying: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    clusters: int = 0
    lost: int = 0  # clusters of which no copy is left, the donor being long
    documents: Counter[str] = field(default_factory=Counter)
    documents_gone: Counter[str] = field(default_factory=Counter)
    documents_staying: int = 0
    documents_removed: int = 0  # of those, and clusters of documents of which none is left

    def add(self, other: "Score") -> None:
        """Adds the counts of another corpus."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def pooled(self, name: str) -> tuple[int, int]:
        """(there, gone) of a kind and rate, whatever the edits changed."""
        there, gone = (sum(n for (cell, _), n in each.items() if cell == name) for each in (self.there, self.gone))
        return there, gone

    def wrong(self, *kinds: str) -> int:
        """Paragraphs of these kinds gone that should stay, and clusters lost."""
        return sum(self.removed[kind] for kind in kinds) + self.lost

    def recalls(self) -> list[Row]:
        """What should go, by kind, rate and change."""
        return [
            (f"{name} {change}".strip(), n, self.gone[name, change]) for (name, change), n in sorted(self.there.items())
        ]

    def stays(self) -> list[Row]:
        """What should stay, and how much of it is gone."""
        kinds = [(kind, self.staying[kind], self.removed[kind]) for kind in STAYS]
        return [*kinds, ("clusters without a copy", self.clusters, self.lost)]

    def sums(self) -> list[Row]:
        """Precision and recall over all kinds and rates. What is gone rightly counts at any length."""
        right = self.gone.total()
        there, gone = (
            sum(n for (_, change), n in each.items() if change != FIGURES) for each in (self.there, self.gone)
        )
        return [
            ("precision, wrong if long", right + self.wrong("base_long"), right),
            ("precision", right + self.wrong("base_long", "base_short", "refrain"), right),
            ("recall", self.there.total(), right),
            ("recall, figures-only aside", there, gone),
        ]

    def wholes(self) -> list[Row]:
        """Whole documents that should go, by rate, and those that should stay."""
        rates = [(f"copy, {rate}", n, self.documents_gone[rate]) for rate, n in sorted(self.documents.items())]
        return [*rates, ("should stay", self.documents_staying, self.documents_removed)]


def paragraph_score(documents: Iterable[Document], kept: Kept) -> Score:
    """The score of paragraphs."""
    found = Score()
    clusters: dict[int | str, list[tuple[Paragraph, bool]]] = {}
    for document in documents:
        for paragraph, stays in zip(document.paragraphs, kept[document.id], strict=True):
            kind = paragraph.kind
            if kind == "base":
                kind = "base_long" if paragraph.long else "base_short"
            if kind in STAYS:
                found.staying[kind] += 1
                found.removed[kind] += not stays
            if paragraph.cluster:
                clusters.setdefault(paragraph.cluster, []).append((paragraph, stays))
    for name, members in clusters.items():
        if isinstance(name, str):
            _add_footers(found, members)
        else:
            _add_copies(found, members)
    return found


def _add_footers(found: Score, members: list[tuple[Paragraph, bool]]) -> None:
    """Footers have no donor: all but one may go."""
    cell = (members[0][0].kind, "")
    found.there[cell] += len(members) - 1
    found.gone[cell] += min(sum(not stays for _, stays in members), len(members) - 1)


def _add_copies(found: Score, members: list[tuple[Paragraph, bool]]) -> None:
    donor, donor_stays = next(each for each in members if each[0].kind == "orig")
    copies = [each for each in members if each[0].kind != "orig"]
    if not copies:
        return
    found.clusters += 1
    instead = -1 if donor_stays else next((at for at, (_, stays) in enumerate(copies) if stays), None)
    found.lost += instead is None and donor.long
    for at, (copy, stays) in enumerate(copies):
        cell = (f"{copy.kind}:{copy.rate if copy.long else 'short'}", copy.change)
        found.there[cell] += 1
        found.gone[cell] += not stays or at == instead


def document_score(documents: Sequence[Document], kept: frozenset[str]) -> Score:
    """The score of whole documents."""
    found = Score()
    clusters: dict[int, list[Document]] = {}
    for document in documents:
        if document.cluster:
            clusters.setdefault(document.cluster, []).append(document)
        else:
            found.documents_staying += 1
            found.documents_removed += document.id not in kept
    for members in clusters.values():
        copies = [each for each in members if each.rate != "orig"]
        donors = [each for each in members if each.rate == "orig"]
        instead = None
        if donors and donors[0].id not in kept:
            instead = next((each for each in copies if each.id in kept), None)
            found.documents_removed += instead is None
        for copy in copies:
            found.documents[copy.rate] += 1
            found.documents_gone[copy.rate] += copy.id not in kept or copy is instead
    return found


def kept_of_ids(documents: Iterable[Document], ids: frozenset[str]) -> Kept:
    """What is kept where ids DOCUMENT#PARAGRAPH are."""
    return {each.id: [f"{each.id}#{at}" in ids for at in range(len(each.paragraphs))] for each in documents}


def kept_of_texts(documents: Iterable[Document], texts: Mapping[str, str]) -> Kept:
    """What is kept where the clean texts hold it, by line; nothing of a document without one."""
    return {
        each.id: _kept_lines(each, split(texts[each.id])) if each.id in texts else [False] * len(each.paragraphs)
        for each in documents
    }


def _kept_lines(document: Document, left: list[str]) -> list[bool]:
    """Lines left are matched with the paragraphs they are folds of, in order; repaired ones with their originals."""
    own = [paragraph.text for paragraph in document.paragraphs]
    if len(left) == len(own):
        return [True] * len(own)
    places: dict[str, list[int]] = {}
    for at, text in enumerate(own):
        places.setdefault(_key(text), []).append(at)
    repaired = {_key(text): at for at, text in document.originals.items()}
    kept, last = [False] * len(own), -1
    for line in left:
        key = _key(line)
        if key in places:
            free = [at for at in places[key] if not kept[at]]
            if not free:
                continue
            last = next((at for at in free if at > last), free[0])
        elif key in repaired:
            last = repaired[key]
        else:
            continue
        kept[last] = True
    return kept


def _key(line: str) -> str:
    plain = unicodedata.normalize("NFKC", line).lower()
    return re.sub(r"[\W_]+", "", plain) or line
