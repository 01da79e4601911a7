"""Documents that are to go: they leave the store, stay out, and leave no trace where that is asked for."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.nights.forget import Asked, forget, remember
from pipeline.store.folder import Store, open_store
from pipeline.store.manifest import generations
from pipeline.store.read import read_table
from pipeline.store.verify import verify
from tests.cli_kit import Cli, article
from tests.helpers import run_on, write_json_lines
from tests.version_kit import FIRST, FOURTH, SECOND, THIRD, at_once, decisions, night, put, texts

SECRET = "Dr. Imogen Quartermaine of 14 Larch Terrace asked that nothing of what she wrote in that winter be kept."


def forgets(tmp_path: Path, *ids: str, purging: bool = False, **more: Any) -> Store:
    forget(tmp_path / "out", Asked(ids, **more), purging=purging)
    store = open_store(tmp_path / "out", create=False)
    assert verify(store, deep=True) == []
    return store


def test_what_leaned_on_a_forgotten_document_comes_back(tmp_path: Path) -> None:
    documents = [("a", f"{FIRST}\n{SECOND}"), ("b", f"{FIRST}\n{THIRD}"), ("c", f"{FIRST}\n{SECOND}"), ("d", FOURTH)]
    put(tmp_path, "in.jsonl", *documents)
    night(tmp_path)
    store = forgets(tmp_path, "a")
    assert decisions(store) == at_once(tmp_path, *documents[1:])
    put(tmp_path, "in.jsonl", *documents, ("e", article(5)))
    store, outcome = night(tmp_path)  # the file is read again; the document stays out, and its copy stays in
    assert decisions(store) == at_once(tmp_path / "again", *documents[1:], ("e", article(5)))
    assert outcome.changes["barred"] == 1


def test_a_forgotten_text_does_not_come_back_under_another_name(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", ("a", SECRET), ("b", FIRST), ("empty", ""))
    (tmp_path / "in" / "letter.txt").write_text(SECOND)
    night(tmp_path)
    forgets(tmp_path, "a", "letter.txt", "empty")
    put(tmp_path, "b.jsonl", ("other", SECRET), ("a", THIRD), ("c", FOURTH), ("void", ""))
    (tmp_path / "in" / "letter.txt").write_text(f"{SECOND} Changed by a word.")
    store, outcome = night(tmp_path)
    assert texts(store) == {"b": FIRST, "c": FOURTH, "void": ""}  # an empty text says nothing of a document
    assert outcome.changes["barred"] == 3


@pytest.mark.slow
def test_a_position_that_was_forgotten_bars_no_other_document(tmp_path: Path) -> None:
    for day, text in (("monday", FIRST), ("tuesday", SECOND)):
        write_json_lines(tmp_path / day / "part.jsonl", [{"text": text}])
    run_on([tmp_path / "monday"], tmp_path / "out")
    forgets(tmp_path, "part.jsonl#0")
    store, _ = run_on([tmp_path / "tuesday"], tmp_path / "out")
    assert list(texts(store).values()) == [SECOND]
    write_json_lines(tmp_path / "monday" / "part.jsonl", [{"text": THIRD}, {"text": FIRST}])
    store, _ = run_on([tmp_path / "monday"], tmp_path / "out")
    assert sorted(texts(store).values()) == sorted([SECOND, THIRD])


@pytest.mark.slow
def test_everything_may_be_forgotten(tmp_path: Path) -> None:
    put(tmp_path, "x/a.jsonl", ("a", FIRST), ("b", SECOND))
    night(tmp_path)
    store = forgets(tmp_path, path="x")
    assert read_table(store, "documents").num_rows == 0
    assert run_on([tmp_path / "in"], tmp_path / "out")[1].generation is None
    put(tmp_path, "y.jsonl", ("c", THIRD))
    assert texts(night(tmp_path)[0]) == {"c": THIRD}


@pytest.mark.slow
def test_what_was_forgotten_comes_back_when_it_is_asked_for(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", ("a", FIRST), ("b", SECOND))
    night(tmp_path)
    forgets(tmp_path, "a", "b")
    remember(tmp_path / "out", ["a"])
    store, _ = night(tmp_path)
    assert texts(store) == {"a": FIRST}
    assert read_table(store, "forgotten")["doc_id"].to_pylist() == ["b"]


@pytest.mark.slow
def test_copies_go_with_it_when_they_are_asked_for(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", ("a", FIRST), ("b", FIRST), ("c", SECOND), ("d", FIRST))
    night(tmp_path)
    assert texts(forgets(tmp_path, "b", copies=True)) == {"c": SECOND}


def holds(folder: Path, secret: str) -> list[str]:
    """Every file below a folder that holds a text, in its bytes or in a column."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            told = path.read_bytes()
            if path.suffix == ".parquet":
                told += json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False).encode()
            if secret.encode() in told:
                found.append(str(path.relative_to(folder)))
    return found


def test_after_a_purge_the_text_is_nowhere(tmp_path: Path, cli: Cli) -> None:
    put(tmp_path, "a.jsonl", ("a", f"{FIRST}\n{SECRET}"), ("b", SECOND), ("copy", f"{FIRST}\n{SECRET}"))
    put(tmp_path, "b.jsonl", ("near", f"{SECRET.replace('winter', 'summer')}\n{THIRD}"))
    assert cli("run", tmp_path / "in").code == 0
    put(tmp_path, "c.jsonl", ("again", f"{SECRET}\n{FOURTH}"))
    assert cli("run", tmp_path / "in").code == 0
    assert cli("report").code == 0
    (cli.output / "cache" / "old").write_text(SECRET)
    assert {path.split("/")[0] for path in holds(cli.output, SECRET)} == {"gen", "views", "reports", "cache"}
    told = cli("forget", "a", "again", "--copies", "--purge")
    assert told.code == 0, told.err
    assert (
        holds(cli.output, "Quartermaine of 14 Larch Terrace asked that nothing of what she wrote in that winter") == []
    )
    assert generations(Store(cli.output)) == [3]
    assert "took away 2 earlier generations" in told.out
    assert cli("verify").code == 0
    assert texts(Store(cli.output)).keys() == {"b", "near"}
    put(tmp_path, "d.jsonl", ("d", article(9)))
    assert cli("run", tmp_path / "in").code == 0
    assert cli("verify").code == 0


@pytest.mark.slow
def test_a_purge_that_was_stopped_is_finished_by_the_same_command(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.jsonl", ("a", SECRET), ("b", SECOND))
    assert cli("run", tmp_path / "in").code == 0
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.store.purge.sync_folder", lambda _: {}["stopped"])
        assert cli("forget", "a", "--purge").code == 1
    assert cli("verify").code == 0
    assert holds(cli.output / "gen", SECRET) != []
    told = cli("forget", "a", "--purge")
    assert (told.code, "out already: a" in told.out) == (0, True)
    assert holds(cli.output, SECRET) == []
    assert cli("verify").code == 0


def test_forget_tells_before_it_does(tmp_path: Path, cli: Cli) -> None:
    put(tmp_path, "a.jsonl", ("a", f"{FIRST}\n{SECOND}"), ("b", f"{FIRST}\n{THIRD}"), ("c", f"{FIRST}\n{SECOND}"))
    assert cli("forget", "a").code == 2
    assert cli("run", tmp_path / "in").code == 0
    told = cli("forget", "a", "--dry-run")
    assert (told.code, cli.generation) == (0, 1)
    assert "1 document would go:\n  a (a.jsonl, source ., " in told.out
    assert "2 removals in 2 other documents were made beside these" in told.out
    assert "staying (--copies takes them too): c" in told.out
    assert "nothing was changed" in told.out
    for wrong in (["A"], ["a", "zz"], ["--path", "b.jsonl"], ["--source", "x"], [], ["--undo"], ["--undo", "a"]):
        told = cli("forget", *wrong)
        assert (told.code, cli.generation) == (2, 1), wrong
    assert cli("forget", "zz").err.startswith("clean-corpus: there is no document 'zz'")
    told = cli("forget", "--source", ".")
    assert (told.code, cli.generation, cli.last_run["message"]) == (0, 2, "forgot 3 documents: published generation 2")
    told = cli("forget", "a")
    assert (told.code, cli.generation) == (0, 2)
    assert "nothing to forget" in told.out
    assert cli("forget", "--undo", "a").code == 0
