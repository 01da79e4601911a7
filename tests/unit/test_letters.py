"""The tables of letters: what is filled in by category is what the slow way says, character by character."""

import unicodedata

from pipeline.dedup.letters import CLASS, SIZE, UNSPACED, WORD, spaces, tables
from tests import oracles


def test_every_character_is_what_its_slow_twin_says() -> None:
    kinds, folds = (table.tolist() for table in tables())
    for code in range(SIZE):
        kind, folded = oracles.letter(chr(code))
        assert folds[code] == folded, hex(code)
        if kinds[code] & CLASS == UNSPACED:  # told by its script, which has room for letters to come
            assert kind & CLASS == WORD or unicodedata.category(chr(code)) == "Cn", hex(code)
        else:
            assert kinds[code] == kind, hex(code)


def test_white_space() -> None:
    assert [code for code in range(0x3001) if spaces()[code]] == [code for code in range(0x3001) if chr(code).isspace()]
