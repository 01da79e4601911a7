"""What is fuzzed, and what must hold whatever comes in."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from pipeline.config import load_settings
from pipeline.errors import Reason, SettingsError
from pipeline.plan import read_documents
from pipeline.single import clean
from pipeline.sources.files import listing, scanned
from pipeline.sources.records import Fields
from pipeline.stages.schemas import DOCUMENTS, SLICES
from pipeline.text.decode import UndecodableError, decode
from pipeline.text.normalize import normalize
from pipeline.text.rules import pack_of
from pipeline.text.screen import suspect_lines
from tests.fuzz.inputs import BODIES, RULES, SETTINGS, files, mutated, texts

_REASONS = {str(reason) for reason in Reason}
_MOST_GROWTH = 4  # times what came in


@dataclass(frozen=True, slots=True)
class Target:
    """Inputs, and the check of one of them: raises where something does not hold."""

    inputs: st.SearchStrategy[Any]
    check: Callable[[Any], None]


def reader(file: tuple[str, bytes]) -> None:
    """No content raises; every record has a text or a reason; numbers go up; the second reading is the first."""
    name, content = file
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        found = listing([folder], (".txt", ".text")).files
        rows = [row for each in found for row in _documents(each)]
        again = [row for each in found for row in _documents(each)]
    assert rows == again
    numbers = [row["doc"] for row in rows]
    assert numbers == sorted(set(numbers))
    for row in rows:
        assert (row["reason"] is None) == (row["text"] is not None)
        assert row["reason"] is None or row["reason"] in _REASONS
        assert row["chars"] is None or row["chars"] == len(row["text"])


def _documents(found: Any) -> list[dict[str, Any]]:
    parts = scanned(found, 1 << 20).slices
    same = {"file": 0, "path": found.path, "location": str(found.location), "format": found.format}
    same |= {"compression": found.compression}
    slices = [
        {**same, "byte_start": p.byte_start, "byte_end": p.byte_end, "first_record": p.first_record} for p in parts
    ]
    batch = pa.RecordBatch.from_pylist(slices, SLICES)
    made = list(read_documents(iter([batch]), fields=Fields(), keep_uncertain=True))
    assert all(each.schema.equals(DOCUMENTS) for each in made)
    for each in made:
        each.validate(full=True)
    return [row for each in made for row in each.to_pylist()]


def bytes_to_text(body: bytes) -> None:
    """Decoding raises one error only; valid UTF-8 is never read as anything else; the text can be written."""
    try:
        found = decode(body)
    except UndecodableError:
        return
    found.text.encode()
    assert found == decode(body)
    assert not found.text.startswith("\ufeff")
    if found.encoding == "utf-8" and not found.repairs:
        assert found.text == body.decode().lstrip("\ufeff")


def normal_form(text: str) -> None:
    """Normalizing twice is once, grows nothing beyond measure, and is the same with the screen that saves work."""
    found = normalize(text)
    again = normalize(found.text)
    assert again.text == found.text
    assert again.repairs == ()
    assert len(found.text) <= _MOST_GROWTH * len(text) + 16
    found.text.encode()
    if _encodable(text):
        assert normalize(text, suspect_lines) == found


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def whole_clean(text: str) -> None:
    """Clean text and removals give the normalized text back, to the character."""
    cleaned = clean(text)
    left, at = [], 0
    for each in sorted(cleaned.removals, key=lambda each: each.start):
        assert at <= each.start < each.end <= len(cleaned.normalized)
        assert cleaned.normalized[each.start : each.end] == each.text
        left.append(cleaned.normalized[at : each.start])
        at = each.end
    assert "".join([*left, cleaned.normalized[at:]]) == cleaned.text


def settings_file(content: bytes) -> None:
    """A settings file is understood or refused with a message."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.yaml"
        path.write_bytes(content)
        _refused(lambda: load_settings(path))


def setting(override: str) -> None:
    """So is a setting of the command line."""
    _refused(lambda: load_settings(None, [override]))


def rule_pack(content: bytes) -> None:
    """So is a rule pack; patterns that would be slow are refused, not tried."""
    _refused(lambda: pack_of((("fuzz", content.decode("utf-8", "replace")),)))


def _refused(work: Callable[[], object]) -> None:
    try:
        work()
    except SettingsError:
        return


TARGETS: Mapping[str, Target] = {
    "reader": Target(files(), reader),
    "decode": Target(st.one_of(mutated(BODIES), st.binary(max_size=400)), bytes_to_text),
    "normalize": Target(texts(), normal_form),
    "clean": Target(texts(), whole_clean),
    "settings": Target(st.one_of(mutated(SETTINGS), st.binary(max_size=100)), settings_file),
    "override": Target(st.text(max_size=60), setting),
    "rules": Target(mutated(RULES), rule_pack),
}
