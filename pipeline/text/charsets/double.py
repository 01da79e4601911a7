"""What texts in Chinese, Japanese and Korean cost, by how common their characters are."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pipeline.text.charsets.tables import BEYOND, NAT, character_costs
from pipeline.text.charsets.words import words_of

LANGUAGES = ("ja", "zh", "zht", "ko")

# An ASCII letter in a word with other characters; a run of others that begins behind an ASCII letter, or behind
# anything else; one that ends before an ASCII letter, or before anything else. A lone character between Latin letters
# is nearly always a Latin one.
_LETTER = 3 * NAT
_BEGINS_INSIDE, _BEGINS = 7 * NAT, 1 * NAT
_ENDS_INSIDE, _ENDS = 7 * NAT, 2 * NAT
_WRONG = 20 * NAT  # a sequence that is no character
# Of more wrong sequences than one in so many characters nothing good can come.
_MOST_WRONG = 40


def cost(body: bytes, codec: str, languages: Iterable[str] = LANGUAGES) -> tuple[int, str] | None:
    """Cost and language of what the codec makes of a body, in the likeliest of the languages; None if it is not it."""
    text = body.decode(codec, "replace")
    wrong = text.count("\ufffd")
    if wrong * _MOST_WRONG > len(text):
        return None
    codes = np.frombuffer(f" {text} ".encode("utf-32-le", "replace"), dtype="<u4")
    high, words = codes > 127, words_of(codes)
    letter, own = words.informative & ~high, high & ~_is_typography(codes)
    begins, ends = ~own[:-1] & own[1:], own[:-1] & ~own[1:]
    total = wrong * _WRONG + int(letter.sum()) * _LETTER + (words.stranger if own.any() else 0)
    for edge, inside, cost_inside, cost_else in (
        (begins, letter[:-1], _BEGINS_INSIDE, _BEGINS),
        (ends, letter[1:], _ENDS_INSIDE, _ENDS),
    ):
        total += int(edge.sum()) * cost_else + int((edge & inside).sum()) * (cost_inside - cost_else)
    beyond, near = int((codes > 0xFFFF).sum()), codes[high & (codes <= 0xFFFF)]
    total += beyond * BEYOND
    return min((total + int(character_costs(language)[near].sum()), language) for language in languages)


def _is_typography(codes: NDArray[np.uint32]) -> NDArray[np.bool]:
    """Whether each character is a quote, a dash or an ellipsis, which English has in these charsets, too."""
    return (codes >= 0x2010) & (codes <= 0x2027)
