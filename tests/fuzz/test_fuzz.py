"""The fuzzer runs every target, and finds what is broken."""

import pytest

from pipeline.text.decode import Decoded, UndecodableError
from pipeline.text.normalize import Normalized
from tests.fuzz import targets
from tests.fuzz.__main__ import main


@pytest.mark.parametrize("name", targets.TARGETS)
def test_every_target_holds_for_a_moment(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--seconds", "1"]) == 0
    assert "1 of 1 targets held" in capsys.readouterr().out


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(SystemExit):
        main(["reeder"])


def swapped(body: bytes) -> Decoded:
    """A decoder that takes any broken UTF-8 for Latin-1, and fails where that is empty."""
    if not body:
        raise ValueError("empty")
    return Decoded(body.decode("latin-1"), "utf-8", certain=True)


def stuttering(text: str, suspects: object = None) -> Normalized:
    """A normalizer that is not done after one round."""
    return Normalized(text + "." if text else text, ())


def refusing(_: bytes) -> Decoded:
    raise UndecodableError


@pytest.mark.parametrize(
    ("target", "place", "broken"), [("decode", "decode", swapped), ("normalize", "normalize", stuttering)]
)
def test_what_is_broken_is_found_and_shown(
    target: str, place: str, broken: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(targets, place, broken)
    assert main([target, "--seconds", "60"]) == 1
    said = capsys.readouterr().out
    assert f"{target}: BROKEN" in said
    assert f"0 of 1 targets held; broken: {target}" in said
