"""Who is told how a run ended; and that nobody who is told can change it."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipeline.commands.notify import notify
from pipeline.config import load_settings
from pipeline.errors import SettingsError
from pipeline.unattended import NotifySettings

SECRET = "s3cret"
BRAKED = {
    "exit_code": 5,
    "message": "the brake: held back\n  [r] 'text of a document'",
    "host": "h",
    "brake": ["s: 70%"],
}


def writer(path: Path) -> tuple[str, ...]:
    return "sh", "-c", '{ cat; printf %s "$CLEAN_CORPUS_EXIT_CODE"; } >"$1"', "sh", str(path)


def test_a_command_gets_the_code_and_the_numbers_but_no_texts(tmp_path: Path) -> None:
    assert notify(NotifySettings(command=writer(tmp_path / "told")), BRAKED) == []
    told = (tmp_path / "told").read_text()
    assert told.endswith("}5")
    assert json.loads(told[:-1])["text"] == "clean-corpus on h: exit code 5: the brake: held back"
    assert json.loads(told[:-1])["brake"] == ["s: 70%"]
    assert "text of a document" not in told


@pytest.mark.parametrize(("code", "told"), [(0, False), (5, True), (130, False)])
def test_only_these_exit_codes(tmp_path: Path, code: int, told: bool) -> None:
    assert notify(NotifySettings(command=writer(tmp_path / "told")), {**BRAKED, "exit_code": code}) == []
    assert (tmp_path / "told").exists() is told


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (("false", SECRET), "exit code 1"),
        (("/no/such/program", SECRET), "FileNotFoundError"),
        (("sh", "-c", f"sleep 60 & sleep 60 # {SECRET}"), "it took more than 1 seconds"),
        (("sh", "-c", f"kill -9 $$ # {SECRET}"), "exit code -9"),
        (("sh", "-c", f"exec <&-; exit 3 # {SECRET}"), "exit code 3"),
    ],
)
def test_a_command_that_fails_is_told_without_its_words(command: tuple[str, ...], what: str) -> None:
    (line,) = notify(NotifySettings(command=command, seconds=1), {**BRAKED, "message": "x" * 100_000})
    assert what in line
    assert SECRET not in line


class Receiver(BaseHTTPRequestHandler):
    got: list[Any]
    status = 200

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def receiver(status: int = 200) -> Iterator[tuple[str, list[Any]]]:
    kind = type("Receiving", (Receiver,), {"got": [], "status": status})
    with HTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{SECRET}", kind.got
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


def test_a_url_gets_the_same() -> None:
    with receiver() as (url, got):
        assert notify(NotifySettings(url=url), BRAKED) == []
    assert got[0]["text"] == "clean-corpus on h: exit code 5: the brake: held back"


def test_a_url_that_fails_is_told_without_its_address() -> None:
    with receiver(500) as (url, _):
        assert notify(NotifySettings(url=url), BRAKED) == ["notify.url did not work: HTTPError"]
    (line,) = notify(NotifySettings(url=url), BRAKED)  # nobody listens any more
    assert line == "notify.url did not work: URLError"


def test_a_server_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/{SECRET}"
        (line,) = notify(NotifySettings(url=url, seconds=1), BRAKED)
    assert SECRET not in line


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x", "example.org", "https://", ""])
def test_only_addresses_of_the_web(url: str) -> None:
    with pytest.raises(SettingsError, match="https://"):
        load_settings(None, [f"notify.url='{url}'"])
