"""Files that are not what they should be (group I of the catalogue of faults)."""

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from tests.bad.kit import Case, line, lines, said

ZSTD = zstandard.ZstdCompressor(write_checksum=True)
PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda data: gzip.compress(data, mtime=0),
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": ZSTD.compress,
}
SKIPPABLE = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"


def packed() -> list[Case]:
    cases = []
    for kind, pack in PACK.items():
        one, two = said(f"good-{kind}", 1, 2)
        padding = {"gz": b"\0" * 600, "zst": SKIPPABLE}.get(kind, b"")
        forms = {
            f"plain.jsonl.{kind}": pack(lines(one)),
            f"members.jsonl.{kind}": pack(line(two)[:9]) + pack(b"") + pack(line(two)[9:]) + padding,
        }
        cases.append(
            Case(
                f"{kind}-good-forms",
                "I4",
                "every member, frame and stream is read",
                forms,
                {f"plain.jsonl.{kind}": (one,), f"members.jsonl.{kind}": (two,)},
            )
        )
        whole = pack(lines(*(f"never {kind} {n}" for n in range(500))))
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 0x10
        wrong = {
            f"cut.jsonl.{kind}": whole[: len(whole) * 2 // 3],
            f"cut-by-one.jsonl.{kind}": whole[:-1],
            f"head-only.jsonl.{kind}": whole[:4],
            f"flipped.jsonl.{kind}": bytes(flipped),
            f"garbage-behind.jsonl.{kind}": whole + b"garbage behind the end",
        }
        cases.append(
            Case(
                f"{kind}-bad-forms",
                "I3 I5",
                "a damaged file gives none of its records",
                wrong,
                {},
                dict.fromkeys(wrong, ("bad_compression",)),
            )
        )
    return cases


def bomb(path: Path) -> None:
    """Writes so many zeros that no sound file would have grown so much."""
    zeros = b"\0" * 70_000_000
    pack = {**PACK, "zst": zstandard.compress, "bz2": partial(bz2.compress, compresslevel=1)}[path.suffix[1:]]
    path.write_bytes(pack(zeros))


def wide(path: Path) -> None:
    window = zstandard.ZstdCompressionParameters(window_log=31, write_content_size=False)
    stream = zstandard.ZstdCompressor(compression_params=window).compressobj()
    path.write_bytes(stream.compress(lines("never wide")) + stream.flush())


def flood(path: Path) -> None:
    path.write_bytes(gzip.compress(lines(*said("flood", 1)) + b"{\n" * 200_000))


def bombs() -> list[Case]:
    bombs_of = [f"{letter}.jsonl.{kind}" for letter, kind in zip("abcd", PACK, strict=True)]
    return [
        Case(
            "bombs",
            "I7",
            "what grows beyond all measure is not unpacked to the end",
            dict.fromkeys(bombs_of, bomb),
            {},
            dict.fromkeys(bombs_of, ("too_large",)),
        ),
        Case(
            "zst-huge-window",
            "I7",
            "a window of 2 GB is refused",
            {"a.jsonl.zst": wide},
            {},
            {"a.jsonl.zst": ("bad_compression",)},
        ),
        Case(
            "bad-lines-flood",
            "I8",
            "a flood of bad lines is a hundred rows and a count",
            {"a.jsonl.gz": flood},
            {"a.jsonl.gz": said("flood", 1)},
            {"a.jsonl.gz": ("bad_json",) * 100 + ("more_of_the_same",)},
        ),
    ]


def parquet(table: pa.Table, **options: object) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def parquets() -> list[Case]:
    texts = said("parquet", *range(3))
    table = pa.table({"text": list(texts), "n": [1, 2, 3]})
    whole = parquet(table, compression="none", write_page_checksum=True)
    flipped = whole.replace(texts[1].encode(), texts[1].encode().replace(b"What", b"Whot"))
    wrong = {
        "cut.parquet": whole[: len(whole) // 2],
        "no-footer.parquet": whole[:-8],
        "absurd-footer.parquet": whole[:-8] + b"\xff\xff\xff\x7f" + b"PAR1",
        "noise.parquet": whole[: -len(whole) // 3] + b"\x7e" * 40 + whole[-len(whole) // 3 + 40 :],
        "flipped.parquet": flipped,
        "text-named-so.parquet": b"This is no Parquet at all.\n",
    }
    codecs = {f"{codec}.parquet": codec for codec in ("snappy", "gzip", "brotli", "lz4", "zstd")}
    own = {name: said("codec", codec) for name, codec in codecs.items()}
    nulls = pa.table({"text": pa.array([None, said("nulls", 1)[0], None])})
    return [
        Case(
            "parquet-damaged",
            "I15",
            "nothing comes out of a file that is damaged anywhere",
            wrong,
            {},
            dict.fromkeys(wrong, ("bad_parquet",)),
        ),
        Case(
            "parquet-good-forms",
            "I14 I15",
            "every codec; nulls cost their own record; no rows are no trouble",
            {
                **{
                    name: parquet(pa.table({"text": list(own[name])}), compression=codec)
                    for name, codec in codecs.items()
                },
                "nulls.parquet": parquet(nulls),
                "empty.parquet": parquet(table.slice(0, 0)),
            },
            {**own, "nulls.parquet": said("nulls", 1)},
            {"nulls.parquet": ("no_text", "no_text")},
        ),
        Case(
            "parquet-wrong-columns",
            "I14",
            "no text column, or one of another type",
            {
                "none.parquet": parquet(pa.table({"a": [1, 2]})),
                "number.parquet": parquet(pa.table({"text": [1, 2]})),
                "nested.parquet": parquet(pa.table({"text": [["a"], ["b"]]})),
            },
            {},
            {
                "none.parquet": ("no_text",) * 2,
                "number.parquet": ("text_not_string",) * 2,
                "nested.parquet": ("text_not_string",) * 2,
            },
        ),
    ]


def archives() -> list[Case]:
    def zipped(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("../../escaped.txt", "never zipped")

    def tarred(path: Path) -> None:
        with tarfile.open(path, "w") as file:
            file.addfile(tarfile.TarInfo("../escaped.txt"))

    def arrow(path: Path) -> None:
        table = pa.table({"text": ["never Arrow"]})
        with pa.ipc.new_file(path, table.schema) as file:
            file.write_table(table)

    made = {
        "a.zip": zipped,
        "a.tar": tarred,
        "a.arrow": arrow,
        "a.feather": arrow,
        "a.pkl": pickle.dumps({"text": "never pickled"}),
        "a.7z": b"7z\xbc\xaf\x27\x1c" + b"\0" * 40,
        "a.rar": b"Rar!\x1a\x07\x01\x00",
        "a.exe": b"MZ\x90",
        "a.pdf": b"%PDF-1.7",
    }
    return [Case("archives", "I16 S2 S3", "kinds that are not read are named, not opened", made, passed=tuple(made))]


def cases() -> list[Case]:
    """All of them."""
    return [*packed(), *bombs(), *parquets(), *archives()]
