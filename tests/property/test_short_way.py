"""Nights that ask the index come to the very decisions of one run over everything (promise 4).

Mutants tried: see `tests/MUTANTS.md`.
"""

import random
from pathlib import Path

import pytest

from pipeline.nights import night, past
from pipeline.store.verify import verify
from tests.corpus_kit import content
from tests.helpers import run_on, write_json_lines
from tests.nights_kit import write_nights

NO_BRAKE = "brake.enabled=false"
LOOSE = ("repeats.strong_letters=40", "repeats.threshold=0.3", "repeats.novelty=0.5")
WAYS = {
    "as it is": (),
    "crowded": ("repeats.bucket_leaders=2", *LOOSE),
    "few bands": ("repeats.bands=3", "repeats.rows=1", "repeats.bucket_leaders=2", *LOOSE),
    "one leader": ("repeats.bucket_leaders=1", "repeats.within=false"),
    "by source": ('repeats.across="source"',),
    "no repeats across": ('repeats.across="off"',),
}


def check(
    tmp_path: Path, seed: int, sets: tuple[str, ...], *, nights: int, documents: int, long: frozenset[int]
) -> None:
    """The nights `long` go the long way, all others the short one; what comes out is that of one run."""
    files = write_nights(tmp_path / "in", seed=seed, nights=nights, documents=documents)
    one, _ = run_on(files, tmp_path / "one", NO_BRAKE, *sets)
    dice = random.Random(seed)
    at = number = 0
    while at < len(files):
        count = dice.randint(1, 2)
        with pytest.MonkeyPatch.context() as patch:
            if number in long:
                patch.setattr(night, "short_index", lambda *_: None)
            else:
                patch.setattr(past, "recalled", None)  # who calls it fails
            store, _ = run_on(files[at : at + count], tmp_path / "nights", NO_BRAKE, *sets)
        at += count
        number += 1
    found, expected = content(store), content(one)
    for kind, rows in expected.items():
        other = next(((mine, want) for mine, want in zip(found[kind], rows, strict=False) if mine != want), None)
        assert other is None, (kind, seed)
        assert len(found[kind]) == len(rows), kind
    assert verify(store, deep=True) == []


@pytest.mark.parametrize("way", ["as it is", "crowded"])
def test_short_nights_equal_one_run(tmp_path: Path, way: str) -> None:
    check(tmp_path, 7, WAYS[way], nights=4, documents=25, long=frozenset())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("way", WAYS)
def test_short_and_long_nights_equal_one_run(tmp_path: Path, way: str, seed: int) -> None:
    dice = random.Random(f"{way} {seed}")
    long = frozenset(number for number in range(1, 6) if dice.random() < 0.25)
    size = dice.choice((3, 15, 60, 120))
    check(tmp_path, seed, WAYS[way], nights=dice.randint(2, 6), documents=size, long=long)


def test_a_new_version_goes_the_long_way_and_the_next_night_the_short_one(tmp_path: Path) -> None:
    texts = [f"{line} was what the council of the town had to say on that cold morning of May." for line in "ABCDEF"]
    tables = []
    for way in ("short", "long"):
        for number, names in enumerate(("xy", "x", "z", "uv")):
            rows = [{"id": name, "text": "\n".join(texts[number % 3 : number + 3])} for name in names]
            path = write_json_lines(tmp_path / f"{number}.jsonl", rows)
            with pytest.MonkeyPatch.context() as patch:
                if way == "long":
                    patch.setattr(night, "short_index", lambda *_: None)
                store, _ = run_on([path], tmp_path / way, NO_BRAKE)
            assert verify(store, deep=True) == []
        tables.append(content(store))
    assert tables[0] == tables[1]
    assert {row["doc_id"] for kind in ("documents", "duplicates") for row in tables[0][kind]} == set("xyzuv")
