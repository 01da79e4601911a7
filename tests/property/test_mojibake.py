"""Mojibake is repaired exactly as ftfy repairs it."""

import pytest
from ftfy import fix_encoding_and_explain
from ftfy.badness import BADNESS_RE, is_bad
from ftfy.chardata import CHARMAP_ENCODINGS, UTF8_DETECTOR_RE
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.text import mojibake
from pipeline.text.mojibake import bad, repaired
from pipeline.text.normalize import CONFIG

plain = st.text(st.characters(exclude_categories=["Cs"]))
# All that Latin-1 can hold, and what its bytes mean to UTF-8 and to ftfy's variants of it.
latin = st.text(st.characters(max_codepoint=0xFF))
pieces = st.sampled_from(
    [
        "Ã©",
        "â\x80\x99",
        "Ã ",
        "Ã la",
        "Â\xa0",
        "í\xa0½í¸\x80",
        "À\x80",
        "ð\x9f\x98\x80",
        "\x85",
        "�",
        "?",
        "\x1a",
        "é», ",
        "à",
        "ł",
        "ж",
    ]
)


def same(line: str) -> None:
    assert bad(line) == is_bad(line)
    assert repaired(line, CONFIG) == fix_encoding_and_explain(line, CONFIG).text


@given(st.lists(st.from_regex(BADNESS_RE) | st.from_regex(UTF8_DETECTOR_RE) | pieces | latin, max_size=4).map("".join))
@example("")
@example("voilÃ le travail")
@example("les élèves Ã©tudiaient")
@example("cafÃ© í\xa0½")
@example("Ã©À\x80")
@example("â€™\x1a")
@example("â€™")
@example("â€™�")
def test_what_ftfy_looks_for(line: str) -> None:
    same(line)


@given(plain, st.sampled_from(CHARMAP_ENCODINGS), st.integers(1, 2), st.lists(pieces, max_size=2))
def test_text_that_was_read_in_another_encoding(text: str, encoding: str, times: int, more: list[str]) -> None:
    for _ in range(times):
        text = text.encode().decode(encoding, "replace")
    same(text)
    same("".join([text, *more]))


@given(plain)
def test_any_line(line: str) -> None:
    same(line)


@pytest.mark.parametrize("form", ["{}", "é{}", "é”{}", "a{}Ã ", "Â{} ", "{}À€", "ГўВЂВ{}a", "ГўВЂВ.{}", "œ{}", "{}{}"])
def test_every_character_in_the_places_that_matter(form: str) -> None:
    for code in (*range(0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE0200)):
        line = form.replace("{}", chr(code))
        assert bad(line) == is_bad(line), ascii(line)


def test_the_first_encodings_are_those_of_this_ftfy() -> None:
    assert mojibake._FIRST == ("latin-1", "sloppy-windows-1252")
