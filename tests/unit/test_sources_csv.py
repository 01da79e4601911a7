"""Tables: every delimiter, quotes and charset; a row that does not fit costs itself, a bad quote not the file."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RecordError
from pipeline.sources import csv_lines, pieces
from pipeline.sources.csv_rows import csv_items
from pipeline.sources.records import Fields, Record
from pipeline.sources.rows import Task
from tests.source_kit import GUESSED, reasons, rows_of

TASK = Task(0, "in.csv", "", "csv", "", 0, 0, 0)


def table(tmp_path: Path, content: str | bytes, name: str = "in.csv", fields: Fields = GUESSED) -> list[dict[str, Any]]:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return rows_of(path, fields)


def told(tmp_path: Path, content: str | bytes, name: str = "in.csv") -> list[str]:
    """The text or the reason of each record."""
    return [row["reason"] or row["body"].decode() for row in table(tmp_path, content, name)]


cells = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(",;\t|\"'\n\r\\ "), max_size=12)


@given(
    rows=st.lists(st.tuples(st.integers(), cells, cells), max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    end=st.sampled_from(["\n", "\r\n"]),
    bom=st.booleans(),
    size=st.integers(1, 30),
)
def test_what_a_writer_of_tables_wrote_is_read(
    rows: list[tuple[int, str, str]], delimiter: str, quoting: int, end: str, bom: bool, size: int
) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerows([("id", "text", "more"), *rows])
    content = (b"\xef\xbb\xbf" if bom else b"") + file.getvalue().encode()
    parts = iter([content[:60], *(content[at : at + size] for at in range(60, len(content), size))])
    found = list(csv_items(parts, TASK, Fields()))
    assert [item.record for item in found] == list(range(len(rows)))
    for item, (number, text, more) in zip(found, rows, strict=True):
        assert isinstance(item.understood, Record), item
        assert (item.understood.id, item.understood.text) == (str(number), text)
        assert json.loads(item.understood.metadata) == {"more": more}
        assert content[item.byte_offset :].startswith(item.body)


def test_columns_are_fields(tmp_path: Path) -> None:
    header = 'ID,"Title",  Text ,URL,date,Title\n'
    (row,) = table(tmp_path, header + '7,"A, b",the text,http://www.a.example/x,2024-01-02,\n')
    assert [row[name] for name in ("body", "doc_id", "url", "source", "date")] == [
        b"the text", "7", "http://www.a.example/x", "a.example", "2024-01-02",
    ]  # fmt: skip
    assert json.loads(row["metadata"]) == {"Title": "A, b", "Title~2": ""}
    (row,) = table(tmp_path, "text,story,id\na,b,c\n", fields=Fields(text="story", id="text"))
    assert (row["body"], row["doc_id"]) == (b"b", "a")


def test_a_table_without_a_text_is_set_aside_and_says_what_it_has(tmp_path: Path) -> None:
    (row,) = table(tmp_path, "a,b\n1,2\n3,4\n")
    assert (row["reason"], row["record"]) == ("no_text", 0)
    assert "columns: a, b" in row["detail"]
    (row,) = table(tmp_path, "text,b\n1,2\n", fields=Fields(text="story"))
    assert row["reason"] == "no_text"
    assert "no column story" in row["detail"]


@pytest.mark.parametrize("content", ["", "\n\n", "text\n", "id,text\n", "\ufeff"])
def test_a_table_without_rows_has_no_records(tmp_path: Path, content: str) -> None:
    assert told(tmp_path, content) == []


def test_a_row_that_does_not_fit_costs_itself(tmp_path: Path) -> None:
    content = "id,text\n1,a\n2\n3,b,c\n\n4,d\n5,e,\n6,\n"
    assert told(tmp_path, content) == ["a", "bad_csv", "bad_csv", "d", "e", ""]
    rows = table(tmp_path, content)
    assert rows[1]["detail"] == "1 fields, the header has 2"
    assert (rows[2]["body"], rows[2]["byte_offset"]) == (b"3,b,c\n", 14)


def test_a_column_alone_needs_no_quotes(tmp_path: Path) -> None:
    assert told(tmp_path, 'text\nOne, two; three | four\n"five ""5"""\n\n6\t7\n') == [
        "One, two; three | four", 'five "5"', "6\t7",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # Quotes inside of a cell that begins with one: the line ends there, so the next one is sure.
        (['1,"He said "no" to it",x', "2,plain,x", '3,"quoted",x'], ["bad_csv", "plain", "quoted"]),
        # A quote without an end: what follows counts from the first row on that has a quoted cell.
        (['1,"never ends,x', '2,"quoted",x', "3,plain,x"], ["bad_csv", "quoted", "plain"]),
        (['1,"never ends,x', "2,plain,x", '3,"quoted",x', "4,plain,x"], ["bad_csv", "bad_csv", "quoted", "plain"]),
        # Lines of a broken cell that look like rows are not taken for rows.
        (['1,"He said "no', "to, it, all", "twice, or, so", 'over",x', '2,"quoted",x'],
         ["bad_csv", "bad_csv", "bad_csv", "bad_csv", "quoted"]),
        (['1,"a",x', '2,"never ends', "3,b,x", "4,c,x"], ["a", "bad_csv", "bad_csv", "bad_csv"]),
        # Quotes that are letters.
        (['1,5" pipe,x', '2,a "b" c,x', "3,',x"], ['5" pipe', 'a "b" c', "'"]),
        # Cells over several lines.
        (['1,"a\n\nb, ""c""\r\nd",x', '2,"\n",x'], ['a\n\nb, "c"\r\nd', "\n"]),
    ],
)  # fmt: skip
def test_a_quote_without_an_end_loses_lines_and_not_the_file(
    tmp_path: Path, lines: list[str], expected: list[str]
) -> None:
    assert told(tmp_path, "id,text,more\n" + "\n".join(lines) + "\n") == expected


def test_every_line_that_is_given_up_is_in_quarantine(tmp_path: Path) -> None:
    content = 'id,text\n1,a\n2,"b\n3,c\n4,"d" e\n5,"f"\n'
    rows = table(tmp_path, content)
    assert reasons(rows) == [None, "bad_csv", "bad_csv", "bad_csv", None]
    assert b"".join(row["body"] for row in rows[1:4]) == b'2,"b\n3,c\n4,"d" e\n'
    assert [row["record"] for row in rows] == [0, 1, 2, 3, 4]


def test_tabs_part_cells_though_quotes_do_not_fit(tmp_path: Path) -> None:
    content = 'id\ttext\n1\t"Yes" he said\n2\t"quoted\ttab"\n3\t5" pipe\n4\t"never ends\n5\t"x"\n'
    expected = ['"Yes" he said', "quoted\ttab", '5" pipe', "bad_csv", "x"]
    assert told(tmp_path, content, "in.tsv") == expected


def test_bad_quotes_cannot_make_reading_quadratic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_lines, "MOST_REREAD", 5_000)
    content = "id,text\n1,a\n" + '2,"' + 'x""\n,"' * 2_000
    rows = table(tmp_path, content)
    assert rows[0]["body"] == b"a"
    assert (rows[-1]["reason"], rows[-1]["detail"].split(";")[0]) == ("bad_csv", "too many quotes without an end")
    assert len(rows) < 1_000


def test_a_row_too_long_to_hold_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_lines, "LONGEST_ROW", 1_000)
    content = 'id,text\n1,a\n2,"' + "x\n" * 900 + '"\n3,"c"\n'
    found = told(tmp_path, content)
    assert (found[0], found[-1]) == ("a", "c")
    assert set(found[1:-1]) == {"bad_csv"}
    monkeypatch.setattr(pieces, "LONGEST_LINE", 1_000)
    monkeypatch.setattr(pieces, "_READ", 500)
    assert told(tmp_path, "id,text\n1,a\n2," + "x" * 5_000 + "\n3,c\n") == ["a", "bad_csv", "c"]


def test_a_long_cell_is_no_error(tmp_path: Path) -> None:
    assert [len(text) for text in told(tmp_path, 'id,text\n1,"' + "long " * 100_000 + '"\n')] == [500_000]


GERMAN = ["Die Größe der Flüsse überrascht uns öfter, als wir dächten.", "Schöne Grüße aus Österreich!"]
RUSSIAN = ["Река поднялась за ночь на два метра, и мост закрыли.", "Жители ждут помощи с утра понедельника."]
JAPANESE = ["川の水位が一晩で二メートル上がり、橋は閉鎖された。", "住民は月曜日の朝から助けを待っている。"]


@pytest.mark.parametrize(
    ("texts", "codec"),
    [(GERMAN, "cp1252"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"), (JAPANESE, "shift_jis"), (JAPANESE, "euc_jp")],
)
def test_a_table_in_an_old_charset_keeps_its_bytes_and_says_its_charset(
    tmp_path: Path, texts: list[str], codec: str
) -> None:
    content = "id,text,note\n" + "".join(f'{at},"{text}\nx","{text}"\n' for at, text in enumerate(texts * 5))
    rows = table(tmp_path, content.encode(codec))
    for row, text in zip(rows, texts * 5, strict=True):
        assert row["body"].decode(codec) == f"{text}\nx"
        assert row["encoding"] is None
        assert row["declared"]
        assert row["body"].decode(row["declared"]) == f"{text}\nx"
        assert json.loads(row["metadata"]) == {"note": text}


def test_rows_in_utf_8_stay_so_beside_others(tmp_path: Path) -> None:
    content = b"id,text\n1,caf\xc3\xa9\n2,caf\xe9 cr\xe8me\n3,plain\n"
    rows = table(tmp_path, content)
    assert [(row["body"], row["encoding"]) for row in rows] == [
        (b"caf\xc3\xa9", "utf-8"), (b"caf\xe9 cr\xe8me", None), (b"plain", "utf-8"),
    ]  # fmt: skip


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_what_excel_calls_unicode_text_is_read(tmp_path: Path, codec: str) -> None:
    content = "id\ttext\r\n1\tGrüße\r\n2\t日本\r\n".encode(codec)
    assert told(tmp_path, content, "in.tsv") == ["Grüße", "日本"]


def test_utf_16_that_is_cut_says_so(tmp_path: Path) -> None:
    content = "id\ttext\n1\tone\n2\ttwo".encode("utf-16")
    assert told(tmp_path, content[:-1], "in.tsv")[-1] == "undecodable"


def test_line_ends_of_all_times(tmp_path: Path) -> None:
    for end in ("\n", "\r\n", "\r"):
        assert told(tmp_path, end.join(["id,text", "1,a", '2,"b"', ""])) == ["a", "b"]


def test_a_header_whose_quote_never_ends_is_none(tmp_path: Path) -> None:
    assert told(tmp_path, 'id,"text\n1,a\n2,b\n') == ["no_text"]
    with pytest.raises(RecordError, match="header"):
        list(csv_items(iter([b'"text']), TASK, Fields()))
