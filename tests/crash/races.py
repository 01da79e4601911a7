"""Several commands at once on one store, with a lock that works and with one that says yes to everybody."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.errors import ClearError
from pipeline.store.folder import Store
from pipeline.store.read import load
from pipeline.store.verify import verify
from tests.cli_kit import article
from tests.crash.scenes import copied
from tests.crash.shim import State
from tests.crash.warm import command, ended, start

STARTERS = 3


def race(folder: Path, *, lock: bool, same: bool, rounds: int) -> Iterator[str]:
    """What goes wrong when three runs begin at one moment, of one inbox (`same`) or of one each, and then again."""
    first = folder / "first"
    first.mkdir(parents=True)
    _put(first, "a", 1)
    store = folder / "store"
    assert command(_arguments(first, store), folder / "said") == 0, (folder / "said").read_text()
    inboxes = [folder / ("new" if same else f"new{number}") for number in range(STARTERS)]
    for number, inbox in enumerate(inboxes):
        inbox.mkdir(exist_ok=True)
        _put(inbox, "b" if same else f"b{number}", 2 if same else 2 + number)
    for attempt in range(rounds):
        target = copied(store, folder / str(attempt))
        yield from (f"round {attempt}: {line}" for line in _round(folder, target, inboxes, lock=lock))
        shutil.rmtree(target)


def _put(inbox: Path, name: str, number: int) -> None:
    (inbox / f"{name}.jsonl").write_text(json.dumps({"id": name, "text": article(number)}) + "\n", encoding="utf-8")


def _arguments(inbox: Path, store: Path) -> list[str]:
    return ["run", str(inbox), "--output", str(store), "--log", "plain", "--workers", "1"]


def _round(folder: Path, store: Path, inboxes: list[Path], *, lock: bool) -> Iterator[str]:
    codes, said = _at_once(folder, store, inboxes, lock=lock)
    before = {"a"}
    new = [{path.stem for path in inbox.iterdir()} for inbox in inboxes]
    done = before.union(*(ids for ids, code in zip(new, codes, strict=True) if code == 0))
    if not set(codes) <= {0, 6} or any("Traceback" in each for each in said):
        yield f"exit codes {codes}: {[each[-700:] for each in said]}"
    published = sum("published generation" in each for each in said)
    try:
        found = set(_apart(lambda: _ids(store)))
        generation = max(int(path.stem) for path in (store / "manifests").glob("*.json"))
    except ValueError as error:
        yield f"nobody can read the store: {error}"
        return
    if found != done:
        yield f"the store has {sorted(found)}, and {sorted(done)} were said to be done"
    if published < 1 or generation != 1 + published:
        yield f"{published} runs say that they published, and the newest generation is {generation}"
    if len(set(inboxes)) == 1 and published != 1:
        yield f"{published} runs published the same documents"
    yield from (
        f"{each.where}: {each.what}" for each in verify(Store(store), deep=False) if "current" not in each.where
    )
    for inbox in inboxes:
        code = command(_arguments(inbox, store), folder / "said")
        if code:
            yield f"the next start ended with {code}: {(folder / 'said').read_text()[-700:]}"
    told = _apart(lambda: _ids(store))
    if told != sorted(before.union(*new)):
        yield f"in the end the store has {told}"
    yield from (f"in the end {line}" for line in _apart(lambda: _findings(store, deep=True)))


def _ids(store: Path) -> list[str]:
    return sorted(str(each) for each in load(store)["doc_id"])


def _findings(store: Path, *, deep: bool) -> list[str]:
    return [f"{each.where}: {each.what}" for each in verify(Store(store), deep=deep)]


def _apart(make: Callable[[], list[str]]) -> list[str]:
    """What `make` returns, called in a fork: Arrow starts threads, and this process has to stay alone to be forked."""
    here, there = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.write(there, json.dumps(make()).encode())
        except ClearError as error:
            os.write(there, json.dumps([f"cannot be read: {error}"]).encode())
        finally:
            os._exit(0)
    os.close(there)
    with os.fdopen(here, "rb") as file:
        found: list[str] = json.loads(file.read())
    os.waitpid(pid, 0)
    return found


def _at_once(folder: Path, store: Path, inboxes: list[Path], *, lock: bool) -> tuple[list[int], list[str]]:
    """Exit codes and output of a run of each inbox, all let go at one moment."""
    here, there = os.pipe()
    says = [folder / f"said{number}" for number in range(len(inboxes))]
    state = State(folder / "state", lock=lock)

    def wait() -> None:
        os.close(there)
        os.read(here, 1)

    pids = [start(_arguments(inbox, store), said, state, wait) for inbox, said in zip(inboxes, says, strict=True)]
    os.close(there)
    codes = [ended(pid) for pid in pids]
    os.close(here)
    return codes, [said.read_text(errors="replace") for said in says]
