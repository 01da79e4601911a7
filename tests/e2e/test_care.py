"""The commands that care for a store: verify, rollback, compact, stats."""

import json
import os
from pathlib import Path

import pyarrow as pa

from pipeline.store.folder import Store
from pipeline.store.read import load, read_table
from tests.cli_kit import Cli, article, inbox
from tests.helpers import write_json_lines


def nights(cli: Cli, tmp_path: Path) -> Path:
    """Three nights from one inbox, with a copy, a bad record and a changed document."""
    inbox(tmp_path, article(1), article(2), name="a.jsonl")
    assert cli("run", tmp_path / "in").code == 0
    path = inbox(tmp_path, article(3), article(1), name="b.jsonl")
    path.write_text(path.read_text() + "{broken\n")
    assert cli("run", tmp_path / "in").code == 0
    write_json_lines(tmp_path / "in" / "c.jsonl", [{"id": "a.jsonl:1", "text": article(5)}])
    assert cli("run", tmp_path / "in").code == 0
    return tmp_path / "in"


def tables(cli: Cli) -> dict[str, pa.Table]:
    """All that readers see, by name and place; `run` says only when it was written."""
    keys = {"documents": ["doc_id"], "duplicates": ["doc_id"], "ledger": ["doc_id", "start"], "quarantine": ["path"]}
    return {
        kind: read_table(Store(cli.output), kind)
        .drop_columns(["run"])
        .sort_by([(name, "ascending") for name in names])
        .combine_chunks()
        for kind, names in keys.items()
    }


def test_what_a_rollback_took_back_is_read_again(tmp_path: Path, cli: Cli) -> None:
    folder = nights(cli, tmp_path)
    before = tables(cli)
    told = cli("rollback", "1")
    assert (told.code, cli.generation) == (0, 4)
    assert "published generation 4, which is generation 1 again: 2 documents" in told.out
    assert len(load(cli.output)) == 2
    assert cli("rollback", "1").out.endswith("is in this state already\n")
    assert cli("rollback", "9").code == 2
    assert cli("run", folder).code == 0
    assert (cli.last_run["files_read"], cli.last_run["files_known"]) == (2, 1)
    assert tables(cli) == before
    assert cli("verify").code == 0


def test_verify_against_an_inbox_names_what_is_not_there(tmp_path: Path, cli: Cli) -> None:
    folder = nights(cli, tmp_path)
    told = cli("verify", "--against", folder)
    assert told.code == 0, told.out
    assert "1 in quarantine, 4 in the store, 1 in the store in another version" in told.out
    inbox(tmp_path, article(7), article(8), name="d.jsonl")
    told = cli("verify", "--fast", "--against", folder)
    assert told.code == 4
    assert (
        "d.jsonl: has documents that no run has read. run `clean-corpus run` with these paths\n1 findings" in told.out
    )
    assert cli("run", folder).code == 0
    assert cli("verify", "--fast", "--against", folder).code == 0
    assert cli("verify", "--fast", "--against", tmp_path / "nowhere").code == 3


def test_verify_against_an_inbox_finds_a_document_that_a_run_lost(tmp_path: Path, cli: Cli) -> None:
    from dataclasses import replace

    from pipeline.store.manifest import manifest_bytes, manifest_path, newest, sealed

    inbox(tmp_path, article(1), name="a.jsonl")
    assert cli("run", tmp_path / "in").code == 0
    inbox(tmp_path, article(2), name="b.jsonl")
    assert cli("run", tmp_path / "in").code == 0
    store = Store(cli.output)
    manifest = newest(store)
    assert manifest
    first = replace(manifest, files=tuple(file for file in manifest.files if not file.folder.startswith("g00000002")))
    path = manifest_path(store, 2)
    path.unlink()
    path.write_bytes(manifest_bytes(sealed(first)))  # it says that b.jsonl was read, and has no document of it
    told = cli("verify", "--fast", "--against", tmp_path / "in")
    assert told.code == 4
    assert "b.jsonl: document 'b.jsonl:0' of record 0 was read, and is neither in the store nor in quarant" in told.out


def test_compact_stats_and_parts_of_verify(tmp_path: Path, cli: Cli) -> None:
    nights(cli, tmp_path)
    inbox(tmp_path, article(9), name="e.jsonl")
    assert cli("run", tmp_path / "in").code == 0
    frame = load(cli.output)
    told = cli("compact")
    assert told.code == 0
    assert "published generation 5: " in told.out
    assert load(cli.output).equals(frame)
    assert cli("compact").out.endswith("has no small files to lay together\n")
    assert [cli("verify", "--subset", f"{number}/3").code for number in (1, 2, 3)] == [0, 0, 0]
    assert cli("verify", "--subset", "0/3").code == 2
    assert cli("verify", "--full").out.endswith("every promise holds\n")
    assert "what is in them was not looked at" in cli("verify", "--fast").out
    found = json.loads(cli("stats", "--json").out)
    assert (found["generation"], found["made_by"]) == (5, {"compact": 1, "run": 4})
    assert "documents " in cli("stats").out
    before = set(cli.output.rglob("*"))
    (cli.output / "last_run.json").unlink()
    cli("verify", "--full")
    cli("stats")
    assert set(cli.output.rglob("*")) == before - {cli.output / "last_run.json"}


def test_changed_files_are_new_versions_though_the_manifest_of_their_run_is_gone(tmp_path: Path, cli: Cli) -> None:
    keep_one = ("--set", "output.keep=1")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(article(1))
    assert cli("run", tmp_path / "in").code == 0
    (tmp_path / "in" / "b.txt").write_text(article(2))
    assert cli("run", tmp_path / "in", *keep_one).code == 0
    for path in (cli.output / "manifests").iterdir():
        os.utime(path, (0, 0))
    (tmp_path / "in" / "a.txt").write_text(article(3))
    assert cli("run", tmp_path / "in", *keep_one).code == 0
    assert not (cli.output / "manifests" / "00000001.json").exists()
    assert sorted(load(cli.output)["doc_id"]) == ["a.txt", "b.txt"]
    assert cli("verify").code == 0


def test_what_was_forgotten_is_no_loss_and_never_comes_back(tmp_path: Path, cli: Cli) -> None:
    folder = nights(cli, tmp_path)
    assert cli("forget", "b.jsonl:0").code == 0
    told = cli("verify", "--against", folder)
    assert told.code == 0, told.out
    assert "1 forgotten" in told.out
    told = cli("rollback", "3")
    assert told.code == 2
    assert "generation 4 forgot documents" in told.err
    assert cli("compact").code == 0
    assert cli("rollback", "4").code == 0
    assert "b.jsonl:0" not in set(load(cli.output)["doc_id"])
    assert cli("verify").code == 0
