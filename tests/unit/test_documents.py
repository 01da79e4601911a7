"""Stage `documents`: bytes become text, text takes one form, and what was done is named."""

import hashlib
import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources.rows import RAW
from pipeline.stages.documents import UNCERTAIN, documents
from pipeline.stages.schemas import DOCUMENTS
from pipeline.text.normalize import normalize

GUESSED = "Vingt-trois élèves \xe9taient pr\xeasents \xe0 l'\xe9cole.".encode("cp1252")


def raw(*bodies: str | bytes | None, **columns: list[Any]) -> pa.RecordBatch:
    """Records as read: strings are text whose encoding is known, bytes are not, None could not be read."""
    rows = []
    for at, body in enumerate(bodies):
        row: dict[str, Any] = dict.fromkeys(RAW.names)
        row.update(doc=at, path="a/b.jsonl", record=at, byte_offset=0, repairs=[], source="s", metadata="{}")
        row.update(body=body.encode() if isinstance(body, str) else b"{broken" if body is None else body)
        row.update(encoding="utf-8" if isinstance(body, str) else None)
        row.update({} if body is not None else {"reason": "bad_json", "detail": "broken"})
        row.update({name: values[at] for name, values in columns.items()})
        rows.append(row)
    return pa.RecordBatch.from_pylist(rows, RAW)


def made(*bodies: str | bytes | None, keep_uncertain: bool = True, **columns: list[Any]) -> list[dict[str, Any]]:
    """The documents of these records, checked for their schema and digests."""
    (batch,) = documents(iter([raw(*bodies, **columns)]), keep_uncertain=keep_uncertain)
    assert batch.schema == DOCUMENTS
    batch.validate(full=True)
    rows: list[dict[str, Any]] = batch.to_pylist()
    for row, body in zip(rows, raw(*bodies, **columns)["body"].to_pylist(), strict=True):
        assert row["body_sha256"] == hashlib.sha256(body).hexdigest()
        if row["reason"] is None:
            assert row["text_sha256"] == hashlib.sha256(row["text"].encode()).hexdigest()
            assert row["chars"] == len(row["text"])
        else:
            assert row["text"] is None
    return rows


@pytest.mark.parametrize(
    "text",
    [
        "A ~{<:Ky2;S{#,NpJ)l6HK!#~} is written so in HZ.",
        "plain ~{ and ~} in a shell",
        "ASCII letters only, but &#233; <b>marked up</b>",
        "+AGE- is not UTF-7 here",
        "日本語のテキスト",
        "Ünïcödé, NFC",
    ],
)
def test_text_that_is_declared_is_never_detected_again(text: str) -> None:
    (row,) = made(text)
    assert (row["text"], row["encoding"], row["repairs"]) == (text, "utf-8", [])


def test_an_escape_in_declared_text_is_debris_and_no_encoding() -> None:
    (row,) = made("a \x1b$B$3$s b")
    assert row["text"] == "a $B$3$s b"
    assert (row["encoding"], row["repairs"]) == ("utf-8", ["control_characters"])


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=5))
def test_declared_text_comes_out_normalized_and_nothing_else(texts: list[str]) -> None:
    for row, text in zip(made(*texts), texts, strict=True):
        expected = normalize(text)
        assert (row["text"], row["repairs"]) == (expected.text, sorted(set(expected.repairs)))


@given(st.lists(st.one_of(st.none(), st.binary(max_size=60), st.text(st.characters(exclude_categories=["Cs"])))))
def test_no_record_is_dropped_and_none_depends_on_its_neighbours(bodies: list[bytes | str | None]) -> None:
    together = made(*bodies) if bodies else []
    alone = [made(body)[0] for body in bodies]
    same = [{**row, "doc": 0, "record": 0, "doc_id": ""} for row in together]
    assert same == [{**row, "doc": 0, "record": 0, "doc_id": ""} for row in alone]


@pytest.mark.parametrize(
    ("body", "text", "repairs"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree", ["line_ends"]),
        ("e\u0301", "é", ["nfc"]),
        ("left\x00over from a terminal\x08", "leftover from a terminal", ["control_characters"]),
        ("caf&eacute;", "café", ["html_entities"]),
        ("\x1b[31mred\x1b[0m", "red", ["terminal_escapes"]),
        ("lâ€™Ã©cole\r\n", "l’école\n", ["line_ends", "mojibake"]),
        ("right: “curly” ﬁ ﬀ １２ \u00ad\u00a0\u3000", "right: “curly” ﬁ ﬀ １２ \u00ad\u00a0\u3000", []),
    ],
)
def test_every_repair_is_named(body: str, text: str, repairs: list[str]) -> None:
    (row,) = made(body)
    assert (row["text"], row["repairs"]) == (text, repairs)
    (row,) = made(body.encode())
    assert (row["text"], row["repairs"], row["encoding"]) == (text, repairs, "utf-8")


def test_repairs_of_the_reader_are_kept_and_each_is_named_once() -> None:
    (row,) = made("x\r\ny", repairs=[["surrogates", "surrogates"]])
    assert row["repairs"] == ["line_ends", "surrogates"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Plain words.", "ascii"),
        ("Καλημέρα κόσμε, τι κάνεις;", "utf-8"),
        ("\ufeffΚαλημέρα", "utf-8"),
        ("Καλημέρα κόσμε", "utf-16"),
        ("Съешь же ещё этих мягких французских булок, да выпей чаю. " * 5, "koi8-r"),
        ("今日は天気がいいので、散歩に行きました。" * 5, "shift_jis"),
        ("今日は天気がいいので、散歩に行きました。", "iso2022_jp"),
    ],
)
def test_bytes_are_decoded(text: str, encoding: str) -> None:
    (row,) = made(text.encode(encoding))
    assert row["text"] == text.removeprefix("\ufeff")
    assert row["reason"] is None
    assert UNCERTAIN not in row["repairs"]
    assert row["text"].encode(row["encoding"])


def test_what_the_source_declares_is_heard() -> None:
    body = "Ľudia išli domov.".encode("iso8859-2")
    (row,) = made(body, declared=["iso-8859-2"])
    assert (row["text"], row["encoding"]) == ("Ľudia išli domov.", "iso8859-2")
    (row,) = made("Ľudia".encode(), declared=["iso-8859-2"])
    assert row["text"] == "Ľudia"


PAGE = "<title>Río</title><nav><a>Home</a></nav><p>El río creció.<p>El puente se cerró&nbsp;ayer."


def test_of_a_page_the_text_is_taken_and_the_title_kept() -> None:
    bodies = (PAGE.encode("latin-1"), "plain <p>text", b"<p>no title")
    rows = made(*bodies, form=["html", None, "html"], declared=["iso-8859-1", None, None])
    text = "El río creció.\n\nEl puente se cerró\xa0ayer."
    assert [row["text"] for row in rows] == [text, "plain <p>text", "no title"]
    assert [json.loads(row["metadata"]) for row in rows] == [{"title": "Río"}, {}, {}]
    assert [row["encoding"] for row in rows] == ["cp1252", "utf-8", "utf-8"]
    (row,) = made(PAGE.encode(), form=["html"], metadata=['{"title": "given", "n": 1}'])
    assert json.loads(row["metadata"]) == {"title": "given", "n": 1}
    (row,) = made(PAGE.encode(), form=["html"], metadata=[None])
    assert json.loads(row["metadata"]) == {"title": "Río"}


def test_a_page_that_is_no_text_is_set_aside_like_any_other() -> None:
    rows = made(bytes(range(32)) * 20, b"<p>x", form=["html", "html"])
    assert [row["reason"] for row in rows] == ["undecodable", None]


def uncertain_body() -> bytes:
    """A few letters that no detector can be sure of."""
    return b"\xd0 \xfe"


def test_a_guess_is_marked_or_set_aside_as_the_setting_says() -> None:
    (kept,) = made(uncertain_body())
    assert kept["repairs"] == [UNCERTAIN]
    assert kept["text"]
    first, aside, last = made("before", uncertain_body(), "behind", keep_uncertain=False)
    assert (aside["reason"], aside["detail"]) == ("undecodable", f"encoding uncertain: {kept['encoding']}?")
    assert [first["text"], last["text"]] == ["before", "behind"]
    assert made(uncertain_body(), keep_uncertain=False)[0]["reason"] == "undecodable"


def test_what_is_no_text_is_set_aside_alone() -> None:
    noise = bytes(range(32)) * 20
    rows = made("one", noise, b"two", None, GUESSED)
    assert [row["reason"] for row in rows] == [None, "undecodable", None, "bad_json", None]
    assert [row["text"] for row in rows][:3] == ["one", None, "two"]
    assert rows[1]["detail"].startswith("binary")
    assert [row["reason"] for row in made(noise, noise)] == ["undecodable"] * 2


@pytest.mark.parametrize("body", ["", b"", " \n\t\n", b"\n\n"])
def test_an_empty_text_is_a_document(body: str | bytes) -> None:
    (row,) = made(body)
    assert row["reason"] is None
    assert row["text"] == (body if isinstance(body, str) else body.decode())


def test_a_document_is_named_by_its_id_or_its_place() -> None:
    rows = made("a", "b", "c", doc_id=["x", None, ""])
    assert [row["doc_id"] for row in rows] == ["x", "a/b.jsonl#1", "a/b.jsonl#2"]


def test_the_layout_is_told() -> None:
    wrapped = "\n".join(["these lines are all of about the same width and none of them ends a sentence"] * 12)
    assert [row["layout"] for row in made("One line.\nTwo lines.", wrapped, "")] == ["lines", "wrapped", "lines"]


def test_a_body_that_is_not_at_hand_has_no_digest() -> None:
    batch = raw(None).set_column(RAW.names.index("body"), RAW.field("body"), pa.array([None], pa.large_binary()))
    (rows,) = documents(iter([batch]), keep_uncertain=True)
    assert rows["body_sha256"].to_pylist() == [None]
