"""An engine for a handful of documents: every dataset is one shard in memory."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline.flow import Batches, Dataset, Kernel


class MemoryEngine:
    """Runs kernels in this process and queries in an in-memory DuckDB."""

    def __init__(self) -> None:
        self._tables: dict[Path, list[pa.RecordBatch]] = {}

    def map(self, name: str, kernel: Kernel, schema: pa.Schema, *inputs: Dataset) -> Dataset:
        """The one shard of the result is `kernel` on the one shard of every input."""
        return self.write(name, schema, kernel(*(self.rows(each) for each in inputs)))

    gather = map

    def query(self, name: str, sql: str, schema: pa.Schema, inputs: Mapping[str, Dataset]) -> Dataset:
        """The rows of `sql`, in its order."""
        with duckdb.connect(config={"threads": 1}) as connection:
            for table, each in inputs.items():
                connection.register(table, pa.Table.from_batches(self.rows(each), schema=each.schema))
            found = connection.sql(sql).to_arrow_table()
        return self.write(name, schema, iter(found.cast(schema).to_batches()))

    def write(self, name: str, schema: pa.Schema, rows: Batches) -> Dataset:
        """A dataset of these rows."""
        shard = Path(name)
        self._tables[shard] = [batch for batch in rows if batch.num_rows]
        return Dataset(schema, (shard,), (sum(batch.num_rows for batch in self._tables[shard]),))

    def rows(self, data: Dataset) -> Iterator[pa.RecordBatch]:
        """All rows of a dataset in order."""
        return iter(self._tables[data.shards[0]])
