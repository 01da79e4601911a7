"""What the tests of the command line share: small inboxes, and the commands in this process or outside."""

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import main
from pipeline.store.folder import Store
from pipeline.store.manifest import newest
from tests.helpers import ROOT, write_json_lines

SAMPLE = ROOT / "data" / "sample"
WORDS = ("river", "bridge", "market", "school", "winter", "council", "harbour", "engine", "letter", "garden", "doctor")


def article(number: int) -> str:
    """A paragraph of its own: no two numbers share many neighbouring words."""
    at = [WORDS[(number * step + step * step) % len(WORDS)] + str(number * step) for step in range(1, 30)]
    return f"Report {number} tells of " + " ".join(at) + "."


def inbox(tmp_path: Path, *texts: str, name: str = "docs.jsonl") -> Path:
    return write_json_lines(tmp_path / "in" / name, [{"id": f"{name}:{n}", "text": t} for n, t in enumerate(texts)])


@dataclass(frozen=True, slots=True)
class Told:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


class Cli:
    """The command line in this process, on one store."""

    def __init__(self, output: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.output = output
        self._capsys = capsys

    def __call__(self, command: str, *arguments: str | Path, log: str = "plain") -> Told:
        self._capsys.readouterr()
        output = [] if command in ("clean", "rules") else ["--output", str(self.output)]
        more = ["--workers", "1", "--log", log] if command == "run" else []
        code = main([command, *map(str, arguments), *output, *more])
        return Told(code, *self._capsys.readouterr())

    @property
    def last_run(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.output / "last_run.json").read_bytes())
        return found

    @property
    def generation(self) -> int:
        manifest = newest(Store(self.output))
        return manifest.generation if manifest else 0


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder with its time and content."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def outside(*arguments: str | Path, limit: int | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command line as a process of its own; `limit`: bytes that it may write to one file."""

    def limited() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, input="café à la carte".encode(), capture_output=True, preexec_fn=limited,
        env={**os.environ, **environment}, check=False, timeout=120,
    )  # fmt: skip
