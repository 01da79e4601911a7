"""Changed files: the state is always that of a run over what is there, in order."""

import gzip
import json
from pathlib import Path

import pytest

from pipeline.store.folder import Store
from pipeline.store.manifest import newest
from pipeline.store.read import read_table
from pipeline.store.verify import verify
from tests.cli_kit import Cli, article
from tests.helpers import docs_of, run_on, write_json_lines
from tests.version_kit import FIRST, FOURTH, SECOND, THIRD, at_once, decisions, night, put, texts


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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_file_that_becomes_a_copy_of_another_withdraws_what_it_held(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", ("a", FIRST))
    other = put(tmp_path, "b.jsonl", ("b", SECOND))
    night(tmp_path)
    (tmp_path / "in" / "a.jsonl").write_bytes(other.read_bytes())
    store, outcome = night(tmp_path)
    assert (texts(store), outcome.files) == ({"b": SECOND}, 0)


@pytest.mark.slow
def test_two_files_of_one_name_under_two_roots_leave_each_other_alone(tmp_path: Path) -> None:
    for day, text in (("monday", FIRST), ("tuesday", SECOND), ("tuesday", THIRD)):
        write_json_lines(tmp_path / day / "part.jsonl", [{"text": text}])
        store, _ = run_on([tmp_path / day], tmp_path / "out")
    assert texts(store) == {"part.jsonl#0": FIRST, "part.jsonl#0~2": THIRD}
    assert verify(store, deep=True) == []


@pytest.mark.slow
def test_one_id_in_two_files_is_told_apart_when_one_of_them_changes(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", ("x", FIRST))
    put(tmp_path, "b.jsonl", ("x", SECOND))
    night(tmp_path)
    put(tmp_path, "b.jsonl", ("x", THIRD))
    store, _ = night(tmp_path)
    assert texts(store) == {"x": FIRST, "x~2": THIRD}


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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
