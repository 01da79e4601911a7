"""What is glued behind the last sentence of a text, and what becomes of it in a run."""

from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.config import Settings, TailsSettings, load_settings
from pipeline.single import clean
from pipeline.stages.schemas import DOCUMENTS
from pipeline.stages.wanted import host_of, kinds_of
from pipeline.store.explain import explain
from pipeline.store.read import read_table
from pipeline.store.restore import restore
from pipeline.store.verify import verify
from pipeline.text.glued import GLUED_WINDOW, MOST_PIECES, PASSED, Glued, glued_removals
from pipeline.text.rules import KINDS, load_pack
from tests.helpers import clean_corpus, run_on, write_json_lines

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "rules"
FINDER = load_pack({path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")}).glued
EVERY = frozenset(KINDS)
ON = Settings(tails=TailsSettings(model=True, glued=True))
SETS = ("tails.model=true", "tails.glued=true")

PROSE = "The lock was opened on the eve of the feast, and nine boats went through it before the lamps were lit."
END = "Nobody in the lower town was hurt, said the mayor."


def taken(*last: str, kinds: frozenset[str] = EVERY) -> list[str]:
    return [last[each.index][each.start : each.end] for each in glued_removals(last, FINDER, kinds)]


def test_a_credit_goes_with_the_space_before_it() -> None:
    assert glued_removals([PROSE, f"{END} (AFP) "], FINDER, EVERY) == [
        Glued(1, len(END), len(END) + 6, "copyright", "glued-agency-brackets", 1.0)
    ]


def test_a_break_in_hard_wrapped_text_is_a_space() -> None:
    assert taken(f"{PROSE}\n{END}\n(AFP)") == ["\n(AFP)"]


def test_credits_go_one_by_one_each_by_its_kind() -> None:
    text = f"{PROSE} {END} (AFP) — Robert King ###"
    assert taken(text) == [" (AFP)", " — Robert King", " ###"]
    assert taken(text, kinds=EVERY - {"byline"}) == [" (AFP)", " ###"]
    assert taken(text, kinds=frozenset({"tracking"})) == []


def test_more_credits_in_a_row_are_none() -> None:
    assert len(taken(END + " (AFP)" * MOST_PIECES)) == MOST_PIECES
    assert taken(f"{END} x (AFP)" + " (AFP)" * (MOST_PIECES - 1)) == []


@pytest.mark.parametrize(
    "text",
    [
        f"{PROSE} So it was told by the agency (AFP)",
        f"{PROSE} So it was told by Dr. (AFP)",
        f"{PROSE} (AFP) So it was told.",
        "Nine boats. (AFP)",
        "(AFP)",
        "https://registers.example.org/list.0102030405060708090102",
        f"{END}[12]",
        f"{END} 112",
        "",
    ],
)
def test_what_is_text_stays(text: str) -> None:
    assert taken(PROSE, text) == []


def test_a_name_under_a_short_text_or_a_quotation_stays() -> None:
    long = f"{PROSE} {END}"
    assert taken(f"{long} — Robert King") == [" — Robert King"]
    assert taken(f"{END} — Robert King") == []
    assert taken(f"“{long}” — Robert King") == []


def test_short_lines_may_stand_behind_the_text_but_no_prose() -> None:
    text = f"{END} (AFP)"
    assert taken(text, *["Nine boats"] * PASSED) == [" (AFP)"]
    assert taken(text, *["Nine boats"] * (PASSED + 1)) == []
    assert taken(text, PROSE) == []


def test_credits_of_single_items_stay() -> None:
    item = f"{END} (AFP)"
    assert taken(item, *[PROSE] * (GLUED_WINDOW - 2), item) == []
    assert taken(f"{END} (Reuters) ###", item) == []  # any agency
    assert taken(f"{END} ###", item) == [" (AFP)"]


BODY = f"{PROSE}\n\n{END} 桥 (c)AFP"


def test_spans_point_into_the_text_in_code_points() -> None:
    text = f"{PROSE}\n\n村里的人都说，从来没有见过这么多人站在桥上。（完）\n\na.keller@harbour.example\n"
    cleaned = clean(text, ON)
    assert cleaned.text == text[: text.index("（完）")]
    assert [(each.text, text[each.start : each.end]) for each in cleaned.removals] == [
        ("（完）", "（完）"),
        ("\n\na.keller@harbour.example\n",) * 2,
    ]


def test_a_sentence_before_a_credit_is_text_whatever_the_credit_says() -> None:
    for tail in ("a.keller@harbour.example", "© 2011 Harbour Press\n\nShare on Facebook"):
        assert clean(f"Nine boats\n\n{PROSE}\n\n{END} (AFP)\n\n{tail}", ON).text == f"Nine boats\n\n{PROSE}\n\n{END}"


def test_the_line_end_behind_a_credit_stays() -> None:
    assert clean(f"{PROSE}\n\n{END} (AFP)\n", ON).text == f"{PROSE}\n\n{END}\n"


def test_it_can_be_switched_off_and_follows_the_kinds() -> None:
    text = f"{PROSE}\n\n{END} (AFP)"
    for tails in ({"glued": False}, {"enabled": False}, {"kinds": ()}, {"kinds": ("tracking",)}):
        assert clean(text, Settings(tails=TailsSettings.model_validate({"glued": True, **tails}))).text == text
    assert clean(text).text == f"{PROSE}\n\n{END}"
    assert clean(text, Settings(tails=TailsSettings(glued=True, kinds=("copyright",)))).text == f"{PROSE}\n\n{END}"


def test_a_store_with_credits_keeps_its_promises(tmp_path: Path) -> None:
    credit = f"{PROSE} {END} (AFP)"
    documents = [
        {"id": "first", "text": f"Swifts are back\n\n{credit}\n"},
        {"id": "second", "text": f"The judge had heard nothing but a blackbird.\n\n{credit}\n\nNobody has asked it."},
        {"id": "twice", "text": f"Nine boats\n\n{PROSE} (PAP)\n\n{PROSE} (PAP)\n"},
        {"id": "copy", "text": f"Swifts are back\n\n{credit}\n\n"},
    ]
    store, _ = run_on([write_json_lines(tmp_path / "in" / "docs.jsonl", documents)], tmp_path / "out", *SETS)
    assert verify(store, deep=True) == []
    rows = read_table(store, "ledger").to_pylist()
    rules = sorted((row["doc_id"], row["rule"], row["text"].strip()[-5:]) for row in rows)
    assert rules == [
        ("copy", "duplicate", "(AFP)"),
        ("first", "glued-agency-brackets", "(AFP)"),
        ("second", "repeat-across", "(AFP)"),
        ("twice", "glued-agency-brackets", "(PAP)"),
        ("twice", "repeat-within", "(PAP)"),
    ]
    for document in documents:
        assert restore(store, document["id"]) == document["text"]
    assert "glued-agency-brackets" in explain(store, "first")


SOURCES = ("*.example.org", ("contact",)), ("lantern.example.org", ()), ("Feed 7", ("share",))


@pytest.mark.parametrize(
    ("source", "url", "kinds"),
    [
        ("Feed 7", None, {"share"}),
        ("Feed 7", "https://news.example.org/1", {"share"}),
        ("feed 7", None, {"tracking"}),
        ("lantern.example.org", None, set()),
        ("news.example.org", None, {"contact"}),
        ("Example.ORG", None, {"contact"}),
        ("archive", "https://Deep.News.example.org:8080/1", {"contact"}),
        ("archive", "https://example.org.evil.example/1", {"tracking"}),
        ("badexample.org", None, {"tracking"}),
        ("archive", "https://[broken", {"tracking"}),
        (None, None, {"tracking"}),
    ],
)
def test_kinds_of_a_source(source: str | None, url: str | None, kinds: set[str]) -> None:
    row = {**dict.fromkeys(DOCUMENTS.names), "doc": 7, "source": source, "url": url}
    documents = pa.Table.from_pylist([row], schema=DOCUMENTS)
    assert kinds_of(documents, documents["doc"].to_numpy(), ("tracking",), SOURCES) == [frozenset(kinds)]


def test_a_longer_domain_comes_before_a_shorter_one() -> None:
    row = {**dict.fromkeys(DOCUMENTS.names), "doc": 7, "source": "a.news.example.org"}
    documents = pa.Table.from_pylist([row], schema=DOCUMENTS)
    doc = documents["doc"].to_numpy()
    chosen = (("*.example.org", ("share",)), ("*.news.example.org", ("related",)))
    assert kinds_of(documents, doc, (), chosen) == [frozenset({"related"})]
    assert host_of("news.example.org") == ""


def test_kinds_of_sources_decide_in_a_run(tmp_path: Path) -> None:
    text = f"{PROSE}\n\n{END} (AFP)\n\na.keller@harbour.example"
    documents = [
        {"id": str(at), "source": source, "text": f"Nine boats, {source}\n\n{text}"}
        for at, source in enumerate(("plain", "none", "news.example.org"))
    ]
    sets = ('tails.kinds_by_source={none: [], "*.example.org": [copyright]}', "repeats.enabled=false", *SETS)
    cleaned = clean_corpus(documents, tmp_path, *sets)
    ends = [cleaned[str(at)].text.rsplit("\n", 1)[1] for at in range(3)]
    assert ends == [END, "a.keller@harbour.example", "a.keller@harbour.example"]
    assert "(AFP)" in cleaned["1"].text
    assert "(AFP)" not in cleaned["2"].text
    assert load_settings(None, [sets[0], "tails.enabled=false"]).tails.kinds_by_source["none"] == ()
