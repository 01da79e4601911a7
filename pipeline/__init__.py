"""Raw crawled documents in, clean Parquet out, with a ledger of everything that was taken out and why.

import pipeline
frame = pipeline.load("data/clean")      # the clean documents of a store, as pandas
pipeline.clean("One text ...").text      # one document, without a store
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline import kernel_cache

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from pipeline.config import Settings
    from pipeline.single import Cleaned

__version__ = "0.1.0"

kernel_cache.use()


def load(store: str | Path = "data/clean") -> pd.DataFrame:
    """The newest version of every clean document of a store, one row each. Columns: `docs/formats.md`."""
    from pipeline.store.read import load as read

    return read(store)


def clean(body: str | bytes, settings: Settings | None = None) -> Cleaned:
    """One document, cleaned, with what was removed and why. Raises RecordError where bytes are not text."""
    from pipeline.single import clean as clean_one

    return clean_one(body, settings)
