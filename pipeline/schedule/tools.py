"""Calls of the system's own tools, and their answers."""

import shutil
import subprocess
from collections.abc import Sequence

from pipeline.errors import OutputError

_SECONDS = 60  # none of them works for long; one that waits for a password must not hang


def there(name: str) -> bool:
    """Whether the tool is installed."""
    return shutil.which(name) is not None


def called(command: Sequence[str], content: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """The tool's answer, whatever its exit code; OutputError where it cannot be started or hangs."""
    try:
        return subprocess.run(  # noqa: S603
            list(command), input=content, stdin=subprocess.DEVNULL if content is None else None,
            capture_output=True, check=False, timeout=_SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OutputError(f"`{' '.join(command)}` does not work here: {error}") from error


def asked(command: Sequence[str], content: bytes | None = None) -> str:
    """What the tool printed; OutputError with what it complains about."""
    answer = called(command, content)
    if answer.returncode:
        said = answer.stderr.decode(errors="replace").strip() or f"exit code {answer.returncode}"
        raise OutputError(f"`{' '.join(command)}` failed: {said[:500]}")
    return answer.stdout.decode(errors="replace")
