"""Benchmark `rules`: how many rules and cues each language has, and how many fire on real ends of texts and in bodies.

`--texts`: the folder of unpacked development texts. Labelled ends come from `tails_dev.jsonl`. In the other files,
which have no labels, an end is a line of the last three that is short and no sentence; a body is what stands above, in
the first documents of each language. What fired at such ends was looked at by eye, and `_ON_TEXT` does not count.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.options import Options
from benchmarks.table import show
from pipeline.text.paragraphs import SENTENCE_ENDS
from pipeline.text.rules import RulePack, load_pack

RULES = Path(__file__).resolve().parents[1] / "configs" / "rules"
LABELLED = "tails_dev.jsonl"
UNLABELLED = ("masakhanews", "esperanto_news", "fnc1_bodies", "xinwenlianbo_zh", "eltec_fra", "gesetze_de", "aozora_ja")
MOST_DOCUMENTS = 200  # of each language and file whose bodies are looked at
MOST_PARAGRAPHS = 60  # of each document
LAST, SHORT = 3, 60
_SENTENCE = re.compile(r"(?<=[.!?።។。])\s+")
FEWEST_FIRED, FEWEST_NEGATIVES = 8, 10
_TWO_LETTERS = {
    "amh": "am", "eng": "en", "fra": "fr", "hau": "ha", "ibo": "ig", "epo": "eo", "cmn": "zh", "zho": "zh",
    "zh-cn": "zh", "swa": "sw", "xho": "xh", "yor": "yo", "deu": "de", "jpn": "ja",
}  # fmt: skip
# What fired at ends without labels on lines of the text only ("Instagram:" in a list of ways to take part).
_ON_TEXT = {
    "eo": {"cue-navigation-line-eo", "cue-navigation-start-eo", "cue-contact-start-eo", "cue-copyright-start-eo"},
    "ha": {"cue-byline-start-ha"},
    "ig": {"cue-copyright-start-ig"},
    "sw": {"cue-share-line-any", "cue-share-end-any"},
    "xh": {
        "cue-other-start-xh", "cue-share-end-any", "cue-contact-start-xh", "cue-related-line-xh", "share-buttons",
        "cue-share-line-any", "cue-contact-within-any",
    },
}  # fmt: skip


@dataclass(slots=True)
class Seen:
    """What fired in one language: names of rules and cues, with the number of lines; and the lines looked at."""

    tail: Counter[str] = field(default_factory=Counter)
    body: Counter[str] = field(default_factory=Counter)
    tails: int = 0
    bodies: int = 0
    tails_hit: int = 0
    bodies_hit: int = 0


def main(options: Options) -> None:
    """Prints the table, and the cues that fire in bodies most."""
    if options.texts is None:
        print("rules: --texts FOLDER is needed")
        return
    pack = load_pack({path.name: path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.yaml"))})
    seen = counted(pack, options.texts)
    show("Rules and cues by language", _HEAD, _rows(pack, seen))
    noisy: Counter[str] = sum((each.body for each in seen.values()), Counter())
    useful: Counter[str] = sum((each.tail for each in seen.values()), Counter())
    for verdict in ("tested", "untested"):
        print(f"{verdict}: {', '.join(row[0] for row in _rows(pack, seen) if row[-1] == verdict)}\n")
    rows = [(name, count, useful[name]) for name, count in noisy.most_common(40)]
    show("Rules and cues that fire in bodies", ("rule or cue", "body lines", "tail lines"), rows)


_HEAD = (
    "language",
    "rules",
    "cues",
    "phrases",
    "fired on tails",
    "tail lines",
    "hit %",
    "body lines",
    "hit %",
    "verdict",
)


def counted(pack: RulePack, texts: Path) -> dict[str, Seen]:
    """What fires, by language: the rules and cues of that language and those of any."""
    seen: dict[str, Seen] = defaultdict(Seen)
    for language, line, place in _lines(texts):
        found = seen[language]
        names = [
            each.id
            for each in (*pack.tail.hits(line), *pack.cues(line))
            if language in each.languages or "any" in each.languages
        ]
        if place == "end":
            names = [name for name in names if name not in _ON_TEXT.get(language, ())]
        (found.body if place == "body" else found.tail).update(names)
        if place != "body":
            found.tails, found.tails_hit = found.tails + 1, found.tails_hit + bool(names)
        else:
            found.bodies, found.bodies_hit = found.bodies + 1, found.bodies_hit + bool(names)
    return dict(seen)


def _lines(texts: Path) -> Iterator[tuple[str, str, str]]:
    """(language, line, place): `tail` by its label, `end` of a text without labels, or `body`."""
    for record in _records(texts / LABELLED):
        for paragraph in record["paragraphs"][-MOST_PARAGRAPHS:]:
            yield _language(record), paragraph["text"].strip(), "body" if paragraph["label"] == "body" else "tail"
    for name in UNLABELLED:
        done: Counter[str] = Counter()
        for record in _records(texts / f"{name}.jsonl"):
            language = _language(record)
            done[language] += 1
            lines = [line.strip() for line in record["text"].split("\n") if line.strip()][-MOST_PARAGRAPHS:]
            if len(lines) <= LAST:  # a text without paragraphs: its sentences
                lines = [each.strip() for line in lines for each in _SENTENCE.split(line) if each.strip()]
            if done[language] <= MOST_DOCUMENTS:
                yield from ((language, line, "body") for line in lines[1:-LAST][:MOST_PARAGRAPHS])
            for line in lines[1:][-LAST:]:
                if len(line) < SHORT and line[-1] not in SENTENCE_ENDS:
                    yield language, line, "end"


def _records(path: Path) -> Iterator[dict]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _language(record: dict) -> str:
    written = str(record.get("lang") or "en").lower()
    return _TWO_LETTERS.get(written, written)


def _rows(pack: RulePack, seen: dict[str, Seen]) -> Iterator[tuple[Any, ...]]:
    languages = {language for each in (*pack.rules, *pack.cue.cues) for language in each.languages} - {"any"}
    for language in sorted(languages | set(seen)):
        found = seen.get(language, Seen())
        rules = sum(language in rule.languages for rule in pack.tail.rules)
        cues = [cue for cue in pack.cue.cues if language in cue.languages]
        tested = len(found.tail) >= FEWEST_FIRED and found.bodies >= FEWEST_NEGATIVES
        phrases = sum(len(cue.phrases) for cue in cues)
        yield (
            *(language, rules, len(cues), phrases, len(found.tail), found.tails, _share(found.tails_hit, found.tails)),
            *(found.bodies, _share(found.bodies_hit, found.bodies), "tested" if tested else "untested"),
        )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "-"
