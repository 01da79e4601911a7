"""Whether a sentence ends at the end of a text, as strictly as what is glued behind it asks."""

import re
from collections.abc import Sequence
from typing import Any

from pipeline.errors import SettingsError
from pipeline.text.paragraphs import CLOSERS, SENTENCE_ENDS

END_CLOSERS = CLOSERS + " \u00a0\u202f"  # French sets a space before its closing quote
_LONGEST_SHORTENED = 12

# A full stop behind these ends no sentence: initials, "p.m.", titles.
_SHORTENED = re.compile(
    r"(?:^|[\s(\"“«„])(?:(?:\w\.)+|(?i:dr|mrs?|ms|st|prof|nr|no|vs|fig|cf|bzw|z\.b|ca|art|abs|ul|bl|tel)\.)$"
)


def ends_sentence(text: str, behind: str = " ") -> bool:
    """Whether a mark that ends sentences stands at the end, brackets and quotes aside, and shortens no word.

    `behind`: how what stands behind it begins. A full stop inside a web address ends no sentence.

    >>> ends_sentence("“Nobody was hurt.” "), ends_sentence("As he told Dr."), ends_sentence("As he told (AFP)")
    (True, False, False)
    >>> ends_sentence("See http://registers.example.", "org/"), ends_sentence("Nobody was hurt.", "(c)AFP")
    (False, True)
    """
    inner = text.rstrip(END_CLOSERS)
    if inner[-1:] not in SENTENCE_ENDS or not inner:
        return False
    if inner[-1].isascii() and inner == text and not behind[:1].isspace():
        word = text.rsplit(maxsplit=1)[-1]
        if (behind[:1].isascii() and behind[:1].isalnum()) or "/" in word or "@" in word:
            return False
    return inner[-1] != "." or _SHORTENED.search(inner[-_LONGEST_SHORTENED:]) is None


def begin(match: Any) -> int:
    """Where the first group of a match begins, or all of it if its pattern has none."""
    start: int = match.start(min(match.re.groups, 1))
    return start


def fits_behind(pattern: Any, example: str, *, marked: bool) -> bool:
    """Whether a pattern matches where the bar of the example stands, or, without (`marked`), behind a sentence."""
    before, _, behind = example.partition("|") if marked else (example, "", "")
    match = pattern.search(before + behind)
    if match is None:
        return False
    start = begin(match)
    text = (before + behind)[:start].rstrip()
    return text == before if marked else ends_sentence(text, example[len(text) : start + 1])


def check_behind(pattern: str, matches: Sequence[str], where: str) -> None:
    """Raises SettingsError where a glued rule does not say what stands at the end, or a match not where it begins."""
    if not pattern.endswith("$"):
        raise SettingsError(f"{where}: a glued rule says what stands at the end of a paragraph; end the pattern in `$`")
    for example in matches:
        if example.count("|") != 1:
            raise SettingsError(f"{where}: the match {example!r} needs one `|` between the text and what goes")
