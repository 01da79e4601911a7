"""Settings: what is written is what counts, and what cannot be meant stops the run with a message that helps."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import main
from pipeline.config import Settings, load_settings
from pipeline.errors import SettingsError
from pipeline.fingerprint import differences, fingerprint
from pipeline.strict_yaml import load_yaml
from tests.helpers import ROOT

DEFAULT = ROOT / "configs" / "default.yaml"


A_RULE = """
rules:
  - id: an-example
    kind: share
    languages: [en]
    where: tail
    pattern: 'abc?'
    why: so that there is a rule
    matches: [ab, abc]
    keeps: [x, y]
"""


def said(tmp_path: Path, text: str, *sets: str) -> str:
    """The message that stops a run with this settings file."""
    path = tmp_path / "my.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as stopped:
        load_settings(path, sets)
    return str(stopped.value)


def test_the_default_file_names_every_setting_in_order_with_its_default() -> None:
    written = load_yaml(DEFAULT.read_text(encoding="utf-8"), str(DEFAULT))
    expected = Settings().model_dump(mode="json")
    assert written == expected
    assert isinstance(written, dict)
    assert list(written) == list(expected)
    assert [list(section) for section in written.values()] == [list(section) for section in expected.values()]
    assert load_settings(DEFAULT) == Settings()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("repeats:\n  bnads: 5\n", ["repeats.bnads", "did you mean `bands`?"]),
        ("repeat:\n  bands: 5\n", ["`repeat`", "did you mean `repeats`?"]),
        (
            "tails:\n  zzz: 5\n",
            ["tails.zzz", "known here: enabled, glued, kinds, kinds_by_source, model, rules, templates"],
        ),
        ("repeats:\n  bands: many\n", ["repeats.bands", "integer", "'many'"]),
        ("repeats:\n  bands: 5.0\n", ["repeats.bands", "integer"]),
        ("repeats:\n  enabled: 1\n", ["repeats.enabled", "boolean"]),
        ("repeats:\n  threshold: true\n", ["repeats.threshold", "number"]),
        ("repeats:\n  threshold: 0\n", ["repeats.threshold", "greater than 0"]),
        ("repeats:\n  threshold: .nan\n", ["repeats.threshold", "number"]),
        ("repeats:\n  across: everywhere\n", ["repeats.across", "'corpus', 'source' or 'off'"]),
        ("repeats:\n  bands: 64\n", ["bands x rows = 320", "permutations = 128", "lower one of them"]),
        ("input:\n  paths: data/raw\n", ["input.paths", "tuple"]),
        ("input:\n  text_extensions: [txt]\n", ["input.text_extensions.0", "a dot"]),
        ("input:\n  text_extensions: [.TXT]\n", ["input.text_extensions.0", "small letters"]),
        ("input:\n  text_extensions: [.gz]\n", ["input.text_extensions.0", "compressed"]),
        ("tails:\n  kinds_by_source: {a: [trackin]}\n", ["tails.kinds_by_source.a.0", "known kinds", "tracking"]),
        ("tails:\n  kinds_by_source: {a.*: []}\n", ["tails.kinds_by_source", "`*.` and a domain"]),
        ("tails:\n  kinds_by_source: {'*.Example.org': []}\n", ["tails.kinds_by_source", "small letters"]),
        ("tails:\n  kinds: [trackin]\n", ["tails.kinds.0", "known kinds", "tracking"]),
        ("engine:\n  memory_limit: plenty\n", ["engine.memory_limit", "plenty"]),
        ("engine:\n  memory_limit: 512\n", ["engine.memory_limit"]),
        ("brake:\n  most_removed_share: 60\n", ["brake.most_removed_share", "less than or equal to 1"]),
        ("- input\n", ["expected sections", "list"]),
        ("just words\n", ["expected sections", "str"]),
        ("input: 3\n", ["input"]),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_do(tmp_path: Path, text: str, words: list[str]) -> None:
    message = said(tmp_path, text)
    assert "my.yaml" in message
    assert [word for word in words if word not in message] == []


def test_every_wrong_setting_is_named_at_once(tmp_path: Path) -> None:
    message = said(tmp_path, "repeats:\n  bnads: 5\nengine:\n  workers: -1\n")
    assert len(message.splitlines()) == 2


def test_a_message_is_short_however_long_the_value(tmp_path: Path) -> None:
    assert len(said(tmp_path, f"engine:\n  workers: {'x' * 100_000}\n")) < 500


@pytest.mark.parametrize("text", ["", "# nothing\n", "repeats:\n  # bands: 5\ntails:\n", "\ufeffrepeats:\n"])
def test_what_is_left_out_has_its_default(tmp_path: Path, text: str) -> None:
    path = tmp_path / "my.yaml"
    path.write_text(text, encoding="utf-8")
    assert load_settings(path) == Settings()
    assert load_settings(path, ["repeats.bands=7"]).repeats.bands == 7


@pytest.mark.parametrize(
    ("override", "value"),
    [
        ("tails.enabled=false", False),
        ("input.paths=[a, b]", ("a", "b")),
        ("input.text_field=body", "body"),
        ("input.text_field='12'", "12"),
        ("input.text_field=", None),
        ("repeats.threshold=0.75", 0.75),
        ("repeats.threshold=1", 1.0),
        (" repeats.bands =3", 3),
        ("output.path=a=b", "a=b"),
        ("tails.kinds=[]", ()),
    ],
)
def test_an_override_is_read_as_yaml(override: str, value: object) -> None:
    section, _, rest = override.strip().partition(".")
    found: Any = getattr(getattr(load_settings(None, [override]), section), rest.partition("=")[0].strip())
    assert found == value
    assert isinstance(found, type(value))


def test_an_override_wins_over_the_file_and_a_later_one_over_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    path.write_text("repeats:\n  bands: 5\n  rows: 4\n")
    settings = load_settings(path, ["repeats.bands=6", "repeats.bands=7"])
    assert (settings.repeats.bands, settings.repeats.rows) == (7, 4)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("tails", "KEY=VALUE"),
        ("tails=false", "SECTION.KEY=VALUE"),
        ("=5", "SECTION.KEY=VALUE"),
        ("tails.enabeld=false", "did you mean `enabled`?"),
        ("tail.enabled=false", "did you mean `tails`?"),
        ("tails.enabled.more=1", "tails.enabled: Input should be a valid boolean"),
        ("tails.templates.vito=[x]", "unknown setting `tails.templates.vito`; did you mean `veto`?"),
        ("tails.templates=[x]", "tails.templates"),
        ("tails.enabled=no", "true or false"),
        ("tails.kinds=[", "not valid YAML"),
    ],
)
def test_a_wrong_override_is_named(override: str, words: str) -> None:
    with pytest.raises(SettingsError) as stopped:
        load_settings(None, [override])
    assert words in str(stopped.value)


@pytest.mark.parametrize(
    "text", ["a: &x 1\n", "a: [1\n", "input: {}\ninput: {}\n", "repeats:\n  bnads: 1\n", "a: !!python/none x\n"]
)
def test_a_settings_file_that_cannot_be_used_is_exit_code_2(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "my.yaml"
    path.write_text(text)
    assert main(["run", "--config", str(path), "--output", str(tmp_path / "out")]) == 2
    assert str(path) in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_settings_file_that_cannot_be_read_is_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("output:\n  path: café\n".encode("latin-1"))
    for path, words in {latin: "not UTF-8", tmp_path / "none.yaml": "cannot read", tmp_path: "cannot read"}.items():
        assert main(["run", "--config", str(path)]) == 2
        assert words in capsys.readouterr().err


@pytest.mark.parametrize("name", ["threshold", "novelty", "novelty_unspaced", "containment"])
def test_shares_are_fractions_as_written(name: str) -> None:
    for value, fraction in (("0.7", Fraction(7, 10)), ("0.1", Fraction(1, 10)), ("1", Fraction(1))):
        assert load_settings(None, [f"repeats.{name}={value}"]).repeats.fraction(name) == fraction


def test_the_fingerprint_names_what_can_change_text_and_nothing_else() -> None:
    rules = [("a", A_RULE)]
    here = fingerprint(Settings(), rules)
    places = ["input.paths=[x]", "input.slice_mb=1", "tails.rules=/x/rules", "engine.workers=3", "output.path=x"]
    assert differences(here, fingerprint(load_settings(None, [*places, "brake.enabled=false"]), rules)) == []
    other = fingerprint(load_settings(None, ["repeats.bands=7"]), rules)
    assert differences(here, other) == ["repeats.bands: 25 in the store, 7 now"]
    assert differences(here, fingerprint(Settings(), [("a", A_RULE.replace("abc?", "abd?"))])) != []
