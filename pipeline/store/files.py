"""Files that are there whole or not at all, and errors that say which file and how much room is left.

Errors of what we write (OutputError) and of what we read back (IntegrityError) never share a handler with errors of
the input: a full disk taken for one unreadable input file is how archives get lost.
"""

import hashlib
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa

from pipeline.errors import IntegrityError, OutputError

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_CHUNK = 1 << 20


@contextmanager
def writing(path: Path, so: str = "Nothing of this run is published") -> Iterator[None]:
    """Makes an OutputError of an OSError inside: the path, what the system said, the free space, what to do.

    `so` says what the error leaves behind.
    """
    try:
        yield
    except OSError as error:
        what = error.strerror or str(error)
        if error.filename not in (None, str(path)):
            what += f", {error.filename}"
        raise OutputError(
            f"cannot write {path}: {what} ({_free_space(path)}). {so}; "
            "make room or give this user the right to write there, then run the same command again."
        ) from error


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Makes an IntegrityError of a file of the store that is missing, unreadable or not what its name says."""
    try:
        yield
    except (OSError, pa.ArrowException, ValueError, RecursionError) as error:
        what = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise IntegrityError(
            f"{path} is damaged or missing: {what[:200]}. Run `clean-corpus verify` to see what else is, "
            "and bring the file back from a backup."
        ) from error


def _free_space(path: Path) -> str:
    for folder in (path, *path.parents):
        try:
            return f"{shutil.disk_usage(folder).free / 1e6:,.0f} MB free"
        except OSError:
            continue
    return "free space unknown"


def sync_file(path: Path) -> None:
    """Content and size of a file are on the disk after this. Never tried twice: a failed fsync drops the pages."""
    _sync(path, os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """The names in a folder are on the disk after this."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags | os.O_NOFOLLOW)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_synced(path: Path, content: bytes) -> None:
    """A new file with this content, on the disk. FileExistsError if the name is taken."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_file(path: Path, content: bytes) -> None:
    """The file has this content afterwards, or the one before: never a part of it."""
    temporary = path.with_name(f".{path.name}.tmp-{secrets.token_hex(4)}")
    try:
        write_synced(temporary, content)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sha256_of(path: Path) -> str:
    """SHA-256 of a regular file, as hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(f"{path} is not a regular file")
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def canonical_json(content: Mapping[str, Json]) -> bytes:
    """The one spelling of a JSON object on disk: sorted keys, ASCII, one value a line."""
    return (json.dumps(content, sort_keys=True, indent=1, allow_nan=False) + "\n").encode("ascii")


def sealed_json(content: Mapping[str, Json]) -> bytes:
    """The object with a field `sha256`: of its canonical JSON without that field."""
    bare = {key: value for key, value in content.items() if key != "sha256"}
    return canonical_json({**bare, "sha256": hashlib.sha256(canonical_json(bare)).hexdigest()})


def read_sealed_json(path: Path) -> dict[str, Json]:
    """The object in a file that `sealed_json` made; IntegrityError when one byte of it is another."""
    with reading(path):
        found = path.read_bytes()
        content = json.loads(found)
        if not isinstance(content, dict) or sealed_json(content) != found:
            raise ValueError("its content does not agree with the digest inside it")
        return content
