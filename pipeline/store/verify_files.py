"""The files of a store: are they there, and are they byte for byte what the manifests say?"""

from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import ClearError
from pipeline.store.files import reading, sha256_of
from pipeline.store.finding import FROM_BACKUP, RUN_AGAIN, Finding
from pipeline.store.folder import Store, check_corpus_json
from pipeline.store.index_check import wrong_order
from pipeline.store.kinds import SCHEMAS, SEARCHED
from pipeline.store.manifest import LiveFile, Manifest, generations, load_manifest, manifest_path
from pipeline.store.parquet import read_batches
from pipeline.store.subset import Subset
from pipeline.store.views import differences


def corpus_findings(store: Store) -> list[Finding]:
    """What is wrong with corpus.json."""
    try:
        check_corpus_json(store)
    except ClearError as error:
        return [Finding(str(store.corpus_json), str(error), FROM_BACKUP)]
    return []


def manifests_of(store: Store) -> tuple[list[Manifest], list[Finding]]:
    """All manifests that can be read, ascending, and a finding for each that cannot."""
    manifests, found = [], []
    try:
        numbers = generations(store)
    except ClearError as error:
        return [], [Finding(str(store.manifests), str(error), FROM_BACKUP)]
    for number in numbers:
        try:
            manifests.append(load_manifest(store, number))
        except ClearError as error:
            found.append(Finding(str(manifest_path(store, number)), str(error), FROM_BACKUP))
    return manifests, found


def chain_findings(store: Store, manifests: list[Manifest]) -> list[Finding]:
    """Manifests that do not follow the one before. The oldest one kept may have lost its parent to retention."""
    found = []
    for before, after in pairwise(manifests):
        path = manifest_path(store, before.generation)
        if after.generation != before.generation + 1:
            missing = manifest_path(store, before.generation + 1)
            found.append(Finding(str(missing), "is missing: a later one is there, and an earlier one", FROM_BACKUP))
            continue
        with reading(path):
            digest = sha256_of(path)
        if after.parent != digest:
            what = f"is not the manifest on which generation {after.generation} was built"
            found.append(Finding(str(path), what, FROM_BACKUP))
    return found


def file_findings(store: Store, manifests: list[Manifest], *, subset: Subset | None) -> list[Finding]:
    """Every file that any manifest names and that is missing or has another size; in `subset`, holds something else."""
    files = sorted({file for manifest in manifests for file in manifest.files}, key=lambda each: each.path(store))
    found = []
    for file in files:
        what = _damage(store, file)
        if not what and subset and subset.holds(file):
            what = _other_bytes(store, file) or _damaged_content(store, file)
        if what:
            found.append(Finding(str(file.path(store)), what, FROM_BACKUP))
    return found


def _damage(store: Store, file: LiveFile) -> str:
    path = file.path(store)
    try:
        size = path.lstat().st_size
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be looked at: {error.strerror or error}"
    return "" if size == file.bytes else f"has {size:,} bytes, not {file.bytes:,}"


def _damaged_content(store: Store, file: LiveFile) -> str:
    if file.kind in SCHEMAS:
        return _wrong_content(store, file)
    return wrong_order(store, file) if file.kind in SEARCHED else ""


def _other_bytes(store: Store, file: LiveFile) -> str:
    try:
        return "" if sha256_of(file.path(store)) == file.sha256 else "holds other bytes than were written (SHA-256)"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"


def _wrong_content(store: Store, file: LiveFile) -> str:
    """What is wrong inside a file whose bytes are the ones that the manifest names."""
    rows = chars = 0
    try:
        with pq.ParquetFile(file.path(store), arrow_extensions_enabled=False) as opened:
            if not opened.schema_arrow.equals(SCHEMAS[file.kind]):
                return f"has other columns than a file of kind {file.kind}"
        for batch in read_batches(file.path(store)):
            rows += batch.num_rows
            if "text" in batch.schema.names:
                chars += pc.sum(pc.utf8_length(batch.column("text"))).as_py() or 0
    except (OSError, pa.ArrowException, ValueError) as error:
        return f"cannot be read as Parquet: {str(error)[:200]}"
    if (rows, chars) != (file.rows, file.chars):
        return f"has {rows:,} rows and {chars:,} characters, not {file.rows:,} and {file.chars:,}"
    return ""


def view_findings(store: Store, manifest: Manifest) -> list[Finding]:
    """How `current` differs from the newest manifest."""
    return [Finding(str(store.current), line, RUN_AGAIN) for line in differences(store, manifest, store.current)]
