"""Workers die, hang and run out of memory, and that costs the task in hand."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.engines.nursery import nursery
from pipeline.engines.worker import Json, Task
from pipeline.engines.workers import Lost, Workers
from pipeline.errors import OutputError

ROOT = Path(__file__).parents[2]


def well(number: int) -> Json:
    return {"number": number, "pid": os.getpid()}


def dies(code: int) -> Json:
    os._exit(code)


def is_killed(number: int) -> Json:
    os.kill(os.getpid(), number)
    return {}


def hangs() -> Json:
    while True:
        pass


def eats() -> Json:
    return {"size": len(bytearray(10**9))}


def answers_in_no_json() -> Json:
    return {"never": b"bytes"}


def raises(error: BaseException) -> Json:
    raise error


def ends() -> Json:
    sys.exit(0)


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers(2)
    yield made
    made.end()


def results(workers: Workers, *tasks: Task) -> list[Any]:
    return [result for _, result in sorted(workers.results(tasks), key=lambda pair: pair[0])]


def test_every_task_is_done_and_named_and_workers_are_kept(workers: Workers) -> None:
    made = results(workers, *(Task(well, (number,)) for number in range(20)))
    assert [each["number"] for each in made] == list(range(20))
    pids = {each["pid"] for each in made}
    assert pids <= set(workers.pids())
    assert os.getpid() not in pids
    assert len(workers.pids()) == 2


@pytest.mark.parametrize(
    ("task", "why"),
    [
        (Task(is_killed, (signal.SIGKILL,)), r"killed by signal 9 \(SIGKILL\)"),
        (Task(is_killed, (signal.SIGSEGV,)), r"killed by signal 11 \(SIGSEGV\)"),
        (Task(dies, (3,)), "ended with exit code 3"),
        (Task(dies, (0,)), "ended with exit code 0"),
        (Task(ends, ()), "ended with exit code 0"),
        (Task(hangs, (), seconds=0.2), r"took more than 0\.2 seconds"),
        (Task(eats, (), memory=100_000_000), r"memory ran out \(limit 100 MB\)"),
        (Task(raises, (MemoryError(),)), "memory ran out"),
        (Task(raises, (KeyboardInterrupt(),)), "ended with exit code 0"),
    ],
)
def test_a_worker_that_does_not_live_to_answer_costs_its_task_alone(workers: Workers, task: Task, why: str) -> None:
    tasks = [Task(well, (number,)) for number in range(6)]
    first, lost, *others = results(workers, tasks[0], task, *tasks[1:])
    assert isinstance(lost, Lost)
    assert re.search(why, lost.why)
    assert [first["number"], *(each["number"] for each in others)] == list(range(6))
    assert len(workers.pids()) <= 2


def test_a_limit_of_memory_holds_for_its_task_only(workers: Workers) -> None:
    limited, free = results(Workers(1), Task(eats, (), memory=100_000_000), Task(eats, ()))
    assert isinstance(limited, Lost)
    assert free == {"size": 10**9}
    one = Workers(1)
    assert results(one, Task(well, (1,), memory=50_000_000), Task(eats, ()))[1] == {"size": 10**9}
    one.end()


def test_a_task_in_time_is_not_killed_for_one_that_is_late(workers: Workers) -> None:
    late, well_done = results(workers, Task(hangs, (), seconds=0.2), Task(well, (1,), seconds=60))
    assert isinstance(late, Lost)
    assert well_done["number"] == 1


@pytest.mark.parametrize(
    ("error", "kind"), [(OutputError("the disk is full"), OutputError), (ValueError("a bug"), RuntimeError)]
)
def test_what_a_task_raises_is_raised_here(workers: Workers, error: Exception, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=str(error)):
        results(workers, Task(raises, (error,)))


def test_an_answer_that_is_more_than_data_is_a_bug(workers: Workers) -> None:
    with pytest.raises(RuntimeError, match="not JSON serializable"):
        results(workers, Task(answers_in_no_json, ()))


def test_a_task_that_cannot_be_understood_is_a_bug(workers: Workers) -> None:
    with pytest.raises(RuntimeError, match="No module named"):
        results(workers, Task(Unknown(), ()))


class Unknown:
    def __reduce__(self) -> Any:
        return __import__, ("no_such_module",)

    def __call__(self) -> Json:
        return {}


def test_the_end_takes_workers_along_that_are_at_work() -> None:
    made = Workers(2)
    running = made.results([Task(well, (1,)), Task(hangs, ())])
    next(running)
    pids = made.pids()
    made.end()
    assert len(pids) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert made.pids() == []


def test_an_answer_to_one_whom_a_signal_took_away_is_not_taken_for_another() -> None:
    asked = nursery()
    child = asked.child()
    asked._asked += 1  # as if a question had been asked and its answer never awaited
    asked._channel.send(f"{asked._asked} end {child.pid}".encode())
    child.channel.close()
    other = asked.child()
    assert other.pid != child.pid
    assert asked.ended(other) == 0


RUN = """
import sys
from pipeline.engines.workers import Workers
from pipeline.engines.worker import Task
from tests.unit.test_workers import hangs, well
made = Workers(2)
running = made.results([Task(well, (1,)), Task(hangs, ())])
next(running)
print(*made.pids(), flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("alone", ["1", "4"])  # threads of numpy: with some, the nursery is started anew
def test_workers_do_not_outlive_a_run_that_is_killed(alone: str) -> None:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": alone}
    with subprocess.Popen(
        [sys.executable, "-c", RUN], cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        pids = run.stdout.readline().split()
        run.kill()
        run.wait()
        assert len(pids) == 2
        assert _gone(pids)


def _gone(pids: list[str]) -> bool:
    """Whether the system ends all of them (it does so within moments); who inherits them may not have looked yet."""
    return all(any(_ended(pid) for _ in range(2_000_000)) for pid in pids)


def _ended(pid: str) -> bool:
    os.sched_yield()
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return True
