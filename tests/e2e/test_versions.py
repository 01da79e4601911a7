"""Changed files, withdrawn and forgotten documents: the state is always that of a run over what is left, in order."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.forget import Asked, forget, remember
from pipeline.run import Outcome
from pipeline.store.folder import Store, open_store
from pipeline.store.manifest import generations, newest
from pipeline.store.read import read_table
from pipeline.store.verify import verify
from tests.cli_kit import Cli, article
from tests.corpus_kit import content
from tests.helpers import docs_of, run_on, write_json_lines

FIRST, SECOND, THIRD, FOURTH = map(article, (1, 2, 3, 4))


def put(tmp_path: Path, name: str, *documents: tuple[str, str]) -> Path:
    return write_json_lines(tmp_path / "in" / name, [{"id": given, "text": text} for given, text in documents])


def night(tmp_path: Path, *sets: str) -> tuple[Store, Outcome]:
    store, outcome = run_on([tmp_path / "in"], tmp_path / "out", *sets)
    assert verify(store, deep=True) == []
    return store, outcome


def texts(store: Store) -> dict[str, str]:
    """Clean text of what is in the clean set."""
    return {name: doc.text for name, doc in docs_of(store).items() if doc.duplicate_of is None}


def decisions(store: Store) -> dict[str, list[dict[str, Any]]]:
    """All rows, without what tells of the file that a document came in."""
    tables = content(store)
    for rows in tables.values():
        for row in rows:
            for name in ("path", "record", "byte_offset", "body_sha256", "file", "sha256"):
                row.pop(name, None)
    return tables


def at_once(tmp_path: Path, *documents: tuple[str, str]) -> dict[str, list[dict[str, Any]]]:
    """What one run over these documents, in this order, comes to."""
    rows = [{"id": given, "text": text, "source": "."} for given, text in documents]
    path = write_json_lines(tmp_path / "oracle" / "all.jsonl", rows)
    return decisions(run_on([path], tmp_path / "oracle-out")[0])


def test_a_changed_file_is_what_it_holds_now(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", ("kept", FIRST), ("changed", SECOND), ("gone", THIRD))
    put(tmp_path, "b.jsonl", ("copy", THIRD), ("leaning", f"{SECOND}\n{FOURTH}"))
    store, _ = night(tmp_path)
    assert (docs_of(store)["copy"].duplicate_of, texts(store)["leaning"]) == ("gone", FOURTH)
    put(tmp_path, "a.jsonl", ("new", article(5)), ("kept", FIRST), ("changed", article(6)))
    store, outcome = night(tmp_path)
    assert outcome.changes == {"renewed": 2, "withdrawn": 1, "decided_again": 2, "barred": 0}
    expected = [("kept", FIRST), ("changed", article(6)), ("copy", THIRD), ("leaning", f"{SECOND}\n{FOURTH}")]
    assert decisions(store) == at_once(tmp_path, *expected, ("new", article(5)))
    assert run_on([tmp_path / "in"], tmp_path / "out")[1].generation is None


def test_a_new_version_keeps_its_place_before_later_copies(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", ("first", FIRST))
    put(tmp_path, "b.jsonl", ("second", SECOND))
    night(tmp_path)
    put(tmp_path, "a.jsonl", ("first", SECOND))
    store, _ = night(tmp_path)
    assert texts(store) == {"first": SECOND}
    assert docs_of(store)["second"].duplicate_of == "first"
    put(tmp_path, "a.jsonl", ("first", FIRST))
    store, _ = night(tmp_path)  # what was read before is read again where it had been replaced
    assert texts(store) == {"first": FIRST, "second": SECOND}


def test_only_files_with_other_rows_are_written_anew(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", ("a", FIRST))
    store, _ = night(tmp_path)
    put(tmp_path, "b.jsonl", ("b", SECOND), ("c", THIRD))
    night(tmp_path)
    first = {path.name for path in (tmp_path / "out" / "gen").rglob("g00000001*/*.parquet")}
    put(tmp_path, "b.jsonl", ("b", FOURTH), ("c", THIRD))
    night(tmp_path)
    manifest = newest(store)
    assert manifest is not None
    assert first <= {file.name for file in manifest.files}
    assert not {file.kind for file in manifest.files if file.folder.startswith("g00000002")} & {"documents", "index"}
    assert read_table(store, "documents").sort_by("doc_id")["run"].to_pylist() == [1, 3, 3]


def test_a_renamed_file_is_known_and_what_takes_its_name_withdraws_nothing(tmp_path: Path) -> None:
    write_json_lines(tmp_path / "in" / "log.jsonl", [{"text": FIRST}])
    night(tmp_path)
    (tmp_path / "in" / "log.jsonl").rename(tmp_path / "in" / "log.1.jsonl")
    write_json_lines(tmp_path / "in" / "log.jsonl", [{"text": SECOND}])
    store, outcome = night(tmp_path)
    assert sorted(texts(store).values()) == sorted([FIRST, SECOND])
    assert (outcome.files, outcome.changes["withdrawn"]) == (1, 0)
    write_json_lines(tmp_path / "in" / "log.1.jsonl", [{"text": THIRD}])
    store, outcome = night(tmp_path)  # it is known where the first one lies now
    assert sorted(texts(store).values()) == sorted([SECOND, THIRD])
    (tmp_path / "in" / "log.1.jsonl").unlink()
    assert run_on([tmp_path / "in"], tmp_path / "out")[1].generation is None  # what is away is not withdrawn


def test_a_file_that_becomes_a_copy_of_another_withdraws_what_it_held(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", ("a", FIRST))
    other = put(tmp_path, "b.jsonl", ("b", SECOND))
    night(tmp_path)
    (tmp_path / "in" / "a.jsonl").write_bytes(other.read_bytes())
    store, outcome = night(tmp_path)
    assert (texts(store), outcome.files) == ({"b": SECOND}, 0)


def test_two_files_of_one_name_under_two_roots_leave_each_other_alone(tmp_path: Path) -> None:
    for day, text in (("monday", FIRST), ("tuesday", SECOND), ("tuesday", THIRD)):
        write_json_lines(tmp_path / day / "part.jsonl", [{"text": text}])
        store, _ = run_on([tmp_path / day], tmp_path / "out")
    assert texts(store) == {"part.jsonl#0": FIRST, "part.jsonl#0~2": THIRD}
    assert verify(store, deep=True) == []


def test_one_id_in_two_files_is_told_apart_when_one_of_them_changes(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", ("x", FIRST))
    put(tmp_path, "b.jsonl", ("x", SECOND))
    night(tmp_path)
    put(tmp_path, "b.jsonl", ("x", THIRD))
    store, _ = night(tmp_path)
    assert texts(store) == {"x": FIRST, "x~2": THIRD}


def test_a_file_cut_short_withdraws_nothing(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"id": str(n), "text": article(n)}) + "\n" for n in range(40)).encode()
    (tmp_path / "in").mkdir()
    packed = tmp_path / "in" / "a.jsonl.gz"
    packed.write_bytes(gzip.compress(lines))
    whole = texts(night(tmp_path)[0])
    packed.write_bytes(gzip.compress(lines.replace(b"Report 0 ", b"Account 0 "))[:-400])
    store, outcome = night(tmp_path)
    assert texts(store).keys() == whole.keys()
    assert outcome.changes["withdrawn"] == 0
    assert read_table(store, "quarantine")["reason"].to_pylist() == ["bad_compression"]
    assert run_on([tmp_path / "in"], tmp_path / "out")[1].generation is None
    packed.write_bytes(gzip.compress(lines))
    store, _ = night(tmp_path)
    assert texts(store) == whole
    assert read_table(store, "quarantine").num_rows == 0
    packed.write_bytes(gzip.compress(lines[: lines.index(b"\n") + 1]))
    assert texts(night(tmp_path)[0]) == {"0": article(0)}


def test_bad_records_go_with_the_version_that_had_them(tmp_path: Path) -> None:
    path = put(tmp_path, "a.jsonl", ("a", FIRST))
    path.write_bytes(path.read_bytes() + b"{\n" * 130)
    store, _ = night(tmp_path)
    path.write_bytes(path.read_bytes() + b"[\n" * 20)
    store, _ = night(tmp_path)
    manifest = newest(store)
    assert manifest is not None
    assert (manifest.counts["quarantined"], manifest.counts["documents_in"]) == (150, 151)
    put(tmp_path, "a.jsonl", ("a", FIRST))
    store, _ = night(tmp_path)
    assert read_table(store, "quarantine").num_rows == 0


def test_one_name_used_anew_each_night_adds_where_the_settings_say_so(tmp_path: Path) -> None:
    add = "input.changed_files=add"
    for number in range(3):
        rows = [
            {"id": f"n{number}", "text": article(number)},
            {"text": article(10 + number)},
            {"id": "x", "text": article(20 + number)},
        ]
        write_json_lines(tmp_path / "in" / "feed.jsonl", rows)
        store, _ = night(tmp_path, add)
    expected = {f"n{number}": article(number) for number in range(3)}
    unnamed = {f"feed.jsonl#1{more}": article(10 + number) for number, more in enumerate(("", "~2", "~3"))}
    assert texts(store) == expected | unnamed | {"x": article(22)}


def test_the_brake_holds_a_file_that_lost_most_of_a_source(tmp_path: Path, cli: Cli) -> None:
    documents = [(str(number), f"{article(number)} {number}") for number in range(6)]
    few = ("--set", "brake.fewest_documents=5", "--set", "brake.most_removed_share=0.5")
    put(tmp_path, "a.jsonl", *documents)
    assert cli("run", tmp_path / "in", *few).code == 0
    put(tmp_path, "a.jsonl", *documents[:2])
    told = cli("run", tmp_path / "in", *few)
    assert (told.code, cli.generation) == (5, 1)
    assert ".: 4 of 6 documents" in told.err
    assert "input.changed_files=add" in told.err
    assert cli("run", tmp_path / "in", *few, "--set", "brake.enabled=false").code == 0
    assert texts(Store(cli.output)).keys() == {"0", "1"}


# --- forgotten --------------------------------------------------------------------------------------------------------

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
    assert decisions(store) == decisions_of(tmp_path, *documents[1:], ("e", article(5)))
    assert outcome.changes["barred"] == 1


def decisions_of(tmp_path: Path, *documents: tuple[str, str]) -> dict[str, list[dict[str, Any]]]:
    return at_once(tmp_path / "again", *documents)


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


def test_everything_may_be_forgotten(tmp_path: Path) -> None:
    put(tmp_path, "x/a.jsonl", ("a", FIRST), ("b", SECOND))
    night(tmp_path)
    store = forgets(tmp_path, path="x")
    assert read_table(store, "documents").num_rows == 0
    assert run_on([tmp_path / "in"], tmp_path / "out")[1].generation is None
    put(tmp_path, "y.jsonl", ("c", THIRD))
    assert texts(night(tmp_path)[0]) == {"c": THIRD}


def test_what_was_forgotten_comes_back_when_it_is_asked_for(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", ("a", FIRST), ("b", SECOND))
    night(tmp_path)
    forgets(tmp_path, "a", "b")
    remember(tmp_path / "out", ["a"])
    store, _ = night(tmp_path)
    assert texts(store) == {"a": FIRST}
    assert read_table(store, "forgotten")["doc_id"].to_pylist() == ["b"]


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
