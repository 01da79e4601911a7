"""Whatever a file does to the process that works on it costs at most that file, and the run goes on."""

import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pipeline import plan
from pipeline.config import Settings
from pipeline.flow import Batches, Kernel
from pipeline.plan import read_documents
from pipeline.sources.records import Fields
from pipeline.stages import tails as stage_tails
from pipeline.stages.wanted import KindsBySource
from pipeline.store.folder import Store
from pipeline.store.read import read_table
from pipeline.store.verify import verify
from tests.cli_kit import Cli, article, inbox


def harmful(slices: Batches, *, harm: Callable[[str], None]) -> Batches:
    """The reading of the plan, by a reader to which file names may do harm."""
    held = list(slices)
    for batch in held:
        for location in batch.column("location").to_pylist():
            if "bad" in location:
                harm(location)
    return read_documents(iter(held), fields=Fields(), keep_uncertain=True)


def harmful_end(slices: Batches, *, size: int) -> Batches:
    """The reading of the plan, to which the last slice of a file of this size does harm."""
    held = list(slices)
    if any(size in batch.column("byte_end").to_pylist() for batch in held):
        kill("")
    return read_documents(iter(held), fields=Fields(), keep_uncertain=True)


def kill(_: str, number: int = signal.SIGKILL) -> None:
    os.kill(os.getpid(), number)


def kill_once(location: str) -> None:
    met = Path(f"{location}.met")
    if not met.exists():
        met.touch()
        kill(location)


def loop(_: str) -> None:
    while True:
        pass


def eat(_: str) -> None:
    bytearray(10**9)


def leave(_: str) -> None:
    os._exit(0)


def harmful_tails(
    documents: Batches,
    *others: Batches,
    pack_files: tuple[tuple[str, str], ...],
    kinds: tuple[str, ...],
    kinds_by_source: KindsBySource,
    model: bool,
) -> Batches:
    """The stage `tails`, to which a text does harm."""
    held = list(documents)
    if any("a harmful text" in str(text) for batch in held for text in batch.column("text").to_pylist()):
        kill("")
    more = {"pack_files": pack_files, "kinds": kinds, "kinds_by_source": kinds_by_source, "model": model}
    return stage_tails.tails(iter(held), *others, **more)  # type: ignore[arg-type]


def use(harm: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    def reading(_: Settings) -> Kernel:
        return partial(harmful, harm=harm)

    monkeypatch.setattr(plan, "reading", reading)


def use_at(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "reading", lambda _: partial(harmful_end, size=size))


def paths(cli: Cli) -> list[str]:
    return sorted(set(read_table(Store(cli.output), "documents")["path"].to_pylist()))


def set_aside(cli: Cli) -> list[tuple[str, str, str]]:
    table = read_table(Store(cli.output), "quarantine")
    return [(row["path"], row["reason"], row["detail"]) for row in table.to_pylist()]


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("harm", "detail"),
    [
        (kill, "twice, its worker was killed by signal 9 (SIGKILL)"),
        (partial(kill, number=signal.SIGSEGV), "twice, its worker was killed by signal 11 (SIGSEGV)"),
        (leave, "twice, its worker ended with exit code 0"),
        (loop, "twice, took more than 3 seconds"),
        (eat, "twice, memory ran out (limit 200 MB)"),
    ],
    ids=["killed", "segfault", "exit", "loop", "memory"],
)
def test_a_file_that_kills_its_reader_twice_is_set_aside(
    tmp_path: Path,
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[str], None],
    detail: str,
    workers: str,
) -> None:
    for number, name in enumerate(("a.jsonl", "bad.jsonl", "c.jsonl", "d.jsonl")):
        inbox(tmp_path, article(2 * number), article(2 * number + 1), name=name)
    use(harm, monkeypatch)
    seconds = 3 if harm is loop else 120  # on a busy machine a reader without harm needs its time
    limits = ("--set", f"engine.reader_seconds={seconds}", "--set", "engine.reader_memory=200MB")
    told = cli("run", tmp_path / "in", *limits, "--set", f"engine.workers={workers}")
    assert told.code == 0, told.err
    assert paths(cli) == ["a.jsonl", "c.jsonl", "d.jsonl"]
    assert set_aside(cli) == [("bad.jsonl", "reader_died", detail)]
    assert verify(Store(cli.output), deep=True) == []


def test_a_file_that_kills_its_reader_once_is_read_when_tried_alone(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("a.jsonl", "bad.jsonl", "c.jsonl")):
        inbox(tmp_path, article(number), name=name)
    assert cli("run", tmp_path / "in").code == 0
    expected = read_table(Store(cli.output), "documents")
    cli.output = tmp_path / "again"
    use(kill_once, monkeypatch)
    assert cli("run", tmp_path / "in").code == 0
    assert read_table(Store(cli.output), "documents").equals(expected)
    assert set_aside(cli) == []


def test_nothing_comes_out_of_a_file_of_which_a_part_kills_and_the_next_run_tries_again(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.sources.files._CHUNK", 1 << 16)
    many = [f"{article(number)} " + "x" * 9000 for number in range(300)]  # more than one slice
    bad = inbox(tmp_path, *many, name="bad.jsonl")
    inbox(tmp_path, article(999), name="c.jsonl")
    use_at(bad.stat().st_size, monkeypatch)
    small = ("--set", "input.slice_mb=1")
    assert cli("run", tmp_path / "in", *small).code == 0
    assert paths(cli) == ["c.jsonl"]
    assert [reason for _, reason, _ in set_aside(cli)] == ["reader_died"]
    monkeypatch.undo()
    assert cli("run", tmp_path / "in", *small).code == 0
    assert paths(cli) == ["bad.jsonl", "c.jsonl"]
    assert len(read_table(Store(cli.output), "documents")) == 301


def test_a_file_that_kills_night_for_night_is_tried_three_times_and_told_once(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox(tmp_path, article(1), name="a.jsonl")
    inbox(tmp_path, article(2), name="bad.jsonl")
    use(kill, monkeypatch)
    generations = []
    for _ in range(4):
        assert cli("run", tmp_path / "in").code == 0
        generations.append(cli.generation)
        assert [path for path, _, _ in set_aside(cli)] == ["bad.jsonl"]
    assert generations == [1, 2, 3, 3]
    inbox(tmp_path, article(3), name="bad.jsonl")
    monkeypatch.undo()
    assert cli("run", tmp_path / "in").code == 0
    assert (paths(cli), set_aside(cli)) == (["a.jsonl", "bad.jsonl"], [])
    assert verify(Store(cli.output), deep=True) == []


def test_a_text_that_kills_a_later_stage_costs_its_file(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("a.jsonl", "b.jsonl", "c.jsonl")):
        inbox(tmp_path, article(number), name=name)
    inbox(tmp_path, article(7), "This is a harmful text.", name="bb.jsonl")
    monkeypatch.setattr(plan, "tails", harmful_tails)
    told = cli("run", tmp_path / "in")
    assert told.code == 0, told.err
    assert paths(cli) == ["a.jsonl", "b.jsonl", "c.jsonl"]
    ((path, reason, detail),) = set_aside(cli)
    assert (path, reason) == ("bb.jsonl", "reader_died")
    assert detail == "twice, in stage tails its worker was killed by signal 9 (SIGKILL)"
    assert verify(Store(cli.output), deep=True) == []


def test_a_text_that_kills_a_later_stage_costs_its_file_on_a_night_with_earlier_documents(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        inbox(tmp_path, article(number), name=f"a{number}.jsonl")
        assert cli("run", tmp_path / "in").code == 0
    inbox(tmp_path, f"{article(2)}\n{article(5)}", name="b.jsonl")  # for which an earlier document is read again
    inbox(tmp_path, article(7), "This is a harmful text.", name="bb.jsonl")
    monkeypatch.setattr(plan, "tails", harmful_tails)
    told = cli("run", tmp_path / "in")
    assert told.code == 0, told.err
    assert paths(cli) == ["a0.jsonl", "a1.jsonl", "a2.jsonl", "b.jsonl"]
    assert [(path, reason) for path, reason, _ in set_aside(cli)] == [("bb.jsonl", "reader_died")]
    assert verify(Store(cli.output), deep=True) == []


def test_past_documents_that_kill_a_later_stage_stop_the_run(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox(tmp_path, "This is a harmful text.", name="a.jsonl")
    assert cli("run", tmp_path / "in").code == 0
    inbox(tmp_path, article(1), name="b.jsonl")
    monkeypatch.setattr(plan, "tails", harmful_tails)
    monkeypatch.setattr("pipeline.nights.night.short_index", lambda *_: None)  # which would not look at them
    told = cli("run", tmp_path / "in")
    assert told.code == 7
    assert "stage tails" in told.err
    assert "killed by signal 9" in told.err
    assert (cli.generation, paths(cli)) == (1, ["a.jsonl"])
