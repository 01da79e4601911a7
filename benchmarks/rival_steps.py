"""The rivals, each as its own manual uses it. Runs under a Python that has them (see README.md).

    PYTHON -m benchmarks.rival_steps NAME RECORDS.jsonl OUT.json

Records are {"id", "text"}, a paragraph or a document each. CPU seconds are those of finding what to keep, all threads
together: texts come as a list of strings, reading them and loading code is not counted. OUT.json holds CPU seconds,
peak memory and the ids that are kept.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.clock import measured

SEED = 42


def gaoya_char5(texts: list[str]) -> list[int]:
    """gaoya, shingles of 5 characters, similarity 0.5: 42 bands of 3, as its manual has them for 0.5."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        jaccard_threshold=0.5,
        num_bands=42,
        band_size=3,
        analyzer="char",
        lowercase=True,
        ngram_range=(5, 5),
        id_container="smallvec",
    )
    kept = []
    for at, text in enumerate(texts):
        if not index.query(text):
            index.insert_document(at, text)
            kept.append(at)
    return kept


def rensa_char5(texts: list[str]) -> list[int]:
    """rensa, shingles of 5 characters, similarity 0.5, 32 bands of 4."""
    return _rensa(texts, _shingles, threshold=0.5, bands=32)


def rensa_words(texts: list[str]) -> list[int]:
    """rensa, words, similarity 0.8, its own number of bands."""
    return _rensa(texts, str.split, threshold=0.8, bands=None)


def _rensa(texts: list[str], tokens: Callable[[str], object], *, threshold: float, bands: int | None) -> list[int]:
    from rensa import RMinHashDeduplicator

    found = RMinHashDeduplicator(threshold=threshold, num_perm=128, use_lsh=True, num_bands=bands, seed=SEED)
    kept = found.add_pairs((str(at), tokens(text)) for at, text in enumerate(texts))
    return [at for at, keep in enumerate(kept) if keep]


def _shingles(text: str) -> set[str]:
    text = text.lower()
    return {text[at : at + 5] for at in range(max(1, len(text) - 4))}


def dupekit(texts: list[str]) -> list[int]:
    """marin's dupekit: cleaned text, 286 hashes of 5 characters, 26 bands; who shares a bucket is one cluster."""
    import pyarrow as pa
    from dupekit_native import Transformation, transform

    steps = [
        Transformation.CleanText("text", "clean"),
        Transformation.MinHash("clean", "signature", 286, 5, SEED),
        Transformation.MinHashLSH("signature", "buckets", 26),
        Transformation.SelectColumns(["buckets"]),
    ]
    leader = list(range(len(texts)))
    first: dict[object, int] = {}
    for start in range(0, len(texts), 10_000):
        rows = pa.RecordBatch.from_pydict({"text": texts[start : start + 10_000]})
        for at, buckets in enumerate(transform(rows, steps).column("buckets").to_pylist(), start):
            for bucket in buckets or ():
                _join(leader, first.setdefault(bucket, at), at)
    return [at for at, lead in enumerate(leader) if lead == at]


def _join(leader: list[int], one: int, other: int) -> None:
    """Union of two clusters; the earliest leads."""
    one, other = _leader(leader, one), _leader(leader, other)
    leader[max(one, other)] = min(one, other)


def _leader(leader: list[int], at: int) -> int:
    while leader[at] != at:
        leader[at] = at = leader[leader[at]]
    return at


RIVALS = {each.__name__: each for each in (gaoya_char5, rensa_char5, rensa_words, dupekit)}


def main(name: str, records: Path, out: Path) -> None:
    ids, texts = [], []
    with records.open(encoding="utf-8") as file:
        for record in map(json.loads, file):
            ids.append(record["id"])
            texts.append(record["text"])
    RIVALS[name](["a text to load the code", "of the rival with"])
    kept, cpu, peak = measured(lambda: RIVALS[name](texts))
    told = {"cpu": cpu, "peak_mb": peak, "kept": [ids[at] for at in kept]}
    out.write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
