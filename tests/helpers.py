"""What tests share: the real pipeline on a few documents."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipeline.config import load_settings
from pipeline.run import Outcome, run
from pipeline.store.folder import Store, open_store
from pipeline.store.read import read_table

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class CleanDoc:
    """A document as it came out."""

    text: str
    duplicate_of: str | None


def run_on(paths: Sequence[Path], output: Path, *sets: str) -> tuple[Store, Outcome]:
    """A run of the pipeline in this process, on files and folders."""
    settings = load_settings(None, [f"output.path='{output}'", "engine.workers=1", *sets])
    chosen = settings.input.model_copy(update={"paths": tuple(map(str, paths))})
    outcome = run(settings.model_copy(update={"input": chosen}))
    return open_store(output, create=False), outcome


def write_json_lines(path: Path, documents: Sequence[dict[str, str]]) -> Path:
    """Documents as one JSON-lines file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in documents), encoding="utf-8")
    return path


def clean_corpus(documents: Sequence[dict[str, str]], tmp_path: Path, *sets: str) -> dict[str, CleanDoc]:
    """The documents as they come out of the real pipeline, by id."""
    store, _ = run_on([write_json_lines(tmp_path / "in" / "docs.jsonl", documents)], tmp_path / "out", *sets)
    return docs_of(store)


def docs_of(store: Store) -> dict[str, CleanDoc]:
    """Every live document of a store, duplicates too, by id."""
    live = read_table(store, "documents", columns=["doc_id", "text"])
    doubles = read_table(store, "duplicates", columns=["doc_id", "text", "duplicate_of"])
    rows = [*_rows(live), *_rows(doubles)]
    return {row["doc_id"]: CleanDoc(row["text"], row.get("duplicate_of")) for row in rows}


def _rows(table: pa.Table) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = table.to_pylist()
    return rows
