"""The sample from end to end: everything can be restored, nothing is lost, others can read it."""

import gzip
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import zstandard

from pipeline.cli import main
from pipeline.store.folder import Store
from pipeline.store.manifest import newest
from pipeline.store.read import read_table
from pipeline.store.restore import restore
from pipeline.text.decode import UndecodableError, decode
from pipeline.text.normalize import normalize
from tests.cli_kit import SAMPLE
from tests.helpers import run_on


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store, _ = run_on([SAMPLE], tmp_path_factory.mktemp("sample") / "out")
    return store


def sample_texts() -> dict[str, str]:
    """Every readable document of the sample as it should come back, read here by hand; equal files once."""
    texts: dict[str, str] = {}
    seen: set[bytes] = set()
    for path in sorted(SAMPLE.rglob("*"), key=lambda path: str(path.relative_to(SAMPLE)).encode()):
        kind = path.name.partition(".")[2]
        if not path.is_file() or kind not in ("txt", "jsonl", "jsonl.gz", "jsonl.zst", "parquet"):
            continue
        content = path.read_bytes()
        if content not in seen:
            seen.add(content)
            texts |= _texts_of(path, kind, content)
    return {name: normalize(text).text for name, text in texts.items()}


def _texts_of(path: Path, kind: str, content: bytes) -> dict[str, str]:
    name = str(path.relative_to(SAMPLE))
    if kind == "txt":
        try:
            return {name: decode(content).text}
        except UndecodableError:
            return {}
    if kind == "parquet":
        return {row["doc_id"]: row["content"] for row in pq.read_table(path).to_pylist()}
    if kind == "jsonl.gz":
        content = gzip.decompress(content)
    elif kind == "jsonl.zst":
        content = zstandard.ZstdDecompressor().stream_reader(content, read_across_frames=True).read()
    texts = {}
    for number, line in enumerate(content.split(b"\n")):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record.get("text"), str):
            texts[record.get("id", f"{name}#{number}")] = record["text"]
    return texts


def test_every_document_of_the_sample_can_be_restored(sample: Store) -> None:
    expected = sample_texts()
    assert len(expected) > 150
    ids = [name for kind in ("documents", "duplicates") for name in read_table(sample, kind)["doc_id"].to_pylist()]
    assert sorted(ids) == sorted(expected)
    assert [name for name in ids if restore(sample, name) != expected[name]] == []


def test_the_sample_keeps_every_promise(sample: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--output", str(sample.root)]) == 0
    assert "every promise holds" in capsys.readouterr().out
    assert main(["verify", "--fast", "--output", str(sample.root)]) == 0


def test_nothing_of_the_sample_is_lost(sample: Store) -> None:
    tables = {kind: read_table(sample, kind) for kind in ("documents", "duplicates", "ledger", "quarantine")}
    spans = [row["end"] - row["start"] for row in tables["ledger"].select(["start", "end"]).to_pylist()]
    assert sum(spans) == sum(map(len, tables["ledger"]["text"].to_pylist()))
    clean = sum(map(len, tables["documents"]["text"].to_pylist()))
    assert sum(map(len, sample_texts().values())) == clean + sum(spans)
    manifest = newest(sample)
    assert manifest is not None
    documents = [tables[kind].num_rows for kind in ("documents", "duplicates", "quarantine")]
    assert manifest.counts["documents_in"] == sum(documents)
    assert min(documents) > 0


def test_the_result_is_read_as_it_stands_by_others(sample: Store) -> None:
    import duckdb
    import pandas as pd
    import pyarrow.dataset as ds

    import pipeline

    folder = sample.current / "documents"
    frame = pipeline.load(sample.root)
    rows = len(frame)
    assert rows == newest(sample).counts["documents"]  # type: ignore[union-attr]
    pd.testing.assert_frame_equal(pd.read_parquet(folder), frame)
    assert ds.dataset(str(folder)).to_table().num_rows == rows
    with duckdb.connect() as connection:
        found = connection.execute("SELECT count(*), sum(length(text)) FROM read_parquet(?)", [f"{folder}/*.parquet"])
        count, chars = found.fetchall()[0]
    assert (count, chars) == (rows, frame["text"].str.len().sum())
