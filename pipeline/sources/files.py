"""Which files there are to read, in which order, and in which slices."""

import errno
import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import InputError
from pipeline.sources.looks import HEAD
from pipeline.sources.remote import copied, is_url
from pipeline.sources.sniff import PACKED_HEAD, Sniffed, packed, sniffed, understood

# Names that others give to files they are still writing.
UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", "~")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file in the inbox. `path` is relative to `root`, with "/" between parts.

    `root`: the folder that was given, or that of the file that was given, or the URL; two files of one path under two
    roots are two files.
    """

    path: str
    location: Path
    format: str
    compression: str
    bytes: int
    note: str = ""  # what is odd about how it was understood
    root: str = ""


@dataclass(frozen=True, slots=True)
class Slice:
    """Bytes [byte_start, byte_end) of a file; whole lines where the format has lines."""

    byte_start: int
    byte_end: int
    first_record: int


@dataclass(frozen=True, slots=True)
class Scanned:
    """A file with the digest of its content and the slices to read it in."""

    found: Found
    sha256: str
    slices: tuple[Slice, ...]


class Skipped(NamedTuple):
    """A file that is passed over, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies under the input paths: files to read in order of their paths as bytes, and what is passed over."""

    files: tuple[Found, ...]
    skipped: tuple[Skipped, ...]


def listing(
    paths: Sequence[str], text_extensions: Collection[str], text_field: str | None = None, spool: Path | None = None
) -> Listing:
    """All files under `paths` (files, folders or URLs). Links are not followed; devices and pipes are passed over.

    So are names that are not UTF-8: no column of text can hold them. What URLs name is copied into `spool`.

    Raises InputError where a path does not exist or a folder cannot be listed: an error is never "empty".
    """
    files: list[Found] = []
    skipped: list[Skipped] = []
    for number, given in enumerate(paths):
        for location, path in _below(given, spool / str(number) if spool else None):
            found = _judged(location, path, text_extensions, text_field)
            if isinstance(found, str):
                skipped.append(Skipped(path.encode(errors="backslashreplace").decode(), found))
            else:
                files.append(replace(found, root=_root_of(given, location)))
    files.sort(key=lambda found: (os.fsencode(found.path), os.fsencode(str(found.location))))
    return Listing(tuple(files), tuple(sorted(skipped)))


def _below(given: str, spool: Path | None) -> Iterator[tuple[Path, str]]:
    """Where each file under a path lies, and its path relative to that root."""
    if is_url(given):
        yield from copied(given, spool)
        return
    root = Path(given)
    for location in _walk(root) if _is_folder(root) else [root]:
        yield location, location.relative_to(root).as_posix() if location != root else root.name


def _root_of(given: str, location: Path) -> str:
    """What the path of a file is relative to, in one spelling wherever the run was started and links may lead."""
    if is_url(given):
        return given
    return str((location.parent if location == Path(given) else Path(given)).resolve())


def _is_folder(root: Path) -> bool:
    try:
        return stat.S_ISDIR(root.stat().st_mode)
    except FileNotFoundError as error:
        message = f"{root}: no such file or folder; check input.paths or the PATH on the command line"
        raise InputError(message) from error
    except OSError as error:
        raise InputError(f"{root}: cannot be looked at ({error.strerror}); nothing was published") from error


def _walk(root: Path) -> Iterator[Path]:
    """Everything under a folder that is not a folder to look into: files, and what is passed over."""

    def fail(error: OSError) -> None:
        raise InputError(f"{error.filename}: cannot list this folder ({error.strerror}); nothing was published")

    for folder, folders, names in os.walk(root, onerror=fail, followlinks=False):
        here = Path(folder)
        closed = [name for name in folders if name.startswith(".") or (here / name).is_symlink()]
        folders[:] = sorted(set(folders) - set(closed))
        for name in sorted([*names, *closed]):
            yield here / name


def _judged(location: Path, path: str, text_extensions: Collection[str], text_field: str | None) -> Found | str:
    """The file, or why it is passed over."""
    name = path.rpartition("/")[2]
    if _undecodable(str(location)) or _undecodable(path):
        return "its name is not UTF-8"
    if name.startswith("."):
        return "hidden"
    if name.lower().endswith(UNFINISHED):
        return "still being written, by its name"
    try:
        found = location.lstat()
    except FileNotFoundError:  # since the folder was listed
        return "vanished"
    except OSError as error:
        raise InputError(f"{location}: cannot be looked at ({error.strerror}); nothing was published") from error
    if not stat.S_ISREG(found.st_mode):
        return "a link" if stat.S_ISLNK(found.st_mode) else "not a regular file"
    try:
        seen = sniffed(name, head_of(location), text_extensions, text_field)
    except FileNotFoundError:
        return "vanished"
    except OSError as error:  # by its name alone: its reader will meet the error again and say why
        seen = Sniffed(*understood(name, text_extensions), f"cannot be read ({error.strerror})")
    if not seen.format:
        return seen.note
    return Found(path, location, seen.format, seen.compression, found.st_size, seen.note)


def head_of(location: Path) -> bytes:
    """The first bytes of a file, as many as it takes to understand it."""
    with opened(location) as file:
        head = file.read(HEAD)
        return head + file.read(PACKED_HEAD - HEAD) if packed(head) else head


def opened(location: Path) -> FileIO:
    """A regular file, open for reading. Raises OSError for anything else, and never waits for a writer."""
    file = FileIO(str(location), opener=_opener)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "not a regular file", str(location))
    return file


def _opener(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def _undecodable(name: str) -> bool:
    """Whether bytes of the name are no UTF-8 (Python holds them as lone surrogates)."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return True
    return False


def scanned(found: Found, slice_bytes: int) -> Scanned:
    """Reads a file once: its digest and, for plain lines, slices of about `slice_bytes` that end at line ends.

    Raises OSError where the file cannot be read.
    """
    digest = hashlib.sha256()
    cuts: list[tuple[int, int]] = [(0, 0)]
    lines = at = 0
    with opened(found.location) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            if found.format == "jsonl" and not found.compression:
                if at + len(chunk) - cuts[-1][0] >= slice_bytes and (end := chunk.rfind(b"\n")) >= 0:
                    cuts.append((at + end + 1, lines + chunk.count(b"\n", 0, end + 1)))
                lines += chunk.count(b"\n")
            at += len(chunk)
    if cuts[-1][0] == at and len(cuts) > 1:
        cuts.pop()
    ends = [start for start, _ in cuts[1:]] + [at]
    slices = [Slice(start, end, record) for (start, record), end in zip(cuts, ends, strict=True)]
    return Scanned(found, digest.hexdigest(), tuple(slices))
