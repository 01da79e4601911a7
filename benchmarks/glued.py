"""What is glued to the last sentence of a text: found and left alone, in sentences that were judged by hand.

Each paragraph of `judged/glued.yaml` is read as the last one of a text, with all kinds switched on.
"""

from collections.abc import Sequence
from pathlib import Path

import yaml

from benchmarks.corpus import ROOT
from benchmarks.options import Options
from benchmarks.table import share, show
from pipeline.text.glued import glued_removals
from pipeline.text.rules import KINDS, RulePack, load_pack

JUDGED = Path(__file__).parent / "judged" / "glued.yaml"
ABOVE = "The lock was opened on the eve of the feast, and nine boats went through it before the lamps were lit."


def main(_: Options) -> None:
    pack = load_pack(
        {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "configs" / "rules").glob("*.yaml")}
    )
    judged = yaml.safe_load(JUDGED.read_text(encoding="utf-8"))
    rows, wrong = scored(judged, pack)
    head = ("", "with", "exact", "other span", "not found", "% exact", "without", "damaged")
    show("glued: paragraphs with and without a credit or a code", head, rows, wrong)


def scored(judged: dict[str, dict[str, list[str]]], pack: RulePack) -> tuple[list[Sequence[object]], list[str]]:
    """A row for each language and for all, and what came out otherwise than judged."""
    rows: list[tuple[str, int, int, int, int, int, int]] = []
    wrong = []
    for language in sorted({*judged["goes"], *judged["stays"]}):
        goes, stays = (judged[each].get(language, []) for each in ("goes", "stays"))
        lefts = [(text.partition("|")[0], left(text.replace("|", ""), pack), text.replace("|", "")) for text in goes]
        exact = sum(wanted == found for wanted, found, _ in lefts)
        missed = sum(found == text for wanted, found, text in lefts if wanted != found)
        damaged = [text for text in stays if left(text, pack) != text]
        rows.append((language, len(goes), exact, len(goes) - exact - missed, missed, len(stays), len(damaged)))
        wrong += [f"{language}: left {found!r}, not {wanted!r}" for wanted, found, _ in lefts if wanted != found]
        wrong += [f"{language}: damaged {text!r}" for text in damaged]
    every = ("all", *(sum(row[at] for row in rows) for at in range(1, 7)))
    return [(*row[:5], share(row[2], row[1]), *row[5:]) for row in (*rows, every)], wrong


def left(text: str, pack: RulePack) -> str:
    """The paragraph without what is glued to it."""
    for each in reversed(glued_removals([ABOVE, text], pack.glued, frozenset(KINDS))):
        text = text[: each.start] + text[each.end :]
    return text
