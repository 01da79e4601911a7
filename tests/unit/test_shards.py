"""How slices of files become shards: what bounds the memory of a worker."""

from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.nights.night import packed
from pipeline.sources.files import Found, Scanned, Slice, scanned


def shards_of(
    files: list[Scanned], shard_bytes: int, first: int = 0, apart: tuple[int, ...] = ()
) -> list[list[tuple[str, int]]]:
    """(path, bytes) of the slices of each shard."""
    made = [pa.Table.from_batches(rows).to_pylist() for rows in packed(files, first, shard_bytes, apart)]
    return [[(row["path"], row["byte_end"] - row["byte_start"]) for row in rows] for rows in made]


def file(path: str, *sizes: int) -> Scanned:
    ends = [sum(sizes[: at + 1]) for at in range(len(sizes))]
    slices = tuple(Slice(end - size, end, 0) for size, end in zip(sizes, ends, strict=True))
    return Scanned(Found(path, Path(path), "jsonl", "", sum(sizes)), path, slices)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([file("a", 99, 99, 40)], [[("a", 99)], [("a", 99)], [("a", 40)]]),  # not two slices that each fall just short
        ([file("a", 101, 7)], [[("a", 101)], [("a", 7)]]),
        ([file("a", 60), file("b", 40), file("c", 1)], [[("a", 60), ("b", 40)], [("c", 1)]]),
        ([file("a", 500), file("b", 0)], [[("a", 500)], [("b", 0)]]),
        ([], []),
    ],
)
def test_a_shard_holds_what_was_set_or_one_larger_slice(
    files: list[Scanned], expected: list[list[tuple[str, int]]]
) -> None:
    assert shards_of(files, 100) == expected


def test_a_shard_of_a_large_file_is_hardly_larger_than_what_was_set(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes((b"x" * 99 + b"\n") * 60_000)  # 6 MB
    shards = shards_of([scanned(Found("a", path, "jsonl", "", 0), 2 << 20)], 2 << 20)
    sizes = [size for shard in shards for _, size in shard]
    assert len(sizes) == len(shards)
    assert max(sizes) <= 3 << 20
    assert sum(sizes) == 6_000_000


def test_a_file_apart_shares_no_shard() -> None:
    files = [file(name, 1) for name in "abcde"]
    assert shards_of(files, 100, 7, (8, 9)) == [[("a", 1)], [("b", 1)], [("c", 1)], [("d", 1), ("e", 1)]]
    assert shards_of(files, 100, 7, (7, 11)) == [[("a", 1)], [("b", 1), ("c", 1), ("d", 1)], [("e", 1)]]
