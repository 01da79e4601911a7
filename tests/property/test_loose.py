"""The screen lets through whatever a rule matches: against each pattern by itself, as it is written."""

from pathlib import Path

import pytest
import re2
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pipeline.text.loose import loosened, screen
from pipeline.text.rules import Finder, load_pack
from tests.strategies import lines

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "rules"
PACK = load_pack({path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")})
WRITTEN = {rule.id: re2.compile(rule.pattern) for rule in PACK.rules}
EXAMPLES = [text for rule in PACK.rules for text in (*rule.matches, *rule.keeps)]
MEMORY = 16 << 20

# --- any pattern --------------------------------------------------------------------------------------------------

PIECES = (
    "a", "B", "1", "é", "É", "上", ".", "-", r"\.", r"\{", r"\}", "{,3}", "{a}", r"\x41", r"\x{e9}", r"\101", r"\d",
    r"\pL", r"\p{L}", r"\p{Lu}", r"\p{Ll}", r"\pN", r"\p{N}", r"\PL", r"\P{Lu}", r"\p{^L}", r"\p{Greek}", r"\w", r"\s",
    r"[\pL.-]", r"[^\pL\pN]", r"[^\p{Lu}b]", r"[^\PL]", r"[\\pL]", r"[\]\pL]", r"[]\pN]", r"[^]x]", r"[{2}]",
    r"[^{2}a]", r"[[:alpha:]\pN]", r"[^[:digit:]\pL]", r"[\x{41}\pN]", r"[a\-\pL]", "(?i)", "(?i:k)", "(?-i:S)",
    r"\Q{2}\E", "^", "$", r"\b", r"\B",
)  # fmt: skip
COUNTS = ("", "", "", "?", "*", "+", "{2}", "{0,2}", "{1,3}", "{2,}", "{0}", "{2}?", "{0,1}?")
TEXTS = st.text(alphabet="aAbB1éÉ上٣½- .{}2,x]\\pLkKſsS_!0Ω\n", max_size=8)

patterns = st.recursive(
    st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(COUNTS)).map("".join), min_size=1, max_size=4).map(
        "".join
    ),
    lambda inner: st.tuples(
        st.sampled_from(("(?:", "(", "(?i:")),
        st.lists(inner, min_size=1, max_size=3).map("|".join),
        st.sampled_from(COUNTS),
    ).map(lambda parts: f"{parts[0]}{parts[1]}){parts[2]}"),
    max_leaves=4,
)


@settings(max_examples=400)
@given(patterns, st.lists(TEXTS, max_size=8))
@example(r"^[^\pL]{2}$", ["..", "٣", "a"])
@example(r"[^\pN]{3,}\{3}", ["abc{3}"])
@example(r"(?i)k{2}", ["\u212ak"])
def test_what_a_pattern_matches_its_loose_form_matches(pattern: str, texts: list[str]) -> None:
    try:
        written = re2.compile(pattern, quiet())
    except re2.error:
        assume(False)
    loose = re2.compile(loosened(pattern), quiet())
    for text in texts:
        assert loose.search(text) or not written.search(text), (pattern, loosened(pattern), text)


def quiet() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    return options


@pytest.mark.parametrize(
    ("pattern", "loose"),
    [
        ("a{2}b{0,3}c{1,}", "a+b*c+"),
        (r"\pL\p{Lu}", r"[A-Za-z\x{80}-\x{10ffff}][A-Za-z\x{80}-\x{10ffff}]"),
        (r"[^\pL\p{N}-]", "[^A-Za-z0-9-]"),
        (r"[^\p{Lu}]", r"[^\p{Lu}]"),  # a-z must not be left out, and \p{Lu} is more than A-Z
        (r"[\\pL]\{2}[]{2}]", r"[\\pL]\{2}[]{2}]"),
        (r"\Qa{2}\E", r"\Qa{2}\E"),
    ],
)
def test_loose_forms(pattern: str, loose: str) -> None:
    assert loosened(pattern) == loose


# --- the shipped rules --------------------------------------------------------------------------------------------

# Lines in which the pieces of rules meet: cut, joined, in capitals, or as they are.
_words = st.sampled_from(sorted({word for text in EXAMPLES for word in text.split(" ")}))
_cut = st.builds(
    lambda text, first, behind: text[first : behind + 1],
    st.sampled_from(EXAMPLES),
    st.integers(0, 20),
    st.integers(0, 90),
)
rule_lines = st.one_of(
    st.lists(_words | _cut, min_size=1, max_size=8).map(" ".join),
    st.lists(st.sampled_from(EXAMPLES) | lines, min_size=1, max_size=3).map("\n".join),
    st.sampled_from(EXAMPLES).map(str.upper),
    lines,
)


@pytest.mark.parametrize("finder", [PACK.tail, PACK.head], ids=["tail", "head"])
def test_each_example_is_judged_as_by_its_pattern_alone(finder: Finder) -> None:
    for text in EXAMPLES:
        judged(finder, text)
    assert [
        EXAMPLES[at] for at in finder.suspected([text.encode() for text in EXAMPLES]) if finder.hits(EXAMPLES[at])
    ] == [text for text in EXAMPLES if finder.hits(text)]


@given(rule_lines)
def test_any_line_is_judged_as_by_each_pattern_alone(text: str) -> None:
    judged(PACK.tail, text)
    judged(PACK.head, text)


def judged(finder: Finder, text: str) -> None:
    alone = [rule for rule in finder.rules if WRITTEN[rule.id].search(text.replace("\n", " "))]
    assert finder.hits(text) == alone
    assert finder.suspected([b"", text.encode()])[-1:] == [1] or not alone


def test_the_screen_names_patterns_in_their_order() -> None:
    found = screen(["a{2}", "^b", "c", "^a"], MEMORY)
    assert found.suspects(b"abc") == [0, 2, 3]
    assert found.suspected([b"d", b"b", b"c", b"d"]) == [1, 2]
    assert screen([], MEMORY).suspects(b"a") == screen([], MEMORY).suspected([b"a"]) == []
