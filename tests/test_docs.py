"""The manual says what the code does.

Every column, exit code, reason, setting, target and word has its line, and no line is stale.
"""

import dataclasses
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import BaseModel

from pipeline import errors
from pipeline.config import Settings
from pipeline.sources.records import GUESSES
from pipeline.stages import schemas
from pipeline.store.law import COUNTS
from pipeline.store.manifest import Input, LiveFile, Manifest

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = {name: value for name, value in vars(schemas).items() if isinstance(value, pa.Schema)}
SECTIONS = sorted(Settings.model_fields)
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for path in listed.split("\0") if path and (ROOT / path).is_file()]


def sections(text: str, mark: str) -> dict[str, str]:
    """Heading -> what stands below it, for headings that start with `mark` (such as '### ')."""
    parts = re.split(rf"^{mark}(.+)$", text, flags=re.MULTILINE)
    below = [re.split(r"^#{1,3} ", part, maxsplit=1, flags=re.MULTILINE)[0] for part in parts[2::2]]
    return dict(zip(parts[1::2], below, strict=True))


def rows(text: str) -> list[list[str]]:
    """The cells of every table row, without heads and rules."""
    lines = text.splitlines()
    heads = {at - 1 for at, line in enumerate(lines) if line.startswith("|--")}
    return [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for at, line in enumerate(lines)
        if line.startswith("| ") and at not in heads
    ]


# --- docs/formats.md --------------------------------------------------------------------------------------------------


def schema_section(name: str) -> str:
    found = [body for head, body in sections(read("docs/formats.md"), "### ").items() if head.endswith(f"({name})")]
    assert len(found) == 1, f"docs/formats.md needs one heading '### `dataset` ({name})'"
    return found[0]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_column_is_documented_in_order(name: str) -> None:
    documented = [(row[0], row[1]) for row in rows(schema_section(name))]
    assert documented == [(f"`{field.name}`", str(field.type)) for field in SCHEMAS[name]]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_example_record_fits_its_schema(name: str) -> None:
    example = re.search(r"```json\n(.+?)```", schema_section(name), flags=re.DOTALL)
    assert example, f"{name} has no example record"
    record = json.loads(example[1])
    assert list(record) == SCHEMAS[name].names
    assert pa.Table.from_pylist([record], schema=SCHEMAS[name]).num_rows == 1


def test_every_stage_of_the_plan_is_in_the_manual() -> None:
    stages = re.findall(r'Stage\(\s*"(\w+)",.*?\bschemas\.(\w+)', read("pipeline/plan.py"), flags=re.DOTALL)
    headings = sections(read("docs/formats.md"), "### ")
    assert len(stages) > 5
    assert [f"`{name}` ({schema})" for name, schema in stages if f"`{name}` ({schema})" not in headings] == []
    architecture = read("docs/architecture.md")
    assert [name for name, _ in stages if f"`{name}`" not in architecture] == []


def test_every_evidence_of_a_repeat_is_documented() -> None:
    text = schema_section("LEDGER")
    assert [word for word in schemas.EVIDENCE if word and f"`{word}`" not in text] == []


def test_every_reason_of_quarantine_is_documented() -> None:
    documented = [row[0] for row in rows(sections(read("docs/formats.md"), "## ")["Reasons of quarantine"])]
    assert documented == [f"`{reason}`" for reason in errors.Reason]


def manifest_tables() -> dict[str, list[str]]:
    """First cell of the head -> first cells below it, for each table of the chapter."""
    tables = re.split(r"\n\n", sections(read("docs/formats.md"), "## ")["Manifest"])
    found: dict[str, list[str]] = {}
    for table in (part for part in tables if part.startswith("| ")):
        found.setdefault(table.split("|")[1].strip(), []).extend(row[0].strip("`") for row in rows(table))
    return found


def test_every_field_of_the_manifest_is_documented() -> None:
    fields = [field.name for record in (Manifest, Input, LiveFile) for field in dataclasses.fields(record)]
    assert manifest_tables() == {"field": fields, "count": list(COUNTS)}


def test_every_exit_code_is_documented() -> None:
    documented = {row[0]: row[2] for row in rows(sections(read("docs/formats.md"), "## ")["Exit codes"])}
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    stops = [kind for kind in classes if issubclass(kind, errors.ClearError) and kind is not errors.ClearError]
    expected = {str(kind.code): f"`{kind.__name__}`" for kind in stops}
    assert len(expected) == len(stops), "two errors share an exit code"
    assert documented == {"0": "", "1": "anything else", **expected, "128 + n": ""}


# --- docs/settings.md -------------------------------------------------------------------------------------------------


def defaults(model: type[BaseModel]) -> dict[str, str]:
    return {f"`{name}`": f"`{json.dumps(value)}`" for name, value in model().model_dump(mode="json").items()}


def test_every_section_of_the_settings_is_documented() -> None:
    headings = [head.split("`")[1] for head in sections(read("docs/settings.md"), "## ")]
    assert sorted(headings) == SECTIONS


@pytest.mark.parametrize("section", SECTIONS)
def test_every_setting_is_documented_with_its_default(section: str) -> None:
    model = Settings.model_fields[section].annotation
    assert isinstance(model, type)
    body = next(b for h, b in sections(read("docs/settings.md"), "## ").items() if h.startswith(f"`{section}`"))
    assert {row[0]: row[1] for row in rows(body)} == defaults(model)


def test_every_guessed_name_of_a_field_is_documented() -> None:
    body = next(body for head, body in sections(read("docs/settings.md"), "## ").items() if head.startswith("`input`"))
    said = {row[0]: re.findall(r"`(.+?)`", row[2]) for row in rows(body)}
    assert {role: tuple(said[f"`{role}_field`"]) for role in GUESSES} == dict(GUESSES)


# --- the other pages --------------------------------------------------------------------------------------------------


def test_glossary_words_are_unique() -> None:
    words = [row[0] for row in rows(read("docs/glossary.md"))]
    assert len(words) > 40
    assert sorted({word for word in words if words.count(word) > 1}) == []


def test_every_make_target_has_its_line() -> None:
    makefile = read("Makefile")
    phony = set(re.findall(r"^\.PHONY: (.+)$", makefile, flags=re.MULTILINE))
    explained = set(re.findall(r"^([a-z][a-z-]*):[^#=\n]*## \S", makefile, flags=re.MULTILINE))
    manual = read("README.md") + read("CONTRIBUTING.md")
    assert phony == explained
    assert sorted(target for target in phony if f"make {target}" not in manual) == []
    assert "clean" not in phony, "one word away from clean-corpus it would mean delete"


def test_every_target_that_the_manual_names_exists() -> None:
    pages = [path for path in tracked() if path.endswith(".md")]
    named = {target for page in pages for target in re.findall(r"(?<=[`\n])make ([a-z][a-z-]+)", read(page))}
    phony = set(re.findall(r"^\.PHONY: (.+)$", read("Makefile"), flags=re.MULTILINE))
    assert sorted(named - phony) == []


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *sorted(p.name for p in (ROOT / "docs").glob("*.md"))]
)
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page if (ROOT / page).is_file() else ROOT / "docs" / page
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


# --- what may not be in the repository --------------------------------------------------------------------------------

# In pieces, so that this file passes its own test.
NOWHERE = [
    "pypi" + ".org", "python" + "hosted", "extra" + "-index-url", "/opt/" + "wheels",
    "/wo" + "rk/", "/tmp/" + "dev", "/tmp/" + "h/", "shared/" + "notes",
]  # fmt: skip
# Ordinary words in texts; in our own pages and code they would speak of how this was written.
AGE, SES = "ag" + "ent", "ses" + "sion"
NOT_IN_OUR_PAGES = re.compile(rf"(?<!user[- ])\b(sub-?)?{AGE}s?\b|\b{SES}s?\b", re.IGNORECASE)


def texts() -> dict[str, str]:
    found = {}
    for path in tracked():
        try:
            found[path] = read(path)
        except UnicodeDecodeError:  # a sample in another charset, or a binary file
            found[path] = (ROOT / path).read_bytes().decode("latin-1")
    return found


def test_nothing_of_the_machine_it_was_written_on() -> None:
    assert [(path, word) for path, text in texts().items() for word in NOWHERE if word in text] == []


def test_pages_and_comments_speak_of_the_project_only() -> None:
    ours = {path: text for path, text in texts().items() if path.endswith((".md", ".py")) and "data/" not in path}
    assert [(path, hit[0]) for path, text in ours.items() for hit in NOT_IN_OUR_PAGES.finditer(text)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_every_dependency_by_hash_and_name_no_host(lock: str) -> None:
    text = read(lock)
    packages = re.split(r"\n(?=\S)", text.strip())
    names = {re.split(r"==", package)[0].lower() for package in packages}
    assert [package for package in packages if "--hash=sha256:" not in package] == []
    assert [word for word in ("//", "http", "file:", "--index", "#") if word in text] == []
    project = tomllib.loads(read("pyproject.toml"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["install"]
    wanted += project["optional-dependencies"]["dev"] if "dev" in lock else []
    assert {re.split(r"[<>=~!\[]", line)[0].lower() for line in wanted} - names == set()


def test_both_locks_agree() -> None:
    runtime, dev = (set(re.findall(r"^\S+==.*$", read(lock), flags=re.MULTILINE)) for lock in LOCKS)
    assert runtime - dev == set()
