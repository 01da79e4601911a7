"""Words, and which of them tell charsets apart.

A word is a run of ASCII letters and of whatever is not ASCII. It is *informative* if some of it is not ASCII: only
there do charsets differ. All other words are the same in every charset; they say which language it is, if the letters
are Latin.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.text.charsets.tables import NAT

# A text in other letters than Latin pays this for each of its words where ASCII words are this many times as many, and
# less where they are fewer: one foreign letter in a text in Latin letters is nearly always one of theirs.
_STRANGER, _STRANGE_AT = 5 * NAT, 8

_ASCII_LETTER = np.zeros(256, dtype=np.bool)
_ASCII_LETTER[[*range(ord("A"), ord("Z") + 1), *range(ord("a"), ord("z") + 1)]] = True


class Words(NamedTuple):
    """For each code, whether it is in an informative word, and in another one; how many words there are of either."""

    informative: NDArray[np.bool]
    plain: NDArray[np.bool]
    informative_words: int
    plain_words: int

    @property
    def stranger(self) -> int:
        """What a reading in other letters than Latin pays."""
        return min(_STRANGER * self.informative_words, _STRANGER * self.plain_words // _STRANGE_AT)


def words_of(codes: NDArray[np.unsignedinteger]) -> Words:
    """The words of bytes or code points that begin and end with a blank."""
    high = codes > 127
    inside = high | _ASCII_LETTER[np.minimum(codes, 255)]
    number = np.cumsum(np.concatenate(([False], inside[1:] & ~inside[:-1])))  # of the word, from 1; 0: none before
    tells = np.zeros(int(number[-1]) + 1, dtype=np.bool)
    tells[number[high]] = True
    informative = inside & tells[number]
    count = int(tells.sum())
    return Words(informative, inside & ~informative, count, len(tells) - 1 - count)
