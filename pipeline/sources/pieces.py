"""The content of a slice in pieces that fit in memory; of a compressed file all of it or nothing."""

import os
from collections.abc import Iterable, Iterator
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import Reason, RecordError
from pipeline.sources.files import opened
from pipeline.sources.rows import Task
from pipeline.sources.unpack import unpacked
from pipeline.text.json_scan import LONGEST_LINE

PIECE = 16 << 20  # bytes; what one piece has at least, unless it is the last
HELD = 64 << 20  # bytes of a compressed file that are kept while its end is not seen; more is unpacked twice
_READ = 32 << 20  # a slice of usual size is one piece, and nothing of it is copied


class Lines(NamedTuple):
    """Whole lines that start at byte `at` of the slice; `content` is None for one line that is too long to hold."""

    at: int
    content: bytes | None


def pieces(task: Task) -> Iterator[bytes]:
    """The unpacked content of a slice. Raises RecordError before the first piece where a compressed file is damaged.

    What comes out of its sound parts must not enter the corpus when its end is missing, so a file that is too large
    to keep is unpacked to the end first, and then once more.
    """
    with opened(Path(task.location)) as file:
        seen = os.fstat(file.fileno())
        if task.format != "jsonl" or task.compression:  # a whole file; lines may be added behind the slices of others
            refuse_changed(seen.st_size, task.byte_end)
        elif seen.st_size < task.byte_end:
            refuse_changed(max(0, seen.st_size - task.byte_start), task.byte_end - task.byte_start)
        if not task.compression:
            yield from _plain(file, task.byte_start, task.byte_end)
            return
        held = _held(file, task)
        if held is not None:
            yield from _gathered(held)
            return
        yield from _gathered(_unpacked(file, task))
        after = os.fstat(file.fileno())
        if (after.st_size, after.st_mtime_ns) != (seen.st_size, seen.st_mtime_ns):
            raise RecordError(Reason.CHANGED_WHILE_READ, "it was written to between its first and second reading")


def whole(task: Task, limit: int) -> bytes:
    """The unpacked content of a file of at most `limit` bytes. Raises RecordError (TOO_LARGE) beyond."""
    if not task.compression and task.byte_end > limit:
        raise RecordError(Reason.TOO_LARGE, f"{task.byte_end} bytes, limit {limit}")
    parts: list[bytes] = []
    size = 0
    for part in pieces(task):
        size += len(part)
        if size > limit:
            raise RecordError(Reason.TOO_LARGE, f"more than {limit} bytes when decompressed")
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def refuse_changed(found: int, listed: int) -> None:
    """Raises RecordError where a size is not the one that was listed."""
    if found != listed:
        raise RecordError(
            Reason.CHANGED_WHILE_READ, f"{listed} bytes when it was listed, {found} bytes when it was read"
        )


def _plain(file: FileIO, start: int, end: int) -> Iterator[bytes]:
    file.seek(start)
    at = start
    while at < end:
        part = file.read(min(_READ, end - at))
        if not part:
            refuse_changed(at - start, end - start)
        at += len(part)
        yield part


def _unpacked(file: FileIO, task: Task) -> Iterator[bytes]:
    file.seek(0)
    return unpacked(iter(lambda: file.read(1 << 20), b""), task.compression, task.byte_end)


def _held(file: FileIO, task: Task) -> list[bytes] | None:
    """All parts of a compressed file that is sound; None where they are more than `HELD` bytes."""
    parts: list[bytes] = []
    size = 0
    for part in _unpacked(file, task):
        size += len(part)
        if size > HELD:
            parts.clear()
        else:
            parts.append(part)
    return parts if size <= HELD else None


def _gathered(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in larger parts."""
    some: list[bytes] = []
    size = 0
    for part in parts:
        some.append(part)
        size += len(part)
        if size >= PIECE:
            yield b"".join(some)
            some, size = [], 0
    if some:
        yield b"".join(some)


def lines(parts: Iterator[bytes]) -> Iterator[Lines]:
    """The lines of a content, many at a time, each in one piece; a longer one than LONGEST_LINE is only told."""
    rest = b""
    at = 0
    following = next(parts, None)
    while following is not None:
        part, following = rest + following if rest else following, next(parts, None)
        end = len(part) if following is None else part.rfind(b"\n") + 1
        if end:
            yield Lines(at, part if end == len(part) else part[:end])
        at += end
        rest = part[end:]
        if len(rest) > LONGEST_LINE:
            yield Lines(at, None)
            following, skipped = _behind_line(following, parts)
            at += len(rest) + skipped
            rest = b""


def _behind_line(part: bytes | None, parts: Iterator[bytes]) -> tuple[bytes | None, int]:
    """What follows the line feed of a line that goes on in `part`, and how many bytes of the line that skips."""
    skipped = 0
    while part is not None:
        end = part.find(b"\n") + 1
        if end:
            return part[end:] or next(parts, None), skipped + end
        skipped += len(part)
        part = next(parts, None)
    return None, skipped
