"""Tails: the whole table of the scorer; with `--train`, of weights that are trained, cross-validated over sites.

The labelled set is `tails_dev`. To it come ends that are no tails: windows from the midst of texts (statutes, novels,
transcripts, news), so that what looks like a list or like verse there is not learned as a tail. The sites (and these
texts) are dealt into FOLDS parts by the digest of their name; with `--train` each part is scored with weights that were
trained on the others. The weights that are in force are set by hand.
"""

import hashlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus import ROOT, lines, shared
from benchmarks.options import Options
from pipeline.config import TailsSettings
from pipeline.text.mastheads import HEAD_WINDOW, head_removals
from pipeline.text.rules import KINDS, RulePack, load_pack
from pipeline.text.tail_lines import seen
from pipeline.text.tail_model import BIAS
from pipeline.text.tail_weights import WEIGHTS
from pipeline.text.tails import TAIL_WINDOW, end_lines, tail_removals

FOLDS = 10
STAY = ("gesetze_de", "aozora_ja", "eltec_fra", "xinwenlianbo_zh", "masakhanews", "fnc1_bodies", "esperanto_news")
STAY_WINDOWS = 60  # of each
FEWEST_PARAGRAPHS = 8  # of a text that windows are taken from
LONGEST_WRAPPED = 100  # letters of a line of hard-wrapped text
PENALTY = 1.0  # on the squares of the weights, in nats
ROUNDS = 50
TENTHS = 10
TARGET = {"tracking", "contact"}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """The end of a document; paragraphs from number `tail` on are no part of the text, nor are those of `junk_inside`.

    `record`: None for a window of a text that must stay.
    """

    site: str
    paragraphs: list[str]
    tail: int
    junk_inside: frozenset[int]
    record: dict[str, Any] | None


def main(options: Options) -> None:
    pack = load_pack({path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "configs/rules").glob("*.yaml")})
    scorer = _scorer()
    labelled, staying = list(_labelled()), list(_staying())
    weights: list[Mapping[str, int]] = [WEIGHTS] * FOLDS
    if options.train:
        examples = labelled + staying
        weights = [trained([each for each in examples if _fold(each) != fold], pack) for fold in range(FOLDS)]
        print("\n".join(f"{weight:5} {name}" for name, weight in trained(examples, pack).items()))
    train = " --train" if options.train else ""
    for said, kinds in (("the kinds that go by default", TailsSettings().kinds), ("all kinds", KINDS)):
        wanted = frozenset(kinds)
        cleaned = {each.record["id"]: _cleaned(each, pack, wanted, weights[_fold(each)]) for each in labelled}
        print(f"\n== {said}: {', '.join(kinds)}; made by: python -m benchmarks tails{train}")
        hit = sum(bool(_gone(each, pack, wanted, weights[_fold(each)])) for each in staying)
        print(f"windows from the midst of texts: {hit} of {len(staying)} lose something")
        out = scorer.score([each.record for each in labelled], cleaned, TARGET)
        scorer.report(*out, TARGET, options.show)


def trained(examples: Iterable[Example], pack: RulePack) -> dict[str, int]:
    """The weights, in tenths of a nat, by name: logistic regression of "stands in the tail" on what is seen."""
    names: list[list[str]] = []
    answers: list[bool] = []
    for each in examples:
        there = seen(end_lines(each.paragraphs[-TAIL_WINDOW:], pack))
        for at, line in enumerate(there, len(each.paragraphs) - len(there)):
            if at not in each.junk_inside:
                names.append([BIAS, *line])
                answers.append(at >= each.tail)
    columns = sorted({name for each in names for name in each} - {"recurs"})
    table = np.array([[name in each for name in columns] for each in names], np.float64)
    fitted = _fitted(table, np.array(answers, np.float64))
    return {name: round(weight * TENTHS) for name, weight in zip(columns, fitted.tolist(), strict=True)}


def _fitted(table: Floats, answers: Floats) -> Floats:
    """The weights of the columns: Newton's method on the penalized likelihood."""
    weights = np.zeros(table.shape[1])
    for _ in range(ROUNDS):
        likely = 1 / (1 + np.exp(-table @ weights))
        slope = table.T @ (likely - answers) + PENALTY * weights
        bend = (table * (likely * (1 - likely))[:, None]).T @ table + PENALTY * np.eye(len(weights))
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def _labelled() -> Iterator[Example]:
    for record in lines(shared() / "data" / "dev" / "tails_dev.jsonl.zst"):
        labels = [each["label"] for each in record["paragraphs"]]
        tail = max((at for at, label in enumerate(labels) if label == "body"), default=-1) + 1
        inside = frozenset(at for at, label in enumerate(labels[:tail]) if label != "body")
        yield Example(record["site"], [each["text"] for each in record["paragraphs"]], tail, inside, record)


def _staying() -> Iterator[Example]:
    for name in STAY:
        texts = [_paragraphs(record["text"]) for record in lines(shared() / "data" / "dev" / f"{name}.jsonl.zst")]
        texts = [each for each in texts if len(each) >= FEWEST_PARAGRAPHS]
        for at in range(STAY_WINDOWS):
            text = texts[at * len(texts) // STAY_WINDOWS]
            behind = 4 + (at + 1) * (len(text) * 3 // 4 - 4) // STAY_WINDOWS
            window = text[max(0, behind - TAIL_WINDOW) : behind]
            yield Example(f"{name} {at}", window, len(window), frozenset(), None)


def _paragraphs(text: str) -> list[str]:
    """Its paragraphs: what blank lines part where the text is hard-wrapped, else its lines."""
    parted = [each for each in text.split("\n\n") if each.strip()]
    wrapped = max(map(len, text.split("\n"))) <= LONGEST_WRAPPED
    return parted if wrapped else [each for each in text.split("\n") if each.strip()]


def _fold(example: Example) -> int:
    return hashlib.sha256(example.site.encode()).digest()[0] % FOLDS


def _gone(example: Example, pack: RulePack, kinds: frozenset[str], weights: Mapping[str, int]) -> set[int]:
    last = example.paragraphs[-TAIL_WINDOW:]
    first = len(example.paragraphs) - len(last)
    gone = {first + each.index for each in tail_removals(last, pack, kinds, weights=weights)}
    if example.record is not None:
        gone |= {each.index for each in head_removals(example.paragraphs[:HEAD_WINDOW], pack, kinds)}
    return gone


def _cleaned(example: Example, pack: RulePack, kinds: frozenset[str], weights: Mapping[str, int]) -> str:
    gone = _gone(example, pack, kinds, weights)
    return "\n\n".join(text for at, text in enumerate(example.paragraphs) if at not in gone)


def _scorer() -> ModuleType:
    """The scorer of the labelled set, which stands beside the development data."""
    path = shared() / "tools" / "score_tails.py"
    spec = importlib.util.spec_from_file_location("score_tails_tool", path) if path.is_file() else None
    if spec is None or spec.loader is None:
        sys.exit(f"there is no scorer at {path}; it comes with the development data (see $CORPUS_SHARED)")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
