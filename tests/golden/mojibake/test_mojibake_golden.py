"""Golden cases of misread text: lines that must stay, and documents that must come out right."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.text.misread.document import reread
from pipeline.text.misread.misreadings import ansi_chars
from pipeline.text.normalize import normalize
from pipeline.text.screen import suspect_lines

HERE = Path(__file__).parent
STAYS, GOES = (yaml.safe_load((HERE / name).read_text("utf-8")) for name in ("stays.yaml", "goes.yaml"))


@pytest.mark.parametrize("case", STAYS, ids=lambda case: case["name"])
def test_right_text_stays(case: dict[str, Any]) -> None:
    text = unicodedata.normalize("NFC", case["text"])
    for each in (text, *text.split("\n")):
        assert reread(each) == each
        assert case.get("alone") or normalize(each).text == each


def garbled(case: dict[str, Any]) -> list[str]:
    lines: list[str] = case["right"].split("\n")
    for at, line in enumerate(lines):
        if case.get("only", at) == at:
            for step in case["steps"]:
                right, wrong = step.split(" > ")
                line = line.encode(right).decode("latin-1" if wrong == "cp1252" else wrong)
                line = line.translate(dict(enumerate(ansi_chars()))) if wrong == "cp1252" else line
            lines[at] = line.translate(dict.fromkeys(map(ord, case.get("loses", [])), " "))
    return lines


@pytest.mark.parametrize("case", GOES, ids=lambda case: case["name"])
def test_misread_text_is_read_again(case: dict[str, Any]) -> None:
    given, right = garbled(case), case["right"].split("\n")
    want = [given[at] if at in case.get("keeps", []) else line for at, line in enumerate(right)]
    made = normalize("\n".join(given), suspect_lines)
    assert made.text.split("\n") == want
    assert any(suspect_lines("\n".join(given))) or want == given
    assert made.repairs == (("mojibake",) if want != given else ())
    assert normalize("\n".join(given)) == made
    assert normalize(made.text).text == made.text


def test_every_case_has_a_why_and_a_name_of_its_own() -> None:
    assert len({case["name"] for case in STAYS + GOES}) == len(STAYS + GOES)
    assert all(case["why"].endswith(".") for case in STAYS + GOES)
