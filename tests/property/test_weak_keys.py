"""Keys of buckets only propose: with nearly all paragraphs in one bucket, nothing goes that does not go anyway."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from pipeline.config import RepeatsSettings, Settings
from pipeline.dedup.method import Method
from pipeline.engines.memory import MemoryEngine
from pipeline.flow import made
from pipeline.plan import plan
from pipeline.sources.rows import RAW
from pipeline.stages.documents import documents
from pipeline.stages.schemas import DOCUMENTS
from tests.cli_kit import article

EDITED = article(3).replace("Report 3 tells", "Report 3 now tells")
TEXTS = [*(article(number) for number in range(60)), EDITED, article(7), "Short.", "Short too."]


def removed(texts: list[str]) -> list[tuple[int, int, int | None]]:
    """(document, start, twin's document) of all that goes as a repeat."""
    settings = Settings(repeats=RepeatsSettings(bucket_leaders=1000))
    engine = MemoryEngine()
    empty = dict.fromkeys(RAW.names)
    rows = [
        {**empty, "doc": at, "doc_id": str(at), "source": "", "path": "", "record": at, "byte_offset": 0, "repairs": [],
         "encoding": "utf-8", "body": text.encode()}
        for at, text in enumerate(texts)
    ]  # fmt: skip
    raw = iter([pa.RecordBatch.from_pylist(rows, RAW)])
    data = {"documents": engine.write("documents", DOCUMENTS, documents(raw, keep_uncertain=True))}
    for stage in plan(settings, (), 0):
        if stage.name not in data:
            data[stage.name] = made(stage, data, engine)
    cuts = [row for batch in engine.rows(data["cuts"]) for row in batch.to_pylist()]
    return [(row["doc"], row["start"], row["twin_doc_id"]) for row in cuts]


@pytest.mark.parametrize("bits", [0, 4, 16])
def test_paragraphs_that_share_a_key_by_chance_stay(bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = removed(TEXTS)
    assert {(doc, twin) for doc, _, twin in expected} == {(60, "3"), (61, "7")}
    whole = Method.folds

    def weak(self: Method, *paragraphs: Any) -> tuple[Any, NDArray[np.int64]]:
        folds, keys = whole(self, *paragraphs)
        return folds, keys & ((1 << bits) - 1)

    monkeypatch.setattr(Method, "folds", weak)
    assert removed(TEXTS) == expected
