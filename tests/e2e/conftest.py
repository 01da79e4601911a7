"""The command line on a store of its own."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli_kit import Cli


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Cli]:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield Cli(tmp_path / "out", capsys)
    for number, handler in handlers.items():
        signal.signal(number, handler)
