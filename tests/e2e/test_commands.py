"""What else the commands do: dry runs, one document, explain, restore."""

import json
from pathlib import Path

from tests.cli_kit import Cli, article, inbox, outside, tree
from tests.helpers import run_on


def test_a_dry_run_lists_what_is_new_and_changes_nothing(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    told = cli("run", tmp_path / "in", "--dry-run")
    assert (told.code, cli.output.exists()) == (0, False)
    assert "docs.jsonl" in told.out
    assert "new" in told.out
    assert cli("run", tmp_path / "in").code == 0
    (tmp_path / "in" / "x [red]:100:.txt").write_text(article(2))
    before = tree(cli.output)
    told = cli("run", tmp_path / "in", "--dry-run")
    rows = [line.split() for line in told.out.splitlines()]
    states = [
        [word for word in row if word in ("known", "new")] for row in rows if row and row[0] in ("docs.jsonl", "x")
    ]
    assert states == [["known"], ["new"]]
    assert "x [red]:100:.txt" in told.out
    assert tree(cli.output) == before


def test_progress_and_result_as_json_lines(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    told = cli("run", tmp_path / "in", log="json")
    assert told.code == 0
    assert json.loads(told.out) == cli.last_run
    assert {"stage"} <= set.intersection(*(set(json.loads(line)) for line in told.err.splitlines()))


def test_clean_prints_text_and_nothing_else(tmp_path: Path, cli: Cli) -> None:
    path = tmp_path / "twice.txt"
    path.write_text(f"{article(1)}\n{article(2)}\n{article(1)}\n{article(2)}\n")
    told = cli("clean", path)
    assert (told.code, told.out) == (0, f"{article(1)}\n{article(2)}")
    told = cli("clean", path, "--diff")
    assert f"  {article(1)}\n" in told.out
    assert f"- {article(1)}\n" in told.out
    assert "repeat_within" in told.out
    found = json.loads(cli("clean", path, "--json").out)
    assert found["normalized"] == path.read_text()
    spans = [(removal["start"], removal["end"]) for removal in found["removals"]]
    assert "".join(found["normalized"][start:end] for start, end in spans) == f"\n{article(1)}\n{article(2)}\n"
    assert cli("clean", path, "--set", "repeats.enabled=false").out == path.read_text()


def test_clean_of_what_cannot_be_read(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "noise").write_bytes(bytes(range(32)) * 50)
    for name, words in {"missing": "cannot be read", "noise": "undecodable", ".": "cannot be read"}.items():
        told = cli("clean", tmp_path / name)
        assert told.code == 3
        assert words in told.err
    (tmp_path / "guess").write_bytes(b"\xd0 \xfe")
    assert cli("clean", tmp_path / "guess").code == 0
    assert cli("clean", tmp_path / "guess", "--set", "normalize.uncertain_encoding=quarantine").code == 3


def test_clean_reads_standard_input_and_writes_utf_8_wherever_it_is() -> None:
    found = outside("clean", "-", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert (found.returncode, found.stdout) == (0, "café à la carte".encode())


def test_one_document_in_a_program() -> None:
    import pipeline

    cleaned = pipeline.clean(f"{article(1)}\n\n{article(1)}")
    assert cleaned.text == article(1)
    assert [removal.kind for removal in cleaned.removals] == ["repeat_within"]
    for nothing in ("", b"", "\n", b" "):
        assert pipeline.clean(nothing).text == (nothing if isinstance(nothing, str) else nothing.decode())


def test_explain_and_restore(tmp_path: Path, cli: Cli) -> None:
    text = f"{article(1)}\n{article(2)}\n{article(1)}\n"
    inbox(tmp_path, text)
    assert cli("run", tmp_path / "in").code == 0
    assert cli("restore", "docs.jsonl:0").out == text
    told = cli("explain", "docs.jsonl:0")
    assert told.code == 0
    assert "repeat_within" in told.out
    assert "Report 1 tells of" in told.out


def test_the_tolls_of_a_later_night_are_its_own(tmp_path: Path) -> None:
    first = inbox(tmp_path, article(1), article(1) + "\n" + article(2), name="a.jsonl")
    run_on([first.parent], tmp_path / "out")
    inbox(tmp_path, article(3), name="b.jsonl")
    _, outcome = run_on([first.parent], tmp_path / "out")
    assert sum(toll.removed or 0 for toll in outcome.tolls) == outcome.counts["chars_removed"] == 0
