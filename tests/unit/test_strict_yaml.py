import re

import pytest
import yaml

from pipeline import strict_yaml
from pipeline.errors import SettingsError
from pipeline.strict_yaml import load_yaml


@pytest.fixture(params=["fast", "plain"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every case with libyaml (where there is one) and with the parser in Python."""
    if request.param == "plain":
        monkeypatch.setattr(strict_yaml, "_Loader", yaml.SafeLoader)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# only a remark", None),
        ("a: 1\nb: [x, 2.5, true, null]", {"a": 1, "b": ["x", 2.5, True, None]}),
        ("- {id: one}\n- {id: two}", [{"id": "one"}, {"id": "two"}]),
        ("languages: ['no', en]", {"languages": ["no", "en"]}),
        ("at: 02:00", {"at": "02:00"}),
        ("on_day: 2018-06-08", {"on_day": "2018-06-08"}),
        ("size: 0x1F", {"size": 31}),
        ("size: 010", {"size": 10}),
        ("'1': x", {"1": "x"}),
        ("'<<': x", {"<<": "x"}),
        ("a: >-\n  one\n  two", {"a": "one two"}),
        ("pattern: '^[0-9]{16,}$'", {"pattern": "^[0-9]{16,}$"}),
        ("text: |\n  版权所有\n  *not an alias", {"text": "版权所有\n*not an alias"}),
        ("a: 1e3", {"a": 1000.0}),
        ("a: .nan", {"a": ".nan"}),
        ('a: "\\u00e9"', {"a": "é"}),
    ],
)
def test_plain_yaml_is_read(text: str, value: object) -> None:
    assert load_yaml(text, "x.yaml") == value


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: &x 1\nb: 2", 1, "anchor `&x`"),
        ("a: 1\nb: *x", 2, "alias `*x`"),
        ("a: 1\n<<: {b: 2}", 2, "merge key"),
        ("a: !!python/object/apply:os.system [ls]", 1, "tag"),
        ("a: !!str 1", 1, "tag"),
        ("a: 1\nb: 2\na: 3", 3, "key `a` stands here and on line 1"),
        ("- {a: 1, a: 2}", 1, "key `a`"),
        ("x: 0\n1: a", 2, "not a string"),
        ("true: a", 1, "not a string"),
        ("null: a", 1, "not a string"),
        ("? [a, b]\n: c", 1, "a key that is a list"),
        ("a: 1\n---\nb: 2", 2, "second document"),
        ("a: no", 1, "true or false"),
        ("languages: [en, No]", 1, "true or false"),
        ("a: 1\nb: [1, 2", 2, "not valid YAML"),
        ("a: 1\n b: 2", 2, "not valid YAML"),
        ("a: 'open", 1, "not valid YAML"),
        ("a: " + "9" * 5000, 1, "hundreds of digits"),
        ("a:\n\tb: 1", 2, "not valid YAML"),
        ("a: 1\nb: \x07", 2, "does not allow"),
    ],
)
def test_the_rest_is_refused_by_line_with_a_remedy(text: str, line: int, said: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)) as caught:
        load_yaml(text, "my.yaml")
    # libyaml marks an unclosed quote or bracket at the end of the text, one line later at most
    assert re.match(rf"my\.yaml:({line}|{line + 1}): ", str(caught.value)), str(caught.value)
    assert ";" in str(caught.value)
    assert caught.value.code == 2


def test_nesting_ends_at_twenty_and_never_in_a_crash() -> None:
    deepest = "[" * 20 + "]" * 20
    assert load_yaml(deepest, "x") is not None
    for depth in (21, 3_000):
        with pytest.raises(SettingsError, match="nesting deeper than 20"):
            load_yaml("[" * depth + "]" * depth, "x")


def test_half_a_character_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"x:2: "):
        load_yaml("a: 1\nb: \ud800", "x")
