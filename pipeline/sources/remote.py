"""Files behind URLs (s3://, gs://, hf://, memory://), copied beside the store before they are read.

So workers need no network and no keys, and a file is read as often as it takes while it cannot change.
"""

import errno
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, OutputError, SettingsError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_OUR_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
_CHUNK = 8 << 20


def is_url(path: str) -> bool:
    """Whether an input path names files that lie elsewhere.

    >>> is_url("s3://bucket/feed"), is_url("data/raw")
    (True, False)
    """
    return _URL.match(path) is not None


def copied(url: str, spool: Path | None) -> Iterator[tuple[Path, str]]:
    """Every file below a URL: where its copy lies, under a number for a name, and its path relative to the URL.

    Raises InputError where anything cannot be listed or read (an error is never "empty"), SettingsError where a
    package is missing, OutputError where the copy does not fit.
    """
    if spool is None:
        raise SettingsError(f"{url}: files behind URLs are read by a run alone; copy them here first")
    system, root = _system(url)
    spool.mkdir(parents=True, exist_ok=True)
    for number, (name, size) in enumerate(_listed(system, root, url)):
        copy = spool / f"{number:08d}"
        try:
            with system.open(name, "rb") as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
        except Exception as error:  # each kind of storage brings errors of its own
            if isinstance(error, OSError) and error.errno in _OUR_DISK:
                raise OutputError(f"{copy}: no room for a copy of {name} ({error.strerror}); free space") from error
            raise InputError(f"{url}: {name} cannot be read ({_said(error)}); nothing was published") from error
        if size is not None and copy.stat().st_size != size:
            raise InputError(f"{url}: {name} was written to while it was copied; run again. Nothing was published")
        yield copy, _relative(name, root)


def _system(url: str) -> tuple[Any, str]:
    """The fsspec file system of a URL, and the path in it."""
    try:
        import fsspec
    except ImportError as error:
        raise SettingsError(_missing(url, "fsspec")) from error
    try:
        system, root = fsspec.url_to_fs(url)
    except ImportError as error:
        raise SettingsError(_missing(url, str(error))) from error
    except ValueError as error:
        raise SettingsError(f"{url}: no such kind of storage is known ({error})") from error
    except Exception as error:
        raise InputError(f"{url}: cannot be reached ({_said(error)}); nothing was published") from error
    return system, root


def _missing(url: str, what: str) -> str:
    return f"{url}: a package is missing ({what}). Install the extra: .venv/bin/python -m pip install -e '.[remote]'"


def _listed(system: Any, root: str, url: str) -> list[tuple[str, int | None]]:
    """Names and sizes of the files, in order of their names."""
    try:
        system.invalidate_cache()
        if not system.exists(root):
            raise InputError(f"{url}: no such file or folder; check input.paths or the PATH on the command line")
        found = system.find(root, detail=True)
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{url}: cannot be listed ({_said(error)}); nothing was published") from error
    return sorted((str(name), info.get("size")) for name, info in found.items())


def _relative(name: str, root: str) -> str:
    inside = name.removeprefix(root.rstrip("/")).lstrip("/")
    return inside or name.rpartition("/")[2]


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
