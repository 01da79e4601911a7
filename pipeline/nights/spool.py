"""Where copies of remote files lie while a run reads them."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.sources.remote import is_url
from pipeline.store.files import writing
from pipeline.store.folder import open_store


@contextmanager
def spooled(paths: Sequence[str], output: Path | None) -> Iterator[Path | None]:
    """A folder in the store `output` (None: among temporary files), gone afterwards; None where no path is a URL.

    It is one that `sweep` takes away when a run was killed.
    """
    if not any(is_url(path) for path in paths):
        yield None
        return
    if output is None:
        with tempfile.TemporaryDirectory(prefix="clean-corpus-") as name:
            yield Path(name)
        return
    folder = open_store(output, create=True).gen / f"spool-{secrets.token_hex(4)}"
    with writing(folder):
        folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
