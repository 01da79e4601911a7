"""The tables of letters: what is filled in by category is what the slow way says, character by character."""

from pipeline.dedup.letters import CLASS, UNSPACED, WORD, _entry, spaces, tables


def test_every_character_is_what_its_entry_says() -> None:
    kinds, folds = (table.tolist() for table in tables())
    for code in (*range(0xD800), *range(0xF900, 0x20000), *range(0xE0000, 0xE01F0)):
        kind, folded = _entry(chr(code))
        assert folds[code] == folded, hex(code)
        unspaced = kinds[code] & CLASS == UNSPACED and kind & CLASS == WORD  # told by its script, not by its category
        assert kinds[code] == kind or unspaced, hex(code)


def test_white_space() -> None:
    assert [code for code in range(0x3001) if spaces()[code]] == [code for code in range(0x3001) if chr(code).isspace()]
