"""The real command, measured."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.corpus import ROOT, write
from benchmarks.meter import Cost, cost_of

_ENV = {"PYTHONPATH": str(ROOT)}


def warm(folder: Path) -> None:
    """Compiles modules and kernels, which only the first run after an installation pays for."""
    write(folder / "warm" / "two.jsonl", [{"id": str(number), "text": f"A line, {number}"} for number in range(2)])
    cost_of([sys.executable, "-m", "pipeline.warm"], folder=folder, env=_ENV)
    run(folder / "warm", folder / "store")


def run(inputs: Path, store: Path, *, workers: int = 1, settings: Sequence[str] = ()) -> Cost:
    """What `clean-corpus run` costs on these inputs, into a new store, with the rules of this checkout."""
    shutil.rmtree(store, ignore_errors=True)
    rules = f"tails.rules={ROOT / 'configs' / 'rules'}"
    sets = [part for each in (rules, *settings) for part in ("--set", each)]
    command = [sys.executable, "-m", "pipeline", "run", str(inputs), "--output", str(store), "--workers", str(workers)]
    return cost_of([*command, "--log", "plain", *sets], folder=store.parent, env=_ENV)


def last_run(store: Path) -> dict[str, Any]:
    """How the run ended, as the store tells it."""
    found: dict[str, Any] = json.loads((store / "last_run.json").read_bytes())
    return found
