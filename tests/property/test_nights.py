"""A corpus fed over nights comes to the clean text and the ledger of one run over all of it, however it is split.

With templates on: a line that a later night reveals goes from earlier documents too.
"""

import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.store.verify import verify
from tests.corpus_kit import FOOTERS, Press, content
from tests.helpers import run_on, write_json_lines

Tables = dict[str, list[dict[str, Any]]]

SPLITS = 30
FILES = 7
PAPERS = {
    "harbour-gazette.example": ("Harbour Gazette on all channels", "All rights with the Harbour Gazette", "Press"),
    "coast-herald.example": ("Coast Herald by post", "News of the Coast Herald in your hands", "Shop"),
}
SETTINGS = {
    "plain": (),
    "templates": ("tails.templates.enabled=true",),
    "templates and model": ("tails.templates.enabled=true", "tails.model=true"),
}


def print_nights(folder: Path) -> list[Path]:
    """Files of few documents, so that what is seen often enough to be a template is seen late."""
    press, made = Press(7), []
    source = press.documents()
    for number in range(FILES):
        rows = []
        for _ in range(12):
            row = next(source)
            paper, lines = press.dice.choice(list(PAPERS.items()))
            ending = press.dice.sample((*lines, *FOOTERS), 3) if press.dice.random() < 0.6 else []
            prose = " ".join(press.dice.choices(press.words, k=40)).capitalize() + "."
            text = "\n\n".join([row["text"], prose, *ending])
            rows.append({"id": row["id"], "source": paper, "text": text})
        made.append(write_json_lines(folder / f"part-{number}.jsonl", rows))
    return made


@pytest.fixture(scope="module", params=SETTINGS.values(), ids=list(SETTINGS))
def at_once(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Path], tuple[str, ...], Tables]:
    """The files, the settings, and what one run comes to."""
    folder = tmp_path_factory.mktemp("nights")
    files = print_nights(folder / "all")
    sets = ("brake.enabled=false", *request.param)
    return files, sets, content(run_on([folder / "all"], folder / "out", *sets)[0])


def fed(files: Sequence[Path], ends: Sequence[int], sets: Sequence[str], tmp_path: Path) -> tuple[Tables, int]:
    """What the files come to when each night brings those up to one of the `ends`; documents decided again."""
    (tmp_path / "in").mkdir()
    again = 0
    for first, behind in zip((0, *ends), (*ends, len(files)), strict=True):
        for path in files[first:behind]:
            shutil.copy(path, tmp_path / "in")
        store, outcome = run_on([tmp_path / "in"], tmp_path / "out", *sets)
        again += outcome.changes["decided_again"]
    assert verify(store, deep=True) == []
    return content(store), again


def same(found: Tables, expected: Tables) -> None:
    """Fails with the first rows that differ: whole tables would take minutes to show."""
    for kind, rows in expected.items():
        pairs = zip(found[kind], rows, strict=False)
        assert next(((one, other) for one, other in pairs if one != other), None) is None, kind
        assert len(found[kind]) == len(rows), kind


def test_two_nights_are_one(at_once: tuple[list[Path], tuple[str, ...], Tables], tmp_path: Path) -> None:
    files, sets, expected = at_once
    tables, again = fed(files, (2,), sets, tmp_path)
    same(tables, expected)
    templates = [row for row in expected["ledger"] if row["kind"] == "template"]
    assert bool(templates) == (len(sets) > 1)
    assert (again > 0) == (len(sets) > 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SPLITS))
def test_any_nights_are_one(at_once: tuple[list[Path], tuple[str, ...], Tables], tmp_path: Path, seed: int) -> None:
    files, sets, expected = at_once
    dice = random.Random(seed)
    ends = sorted(dice.sample(range(1, len(files)), dice.randint(1, len(files) - 1)))
    same(fed(files, ends, sets, tmp_path)[0], expected)
