"""The least that any cleaning must do: parse the JSON lines and write the same columns as Parquet, zstd level 3.

    python benchmarks/copy_only.py IN.jsonl OUT_FOLDER

The limit that `end-to-end` measures its distance from. Nothing is looked at: digests are left empty, what every
document has alike (encoding, layout) is filled in.
"""

import sys
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

OWN = {"id", "text", "source", "url", "date", "lang"}
ROWS_A_BATCH = 4096
BATCHES_A_FILE = 8
SCHEMA = pa.schema(
    [
        ("doc_id", pa.string()),
        ("text", pa.large_string()),
        *((name, pa.string()) for name in ("source", "url", "date", "path")),
        ("record", pa.int64()),
        *((name, pa.string()) for name in ("metadata", "encoding")),
        ("repairs", pa.list_(pa.string())),
        ("chars_in", pa.int64()),
        ("chars_out", pa.int64()),
        ("removed", pa.list_(pa.string())),
        *((name, pa.string()) for name in ("layout", "lang", "body_sha256", "text_sha256")),
        ("byte_offset", pa.int64()),
        ("run", pa.int64()),
    ]
)


def main(path: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    rows: list[dict[str, object]] = []
    batches = 0
    writer: pq.ParquetWriter | None = None
    offset = 0
    with path.open("rb") as source:
        for number, line in enumerate(source):
            rows.append(_row(orjson.loads(line), path.name, number, offset))
            offset += len(line)
            if len(rows) == ROWS_A_BATCH:
                writer = _written(rows, folder, batches, writer)
                rows, batches = [], batches + 1
    writer = _written(rows, folder, batches, writer)
    writer.close()


def _row(record: dict[str, object], path: str, number: int, offset: int) -> dict[str, object]:
    text = str(record["text"])
    row = {name: record.get(name) for name in ("source", "url", "date", "lang")}
    rest = {name: value for name, value in record.items() if name not in OWN}
    row |= {"doc_id": record["id"], "text": text, "path": path, "record": number, "byte_offset": offset, "run": 1}
    row |= {"metadata": orjson.dumps(rest).decode(), "encoding": "utf-8", "layout": "lines"}
    return row | {"repairs": [], "removed": [], "chars_in": len(text), "chars_out": len(text)}


def _written(
    rows: list[dict[str, object]], folder: Path, batches: int, writer: pq.ParquetWriter | None
) -> pq.ParquetWriter:
    if writer is None or batches % BATCHES_A_FILE == 0:
        if writer is not None:
            writer.close()
        name = folder / f"documents-{batches // BATCHES_A_FILE:05d}.parquet"
        writer = pq.ParquetWriter(name, SCHEMA, compression="zstd", compression_level=3, write_page_checksum=True)
    writer.write_batch(pa.RecordBatch.from_pylist(rows, SCHEMA))
    return writer


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
