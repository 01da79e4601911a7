"""The brake on real stores: what is held back, what a person finds, and what `--accept` lets pass."""

import json
from pathlib import Path
from typing import Any

from pipeline.store.folder import Store
from pipeline.store.manifest import load_manifest, newest
from pipeline.store.read import read_table
from tests.cli_kit import Cli, Told, article, tree
from tests.helpers import write_json_lines

SMALL = ("--set", "brake.fewest_documents=10")


def deliver(tmp_path: Path, night: int, copies: int, *, source: str = "wire", of: int = 10) -> Path:
    """`of` new documents of one source, the last `copies` of which repeat the first."""
    texts = [article(1000 * night + number) for number in range(of - copies)]
    texts += [f"{texts[0]}\n\nPrint {number}." for number in range(copies)]
    rows = [{"text": text, "source": source} for text in texts]
    return write_json_lines(tmp_path / "in" / f"{night:03d}-{source}.jsonl", rows)


def record(cli: Cli) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((cli.output / "cache" / "braked" / "braked.json").read_bytes())
    return found


def test_what_is_held_back_can_be_looked_at_and_accepted(tmp_path: Path, cli: Cli) -> None:
    deliver(tmp_path, 1, 0)
    assert cli("run", tmp_path / "in", *SMALL).code == 0
    deliver(tmp_path, 2, 9, source="mirror")
    told = cli("run", tmp_path / "in", *SMALL)
    assert told.code == 5
    assert "mirror: " in told.err
    assert "10 documents would be removed; the limit is 60%" in told.err
    assert told.err.count("\n  002-mirror.jsonl#") == 9
    assert "--accept" in told.err
    assert "Run 2" in (cli.output / "cache" / "braked" / "report.html").read_text(encoding="utf-8")
    assert [row["source"] for row in record(cli)["findings"]] == ["mirror"]
    assert len(record(cli)["findings"][0]["examples"]) == 9
    assert cli.last_run["brake"][0].startswith("mirror: ")
    assert (cli.generation, list((cli.output / "gen").glob("g00000002*"))) == (1, [])
    assert cli("run", tmp_path / "in", *SMALL).code == 5
    told = cli("run", tmp_path / "in", *SMALL, "--accept")
    assert (told.code, cli.generation) == (0, 2)
    assert "accepted: mirror: " in told.out
    (line,) = load_manifest(Store(cli.output), 2).accepted
    assert line.startswith("mirror: ")
    assert not (cli.output / "cache" / "braked").exists()
    assert cli("run", tmp_path / "in", *SMALL, "--accept").code == 0
    assert cli.generation == 2
    assert cli("verify").code == 0


def test_accepting_lets_nothing_worse_pass(tmp_path: Path, cli: Cli) -> None:
    deliver(tmp_path, 1, 9, source="mirror")
    assert cli("run", tmp_path / "in", *SMALL, "--accept").code == 5  # nobody can have looked at it yet
    deliver(tmp_path, 2, 9, source="flood")
    told = cli("run", tmp_path / "in", *SMALL, "--accept")
    assert told.code == 5
    assert {row["source"] for row in record(cli)["findings"]} == {"flood", "mirror"}
    deliver(tmp_path, 3, 15, source="mirror", of=16)
    assert cli("run", tmp_path / "in", *SMALL, "--accept").code == 5
    assert cli("run", tmp_path / "in", *SMALL, "--accept").code == 0
    assert len(load_manifest(Store(cli.output), 1).accepted) == 2


def test_with_enough_nights_the_history_decides(tmp_path: Path, cli: Cli) -> None:
    few = (*SMALL, "--set", "brake.fewest_nights=3", "--set", "brake.nights=3")
    for night in range(1, 5):
        deliver(tmp_path, night, 1)
        assert cli("run", tmp_path / "in", *few).code == 0
    assert sorted(set(read_table(Store(cli.output), "tolls")["run"].to_pylist())) == [2, 3, 4]
    deliver(tmp_path, 5, 5)
    (tmp_path / "in" / "torn.jsonl").write_bytes(b'{"text": "torn\n' * 5)
    told = cli("run", tmp_path / "in", *few)
    assert told.code == 5
    assert "(median of 3 nights)" in told.err
    assert "the whole run: 5 of 15 records (33%) would go to quarantine; usual is 0%" in told.err
    assert "torn.jsonl#0 [bad_json]" in told.err
    found = {(row["what"], row["rule"]) for row in record(cli)["findings"]}
    assert found == {("removed", ""), ("rule", "duplicate"), ("quarantined", "")}
    assert cli("run", tmp_path / "in", *few, "--set", "brake.enabled=false").code == 0
    assert cli("verify").code == 0


def test_documents_that_shrink_the_corpus_are_held_back(tmp_path: Path, cli: Cli) -> None:
    path = write_json_lines(tmp_path / "in" / "a.jsonl", [{"id": str(n), "text": article(n)} for n in range(12)])
    assert cli("run", tmp_path / "in", *SMALL).code == 0
    write_json_lines(path, [{"id": str(n), "text": f"Gone {n}."} for n in range(6)])
    before = tree(cli.output / "gen")
    told = cli("run", tmp_path / "in", *SMALL)
    assert told.code == 5
    assert "the corpus: " in told.err
    assert "%) would be gone" in told.err
    assert tree(cli.output / "gen") == before
    assert cli("run", tmp_path / "in", *SMALL, "--accept").code == 0


def empty_inbox(tmp_path: Path, cli: Cli, *arguments: str) -> Told:
    return cli("run", tmp_path / "in", *SMALL, *arguments)


def test_an_empty_inbox_is_not_a_quiet_night(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "in").mkdir()
    assert empty_inbox(tmp_path, cli).code == 3
    deliver(tmp_path, 1, 0)
    assert empty_inbox(tmp_path, cli).code == 0
    assert empty_inbox(tmp_path, cli).code == 0
    next((tmp_path / "in").iterdir()).unlink()
    told = empty_inbox(tmp_path, cli)
    assert told.code == 5
    assert "brake" not in cli.last_run
    assert "there is not one input file" in told.err
    for pass_by in (["--accept"], ["--set", "brake.empty_inbox=false"], ["--set", "brake.enabled=false"]):
        told = empty_inbox(tmp_path, cli, *pass_by)
        assert (told.code, "nothing new" in told.out) == (0, True)
    manifest = newest(Store(cli.output))
    assert manifest is not None
    assert manifest.generation == 1


def test_dry_runs_accept_nothing(tmp_path: Path, cli: Cli) -> None:
    deliver(tmp_path, 1, 9)
    told = cli("run", tmp_path / "in", "--dry-run", "--accept")
    assert told.code == 2
    assert not cli.output.exists()
