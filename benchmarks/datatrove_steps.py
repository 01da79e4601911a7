"""The same work by datatrove's own steps, with its defaults, one process. Runs under a Python that has datatrove.

    python -m venv VENV && VENV/bin/pip install datatrove ftfy orjson pyarrow spacy regex nltk tokenizers "xxhash<4"
    VENV/bin/python benchmarks/datatrove_steps.py FOLDER_OF_JSONL WORK_FOLDER

Text is repaired (FTFYFormatter), written and signed (MinhashDedupSignature) in one pass; then compared (Buckets),
clustered (Cluster), read again, filtered (Filter) and written as Parquet. It finds whole near-duplicate documents;
paragraphs are not looked at, no spans are kept, no ledger is written, nothing is verified. Its words are those of its
default, spaCy's English tokenizer. Its Parquet writer wants the same fields in every record, so the metadata are left
out of what it writes.
"""

import sys
from pathlib import Path

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.formatters import FTFYFormatter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.pipeline.writers.parquet import ParquetWriter


def main(inputs: Path, work: Path) -> None:
    config = MinhashConfig()
    made = {name: str(work / name) for name in ("fixed", "signatures", "buckets", "clusters", "clean")}
    _step(
        [
            JsonlReader(str(inputs), compression=None),
            FTFYFormatter(),
            JsonlWriter(made["fixed"], compression=None),
            MinhashDedupSignature(output_folder=made["signatures"], config=config),
        ],
        work / "logs-sign",
    )
    _step(
        [MinhashDedupBuckets(input_folder=made["signatures"], output_folder=made["buckets"], config=config)],
        work / "logs-buckets",
        tasks=config.num_buckets,
    )
    _step(
        [MinhashDedupCluster(input_folder=made["buckets"], output_folder=made["clusters"], config=config)],
        work / "logs-clusters",
    )
    _step(
        [
            JsonlReader(made["fixed"], compression=None),
            MinhashDedupFilter(input_folder=made["clusters"]),
            ParquetWriter(made["clean"], compression="zstd", adapter=_plain),
        ],
        work / "logs-filter",
    )


def _plain(_: ParquetWriter, document: Document) -> dict[str, str]:
    return {"text": document.text, "id": document.id}


def _step(pipeline: list[object], logs: Path, tasks: int = 1) -> None:
    LocalPipelineExecutor(pipeline=pipeline, tasks=tasks, workers=1, logging_dir=str(logs)).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
