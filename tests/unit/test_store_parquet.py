import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import IntegrityError, OutputError
from pipeline.stages.stored import CLEAN, INDEX, LEDGER
from pipeline.store import parquet, row_groups
from pipeline.store.files import sha256_of
from pipeline.store.parquet import FACTS, read_batches, write_empty, write_parquet
from tests.store_kit import Row, batch


def ledger(*texts: str) -> pa.RecordBatch:
    return batch([{"doc_id": str(at), "text": text} for at, text in enumerate(texts)], "ledger")


def written(folder: Path, *batches: pa.RecordBatch, schema: pa.Schema = LEDGER) -> list[Row]:
    rows = write_parquet(iter(batches), folder=str(folder), name="ledger", schema=schema, level=3)
    return [row for facts in rows for row in facts.to_pylist()]


def test_the_facts_are_those_of_the_file(tmp_path: Path) -> None:
    (facts,) = written(tmp_path, ledger("ab", "日本語"), ledger("é"))
    path = tmp_path / facts["name"]
    assert list(facts) == FACTS.names
    assert (facts["kind"], facts["rows"], facts["chars"]) == ("ledger", 3, 6)
    assert facts["bytes"] == path.stat().st_size
    assert facts["sha256"] == sha256_of(path)
    assert facts["name"] == f"ledger-{facts['sha256'][:16]}.parquet"
    assert pq.read_table(path).column("text").to_pylist() == ["ab", "日本語", "é"]
    assert [path.name for path in tmp_path.iterdir()] == [facts["name"]]


def test_the_file_says_what_readers_need(tmp_path: Path) -> None:
    (facts,) = written(tmp_path, ledger("ab"))
    with pq.ParquetFile(tmp_path / facts["name"]) as file:
        assert file.schema_arrow.equals(LEDGER)
        assert b"pandas" not in (file.metadata.metadata or {})
        column = file.metadata.row_group(0).column(LEDGER.get_field_index("doc_id"))
        assert column.compression == "ZSTD"
        assert column.statistics.min == "0"
        assert not file.metadata.row_group(0).column(LEDGER.get_field_index("text")).is_stats_set


def test_no_rows_leave_no_file(tmp_path: Path) -> None:
    assert written(tmp_path) == []
    assert written(tmp_path, ledger()) == []
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_has_its_columns(tmp_path: Path) -> None:
    (facts,) = write_empty(tmp_path, "index", schema=INDEX, level=3).to_pylist()
    table = pq.read_table(tmp_path / facts["name"])
    assert (table.num_rows, table.schema.equals(INDEX)) == (0, True)


def test_equal_content_never_replaces_a_file(tmp_path: Path) -> None:
    names = [written(tmp_path, ledger("ab"))[0]["name"] for _ in range(3)]
    assert len(set(names)) == 3
    assert len(list(tmp_path.iterdir())) == 3


def test_long_tables_become_several_files_and_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_groups, "GROUP_BYTES", 4_000)
    monkeypatch.setattr(parquet, "FILE_BYTES", 10_000)
    texts = [f"{at} " * 100 for at in range(100)] + ["long " * 9_000]
    facts = written(tmp_path, ledger(*texts[:70]), ledger(*texts[70:]))
    assert len(facts) > 3
    back = [text for row in facts for text in pq.read_table(tmp_path / row["name"]).column("text").to_pylist()]
    assert back == texts
    assert sum(row["chars"] for row in facts) == sum(map(len, texts))
    with pq.ParquetFile(tmp_path / facts[0]["name"]) as file:
        assert file.metadata.num_row_groups > 1


def test_small_batches_share_a_row_group(tmp_path: Path) -> None:
    (facts,) = written(tmp_path, *[ledger("ab") for _ in range(50)])
    with pq.ParquetFile(tmp_path / facts["name"]) as file:
        assert file.metadata.num_row_groups == 1


def test_a_reader_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_groups, "GROUP_BYTES", 4_000)
    monkeypatch.setattr(parquet, "FILE_BYTES", 10_000)

    def rows() -> Iterator[pa.RecordBatch]:
        for _ in range(20):
            yield ledger("word " * 300)
        raise OSError(errno.EIO, "the input is broken")

    with pytest.raises(OSError, match="the input is broken"):  # an error of the input is not one of the output
        list(write_parquet(rows(), folder=str(tmp_path), name="ledger", schema=LEDGER, level=3))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_fails_is_an_error_of_the_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fails(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    for place in ("write", "sync"):
        with monkeypatch.context() as patch:
            patch.setattr(parquet._Hashing, place, fails)
            with pytest.raises(OutputError, match=rf"{os.strerror(number)} \([\d,]+ MB free\)"):
                written(tmp_path, ledger("ab"))
        assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_an_error_of_the_output(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file"):
        written(tmp_path / "gone", ledger("ab"))


def test_a_file_that_reads_back_otherwise_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = read_batches

    def other_values(path: Path) -> Iterator[pa.RecordBatch]:
        for each in honest(path):
            yield ledger(*[text.swapcase() for text in each.column("text").to_pylist()])

    def fewer(path: Path) -> Iterator[pa.RecordBatch]:
        yield from (each.slice(1) for each in honest(path))

    def first_is_other(path: Path) -> Iterator[pa.RecordBatch]:
        yield ledger("AB")
        yield from (each.slice(1) for each in honest(path))

    for lie in (other_values, fewer, first_is_other):
        monkeypatch.setattr(parquet, "read_batches", lie)
        with pytest.raises(IntegrityError, match="check the disk and memory"):
            written(tmp_path, ledger("ab", "cd"))
        assert list(tmp_path.iterdir()) == []


def test_a_page_that_lost_a_bit_is_seen_when_it_is_read_back(tmp_path: Path) -> None:
    (facts,) = written(tmp_path, ledger("abc " * 1000))
    content = bytearray((tmp_path / facts["name"]).read_bytes())
    with pq.ParquetFile(tmp_path / facts["name"]) as file:
        chunk = file.metadata.row_group(0).column(LEDGER.get_field_index("text"))
    content[chunk.data_page_offset + chunk.total_compressed_size - 8] ^= 1
    (tmp_path / "bad").write_bytes(content)
    with pytest.raises(OSError, match="CRC"):
        list(read_batches(tmp_path / "bad"))


rows_of_documents = st.lists(
    st.fixed_dictionaries(
        {
            "doc_id": st.one_of(st.none(), st.text(max_size=5)),
            "text": st.one_of(st.none(), st.text(max_size=5)),
            "record": st.one_of(st.none(), st.integers(-5, 5)),
            "repairs": st.one_of(st.none(), st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=3)),
        }
    ),
    max_size=8,
)


@given(rows_of_documents, st.integers(0, 8), st.integers(1, 9))
def test_what_was_written_is_what_counts_however_it_is_cut(rows: list[Row], cut: int, at_once: int) -> None:
    table = batch(rows, "documents")
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "_ROWS_A_BATCH", at_once)
        parts = [table.slice(0, cut), table.slice(cut)] if cut < len(rows) else [table]
        made = list(write_parquet(iter(parts), folder=folder, name="documents", schema=CLEAN, level=1))
        facts = [fact for each in made for fact in each.to_pylist()]
        assert [fact["rows"] for fact in facts] == ([len(rows)] if rows else [])
        for fact in facts:
            assert pq.read_table(Path(folder) / fact["name"]).equals(pa.Table.from_batches([table]))


@given(rows_of_documents.filter(bool), rows_of_documents)
def test_every_value_that_comes_back_otherwise_is_seen(rows: list[Row], others: list[Row]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "read_batches", lambda _: iter([batch(others, "documents")]))
        writing = write_parquet(
            iter([batch(rows, "documents")]), folder=folder, name="documents", schema=CLEAN, level=1
        )
        if rows == others:
            assert list(writing)
        else:
            with pytest.raises(IntegrityError):
                list(writing)
