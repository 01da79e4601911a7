"""What tests of changed and forgotten documents share: nights over one inbox, and what one run comes to."""

from pathlib import Path
from typing import Any

from pipeline.run import Outcome
from pipeline.store.folder import Store
from pipeline.store.verify import verify
from tests.cli_kit import article
from tests.corpus_kit import content
from tests.helpers import docs_of, run_on, write_json_lines

FIRST, SECOND, THIRD, FOURTH = map(article, (1, 2, 3, 4))


def put(tmp_path: Path, name: str, *documents: tuple[str, str]) -> Path:
    return write_json_lines(tmp_path / "in" / name, [{"id": given, "text": text} for given, text in documents])


def night(tmp_path: Path, *sets: str) -> tuple[Store, Outcome]:
    store, outcome = run_on([tmp_path / "in"], tmp_path / "out", *sets)
    assert verify(store, deep=True) == []
    return store, outcome


def texts(store: Store) -> dict[str, str]:
    """Clean text of what is in the clean set."""
    return {name: doc.text for name, doc in docs_of(store).items() if doc.duplicate_of is None}


def decisions(store: Store) -> dict[str, list[dict[str, Any]]]:
    """All rows, without what tells of the file that a document came in."""
    tables = content(store)
    for rows in tables.values():
        for row in rows:
            for name in ("path", "record", "byte_offset", "body_sha256", "file", "sha256"):
                row.pop(name, None)
    return tables


def at_once(tmp_path: Path, *documents: tuple[str, str]) -> dict[str, list[dict[str, Any]]]:
    """What one run over these documents, in this order, comes to."""
    rows = [{"id": given, "text": text, "source": "."} for given, text in documents]
    path = write_json_lines(tmp_path / "oracle" / "all.jsonl", rows)
    return decisions(run_on([path], tmp_path / "oracle-out")[0])
