"""The benchmarks can be started and measure what they say; no figure of theirs is tested."""

import json
import math
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks import clock, corpus, floods, kernels, meter, mojibake
from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.options import DEFAULT, NAMES, parsed

ORPHAN = """
import subprocess, sys
burn = "import time\\nwhile time.process_time() < 0.5: pass"
subprocess.Popen([sys.executable, "-c", burn])  # nobody here waits for it
"""


@pytest.fixture
def sample_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> corpus.Source:
    monkeypatch.setenv("CORPUS_SHARED", str(tmp_path))
    return corpus.news()


def test_kernels_on_a_bare_clone(
    sample_only: corpus.Source, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["kernels", "--mb", "0.2", "--runs", "1"]) == 0
    told = capsys.readouterr().out
    named = {line.split("  ")[1] for line in told.splitlines() if line.startswith("  ")}
    assert {"signatures", "datasketch's loop", "may_change", "decode", "band_keys"} <= named
    assert "data/sample, grown" in told
    assert "made by: python -m benchmarks kernels --mb 0.2 --runs 1" in told


def test_both_sketches_are_the_same(sample_only: corpus.Source) -> None:
    timed = {each.name: each.work() for each in kernels.cases(kernels.texts_of(sample_only, 0.1))}
    theirs = [row.tolist() for row in timed["datasketch, shingles given"]]  # type: ignore[attr-defined]
    assert theirs == timed["datasketch's loop"].tolist()  # type: ignore[attr-defined]
    assert theirs == timed["signatures"].tolist()[:: kernels.SLOW_SHARE]  # type: ignore[attr-defined]


def test_a_grown_corpus_is_the_same_every_time_and_repeats_no_round(sample_only: corpus.Source) -> None:
    size = sum(len(record["text"].encode()) for record in sample_only.records)
    records = list(corpus.grown(sample_only, 2.5 * size / 1e6))
    assert records == list(corpus.grown(sample_only, 2.5 * size / 1e6))
    assert len({record["id"] for record in records}) == len(records)
    lines = [line for record in records for line in record["text"].split("\n") if len(line) > 200]
    first = [line for record in sample_only.records for line in record["text"].split("\n") if len(line) > 200]
    assert len(set(lines)) > 2 * len(set(first))


@pytest.mark.parametrize("flood", floods.FLOODS, ids=lambda flood: flood.name)
def test_floods_hold_what_they_say(flood: floods.Flood) -> None:
    records = list(flood.records(2000))
    paragraphs = sum(record["text"].count("\n") + 1 for record in records)
    heads = 0 if flood.name == "one document" else len(records)
    assert paragraphs - heads == 2000
    assert len({record["text"] for record in records}) == len(records)


def test_the_cost_of_orphans_is_seen(tmp_path: Path) -> None:
    cost = meter.cost_of([sys.executable, "-c", ORPHAN], folder=tmp_path)
    assert cost.cpu >= 0.5
    assert cost.peak_mb > 1


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(meter.CommandError, match=r"exit code 3(.|\n)*why"):
        meter.cost_of([sys.executable, "-c", "import sys; print('why'); sys.exit(3)"], folder=tmp_path)


def test_every_benchmark_can_be_named(tmp_path: Path) -> None:
    assert set(BENCHMARKS) == set(NAMES)
    assert parsed([], tmp_path).names == DEFAULT
    with pytest.raises(SystemExit):
        parsed(["kernel"], tmp_path)


def test_the_copy_holds_every_record(sample_only: corpus.Source, tmp_path: Path) -> None:
    corpus.write(tmp_path / "in.jsonl", sample_only.records)
    script = str(corpus.ROOT / "benchmarks" / "copy_only.py")
    subprocess.run([sys.executable, script, str(tmp_path / "in.jsonl"), str(tmp_path / "out")], check=True)
    copied = pq.read_table(tmp_path / "out")
    assert copied["text"].to_pylist() == [record["text"] for record in sample_only.records]


def test_work_inside_a_process_is_measured() -> None:
    # In a new process: not every system lets the peak of an old one be reset.
    code = """
from benchmarks import clock
_, less, before = clock.measured(lambda: None)
made, cpu, peak = clock.measured(lambda: len(bytearray(100_000_000)))
print(made, less, cpu, before, peak)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=corpus.ROOT, check=True, capture_output=True, text=True)
    made, less, cpu, before, peak = map(float, done.stdout.split())
    assert made == 100_000_000
    assert cpu > less >= 0
    assert peak > before + 80


def test_a_peak_that_cannot_be_told_is_not_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"VmHWM": 900 << 20, "VmRSS": 200 << 20}
    monkeypatch.setattr(clock, "_status", sizes.__getitem__)
    assert math.isnan(clock.measured(lambda: None)[2])


def test_a_child_from_before_is_not_waited_for(tmp_path: Path) -> None:
    lasting = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert meter.cost_of([sys.executable, "-c", "pass"], folder=tmp_path).wall > 0
        assert lasting.poll() is None
    finally:
        lasting.communicate(b"\n", timeout=60)


JUDGED = Path(__file__).parents[1] / "benchmarks" / "judged"
FIELDS = "document start end kind rule evidence similarity novelty twin twin_start twin_end verdict reason"


@pytest.mark.parametrize("path", sorted(JUDGED.glob("*.jsonl")), ids=lambda path: path.stem)
def test_verdicts_by_eye_are_counted_as_their_readme_says(path: Path) -> None:
    verdicts = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert {" ".join(verdict) for verdict in verdicts} == {FIELDS}
    assert len({(verdict["document"], verdict["start"]) for verdict in verdicts}) == len(verdicts)
    found = Counter(verdict["verdict"] for verdict in verdicts)
    counts = [len(verdicts), found["right"], found["unsure"], found["wrong"]]
    assert sum(found.values()) == sum(counts[1:])
    row = f"| `{path.stem}` | {' | '.join(map(str, counts))} |"
    assert row in (JUDGED / "README.md").read_text(encoding="utf-8").splitlines()


def test_mojibake_says_what_it_lacks(sample_only: corpus.Source, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mojibake"]) == 0
    assert "no development data here" in capsys.readouterr().out


def test_text_is_garbled_as_programs_do_it() -> None:
    assert mojibake.garbled("Łódź", "iso8859-2", "cp1252") == "£ód¼"
    assert mojibake.garbled("“é”", "mac_roman", "cp1252") == "ÒŽÓ"
    assert mojibake.garbled("Łódź", "cp1251", "latin-1") is None
    score = mojibake.scored(
        [["Wczoraj wieczorem w mieście spadł ulewny deszcz i wiele ulic znalazło się pod wodą."]],
        "iso8859-2",
        "latin-1",
    )
    assert (score["lines"], score["whole"], score["others"]) == (1, 1, 0)
