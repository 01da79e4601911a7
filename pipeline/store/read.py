"""The tables of the newest manifest, and nothing that it does not name."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from pipeline.errors import SettingsError
from pipeline.store.files import reading
from pipeline.store.folder import Store, open_store
from pipeline.store.kinds import SCHEMAS
from pipeline.store.manifest import Manifest, newest


def current_manifest(store: Store) -> Manifest:
    """The newest manifest; SettingsError before the first run."""
    manifest = newest(store)
    if manifest is None:
        raise SettingsError(f"nothing has been committed to {store.root} yet: run `clean-corpus run` first.")
    return manifest


def live_files(store: Store, kind: str, manifest: Manifest) -> list[Path]:
    """The files of one kind that the manifest names, in its order."""
    if kind not in SCHEMAS:
        raise SettingsError(f"there is no table {kind!r}; there are {', '.join(SCHEMAS)}.")
    return [file.path(store) for file in manifest.files if file.kind == kind]


def read_table(
    store: Store,
    kind: str,
    *,
    columns: Sequence[str] | None = None,
    filters: pc.Expression | None = None,
    manifest: Manifest | None = None,
) -> pa.Table:
    """The rows of one kind (of the newest manifest, unless one is given) for which `filters` holds."""
    paths = live_files(store, kind, manifest or current_manifest(store))
    schema = SCHEMAS[kind]
    if not paths:
        empty = schema.empty_table()
        return empty.select(list(columns)) if columns is not None else empty
    scan = ds.ParquetFragmentScanOptions(page_checksum_verification=True, arrow_extensions_enabled=False)
    with reading(store.gen):
        dataset = ds.dataset(
            [str(path) for path in paths],
            schema=schema,
            format=ds.ParquetFileFormat(default_fragment_scan_options=scan),
        )
        return dataset.to_table(columns=list(columns) if columns is not None else None, filter=filters)


def load(path: str | Path = "data/clean") -> pd.DataFrame:
    """The newest version of every clean document of a store, one row each."""
    store = open_store(Path(path), create=False)
    frame: pd.DataFrame = read_table(store, "documents").to_pandas()
    return frame
