"""Golden cases: what must stay and what must go, as text, in the YAML files beside this one.

A case has `name`, `why`, `guards` (the rule it protects, and a mutant of it that must fail here), `documents` (in the
order in which they are read; each with `text` or `file`), and one or more of

- `stays: true`: every document comes out as it went in;
- `want`: id -> exact clean text (`want_file`: id -> file that holds it);
- `duplicate_of`: id -> the earlier document that it repeats.

Documents that neither `want` nor `duplicate_of` names must come out as they went in.
"""

import importlib.util
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KEYS = {"name", "why", "guards", "documents", "stays", "want", "want_file", "duplicate_of"}


@dataclass(frozen=True, slots=True)
class Case:
    """One golden case; texts are id -> text, in reading order."""

    file: str
    name: str
    why: str
    guards: str
    documents: dict[str, str]
    want: dict[str, str]
    duplicate_of: dict[str, str]
    stays: bool
    unknown: frozenset[str]


def text_of(path: str) -> str:
    """A file under the root of the repository as text, line ends untouched."""
    return (ROOT / path).read_bytes().decode("utf-8")


def case_of(file: str, raw: dict[str, object]) -> Case:
    """A case from its YAML mapping."""
    listed = [(entry["id"], entry["text"] if "text" in entry else text_of(entry["file"])) for entry in raw["documents"]]
    documents = dict(listed)
    assert len(documents) == len(listed), f"{file}: {raw['name']}: two documents have one id"
    want = {key: text_of(path) for key, path in raw.get("want_file", {}).items()} | raw.get("want", {})
    return Case(
        file=file,
        name=raw["name"],
        why=raw.get("why", ""),
        guards=raw.get("guards", ""),
        documents=documents,
        want=want,
        duplicate_of=raw.get("duplicate_of", {}),
        stays=raw.get("stays", False),
        unknown=frozenset(raw) - KEYS,
    )


CASES = [
    case_of(path.name, raw)
    for path in sorted(HERE.glob("*.yaml"))
    for raw in yaml.safe_load(path.read_text(encoding="utf-8"))
]
ALL = ("tails.templates.enabled=true",)
ON_TRIAL = {"go_templates.yaml"}  # what goes only with all switched on
BY_NAME = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []


def test_there_are_enough_cases_of_both_kinds() -> None:
    assert sum(case.stays for case in CASES) >= 26
    assert sum(not case.stays for case in CASES) >= 12


@BY_NAME
def test_a_case_is_well_formed(case: Case) -> None:
    changed = case.want.keys() | case.duplicate_of.keys()
    assert case.unknown == frozenset()
    assert case.why
    assert "mutant" in case.guards
    assert case.stays != bool(changed), "a case has either `stays` or a document that changes"
    assert case.stays == case.file.startswith("stay_") or case.name == "similarity makes no chains"
    assert changed <= case.documents.keys()
    assert set(case.duplicate_of.values()) <= case.documents.keys() - changed
    for key, text in case.want.items():
        assert text != case.documents[key]
        assert len(text) < len(case.documents[key])
    for text in (*case.documents.values(), *case.want.values()):
        assert text == unicodedata.normalize("NFC", text)
        assert "\r" not in text
        assert text == text.strip() or "founding" in case.name


@pytest.mark.slow  # seconds a case, to load the cues
@pytest.mark.skipif(importlib.util.find_spec("tests.helpers") is None, reason="tests/helpers.py runs the pipeline")
@BY_NAME
def test_clean_text(case: Case, tmp_path: Path) -> None:
    """With all that there is switched on: what must stay has to stay whatever looks for tails."""
    _check(case, tmp_path, *ALL)


@pytest.mark.skipif(importlib.util.find_spec("tests.helpers") is None, reason="tests/helpers.py runs the pipeline")
@pytest.mark.parametrize("case", [case for case in CASES if case.file not in ON_TRIAL], ids=lambda case: case.name)
def test_clean_text_by_default(case: Case, tmp_path: Path) -> None:
    _check(case, tmp_path)


def _check(case: Case, tmp_path: Path, *sets: str) -> None:
    from tests.helpers import clean_corpus

    documents = [{"id": key, "text": text} for key, text in case.documents.items()]
    cleaned = clean_corpus(documents, tmp_path, *sets)
    assert sorted(cleaned) == sorted(case.documents)
    assert {key: doc.duplicate_of for key, doc in cleaned.items() if doc.duplicate_of} == case.duplicate_of
    for key, text in case.documents.items():
        if key not in case.duplicate_of:
            assert cleaned[key].text == case.want.get(key, text), (
                f"{case.name}: {key}\n{case.why}\nguards: {case.guards}"
            )


def test_the_founding_case_comes_out_as_thirteen_paragraphs() -> None:
    founding = (HERE / "founding.txt").read_bytes().decode("utf-8")
    paragraphs = [line for line in founding.splitlines() if line.strip()]
    assert len(paragraphs) == 13
    assert paragraphs[0] == "L'OTSC en quête d'un partenariat plus étroit avec l'OCS (INTERVIEW)"
    assert founding.endswith("a-t-il prédit.")
    assert founding in text_of("data/sample/news/seed-xinhua-otsc-ocs.txt")
