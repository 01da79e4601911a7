"""Misread lines: costs are what the slow twin says, and whatever is read again can be undone to the byte."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.text.misread.classes import LETTERS
from pipeline.text.misread.costs import LANES, add_up, languages, lowest, tables
from pipeline.text.misread.document import reread, suspicious_lines
from pipeline.text.misread.misreadings import ALL_LANES, ANSI, OLD, UTF_8, ansi_chars, as_read, double, lanes_of, single
from pipeline.text.misread.rereadings import rereadings
from tests.oracles import cost

ALPHABET = "".join(letters[:40] for letters in LETTERS.values()) + "ABÉÖŐŁДЖΣ  ''’.,-–—“”„…²√║½°§0123"
ALPHABET += "中国日本語あカ한국ｱ。（Ａम\x85\ufffd\ue000\U0001f600"
text = st.text(st.sampled_from(ALPHABET), max_size=30)
SENTENCES = {
    "hu": "Az öreg erdész lassan leült a kőre, és sokáig nézte a tűz fényét",
    "pl": "Wczoraj wieczorem w mieście spadł ulewny deszcz",
    "tr": "Dün akşam şehirde yağan yağmur yüzünden",
    "ru": "Вчера вечером в городе прошёл сильный дождь",
    "el": "Η πόλη ξύπνησε αργά εκείνο το πρωί",
    "fr": "L'été dernier, à la plage, nous avons mangé",
    "ja": "東京都は五日、新しい図書館の建設計画を発表した。",
    "zh": "今天上午，市政府召开新闻发布会",
    "ko": "오늘 아침 서울에는 많은 눈이 내렸고",
}
CHARSETS = [right.charset for right in (*single(), *double(), UTF_8)]


def read_as(body: bytes, wrong: str) -> str:
    if wrong == "cp1252":
        return body.decode("latin-1").translate(dict(enumerate(ansi_chars())))
    return body.decode(wrong)


@given(text | st.text(max_size=30), st.sampled_from(sorted(LETTERS)), st.integers(0, LANES - 1))
@example("É½ « „a… x²y “b” AbC", "LATIN", 1)
def test_costs_are_what_the_slow_twin_says(line: str, script: str, lane: int) -> None:
    line = line.encode(errors="replace").decode()
    costs = np.zeros(LANES, np.int32)
    add_up(np.array([*map(ord, line)], np.uint32), len(line), tables(), ALL_LANES, costs)
    for own in LETTERS:  # a lane is one language of each script; where the line has one script only, both agree
        if all(char not in "".join(LETTERS.values()) or char in LETTERS[own] for char in line.lower()):
            language = languages(own)[lane]
            assert costs[languages(own).index(language)] == cost(line, language, own)


@given(text)
def test_words_are_independent(line: str) -> None:
    """What the screen adds up word by word is what the whole line costs."""
    words = line.split(" ")
    for lane in (0, 5, 17):
        lanes = np.array([lane], np.uint64)
        assert lowest(line, lanes)[0] == sum(lowest(word, lanes)[0] for word in words)


@given(
    st.lists(st.sampled_from(sorted(SENTENCES)) | text, min_size=1, max_size=4),
    st.sampled_from(CHARSETS),
    st.sampled_from([*ANSI, *OLD]),
)
def test_what_is_read_again_can_be_undone_to_the_byte(parts: list[str], right: str, wrong: str) -> None:
    lines = [SENTENCES.get(part, part).encode(errors="replace").decode() for part in parts]
    given_ = "\n".join(read_as(line.encode(right, "ignore"), wrong).replace("\n", " ") for line in lines)
    for before, after in zip(given_.split("\n"), reread(given_).split("\n"), strict=True):
        if before != after:
            bodies = [body for charset in (*ANSI, *OLD) if (body := as_read(before, charset)) is not None]
            assert any(after == _decoded(body, charset) for body in bodies for charset in CHARSETS)


def _decoded(body: bytes, charset: str) -> str:
    return body.decode(charset, "replace")


@given(st.text(max_size=60))
def test_what_is_not_suspicious_stays(line: str) -> None:
    line = line.encode(errors="replace").decode()
    assert any(suspicious_lines(line)) or reread(line) == line


@given(st.binary(max_size=40), st.sampled_from(["latin-1", "cp437"]))
def test_any_bytes_read_in_any_charset(body: bytes, wrong: str) -> None:
    line = body.replace(b"\n", b" ").decode(wrong)
    for found in rereadings(line):
        assert found.text != line
        assert any(as_read(line, charset) == found.text.encode(found.right.charset) for charset in (*ANSI, *OLD))
    once = reread(line)
    assert "\n" not in once


def test_lanes_hold_the_languages_of_each_charset() -> None:
    for right in single():
        assert {languages(right.script)[lane] for lane in lanes_of(right)} == set(right.names)
