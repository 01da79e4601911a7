"""The same answer everywhere: workers, slices, hash seed, order of paths, kernel, nights."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.sources.files import listing, scanned
from pipeline.store.folder import Store, open_store
from pipeline.store.verify import verify
from tests.corpus_kit import content, print_corpus
from tests.helpers import ROOT, docs_of, run_on, write_json_lines

Tables = dict[str, list[dict[str, Any]]]
NO_BRAKE = "brake.enabled=false"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tables]:
    """A folder of six files, and what comes out of it."""
    folder = tmp_path_factory.mktemp("small")
    print_corpus(folder / "in", files=3, file_bytes=100_000)
    store, _ = run_on([folder / "in"], folder / "out", NO_BRAKE)
    return folder / "in", content(store)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tables]:
    """A folder with files of several slices, and what comes out of it in one shard."""
    folder = tmp_path_factory.mktemp("large")
    print_corpus(folder / "in", files=2, file_bytes=2_500_000)
    store, _ = run_on([folder / "in"], folder / "out", NO_BRAKE, "input.slice_mb=16")
    return folder / "in", content(store)


def same(found: Tables, expected: Tables) -> None:
    """Fails with the first rows that differ: whole tables would take minutes to show."""
    for kind, rows in expected.items():
        pairs = zip(found[kind], rows, strict=False)
        assert next(((one, other) for one, other in pairs if one != other), None) is None, kind
        assert len(found[kind]) == len(rows), kind


def test_the_corpus_shows_every_kind_of_removal(small: tuple[Path, Tables]) -> None:
    tables = small[1]
    shown = {row["kind"] for row in tables["ledger"]}
    assert shown >= {"repeat_within", "repeat_across", "duplicate", "tracking", "contact", "copyright"}
    assert {row["evidence"] for row in tables["ledger"]} >= {"equal", "near"}
    assert [row["reason"] for row in tables["quarantine"]] == ["bad_json"] * 3
    assert {row["similarity"] for row in tables["duplicates"]} != {1.0}


@pytest.mark.parametrize("sets", [("input.slice_mb=1",), ("input.slice_mb=1", "engine.workers=2")], ids=" ".join)
def test_slices_and_workers(large: tuple[Path, Tables], tmp_path: Path, sets: tuple[str, ...]) -> None:
    folder, expected = large
    cuts = [scanned(found, 1 << 20).slices for found in listing([str(folder)], [".txt"]).files]
    assert sum(map(len, cuts)) > len(cuts) + 2
    store, _ = run_on([folder], tmp_path / "out", NO_BRAKE, *sets)
    same(content(store), expected)


@pytest.mark.parametrize("limits", [{"_BATCH_BYTES": 2_000}, {"_BATCH_BYTES": 1}], ids=str)
def test_batches(small: tuple[Path, Tables], tmp_path: Path, limits: dict[str, int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in limits.items():
            patch.setattr(f"pipeline.sources.read.{name}", value)
        store, _ = run_on([small[0]], tmp_path / "out", NO_BRAKE)
    same(content(store), small[1])


@pytest.mark.parametrize("seed", ["0", "1"])
def test_hash_seed(small: tuple[Path, Tables], tmp_path: Path, seed: str) -> None:
    command = [sys.executable, "-m", "pipeline", "run", str(small[0]), "--output", str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C", "TZ": "Asia/Kolkata"}
    subprocess.run(
        [*command, "--workers", "1", "--set", NO_BRAKE], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    same(content(Store(tmp_path / "out")), small[1])


def test_order_of_paths(small: tuple[Path, Tables], tmp_path: Path) -> None:
    files = sorted(small[0].iterdir())
    for number, paths in enumerate((files, files[::-1], [*files[3:], small[0], *files])):
        store, outcome = run_on(paths, tmp_path / f"out{number}", NO_BRAKE)
        same(content(store), small[1])
        assert outcome.files == len(files)


def test_reference_signatures(small: tuple[Path, Tables], tmp_path: Path) -> None:
    store, _ = run_on([small[0]], tmp_path / "out", NO_BRAKE, "repeats.kernel=datasketch")
    same(content(store), small[1])


@pytest.mark.parametrize("splits", [(2, 2, 2), (1, 4, 1), (5, 1), (1, 1, 1, 1, 1, 1)], ids=str)
def test_nights(small: tuple[Path, Tables], tmp_path: Path, splits: tuple[int, ...]) -> None:
    files = sorted(small[0].iterdir(), key=lambda path: os.fsencode(path.name))
    inbox = tmp_path / "in"
    inbox.mkdir()
    for count in splits:
        for path in files[:count]:
            shutil.copy(path, inbox)
        del files[:count]
        store, _ = run_on([inbox], tmp_path / "out", NO_BRAKE)
    same(content(store), small[1])


# --- names ------------------------------------------------------------------------------------------------------------

LINES = {
    "old": "The old bridge over the river was closed at dawn, after two metres of rain had fallen on the hills above.",
    "new": "Nobody expected the orchestra to play on, but it did, and the mayor danced with every teacher of the town.",
    "other": "Engineers from three countries will look at the pumps next week, said the ministry, and report in May.",
}


def written(folder: Path, name: str, *documents: tuple[str, str]) -> Path:
    return write_json_lines(folder / name, [{"id": given, "text": text} for given, text in documents])


def test_a_changed_document_replaces_its_old_version(tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    written(inbox, "a.jsonl", ("x", LINES["old"]), ("y", LINES["other"]))
    run_on([inbox], tmp_path / "out")
    written(inbox, "b.jsonl", ("x", LINES["new"]))
    store, _ = run_on([inbox], tmp_path / "out")
    assert {name: doc.text for name, doc in docs_of(store).items()} == {"x": LINES["new"], "y": LINES["other"]}
    assert verify(store, deep=True) == []
    assert run_on([inbox], tmp_path / "out")[1].generation is None


def test_a_copy_comes_back_when_the_document_it_repeats_changes(tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    written(inbox, "a.jsonl", ("first", LINES["old"]), ("copy", LINES["old"]))
    store, _ = run_on([inbox], tmp_path / "out")
    assert docs_of(store)["copy"].duplicate_of == "first"
    written(inbox, "b.jsonl", ("first", LINES["new"]))
    store, _ = run_on([inbox], tmp_path / "out")
    found = docs_of(store)
    assert (found["copy"].text, found["copy"].duplicate_of) == (LINES["old"], None)
    assert found["first"].text == LINES["new"]
    assert verify(store, deep=True) == []


def test_doubled_ids_in_one_run_stay_both(tmp_path: Path) -> None:
    path = written(tmp_path / "in", "a.jsonl", ("x", LINES["old"]), ("x", LINES["new"]), ("x~2", LINES["other"]))
    store, _ = run_on([path], tmp_path / "out")
    texts = {name: doc.text for name, doc in docs_of(store).items()}
    assert texts == {"x": LINES["old"], "x~2": LINES["new"], "x~2~2": LINES["other"]}


def test_ids_that_are_unique_only_in_their_file(tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    written(inbox, "a.jsonl", ("x", LINES["old"]))
    run_on([inbox], tmp_path / "out", "input.id_scope=file")
    written(inbox, "b.jsonl", ("x", LINES["new"]))
    store, _ = run_on([inbox], tmp_path / "out", "input.id_scope=file")
    texts = {name: doc.text for name, doc in docs_of(store).items()}
    assert texts == {"a.jsonl#x": LINES["old"], "b.jsonl#x": LINES["new"]}


def test_two_inboxes_with_one_file_name_are_two_documents(tmp_path: Path) -> None:
    for night in ("monday", "tuesday"):
        write_json_lines(tmp_path / night / "part.jsonl", [{"text": f"What was said on {night}, and only then."}])
        run_on([tmp_path / night], tmp_path / "out")
    store = open_store(tmp_path / "out", create=False)
    assert sorted(docs_of(store)) == ["part.jsonl#0", "part.jsonl#0~2"]
    assert verify(store, deep=True) == []


def test_a_file_that_changed_in_its_inbox_is_a_new_version(tmp_path: Path) -> None:
    for text in ("What was said at first.", "What was said in the end."):
        write_json_lines(tmp_path / "in" / "part.jsonl", [{"text": text}])
        run_on([tmp_path / "in"], tmp_path / "out")
    found = docs_of(open_store(tmp_path / "out", create=False))
    assert {name: each.text for name, each in found.items()} == {"part.jsonl#0": "What was said in the end."}
