"""The ledger in memory, to be asked by document and by twin."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Row = dict[str, Any]


class LedgerIndex:
    """All rows of a ledger. What it holds is the removed text, not the corpus."""

    def __init__(self, table: pa.Table) -> None:
        keys = [(name, "ascending") for name in ("doc_id", "start", "end")]
        self._table = table.take(pc.sort_indices(table, sort_keys=keys)).combine_chunks()
        self._of = _runs(self._table.column("doc_id"))
        twins = self._table.column("twin_doc_id")
        rows = pa.array(np.flatnonzero(twins.is_valid().to_numpy()))
        self._by_twin = rows.take(pc.sort_indices(twins.take(rows)))
        self._beside = _runs(twins.take(self._by_twin))

    def of(self, doc_id: str) -> list[Row]:
        """The removals of a document, in order of their spans."""
        start, end = self._of.get(doc_id, (0, 0))
        return list(self._table.slice(start, end - start).to_pylist())

    def beside(self, twin_doc_id: str) -> list[Row]:
        """The removals whose kept copy lies in this document."""
        start, end = self._beside.get(twin_doc_id, (0, 0))
        return list(self._table.take(self._by_twin.slice(start, end - start)).to_pylist()) if end > start else []

    def documents(self) -> Iterator[str]:
        """The ids of all documents that lost something."""
        yield from self._of

    def twins(self) -> Iterator[str]:
        """The ids of all documents that hold a kept copy."""
        yield from self._beside


def _runs(ids: pa.ChunkedArray) -> dict[str, tuple[int, int]]:
    """Where each id begins and ends in a column in which equal ids are neighbours."""
    runs: dict[str, tuple[int, int]] = {}
    offset = before = 0
    for chunk in ids.chunks:
        encoded = pc.run_end_encode(chunk)
        for value, end in zip(encoded.values.to_pylist(), encoded.run_ends.to_pylist(), strict=True):
            first, _ = runs.get(value, (before, before))
            before = offset + end
            runs[value] = (first, before)
        offset += len(chunk)
    return runs
