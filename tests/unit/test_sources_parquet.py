"""Parquet files: text columns of any kind, and nothing of a damaged file."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.source_kit import reasons, rows_of


def parquet(tmp_path: Path, table: pa.Table, **options: Any) -> Path:
    path = tmp_path / "in.parquet"
    pq.write_table(table, path, **options)
    return path


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int32(), pa.string()),
        pa.binary(),
        pa.large_binary(),
    ],
    ids=str,
)
def test_parquet_text_may_be_of_any_kind(tmp_path: Path, kind: pa.DataType) -> None:
    texts = pa.array(["é one", None, "", "é one"], pa.string()).cast(kind)
    rows = rows_of(parquet(tmp_path, pa.table({"id": [1, 2, 3, 4], "text": texts, "n": [1.5, None, 2.5, 3.5]})))
    assert [(row["body"] or b"").decode() for row in rows] == ["é one", "", "", "é one"]
    assert reasons(rows) == [None, "no_text", None, None]
    assert [row["record"] for row in rows] == [0, 1, 2, 3]
    assert {row["encoding"] for row in rows if not row["reason"]} == ({None} if "binary" in str(kind) else {"utf-8"})
    assert json.loads(rows[0]["metadata"]) == {"n": 1.5}


def test_parquet_columns_of_every_kind_are_carried(tmp_path: Path) -> None:
    far = pa.array([10**15], pa.timestamp("ms"))
    columns = {
        "text": ["a"],
        "d": [{"x": [1, 2]}],
        "b": [b"\xff"],
        "far": far,
        "dec": pa.array([1]).cast(pa.decimal128(30, 3)),
    }
    (row,) = rows_of(parquet(tmp_path, pa.table(columns)))
    assert (row["body"], row["reason"]) == (b"a", None)
    assert set(json.loads(row["metadata"])) == {"d", "b", "far", "dec"}
    assert json.loads(row["metadata"])["d"] == {"x": [1, 2]}


def test_parquet_strings_that_are_not_utf_8_cost_no_other_value(tmp_path: Path) -> None:
    bad = pa.array([b"good", b"caf\xe9", None]).cast(pa.binary())
    broken = pa.Array.from_buffers(pa.string(), 3, bad.buffers())
    rows = rows_of(parquet(tmp_path, pa.table({"text": broken, "title": ["a", "b", "c"]})))
    assert [row["body"] for row in rows] == [b"good", b"caf\xe9", None]
    assert [row["encoding"] for row in rows] == ["utf-8", None, None]
    assert reasons(rows) == [None, None, "no_text"]


def test_a_parquet_file_without_rows_or_text_says_so(tmp_path: Path) -> None:
    assert rows_of(parquet(tmp_path, pa.table({"text": pa.array([], pa.string())}))) == []
    assert reasons(rows_of(parquet(tmp_path, pa.table({"n": [1, 2]})))) == ["no_text", "no_text"]
    assert reasons(rows_of(parquet(tmp_path, pa.table({"text": [["a"]]})))) == ["text_not_string"]


def test_a_damaged_parquet_file_gives_none_of_its_rows(tmp_path: Path) -> None:
    table = pa.table({"text": [f"text {at:05d}" for at in range(20_000)]})
    path = parquet(tmp_path, table, row_group_size=5000, write_page_checksum=True, use_dictionary=False)
    whole = path.read_bytes()
    assert len(rows_of(path)) == 20_000
    middle = len(whole) * 2 // 3
    damaged = {
        "cut": whole[: len(whole) // 2],
        "no footer": whole[:-8],
        "absurd footer": whole[:-8] + b"\xff\xff\xff\x7f" + whole[-4:],
        "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "empty": b"",
        "text": b"PAR1 is how it starts" * 9,
    }
    for name, content in damaged.items():
        path.write_bytes(content)
        rows = rows_of(path)
        assert [(row["reason"], row["record"]) for row in rows] == [("bad_parquet", 0)], name


def test_a_compressed_parquet_file_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet.gz"
    path.write_bytes(gzip.compress(b"PAR1"))
    assert reasons(rows_of(path)) == ["bad_parquet"]


def test_two_parquet_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["text", "text"])
    assert reasons(rows_of(parquet(tmp_path, table))) == ["bad_parquet"]


def test_a_parquet_file_that_grows_without_measure_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = parquet(tmp_path, pa.table({"text": ["the same long text " * 100] * 5_000}))
    assert len(rows_of(path)) == 5_000
    monkeypatch.setattr("pipeline.sources.parquet.FIRST_RATIO", 1_000_000)
    monkeypatch.setattr("pipeline.sources.parquet._MOST_RATIO", 10)
    assert reasons(rows_of(path)) == ["too_large"]


def test_an_encrypted_parquet_file_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PARE" + b"\0" * 40 + (20).to_bytes(4, "little") + b"PARE")
    assert reasons(rows_of(path)) == ["bad_parquet"]
