"""Hypothesis strategies: text of many scripts, and corpora in which paragraphs repeat."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

LETTERS = {
    "latin": "aabcdeiostzßAEIÉéèñøæœıİſŁłǅﬁⅣªº",
    "marks": "e\u0301a\u0300\u0316o\u0323\u0308",
    "greek": "αβγσςΣΏώϓϐ",
    "cyrillic": "абвгдеЁёЪЇїґ",
    "arabic": "الــسَّلامُكم\u0640\u064bپک",
    "hebrew": "שלוםָאב\u05b8",
    "devanagari": "हिन्दीक्षेत्र\u094d",
    "thai": "ภาษาไทยที่\u0e33",
    "han": "上海新闻央视々〇〡豈𠀀",
    "kana": "あかガがｶﾞｱプヷゟ゛",
    "hangul": "정부는가각ㄱ\u1100\u1161",
    "other": "ა Ⴀ ᏸ Ꭰ ຂາວ မြန်မာ ខ្មែរ ꀀ ዘጠኝ Ⱥ ɐ 𝐀 𐐀",
    "emoji": "😀👩‍👧🏴⚡️✔★■→",
    "digits": "00123459٠٣۵९๓０９²½①Ⅻ𝟗",
    "signs": "-−–—+±×÷=<>%‰٪€$£¥₹#&*/\\@§©°",
    "stops": ".,;:!?…。、？．؟۔।«»\"'’“”()[]|~^`_•·",
    "spaces": "   \t\u00a0\u2009\u3000\u1680\u202f",
    "unseen": "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\ufe0f\U000e0101\u200e\x00\x07",
}
LINE_ENDS = "\n\u2028\u2029\u0085\x0b\x0c\x1c\r"

# Each with a space behind it, so that words form.
_scripts = [st.text(alphabet=chars + " ", max_size=10) for chars in LETTERS.values()]
numbers = st.sampled_from(
    ["3 %", "-5", " -5 °C", "−7", "10-20", "3.5", "1 000", "2018-06-08", "५०", "- 4", "--4", "a-4"]
)
pieces = st.one_of(*_scripts, numbers, st.sampled_from(["une ", "ligne ", "the ", "sun ", "上海", " "]))
# Any code point that UTF-8 can hold.
any_char = st.characters(exclude_categories=["Cs"])
# One paragraph: may hold exotic line separators, never "\n".
lines = st.one_of(
    st.lists(pieces, max_size=12).map("".join),
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=30),
    st.text(alphabet="ab 1-", max_size=12),
)
# Lines about as wide as hard-wrapped text, some ending sentences.
wide_lines = st.builds(
    lambda char, columns, end: char * columns + end,
    st.sampled_from(["a", "é", "上", "अ", "😀"]),
    st.integers(42, 92),
    st.sampled_from(["", "", "", ".", "。", ".»", " ", "\u3000", ")", "\U0001f600"]),
)
texts = st.one_of(
    st.lists(lines, max_size=8).map("\n".join),
    st.lists(wide_lines | st.sampled_from(["", " ", "short"]), max_size=16).map("\n".join),
    st.text(alphabet="a. \n\u3000", max_size=20),
    st.text(alphabet=any_char, max_size=20),
)


def buffers(strings: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Strings as Arrow holds them: (data, offsets)."""
    encoded = [each.encode() for each in strings]
    offsets = np.cumsum([0, *map(len, encoded)]).astype(np.int64)
    return np.frombuffer(b"".join(encoded), np.uint8), offsets


# --- corpora with repeats -----------------------------------------------------------------------------------------

_words = ["red", "ferry", "old", "town", "rain", "sang", "river", "bridge", "may", "boat", "hull", "fares"]
# Few words and lengths, so that many paragraphs are alike without being equal.
alike = st.lists(st.sampled_from(_words), min_size=5, max_size=14).map(" ".join)


@st.composite
def edited(draw: st.DrawFn) -> list[str]:
    """Paragraphs of which many are edits of one another: a word changed, dropped or put in, a number changed."""
    seeds = draw(st.lists(alike, min_size=1, max_size=4))
    out: list[str] = []
    for _ in range(draw(st.integers(1, 14))):
        words = draw(st.sampled_from(seeds + out)).split()
        for _ in range(draw(st.integers(0, 2))):
            at = draw(st.integers(0, len(words)))
            words[at : at + draw(st.integers(0, 1))] = [draw(st.sampled_from([*_words, "3", "7", "1999"]))]
        out.append(" ".join(words))
    return out
