"""Compressed files are read whole, or not at all."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources import unpack
from tests.source_kit import reasons, rows_of

TWO_LINES = b'{"text": "one"}\n{"text": "two"}\n'
ZSTD = zstandard.ZstdCompressor(write_checksum=True)
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda data: gzip.compress(data, mtime=0),
    "bz2": bz2.compress,
    "xz": lambda data: lzma.compress(data, check=lzma.CHECK_CRC64),
    "zst": ZSTD.compress,
}
SKIPPABLE = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"


def packed_rows(tmp_path: Path, kind: str, content: bytes) -> list[dict[str, Any]]:
    path = tmp_path / f"a.jsonl.{kind}"
    path.write_bytes(content)
    return rows_of(path)


@pytest.mark.parametrize("kind", PACKERS)
def test_every_member_and_frame_is_read(tmp_path: Path, kind: str) -> None:
    pack = PACKERS[kind]
    forms = {
        "plain": pack(TWO_LINES),
        "two": pack(TWO_LINES[:20]) + pack(TWO_LINES[20:]),
        "empty ones between": pack(b"") + pack(TWO_LINES[:5]) + pack(b"") + pack(TWO_LINES[5:]) + pack(b""),
        "padding": pack(TWO_LINES) + (SKIPPABLE if kind == "zst" else b"\0" * 70_000),
        "padding between": pack(TWO_LINES[:9]) + (SKIPPABLE if kind == "zst" else b"\0" * 8) + pack(TWO_LINES[9:]),
        "padding before": SKIPPABLE + pack(TWO_LINES) if kind == "zst" else pack(TWO_LINES),
    }
    for name, content in forms.items():
        assert [row["body"] for row in packed_rows(tmp_path, kind, content)] == [b"one", b"two"], name


@given(
    parts=st.lists(st.binary(max_size=300), min_size=1),
    steps=st.integers(1, 50),
    kinds=st.lists(st.sampled_from(list(PACKERS)), min_size=1, max_size=3),
)
def test_unpacking_undoes_packing_in_any_steps_and_layers(parts: list[bytes], steps: int, kinds: list[str]) -> None:
    content = b"".join(map(PACKERS[kinds[-1]], parts))
    for kind in reversed(kinds[:-1]):
        content = PACKERS[kind](content)
    raw = [content[at : at + 7] for at in range(0, len(content), 7)]
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_STEP", "_ZSTD_STEP", "_PART"):
            patch.setattr(unpack, name, steps)
        assert b"".join(unpack.unpacked(raw, "+".join(kinds), len(content))) == b"".join(parts)


@pytest.mark.parametrize("kind", PACKERS)
def test_a_cut_or_damaged_file_gives_none_of_its_records(tmp_path: Path, kind: str) -> None:
    pack = PACKERS[kind]
    whole = pack(TWO_LINES) + pack(b'{"text": "three"}\n')
    edge = len(pack(TWO_LINES))
    bad = {f"cut at {at}": whole[:at] for at in range(len(whole)) if at != edge}
    bad |= {"garbage behind": whole + b"garbage", "zeros": b"\0" * 50}
    bad["wrong checksum"] = whole[:-2] + bytes([whole[-2] ^ 255]) + whole[-1:]
    for name, content in bad.items():
        rows = packed_rows(tmp_path, kind, content)
        assert [(row["reason"], row["record"]) for row in rows] == [("bad_compression", 0)], name


@pytest.mark.parametrize("kind", PACKERS)
def test_a_bomb_is_set_aside(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "FIRST_RATIO", 100_000)
    bomb = PACKERS[kind](b"\0" * 1_000_000)
    assert reasons(packed_rows(tmp_path, kind, bomb)) == ["too_large"]
    monkeypatch.setattr(unpack, "FIRST_RATIO", 2_000_000)
    monkeypatch.setattr(unpack, "LONGEST_FILE", 999_999)
    assert reasons(packed_rows(tmp_path, kind, bomb)) == ["too_large"]
    monkeypatch.setattr(unpack, "LONGEST_FILE", 1_000_000)
    assert reasons(packed_rows(tmp_path, kind, bomb)) == ["bad_json"]


def test_a_zstd_window_that_wants_gigabytes_is_refused(tmp_path: Path) -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=30, write_content_size=False)
    stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    assert reasons(packed_rows(tmp_path, "zst", stream.compress(TWO_LINES) + stream.flush())) == ["bad_compression"]


def test_a_compressed_text_file_is_one_document(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"one\ntwo\n"))
    assert [row["body"] for row in rows_of(path)] == [b"one\ntwo\n"]
