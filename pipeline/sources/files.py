"""Which files there are to read, in which order, and in which slices."""

import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError

FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".parquet": "parquet"}
COMPRESSIONS = {".gz": "gz", ".zst": "zst"}
# Names that others give to files they are still writing.
UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", "~")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file in the inbox. `path` is relative to the root it was found under, with "/" between parts."""

    path: str
    location: Path
    format: str
    compression: str
    bytes: int


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


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies under the input paths: files to read in order of their paths as bytes, and names passed over."""

    files: tuple[Found, ...]
    skipped: tuple[str, ...]


def listing(paths: Sequence[str], text_extensions: Collection[str]) -> Listing:
    """All files under `paths` (files or folders). Links are not followed; devices and pipes are passed over.

    So are names that are not UTF-8: no column of text can hold them.

    Raises InputError where a path does not exist or a folder cannot be listed: an error is never "empty".
    """
    files: list[Found] = []
    skipped: list[str] = []
    for given in paths:
        root = Path(given)
        for location in _walk(root) if _is_folder(root) else [root]:
            path = location.relative_to(root).as_posix() if location != root else root.name
            found = _judged(location, path, text_extensions)
            if found is None:
                skipped.append(path.encode(errors="backslashreplace").decode())
            else:
                files.append(found)
    files.sort(key=lambda found: (os.fsencode(found.path), os.fsencode(str(found.location))))
    return Listing(tuple(files), tuple(sorted(skipped)))


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


def _judged(location: Path, path: str, text_extensions: Collection[str]) -> Found | None:
    kind, compression = understood(location.name, text_extensions)
    if not kind or location.name.startswith(".") or location.name.endswith(UNFINISHED):
        return None
    if _undecodable(str(location)):
        return None
    try:
        found = location.lstat()
    except FileNotFoundError:  # gone since the folder was listed
        return None
    except OSError as error:
        raise InputError(f"{location}: cannot be looked at ({error.strerror}); nothing was published") from error
    return Found(path, location, kind, compression, found.st_size) if stat.S_ISREG(found.st_mode) else None


def _undecodable(name: str) -> bool:
    """Whether bytes of the name are no UTF-8 (Python holds them as lone surrogates)."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return True
    return False


def understood(name: str, text_extensions: Collection[str]) -> tuple[str, str]:
    """(format, compression) by the name of a file; ("", "") where the name says nothing we read.

    >>> understood("a.jsonl.gz", {".txt"})
    ('jsonl', 'gz')
    """
    stem, extension = os.path.splitext(name.lower())
    compression = COMPRESSIONS.get(extension, "")
    if compression:
        stem, extension = os.path.splitext(stem)
    if extension in text_extensions:
        return "text", compression
    return (FORMATS[extension], compression) if extension in FORMATS else ("", "")


def scanned(found: Found, slice_bytes: int) -> Scanned:
    """Reads a file once: its digest and, for plain lines, slices of about `slice_bytes` that end at line ends.

    Raises OSError where the file cannot be read.
    """
    digest = hashlib.sha256()
    cuts: list[tuple[int, int]] = [(0, 0)]
    lines = at = 0
    with found.location.open("rb") as file:
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
