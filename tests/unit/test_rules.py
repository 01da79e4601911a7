from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.commands.rules import listed, rules_test, verdict
from pipeline.errors import SettingsError
from pipeline.text.entries import KINDS
from pipeline.text.glued import glued_removals
from pipeline.text.mastheads import head_removals
from pipeline.text.rules import Rule, RulePack, examples, load_pack
from pipeline.text.tails import tail_removals

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "rules"
FILES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))}
PACK = load_pack(FILES)

RULE = """
rules:
  - id: code-line
    kind: tracking
    languages: [any]
    where: tail
    pattern: '^[0-9]{16,}$'
    why: A bare number of sixteen digits counts readers.
    matches: ['1234567890123456', '9999999999999999999']
    keeps: ['3.14159265358979323846', '1234567890']
"""


def changed(old: str, new: str) -> str:
    assert old in RULE
    return RULE.replace(old, new)


def test_every_example_of_every_shipped_rule_holds() -> None:
    assert [(each.rule.id, each.expected, each.example) for each in examples(PACK)] == []


BODY = (
    "A title over the text",
    "The lock was opened on the eve of the feast, and nine boats went through it before the lamps were lit.",
    "Nobody in the village could remember when there had last been so many people on the bridge.",
)


@pytest.mark.parametrize("rule", [rule for rule in PACK.rules if not rule.block], ids=lambda rule: rule.id)
def test_a_shipped_rule_takes_its_examples_and_leaves_its_look_alikes(rule: Rule) -> None:
    for example in rule.matches:
        assert removed_rules(example, rule.where), example
    for example in rule.keeps:  # another rule may have a reason of its own
        assert rule.id not in removed_rules(example, rule.where), example


def removed_rules(example: str, where: str) -> list[str]:
    kinds = frozenset(KINDS)
    if where == "head":  # above a line that is surely of the masthead, and a title
        first = [example, "Skip to main content", *BODY]
        return [each.rule for each in head_removals(first, PACK, kinds) if each.index == 0]
    if where == "glued":  # more text before a match, for there must be some
        before, bar, behind = example.partition("|")
        text = f"{BODY[1]} {before}{behind}" if bar else example
        return [each.rule for each in glued_removals([*BODY, text], PACK.glued, kinds)]
    # a neighbour that is surely of the tail, as tails come in stacks
    last = [*BODY, example, "© 2011 Harbour Press"]
    return [each.rule for each in tail_removals(last, PACK, kinds) if each.index == len(BODY)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (changed("    kind: tracking", "    kinds: tracking"), "unknown key `kinds`; did you mean `kind`?"),
        (changed("where: tail", "where: glued"), "needs one `|`"),
        (changed("where: tail", "where: glued").replace("{16,}$", "{16,}"), "end the pattern in `$`"),
        (changed("kind: tracking", "kind: trackers"), "did you mean `tracking`?"),
        (changed("where: tail", "where: end"), "`where` is `end`"),
        (changed("id: code-line", "id: Code_Line"), "kebab case"),
        (changed("'^[0-9]{16,}$'", "'^[0-9'"), "the pattern is not RE2"),
        (changed("'^[0-9]{16,}$'", "'^(?=.*[0-9])x'"), "look-around does not exist in RE2"),
        (changed("'^[0-9]{16,}$'", "'(?<!a)b'"), "look-around does not exist in RE2"),
        (changed("'^[0-9]{16,}$'", "'^[0-9]*$'"), "matches the empty text"),
        (changed("'^[0-9]{16,}$'", f"'{'a' * 5000}'"), "5000 bytes of at most 4096"),
        (changed("'^[0-9]{16,}$'", "'^{digit}$'"), "no part `{digit}`"),
        (changed("'^[0-9]{16,}$'", "12"), "`pattern` must be text"),
        (changed(", '9999999999999999999'", ""), "`matches` has 1 of at least 2"),
        (changed("'9999999999999999999'", "'1234567890123456'"), "`matches` has 1 of at least 2"),
        (changed("    keeps: ['3.14159265358979323846', '1234567890']\n", ""), "`keeps` missing"),
        (changed("    why: A bare number of sixteen digits counts readers.\n", ""), "`why` missing"),
        (changed("[any]", "any"), "`languages` must be a list"),
        (changed("where: tail", "where: tail\n    sure: 1"), "`sure` must be true or false"),
        ("rules: []", "at least one rule"),
        ("- id: x", "expected `rules:`"),
        ("rule: []", "did you mean `rules`?"),
        ("rules: [1]", "rule 1 is not a mapping"),
        ("parts: [a]\nrules: [1]", "`parts` must map"),
        ("rules: &a []", "anchor"),
    ],
)
def test_a_wrong_pack_is_refused_with_file_and_remedy(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_pack({"codes": text})
    assert said in str(caught.value)
    assert str(caught.value).startswith("codes:")
    assert caught.value.code == 2


def test_a_pattern_too_large_is_refused_where_it_is_first_needed() -> None:
    pack = load_pack({"codes": changed("[0-9]{16,}", r"\pL{999}" * 20)})
    assert pack.tail.hits("12") == []
    for needed in (lambda: pack.tail.hits("a" * 20), lambda: examples(pack)):
        with pytest.raises(SettingsError, match=r"codes: rule `code-line`: the pattern is not RE2 \(pattern too large"):
            needed()


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(SettingsError, match="`code-line` has a namesake in a"):
        load_pack({"a": RULE, "b": RULE})


def test_parts_are_filled_in_as_groups() -> None:
    pack = load_pack({"a": "parts: {digit: '[0-9]|x'}" + changed("[0-9]{16,}", "{digit}{16}")})
    assert pack.rules[0].pattern == "^(?:[0-9]|x){16}$"
    assert load_pack({"a": changed("^[0-9]{16,}$", r"^\p{Greek}\x{ff}")}).rules[0].pattern == r"^\p{Greek}\x{ff}"


def test_hits_come_in_pack_order_for_text_and_bytes_and_across_wrapped_lines() -> None:
    pack = load_pack({"b": RULE, "a": changed("code-line", "digit-first").replace("^[0-9]{16,}$", "^[0-9]")})
    found = [rule.id for rule in pack.tail.hits("1234567890123456")]
    assert found == ["digit-first", "code-line"]
    assert [rule.id for rule in pack.tail.hits(b"1234567890123456")] == found
    wrapped = load_pack({"a": changed("^[0-9]{16,}$", "^write to .*@")})
    assert wrapped.tail.hits("write to\nthe desk@harbour.example")


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda text: text.replace("A bare number", "One bare number"), True),
        (lambda text: text.replace("[any]", "[en]"), True),
        (lambda text: text.replace("\n    where", "\n\n    # a remark\n    where"), True),
        (lambda text: text.replace("{16,}", "{15,}"), False),
        (lambda text: text.replace("code-line", "code-row"), False),
        (lambda text: text.replace("kind: tracking", "kind: other"), False),
        (lambda text: text.replace("where: tail", "where: tail\n    sure: true"), False),
    ],
)
def test_the_digest_moves_with_what_decides_and_with_nothing_else(change: Callable[[str], str], same: bool) -> None:
    assert change(RULE) != RULE
    assert (load_pack({"a": change(RULE)}).digest == load_pack({"a": RULE}).digest) is same


def test_the_digest_does_not_depend_on_the_order_of_the_files() -> None:
    turned = load_pack(dict(reversed(list(FILES.items()))))
    assert turned.digest == PACK.digest
    assert isinstance(turned, RulePack)


def test_no_pack_is_a_pack_without_rules() -> None:
    assert load_pack({}).tail.hits("1234567890123456") == []


def test_rules_test_names_every_example_that_fails(capsys: pytest.CaptureFixture[str]) -> None:
    text, code = verdict([("a", changed("'1234567890'", "'1234567890123457'").replace("'1234567890123456'", "'12'"))])
    assert code == 2
    assert "a: rule `code-line`: does not match, but should: 12\n" in text
    assert "a: rule `code-line`: matches, but must stay: 1234567890123457\n" in text
    assert text.endswith("2 of 4 examples fail")
    assert rules_test(FILES.items()) == 0
    assert "all as they should be" in capsys.readouterr().out


def test_rules_list_has_a_line_for_each_rule() -> None:
    lines = listed([("a", RULE)]).splitlines()
    assert lines == [
        "code-line\ttracking\tany\ttail\tA bare number of sixteen digits counts readers.",
        "1 rules: tracking 1",
    ]


def test_the_promised_kinds_and_languages_have_rules() -> None:
    for kind in ("tracking", "contact", "copyright", "share", "newsletter", "related", "navigation", "masthead"):
        languages = {language for rule in PACK.rules if rule.kind == kind for language in rule.languages}
        assert {"en", "fr", "de", "es", "zh"} <= languages or "any" in languages, kind
