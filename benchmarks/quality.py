"""Recall and precision of the command on planted corpora, pooled over them; on real edits, and on novels."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks import command, edited
from benchmarks.options import Options
from benchmarks.planted import CHANGES, corpora, planted, said
from benchmarks.scorer import Row, Score, document_score, kept_of_texts, paragraph_score
from benchmarks.table import share, show

DEFAULT_MB = 10.0
SETTINGS = ("tails.enabled=false", "brake.enabled=false")


def main(options: Options) -> None:
    work = options.work / "quality"
    command.warm(work)
    pool = Score()
    for folder in corpora(options, work, DEFAULT_MB):
        command.run(
            folder / "docs", work / "store", workers=options.workers[-1], settings=(*SETTINGS, *options.settings)
        )
        pool.add(score_of(folder, work / "store"))
    sets = "".join(f" --set {each}" for each in options.settings)
    if pool.there:
        _tell(pool, f"made by: python -m benchmarks quality {said(options, DEFAULT_MB)}{sets} ({', '.join(SETTINGS)})")
    edited.main(options)


def score_of(folder: Path, store: Path) -> Score:
    """The score of a store that was made from a planted corpus, of paragraphs and of whole documents."""
    table = pq.read_table(store / "current" / "documents", columns=["doc_id", "text"])
    texts = dict(zip(*(table[name].to_pylist() for name in ("doc_id", "text")), strict=True))
    documents = planted(folder)
    score = paragraph_score(documents, kept_of_texts(documents, texts))
    score.add(document_score(documents, frozenset(texts)))
    return score


def _tell(pool: Score, made_by: str) -> None:
    head = ("kind and rate", "n", "gone", "%", *(each for change in CHANGES for each in (f"n {change}", "gone", "%")))
    notes = [
        "short: under 80 characters (30 in jpn and zho); same: equal folds; figures: words equal, numbers not;",
        "words: all other copies. Footers have no donor, so what was changed is not told",
    ]
    show("quality: what is planted and should go", head, recall_rows(pool), notes)
    head = ("", "n", "gone", "%")
    show("quality: what should stay (track and moji are the business of other stages)", head, _shares(pool.stays()))
    show("quality: whole documents", head, _shares(pool.wholes()))
    show("quality: over all", ("", "of", "", "%"), _shares(pool.sums()), [made_by])


def recall_rows(pool: Score) -> list[tuple[object, ...]]:
    """Kind and rate, then n, gone and % of all copies and of those with each change."""
    rows: list[tuple[object, ...]] = []
    for name in sorted({name for name, _ in pool.there}):
        cells = [pool.pooled(name), *((pool.there[name, change], pool.gone[name, change]) for change in CHANGES)]
        rows.append((name, *(each for n, gone in cells for each in (n, gone, share(gone, n)))))
    return rows


def _shares(rows: Iterable[Row]) -> list[tuple[object, ...]]:
    return [(name, n, part, share(part, n)) for name, n, part in rows]
