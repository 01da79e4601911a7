"""Nothing that arrives crashes a run, hangs it, vanishes, or costs anything else: each case alone, and all at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.config import EngineSettings, InputSettings, OutputSettings, Settings
from pipeline.run import run
from pipeline.store.folder import Store
from pipeline.store.read import read_table
from pipeline.store.verify import verify
from tests.bad import containers, floods, folders, formats, letters, records
from tests.bad.kit import COMPANION, Case, companion

CASES: Sequence[Case] = [
    *records.cases(),
    *containers.cases(),
    *formats.cases(),
    *letters.cases(),
    *folders.cases(),
    *floods.cases(),
]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an inbox, by path."""

    texts: Mapping[str, tuple[str, ...]]
    reasons: Mapping[str, tuple[str, ...]]
    passed: frozenset[str]


def result(inbox: Path, output: Path, *, workers: int = 1) -> Result:
    """One run over the inbox."""
    settings = Settings(
        input=InputSettings(paths=(str(inbox),)),
        output=OutputSettings(path=str(output)),
        engine=EngineSettings(workers=workers, reader_seconds=120),
    )
    ended = run(settings.model_copy(update={"brake": settings.brake.model_copy(update={"enabled": False})}))
    store = Store(output)
    kept = read_table(store, "documents").to_pylist()
    rows = kept + [{**row, "text": ""} for row in read_table(store, "duplicates").to_pylist()]
    texts: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: (row["path"], row["record"])):
        texts.setdefault(row["path"], []).append(row["text"])
    reasons: dict[str, list[str]] = {}
    for row in read_table(store, "quarantine").to_pylist():
        reasons.setdefault(row["path"], []).append(row["reason"])
    return Result(
        {path: tuple(found) for path, found in texts.items()},
        {path: tuple(found) for path, found in reasons.items()},
        frozenset(each.path for each in ended.skipped),
    )


def expected(cases: Sequence[Case]) -> Result:
    """What the cases say must become of them."""
    texts: dict[str, tuple[str, ...]] = {}
    reasons: dict[str, tuple[str, ...]] = {}
    passed: set[str] = set()
    for case in cases:
        texts[f"{case.name}/{COMPANION}"] = (companion(case),)
        texts.update({f"{case.name}/{name}": found for name, found in case.texts.items()})
        reasons.update({f"{case.name}/{name}": found for name, found in case.reasons.items()})
        passed.update(f"{case.name}/{name}" for name in case.passed)
    return Result(texts, reasons, frozenset(passed))


def differences(found: Result, wanted: Result) -> Iterator[str]:
    """What is not as it must be, in words that are short enough to read."""
    for what, one, other in (("texts", found.texts, wanted.texts), ("reasons", found.reasons, wanted.reasons)):
        for path in sorted(one.keys() | other.keys()):
            if one.get(path) != other.get(path):
                yield f"{path}: {what} {_short(one.get(path))}, expected {_short(other.get(path))}"
    for path in sorted(found.passed ^ wanted.passed):
        yield f"{path}: {'passed over' if path in found.passed else 'not passed over'}"


def _short(value: object) -> str:
    said = repr(value)
    return said if len(said) < 300 else f"{said[:300]}... ({len(said)})"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_alone(case: Case, tmp_path: Path) -> None:
    case.write(tmp_path / "in")
    assert list(differences(result(tmp_path / "in", tmp_path / "out"), expected([case]))) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_all_at_once(tmp_path: Path) -> None:
    for case in CASES:
        case.write(tmp_path / "in")
    assert list(differences(result(tmp_path / "in", tmp_path / "out", workers=2), expected(CASES))) == []
    assert verify(Store(tmp_path / "out"), deep=True) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_every_case_has_a_name_of_its_own_and_says_why() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    assert all(case.ids and case.why for case in CASES)
