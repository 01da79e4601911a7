"""Sorted files of the index: written once, mapped, searched a page at a time.

A tier of the index is three files, `traces`, `places` and `bands`, of one generation or of several neighbouring ones
that were merged. Its name says which: `traces-00000003-00000007-<digest>.arrow`.
"""

import hashlib
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.sorted_keys import find
from pipeline.errors import IntegrityError
from pipeline.store.files import reading, writing
from pipeline.store.folder import Store
from pipeline.store.kinds import SEARCHED
from pipeline.store.manifest import LiveFile, Manifest

MOST_ROWS = 1 << 22  # a batch: what is in memory at once while tiers are merged
_NAME = re.compile(r"[a-z]+-([0-9]{8,})-([0-9]{8,})-[0-9a-f]{16}\.arrow")

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Tier:
    """The files of one tier of the index, by kind, and the generations that it tells of."""

    first: int
    last: int
    files: dict[str, LiveFile]

    @property
    def bytes(self) -> int:
        """The size of its files."""
        return sum(file.bytes for file in self.files.values())


def tiers_of(manifest: Manifest) -> list[Tier]:
    """The tiers of the index that the manifest names, oldest first; IntegrityError where they do not fit together."""
    found: dict[tuple[int, int], dict[str, LiveFile]] = {}
    for file in manifest.files:
        if file.kind in SEARCHED:
            name = _NAME.fullmatch(file.name)
            if name is None:
                raise IntegrityError(f"{file.name} is no name of a file of the index. {_DAMAGED}")
            found.setdefault((int(name[1]), int(name[2])), {})[file.kind] = file
    tiers = [Tier(first, last, files) for (first, last), files in sorted(found.items())]
    if any(set(tier.files) != set(SEARCHED) for tier in tiers) or any(
        before.last >= after.first for before, after in pairwise(tiers)
    ):
        raise IntegrityError(f"the index of generation {manifest.generation} has gaps or overlaps. {_DAMAGED}")
    return tiers


_DAMAGED = "Run `clean-corpus verify` to see what else is, and bring the file back from a backup."


class Mapped:
    """An Arrow file of a tier, mapped: batches of columns as arrays, nothing of them read yet."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._map: mmap.mmap | None = None
        with reading(path), path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._reader = pa.ipc.open_file(pa.py_buffer(self._map))
            if not self._reader.schema.equals(schema):
                raise ValueError("it has other columns than its kind")

    def batches(self) -> Iterator[Columns]:
        """Columns of one batch after the other; what was looked at is given back to the system behind it."""
        for at in range(self._reader.num_record_batches):
            yield _columns(self._reader.get_batch(at))
            self.release()

    def between(self, first: int, behind: int) -> Columns:
        """The rows of which the upper half of the key is at least `first` and less than `behind`."""
        parts = []
        for columns in self.batches():
            high = columns["high"]
            if len(high) and high[-1] >= first and high[0] < behind:
                low, end = np.searchsorted(high, np.array([first, behind], np.uint64)).tolist()
                parts.append({name: column[low:end].copy() for name, column in columns.items()})
        empty = {field.name: _nothing(field.type) for field in self._reader.schema}
        return {name: np.concatenate([empty[name], *(part[name] for part in parts)]) for name in empty}

    def release(self) -> None:
        """Lets go of the pages that were looked at: they stay in the cache of the system, not in this process."""
        if self._map is not None:
            self._map.madvise(mmap.MADV_DONTNEED)


def mapped(store: Store, file: LiveFile) -> Mapped:
    """A file of a tier."""
    path = file.path(store)
    with reading(path):
        size = path.lstat().st_size
        if size != file.bytes:
            raise ValueError(f"it has {size} bytes, not {file.bytes}")
    return Mapped(path, SEARCHED[file.kind])


def _columns(batch: pa.RecordBatch) -> Columns:
    out: Columns = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_fixed_size_binary(column.type):
            values = np.frombuffer(column.buffers()[1], _plain(column.type)) if len(column) else _nothing(column.type)
        else:
            values = column.to_numpy(zero_copy_only=True)
        values.flags.writeable = False
        out[name] = values
    return out


def _plain(kind: pa.DataType) -> np.dtype[Any]:
    """The type of the elements of a column as an array; of bytes, as they are."""
    return np.dtype(f"V{kind.byte_width}" if pa.types.is_fixed_size_binary(kind) else kind.to_pandas_dtype())


def _nothing(kind: pa.DataType) -> NDArray[Any]:
    return np.empty(0, _plain(kind))


def _column(values: NDArray[Any], kind: pa.DataType) -> pa.Array:
    if not pa.types.is_fixed_size_binary(kind):
        return pa.array(values, kind)
    return pa.FixedSizeBinaryArray.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def nothing_of(kind: str) -> Columns:
    """The columns of a kind without rows."""
    return {field.name: _nothing(field.type) for field in SEARCHED[kind]}


def joined(columns: Columns) -> NDArray[np.uint64]:
    """The keys of rows: both halves (see `dedup.sorted_keys`)."""
    low = columns["low"]
    shift = np.uint64(32 - 8 * low.dtype.itemsize)
    return columns["high"].astype(np.uint64) << np.uint64(32) | low.astype(np.uint64) << shift


def halves(keys: NDArray[np.uint64], kind: pa.DataType) -> Columns:
    """The columns `high` and `low` of keys; `low` of this type has the bits that fit."""
    low = np.dtype(kind.to_pandas_dtype())
    shift = np.uint64(32 - 8 * low.itemsize)
    lower = keys & np.uint64(0xFFFFFFFF)
    return {"high": (keys >> np.uint64(32)).astype(np.uint32), "low": (lower >> shift).astype(low)}


def found_rows(
    store: Store, file: LiveFile, keys: NDArray[np.uint64], *, most: int
) -> tuple[NDArray[np.int64], Columns]:
    """(places in `keys`, rows) of all rows of a sorted file with one of these keys (sorted), in order of the file."""
    places: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    empty = nothing_of(file.kind)
    rows: list[Columns] = [empty]
    upper = keys >> np.uint64(32)
    for batch in mapped(store, file).batches():
        high = batch["high"]
        low, behind = np.searchsorted(upper, [high[0], np.uint64(high[-1]) + np.uint64(1)]).tolist()
        at, row = find(high, batch["low"], keys[low:behind], most=most)
        places.append(at + low)
        rows.append({name: column[row] for name, column in batch.items()})
    return np.concatenate(places), {name: np.concatenate([each[name] for each in rows]) for name in empty}


class SortedWriter:
    """Writes one file of a tier under a passing name; `finish` gives it the name by which it counts."""

    def __init__(self, folder: Path, kind: str, generations: tuple[int, int]) -> None:
        self._kind, self._generations = kind, generations
        self._path = folder / f"{kind}-{generations[0]:08d}-{generations[1]:08d}.tmp"
        self.rows = 0
        with writing(self._path):
            self._file = _Hashing(self._path)
            self._writer = pa.ipc.new_file(pa.PythonFile(self._file, mode="w"), SEARCHED[kind])

    def write(self, columns: Columns) -> None:
        """Adds rows, in order."""
        count = len(next(iter(columns.values())))
        with writing(self._path):
            for start in range(0, count, MOST_ROWS):
                part = [
                    _column(columns[field.name][start : start + MOST_ROWS], field.type)
                    for field in SEARCHED[self._kind]
                ]
                self._writer.write_batch(pa.RecordBatch.from_arrays(part, schema=SEARCHED[self._kind]))
        self.rows += count

    def finish(self) -> LiveFile:
        """The finished file as an entry of a manifest."""
        with writing(self._path):
            self._writer.close()
            self._file.close()
            digest = self._file.sha256.hexdigest()
            first, last = self._generations
            path = self._path.with_name(f"{self._kind}-{first:08d}-{last:08d}-{digest[:16]}.arrow")
            self._path.rename(path)
        return LiveFile(self._kind, path.parent.name, path.name, self.rows, 0, self._file.size, digest)


class _Hashing:
    """A file that keeps the SHA-256 and the size of what is written to it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb")
        self.sha256 = hashlib.sha256()
        self.size = 0
        self.closed = False

    def write(self, data: Any) -> int:
        self._file.write(data)
        self.sha256.update(data)
        self.size += len(memoryview(data).cast("B"))
        return len(data)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        if not self.closed:
            self._file.flush()

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._file.close()
