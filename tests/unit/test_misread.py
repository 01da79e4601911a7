"""Lines read again: what proves itself, what the document proves, what proves nothing."""

from dataclasses import replace

import pytest

from pipeline.text.misread.costs import NAT
from pipeline.text.misread.document import LONGEST_LINE, _proven, _sure, is_misread, reread, suspicious_lines
from pipeline.text.misread.misreadings import ansi_chars, as_read, single
from pipeline.text.misread.rereadings import Rereading, best, in_order, rereadings
from pipeline.text.misread.tables import is_letter, may_stand

HUNGARIAN = "Az öreg erdész lassan leült a kõre, és sokáig nézte a tûz fényét."
RUSSIAN = "Â÷åðà âå÷åðîì â ãîðîäå ïðîø¸ë ñèëüíûé äîæäü."


def test_the_bytes_a_line_was_read_from() -> None:
    assert as_read("é", "latin-1") == b"\xe9"
    assert as_read("“\x81", "cp1252") == b"\x93\x81"  # Windows-1252 leaves 81 open, and programs leave it as it is
    assert as_read("“\x93", "cp1252") is None  # two characters of one byte: one is of Latin-1, one of Windows-1252
    assert as_read("ő", "cp1252") is None
    assert as_read("√©", "mac_roman") == "é".encode()
    assert len(set(ansi_chars())) == 256


def test_a_line_that_proves_itself() -> None:
    assert is_misread(RUSSIAN)
    assert reread(f"one\n{RUSSIAN}\ntwo") == "one\nВчера вечером в городе прошёл сильный дождь.\ntwo"


def test_one_letter_alone_proves_nothing_but_others_speak_for_it() -> None:
    short = "- Õ volt az?"
    assert reread(short) == short
    assert reread(f"{short}\n{HUNGARIAN}").split("\n")[0] == "- Ő volt az?"
    assert reread(f"{short}\n{RUSSIAN}").split("\n")[0] == short


def test_the_charset_that_most_speaks_for_wins_in_short_lines() -> None:
    text = "国内要闻\n今天上午，市政府召开新闻发布会，介绍了今年以来的城市建设情况。"
    assert reread(text.encode("gbk").decode("latin-1")) == text


def test_utf8_is_left_to_ftfy() -> None:
    line = RUSSIAN.encode("latin-1").decode("cp1251").encode().decode("latin-1")
    assert list(rereadings(line)) == []
    assert reread(line) == line


@pytest.mark.parametrize(
    "line",
    [
        "ÄÀ",  # two letters of Russian
        "ÅÅÅÅ-MM-DD",  # one letter of Russian
    ],
)
def test_what_may_be_two_things_stays(line: str) -> None:
    assert reread(line) == line


def test_a_rereading_must_lead() -> None:
    found = best("¤³ÐàÀÊÑªÈÒÊµÃì Á¢.")  # Thai, all but: Chinese costs as little
    assert found is None


def test_what_leads_back_to_other_bytes_is_no_rereading() -> None:
    """Shift-JIS has two codes for ≒; Python makes the other one."""
    line = b"\x87\x90\x93\xfa\x96{\x8c\xea\x82\xcc\x95\xb6".decode("latin-1")
    assert [found.right.charset for found in rereadings(line) if found.right.charset == "cp932"] == []
    assert [found.right.charset for found in rereadings(line[2:]) if found.right.charset == "cp932"] == ["cp932"]


def test_no_word_has_letters_of_two_scripts() -> None:
    thai = next(right for right in single() if right.charset == "cp874")
    assert list(rereadings("mnáááástwo goryli áááá", thai)) == []
    assert list(rereadings("goryli áááá", thai)) != []


def rereading(**given: int) -> Rereading:
    latin = next(right for right in single() if right.charset == "cp1250")
    usual = {"gain": 8 * NAT, "words": 4 * NAT, "cost": 90 * NAT, "letters": 30, "changed": 2, "order": 0}
    return Rereading("", latin, **(usual | given))


@pytest.mark.parametrize(
    ("given", "sure"),
    [
        ({}, True),
        ({"gain": 8 * NAT - 1}, False),
        ({"words": 4 * NAT - 1}, False),  # the words that change are words of another language as they are
        ({"words": 0, "gain": 14 * NAT}, True),
        ({"words": -1, "gain": 30 * NAT}, False),
        ({"letters": 19, "cost": 57 * NAT}, False),
        ({"cost": 106 * NAT}, False),  # poor text of the language
        ({"changed": 1, "gain": 9 * NAT, "words": 6 * NAT}, True),
        ({"changed": 1, "gain": 9 * NAT, "words": 6 * NAT - 1}, False),
        ({"changed": 1, "gain": 9 * NAT, "words": 6 * NAT, "letters": 29, "cost": 87 * NAT}, False),
    ],
)
def test_what_a_line_with_latin_letters_must_show(given: dict[str, int], sure: bool) -> None:
    assert _sure(rereading(**given)) is sure


def test_lines_that_prove_nothing_by_themselves_prove_it_together() -> None:
    lines = ["Jó idõben indultunk el.", "Mi az a Super billentyû?", "Nem volt ott senki."]
    assert all(reread(line) == line for line in lines)
    assert reread("\n".join(lines)) == "Jó időben indultunk el.\nMi az a Super billentyű?\nNem volt ott senki."


def test_the_charset_that_most_speaks_for_comes_last_and_wins() -> None:
    western, eastern = (next(right for right in single() if right.charset == name) for name in ("cp1254", "cp1250"))
    found = {0: replace(rereading(), right=western), 1: replace(rereading(gain=20 * NAT), right=eastern)}
    assert _proven(found, found, ["", ""]) == [western, eastern]
    assert _proven(dict(reversed(found.items())), dict(reversed(found.items())), ["", ""]) == [western, eastern]


def test_very_long_lines_stay() -> None:
    line = RUSSIAN * (LONGEST_LINE // len(RUSSIAN) + 1)
    assert suspicious_lines(line) == [True]
    assert reread(line) == line
    assert reread(RUSSIAN * 3) != RUSSIAN * 3


def test_tables_of_characters_are_no_text() -> None:
    assert in_order("ÀÁÂÃÄÅÆÇÈÉÊË")
    assert in_order("letters: à á â ã ä å")
    assert not in_order("ÀÁ")
    assert not in_order(RUSSIAN)


def test_letters_and_what_stands_between_words() -> None:
    assert is_letter("İ", "tr")
    assert not is_letter("İ", "hu")
    assert may_stand("—")
    assert not may_stand("√")
    assert not may_stand("é")


def test_nothing_in_nothing_out() -> None:
    assert reread("") == ""
    assert reread("\n\n") == "\n\n"
    assert suspicious_lines("") == [False]
