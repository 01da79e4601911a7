"""One run at a time. The lock is for politeness: what keeps the store safe without it is the create-only commit."""

import errno
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from pipeline.errors import LockedError
from pipeline.store.files import writing
from pipeline.store.folder import Store

# Some network file systems know no locks. A run goes on there: two at once do no harm, one of them is just in vain.
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}


@contextmanager
def hold(store: Store) -> Iterator[None]:
    """Holds the lock of the store inside the block; LockedError at once when another process has it.

    The system frees the lock when its holder ends, however it ends. The content of the file is only for messages.
    """
    with writing(store.lock):
        handle = os.open(store.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockedError(_message(store, os.pread(handle, 4096, 0))) from error
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
        started = datetime.now(UTC).isoformat(timespec="seconds")
        _tell(handle, json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "started": started}))
        yield
        _tell(handle, "")
    finally:
        os.close(handle)


def _tell(handle: int, content: str) -> None:
    with suppress(OSError):  # a full disk is found, and said, where it matters
        os.ftruncate(handle, 0)
        os.pwrite(handle, content.encode(), 0)


def _message(store: Store, content: bytes) -> str:
    try:
        told = json.loads(content)
        holder = f"run {told['pid']} on {told['host']}, started {told['started']},"
    except (ValueError, KeyError, TypeError, RecursionError):
        holder = "another run"
    return f"{holder} holds the store {store.root}. Wait for it to end, then run the same command again."
