"""Blocks by example: what must stay, what must go, and beside which twin (`tests/symbols.py` explains the strings)."""

import pytest

from tests.symbols import across, within

# --- what must stay -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "doc",
    [
        "aXbaYb",  # short lines around changed news
        "ABACAD",  # a refrain
        "AbCbDbE",  # a short one
        "AbcDbcE",  # a chorus of two lines: too little for a block
        "abcdefghabcdefghABC",  # an opening that comes again at once
        "abcdabcd",  # four lines are too little
        "abababab",  # a litany
        "XYZ",  # figures only
        "0123",
        "A0B1C2D3",
        "*a*b*c*",
        "aa",
        "abcab",
        "-" * 20,
    ],
)
def test_one_document_stays(doc: str) -> None:
    assert within(doc).left == [doc]


@pytest.mark.parametrize(
    "docs",
    [
        ("AbC", "DbE"),  # a short line
        ("Abc", "Dbc"),  # two
        ("abcdefg", "Dabcdefg"),  # a recipe in another book: short lines carry no block where there is more
        ("X", "Y", "Z"),
        ("abcdefg", "gfedcba"),
        ("a*b", "c*d"),
        ("ab", "ab"),  # two short lines are a document, too, and too little
        ("0a1", "2a3"),
    ],
)
def test_documents_stay(docs: tuple[str, ...]) -> None:
    assert across(*docs).left == list(docs)


# --- what must go -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("doc", "left"),
    [
        ("ABCABC", "ABC..."),
        ("ABCABCABC", "ABC......"),  # printed three times: no refrain
        ("AbcABcAbcABc", "AbcABc......"),
        ("abcdefghabcdefgh", "abcdefgh........"),  # a poem printed twice
        ("abcdefghabcdefghi", "abcdefgh........i"),
        ("A" * 3, "A.."),
        ("AaBbAaBb", "AaBb...."),  # short lines go with their block
        ("AAB", "A.B"),
        ("ABBA", "AB.."),  # another order
        ("ABCCBA", "ABC..."),
        ("ABCAcBC", "ABC.c.."),  # an inserted paragraph stays
        ("ABCADBC", "ABC.D.."),
        ("ABCaAB", "ABCa.."),
        ("A0BA1B", "A0B..."),  # figures inside a block
        ("ABCXABCY", "ABCX...."),
        ("AXAY", "AX.Y"),  # figures with too little beside them
        ("AcBAdB", "AcB..."),  # a changed short line
        ("AcdeBAfghB", "AcdeB....."),
        ("AcdeBCAfghBC", "AcdeBC......"),
        ("ABcdeiCDABfghjCD", "ABcdeiCD..fghj.."),  # four are no gap
        ("AcBADB", "AcB.D."),  # a strong paragraph is no gap
        ("A*BA-B", "A*B..."),  # ornaments
        ("AbbbCAbbbC", "AbbbC....."),
        ("AÁB", "A.B"),
        ("ABÄB", "AB.."),
        ("AbÄB", "AbÄB"),
        ("ABbABä", "ABb..ä"),
        ("CÇ", "C."),
        ("ABÁBÀB", "AB...."),
    ],
)
def test_one_document_goes(doc: str, left: str) -> None:
    assert within(doc).left == [left]


@pytest.mark.parametrize(
    ("docs", "left"),
    [
        (("A", "A"), ("A", ".")),
        (("AB", "xABy"), ("AB", "x..y")),
        (("AbC", "xAbCy"), ("AbC", "x...y")),
        (("AB", "BA"), ("AB", "..")),
        (("ABC", "ADBC"), ("ABC", ".D..")),
        (("AB", "ÄB"), ("AB", "..")),  # found beside a repeat
        (("ABa", "BÄ"), ("ABa", ".Ä")),  # and only there
        (("aA", "äA"), ("aA", "..")),  # short ones, too
        (("aA", "äB"), ("aA", "äB")),
        (("abcA", "dbcA"), ("abcA", "d...")),
        (("abA", "acA"), ("abA", "ac.")),  # behind a gap only longer paragraphs go on
        (("ABC", "DÇE"), ("ABC", "D.E")),
        (("AbB", "AcB"), ("AbB", ".c.")),  # a gap goes only inside a document
        (("AbB", "AcBDE"), ("AbB", ".c.DE")),  # a gap in a part of a document
        (("ABX", "ABY"), ("ABX", "..Y")),  # and so do figures
        (("ABCX", "ABCYDE"), ("ABCX", "...YDE")),
        (("AX", "AY"), ("AX", ".Y")),
        (("abcdefgh", "abcdefgh"), ("abcdefgh", "........")),  # a poem in two books
        (("abcdefgh", "abcdefghi"), ("abcdefgh", "........i")),
        (("A", "Á", "À"), ("A", ".", ".")),
        (("AB", "CD", "ACBD"), ("AB", "CD", "....")),
    ],
)
def test_documents_go(docs: tuple[str, ...], left: tuple[str, ...]) -> None:
    assert across(*docs).left == list(left)


def test_the_block_of_the_first_document_decides_and_the_twin_is_the_paragraph_that_stays() -> None:
    found = across("PAQ".replace("P", "D").replace("Q", "E"), "BAC", "BAC")
    assert found.left == ["DAE", "B.C", "..."]
    assert found.marks.twin.tolist()[6:] == [3, 1, 5]


def test_figures_beside_a_counterpart_that_went_stay() -> None:
    assert across("X", "XABCDE", "YABCDE").left == ["X", ".ABCDE", "Y....."]


def test_near_is_near_to_the_leader_not_to_another_follower() -> None:
    found = across("aC", "áBD", "àBD")  # `á` stands beside `à`, but only `a` was compared with it
    assert found.left == ["aC", "áBD", "..."]
    assert found.marks.twin.tolist()[5:] == [0, 3, 4]


def test_a_strong_paragraph_that_does_not_repeat_here_may_repeat_elsewhere() -> None:
    assert across("X", "ABX", "Y", "ABY").left == ["X", "AB.", "Y", "..."]


# --- documents ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("docs", "of"),
    [
        (("ABC", "ABC"), [-1, 0]),
        (("ABC", "CBA"), [-1, 0]),
        (("ABCDEF", "ABCDEFa"), [-1, 0]),  # 30 letters of 630
        (("ABC", "ABCa"), [-1, -1]),  # 30 of 330
        (("ABC", "ABCD"), [-1, -1]),
        (("ABCD", "ABC"), [-1, 0]),
        (("AB", "CD", "ABCD"), [-1, -1, -1]),
        (("AB", "AB", "AB"), [-1, 0, 0]),
        (("AB", "ABCD", "ABCD"), [-1, -1, 1]),
        (("ABCDEF", "ABCDEFa", "ABCDEFa"), [-1, 0, 0]),
    ],
)
def test_whole_documents(docs: tuple[str, ...], of: list[int]) -> None:
    found = across(*docs)
    assert found.doubles is not None
    assert found.doubles.of.tolist() == of
