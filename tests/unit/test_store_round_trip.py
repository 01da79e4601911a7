from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipeline.errors import IntegrityError, SettingsError
from pipeline.store.explain import explain
from pipeline.store.folder import open_store
from pipeline.store.manifest import load_manifest, newest
from pipeline.store.read import live_files, load, read_table
from pipeline.store.restore import restore
from pipeline.store.verify import verify
from tests.store_kit import CONTACT, MIDDLE, OPENING, Row, documents, first_night, rewrite, run, second_night


@pytest.fixture
def root(tmp_path: Path) -> Path:
    run(tmp_path / "store", first_night(), "n1")
    return tmp_path / "store"


def test_what_is_committed_reads_back_and_verifies(root: Path) -> None:
    store = open_store(root, create=False)
    clean, copies, ledger = documents()
    assert load(root)["text"].tolist() == [row["text"] for row in clean]
    assert read_table(store, "ledger").column("text").to_pylist() == [row["text"] for row in ledger]
    assert read_table(store, "duplicates").column("duplicate_of").to_pylist() == ["c"] * len(copies)
    assert verify(store, deep=True) == []


def test_a_second_night_adds_its_files_and_keeps_the_others(root: Path) -> None:
    run(root, second_night(), "n2")
    store = open_store(root, create=False)
    manifest = newest(store)
    assert manifest
    assert manifest.generation == 2
    assert load(root)["doc_id"].tolist() == ["a", "b", "c", "e"]
    assert len(live_files(store, "documents", manifest)) == 2
    assert len(live_files(store, "duplicates", manifest)) == 1
    assert verify(store, deep=True) == []
    assert load_manifest(store, 1).counts["documents"] == 3


def test_current_is_read_by_others_as_it_stands(root: Path) -> None:
    run(root, second_night(), "n2")
    current = root / "current"
    assert sorted(path.name for path in current.iterdir()) == [
        "documents", "duplicates", "ledger", "quarantine", "report.html", "templates",
    ]  # fmt: skip
    assert sorted(pd.read_parquet(current / "documents")["doc_id"]) == ["a", "b", "c", "e"]
    rows = duckdb.sql(f"SELECT count(*), sum(chars_in) FROM '{current}/documents/*.parquet'").fetchall()
    assert rows == [(4, sum(load(root)["chars_in"]))]
    assert "run 2" in (current / "report.html").read_text(encoding="utf-8")


def test_tables_without_rows_are_still_tables(tmp_path: Path) -> None:
    run(tmp_path / "store", {kind: [] for kind in first_night()}, "n1")
    for kind in ("documents", "duplicates", "ledger", "quarantine"):
        frame = pd.read_parquet(tmp_path / "store" / "current" / kind)
        assert len(frame) == 0
        assert "run" in frame.columns
    assert verify(open_store(tmp_path / "store", create=False), deep=True) == []


def test_restore_gives_back_what_was_read(root: Path) -> None:
    store = open_store(root, create=False)
    assert restore(store, "a") == "\n".join([OPENING, MIDDLE, OPENING, CONTACT])
    assert restore(store, "c") == restore(store, "d") == "Plain text."


def test_restore_names_ids_that_look_alike(tmp_path: Path) -> None:
    night = first_night()
    for row in [*night["documents"], *night["index"]]:
        row["doc_id"] = row["doc_id"].replace("c", "news/2018/floods")
    night["duplicates"][0]["duplicate_of"] = night["ledger"][-1]["twin_doc_id"] = "news/2018/floods"
    run(tmp_path / "store", night, "n1")
    store = open_store(tmp_path / "store", create=False)
    for asked in ("news/2018/flood", "FLOODS", "mews/2018/floods"):
        with pytest.raises(SettingsError, match=r"Did you mean 'news/2018/floods'\?"):
            restore(store, asked)
    with pytest.raises(SettingsError, match="no document 'zzz'"):
        restore(store, "zzz")


def test_explain_shows_rule_evidence_and_kept_copy(root: Path) -> None:
    store = open_store(root, create=False)
    told = explain(store, "b")
    assert "1. repeat_across, characters 7 to 108" in told
    assert "rule repeat, similarity 0.810" in told
    assert "kept copy: in a, characters 0 to 96" in told
    assert "closed to all traffic at dawn." in " ".join(told.replace("|", "").split())  # the kept copy
    assert "all traffic before dawn." in " ".join(told.replace("|", "").split())  # what was removed
    assert "evidence: 10 digits" in told
    assert all(len(line) <= 80 for line in told.splitlines())
    assert "kept out as a duplicate of c" in explain(store, "d")


def test_explain_steers_no_terminal_and_keeps_to_its_columns(tmp_path: Path) -> None:
    night = first_night()
    night["ledger"][1]["evidence"] = "\x1b[31mred\x07 " + "word " * 60
    run(tmp_path / "store", night, "n1")
    told = explain(open_store(tmp_path / "store", create=False), "a")
    assert "\\x1b[31mred\\x07" in told
    assert "\x1b" not in told
    assert all(len(line) <= 80 for line in told.splitlines())


def test_nothing_committed_yet_says_so(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", create=True)
    assert newest(store) is None
    with pytest.raises(SettingsError, match="run `clean-corpus run` first"):
        load(tmp_path / "store")


def test_a_broken_manifest_is_named(root: Path) -> None:
    path = root / "manifests" / "00000001.json"
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content.replace(b'"next_file": 1', b'"next_file": 2'))
    with pytest.raises(IntegrityError, match=r"00000001\.json is damaged"):
        newest(open_store(root, create=False))


def test_a_text_that_is_not_the_one_that_was_read_is_never_given_back(root: Path) -> None:
    store = open_store(root, create=False)

    def other_letter(rows: list[Row]) -> list[Row]:
        return [row | {"text": row["text"].replace("Plain", "Plane")} for row in rows]

    rewrite(store, "documents", other_letter)
    with pytest.raises(IntegrityError, match="do not make the text that was read"):
        restore(store, "c")
    rewrite(store, "ledger", lambda rows: rows[1:])
    with pytest.raises(IntegrityError, match="cannot be put together again"):
        restore(store, "a")
