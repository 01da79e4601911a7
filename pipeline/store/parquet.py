"""Parquet files that count only after they were read back and found equal to what was handed in.

A Parquet writer that is closed by an exception leaves a valid, shorter file, so a file gets the name by which it
counts only at the very end, and a run that fails takes its files away again.
"""

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import IntegrityError
from pipeline.flow import Batches
from pipeline.store.files import reading, sha256_of, writing
from pipeline.store.row_groups import row_groups

FACTS = pa.schema(
    [
        pa.field("kind", pa.string()),
        pa.field("name", pa.string()),
        pa.field("rows", pa.int64()),
        pa.field("chars", pa.int64()),  # code points in the column `text`
        pa.field("bytes", pa.int64()),
        pa.field("sha256", pa.string()),
    ]
)
FILE_BYTES = 64 << 20  # of values before compression: a file with one retired row is written anew, so files stay small
_ROWS_A_BATCH = 1024  # read at once: a few MB, which the next batch finds still mapped, and warm

# Few different values, or values that come in runs. Long texts never repeat: a dictionary of them is work for nothing.
_DICTIONARY = {"source", "date", "path", "encoding", "layout", "lang", "kind", "rule", "evidence", "reason"}


def write_parquet(rows: Batches, *, folder: str, name: str, schema: pa.Schema, level: int) -> Batches:
    """Writes rows to `folder/name-<digest>.parquet` (several from 64 MB on); one batch of FACTS, a row a file.

    Nothing is written, and nothing comes back, for no rows. Zstandard level `level`.
    """
    done: list[_File] = []
    writer: _File | None = None
    try:
        for group, size in row_groups(rows, schema.remove_metadata()):
            if writer and writer.size + size > FILE_BYTES:
                writer.finish()
                writer = None
            if writer is None:
                writer = _File(Path(folder), name, schema.remove_metadata(), level)
                done.append(writer)
            writer.write(group, size)
        if writer:
            writer.finish()
    except BaseException:
        for file in done:
            file.remove()
        raise
    if done:
        yield facts_batch(done)


def write_empty(folder: Path, name: str, *, schema: pa.Schema, level: int) -> pa.RecordBatch:
    """Writes a file without rows, so that an empty table still has its columns; its FACTS."""
    writer = _File(folder, name, schema.remove_metadata(), level)
    try:
        writer.finish()
    except BaseException:
        writer.remove()
        raise
    return facts_batch([writer])


def facts_batch(files: Sequence["_File"]) -> pa.RecordBatch:
    """The FACTS of finished files."""
    return pa.RecordBatch.from_pylist([file.facts() for file in files], schema=FACTS)


def read_batches(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file, page checksums compared."""
    with pq.ParquetFile(path, page_checksum_verification=True, arrow_extensions_enabled=False) as file:
        yield from file.iter_batches(_ROWS_A_BATCH, columns=columns, use_threads=False)


class _Hashing(io.RawIOBase):
    """A file that keeps the SHA-256 and the size of what is written to it."""

    def __init__(self, handle: int) -> None:
        self._file = os.fdopen(handle, "wb")
        self.sha256 = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # Arrow hands over any buffer
        self._file.write(data)
        self.sha256.update(data)
        self.size += len(memoryview(data).cast("B"))
        return len(data)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        if not self._file.closed:
            self._file.flush()

    def sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()
        super().close()


def _writer(stream: _Hashing, schema: pa.Schema, level: int) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        pa.PythonFile(stream, mode="w"),
        schema,
        compression="zstd",
        compression_level=level,
        use_dictionary=[name for name in schema.names if name in _DICTIONARY],
        write_statistics=[name for name in schema.names if name != "text"],  # the first of all texts helps nobody
        write_page_checksum=True,
    )


class _File:
    """One Parquet file on its way: temporary name, rows, check, name by which it counts.

    The rows stay in memory until the file was read back: FILE_BYTES bound them.
    """

    def __init__(self, folder: Path, kind: str, schema: pa.Schema, level: int) -> None:
        self.kind = kind
        self.size = 0  # bytes of values, before compression
        self._schema = schema
        self._rows = 0
        self._chars = 0
        self._groups: list[pa.Table] = []
        self._writer: pq.ParquetWriter | None = None
        with writing(folder):
            handle, name = tempfile.mkstemp(prefix=f".{kind}-", suffix=".tmp", dir=folder)
        self._path = Path(name)
        self._stream = _Hashing(handle)
        try:
            with writing(self._path):
                self._writer = _writer(self._stream, schema, level)
        except BaseException:
            self.remove()
            raise

    def write(self, group: pa.Table, size: int) -> None:
        """Adds one row group of `size` bytes."""
        self._groups.append(group)
        self._rows += group.num_rows
        if "text" in group.schema.names:
            self._chars += pc.sum(pc.utf8_length(group["text"])).as_py() or 0
        assert self._writer is not None
        with writing(self._path):
            self._writer.write_table(group, row_group_size=max(1, group.num_rows))
        self.size += size

    def finish(self) -> None:
        """Closes, syncs, reads back, compares; only then the file gets its name."""
        with writing(self._path):
            self._close()
            self._stream.sync()
            self._stream.close()
        with reading(self._path):
            self._compare()
        with writing(self._path):
            self._settle()

    def _compare(self) -> None:
        """Value by value. Not a number would differ from itself, but no column of ours holds any."""
        ours = pa.concat_tables(self._groups) if self._groups else self._schema.empty_table()
        self._groups = []
        at = 0
        same = True
        for batch in read_batches(self._path):
            same &= ours.slice(at, batch.num_rows).equals(pa.Table.from_batches([batch]))
            at += batch.num_rows
        if not same or at != self._rows:
            raise IntegrityError(
                f"{self._path} came back with {at} rows, not the {self._rows} that were written, or with other values: "
                "check the disk and memory."
            )
        if sha256_of(self._path) != self._stream.sha256.hexdigest():
            raise IntegrityError(f"{self._path} holds other bytes than were written: check the disk and memory.")

    def _settle(self) -> None:
        """Gives the file its name without ever replacing another: equal content gets a number behind the digest."""
        stem = f"{self.kind}-{self._stream.sha256.hexdigest()[:16]}"
        for number in count(1):
            final = self._path.with_name(f"{stem}.parquet" if number == 1 else f"{stem}-{number}.parquet")
            try:
                final.hardlink_to(self._path)
            except FileExistsError:
                continue
            self._path.unlink()
            self._path = final
            return

    def remove(self) -> None:
        """Takes the file away, whatever state it is in; never raises."""
        for step in (self._close, self._stream.close, lambda: self._path.unlink(missing_ok=True)):
            with suppress(Exception):  # the error that brought us here is the one to tell
                step()

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def facts(self) -> dict[str, str | int]:
        """A row of FACTS."""
        return {
            "kind": self.kind,
            "name": self._path.name,
            "rows": self._rows,
            "chars": self._chars,
            "bytes": self._stream.size,
            "sha256": self._stream.sha256.hexdigest(),
        }
