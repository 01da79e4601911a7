"""Tells somebody how a run ended: a command, or a POST to a URL. Nothing that fails here changes the exit code.

What is told is the first line of the message and the numbers, never the texts of documents. What is said about a
failure here never holds the URL or the command: both may hold secrets, and logs are read by many.
"""

import os
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress

import orjson

from pipeline.store.files import Json
from pipeline.unattended import NotifySettings

_TOLD = ("exit_code", "host", "store", "started", "ended", "seconds", "generation", "brake", "report", "warnings")


def notify(settings: NotifySettings, payload: Mapping[str, Json]) -> list[str]:
    """Tells of a run that ended with one of `notify.exit_codes`; what did not work, one line each."""
    if payload["exit_code"] not in settings.exit_codes:
        return []
    body = _body(payload)
    url = settings.url
    wrong = []
    if settings.command:
        wrong.append(_tried("notify.command", lambda: _call(settings, payload, body)))
    if url is not None:
        wrong.append(
            _tried("notify.url", lambda: _in_time(lambda: _post(url, settings.seconds, body), settings.seconds))
        )
    return [line for line in wrong if line]


def _body(payload: Mapping[str, Json]) -> bytes:
    """JSON with a line for people in `text`, which is what chat systems show."""
    first = str(payload["message"]).partition("\n")[0][:500]
    told = {name: payload[name] for name in _TOLD if name in payload}
    text = f"clean-corpus on {payload.get('host')}: exit code {payload['exit_code']}: {first}"
    return orjson.dumps({"text": text, "message": first, **told})


def _tried(name: str, telling: Callable[[], str]) -> str:
    try:
        what = telling()
    except Exception as error:  # whatever a notifier does, the run has ended as it has ended
        what = type(error).__name__
    return f"{name} did not work: {what}" if what else ""


def _call(settings: NotifySettings, payload: Mapping[str, Json], body: bytes) -> str:
    """Runs the command with the JSON on its standard input; what went wrong. It and its children end in time."""
    code = str(payload["exit_code"])
    with subprocess.Popen(  # noqa: S603
        settings.command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "CLEAN_CORPUS_EXIT_CODE": code}, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            process.communicate(body, timeout=settings.seconds)
        except subprocess.TimeoutExpired:
            return f"it took more than {settings.seconds} seconds"
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    return f"exit code {process.returncode}" if process.returncode else ""


def _in_time(telling: Callable[[], str], seconds: int) -> str:
    """What `telling` says in time. In a thread: a server that sends a byte now and then never times out."""
    said: list[str] = []

    def tell() -> None:
        try:
            said.append(telling())
        except Exception as error:
            said.append(type(error).__name__)

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    thread.join(seconds)
    return said[0] if said else f"it took more than {seconds} seconds"


def _post(url: str, seconds: int, body: bytes) -> str:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310  # http(s) only
    with urllib.request.urlopen(request, timeout=seconds):  # noqa: S310
        return ""
