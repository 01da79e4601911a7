"""Compressed bytes to bytes, in parts: every member, frame and stream, and never beyond a limit."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import zstandard

from pipeline.errors import Reason, RecordError

FIRST_RATIO = 64 << 20  # a file that grows beyond this ...
MOST_RATIO = 200  # ... may not be this many times its compressed size
LONGEST_FILE = 32 << 30  # bytes, once decompressed: a WARC of Common Crawl has 5 GB
_PART = 16 << 20
# Steps bound what is copied at each member's end and, for zstd, what one call may grow to (some 30,000 times).
_STEP = 64 << 10
_ZSTD_STEP = 8 << 10
_LARGEST_WINDOW = 128 << 20
_XZ_MEMORY = 192 << 20  # the largest preset, -9, needs 65 MiB


def unpacked(raw: Iterable[bytes], compression: str, raw_bytes: int) -> Iterator[bytes]:
    """All that `raw` holds, in parts; `compression` names its layers from outside in, such as "gz" or "gz+gz".

    `raw_bytes`: the size of it all. Raises RecordError: BAD_COMPRESSION where a checksum is wrong or the end is
    missing (what came before may be damaged, too), TOO_LARGE beyond the limits.
    """
    limit = min(LONGEST_FILE, max(FIRST_RATIO, MOST_RATIO * raw_bytes))
    parts = iter(raw)
    for layer in compression.split("+"):
        parts = _limited(_LAYERS[layer](parts), limit)
    return parts


def _limited(parts: Iterator[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    try:
        for part in parts:
            size += len(part)
            if size > limit:
                raise RecordError(Reason.TOO_LARGE, f"grows beyond {limit} bytes when decompressed")
            if part:
                yield part
    except (zlib.error, lzma.LZMAError, EOFError, zstandard.ZstdError) as error:
        raise RecordError(Reason.BAD_COMPRESSION, str(error)[:200]) from error
    except OSError as error:
        if error.errno is not None:  # the disk; errors of bz2 have no number
            raise
        raise RecordError(Reason.BAD_COMPRESSION, str(error)[:200]) from error


def _stepped(chunks: Iterable[bytes], step: int) -> Iterator[bytes]:
    for chunk in chunks:
        for at in range(0, len(chunk), step):
            yield chunk[at : at + step]


def _gunzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """All members of a gzip file, which may have zeros between and behind them."""
    member = zlib.decompressobj(wbits=31)
    ended = False  # a member ended, and nothing of the next one is read
    for step in _stepped(chunks, _STEP):
        chunk = step
        while chunk := chunk.lstrip(b"\0") if ended else chunk:
            if ended:
                member, ended = zlib.decompressobj(wbits=31), False
            yield member.decompress(chunk, _PART)
            ended = member.eof
            chunk = member.unused_data if ended else member.unconsumed_tail
    while not ended:
        if not (part := member.decompress(b"", _PART)) and not member.eof:
            raise EOFError("the gzip data end in the middle; the file is cut")
        yield part
        ended = member.eof


class _Decoder(Protocol):
    """What the decoders of bz2 and lzma have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def _streams(chunks: Iterator[bytes], new: Callable[[], _Decoder], name: str) -> Iterator[bytes]:
    """All streams of a bzip2 or xz file, which may have zeros between and behind them."""
    stream = new()
    ended = False
    for step in _stepped(chunks, _STEP):
        chunk = step
        while chunk := chunk.lstrip(b"\0") if ended else chunk:
            if ended:
                stream, ended = new(), False
            yield stream.decompress(chunk, _PART)
            while not (stream.eof or stream.needs_input):
                yield stream.decompress(b"", _PART)
            ended = stream.eof
            chunk = stream.unused_data if ended else b""
    if not ended:
        raise EOFError(f"the {name} data end in the middle; the file is cut")


def _bunzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    return _streams(chunks, bz2.BZ2Decompressor, "bzip2")


def _unxz(chunks: Iterator[bytes]) -> Iterator[bytes]:
    return _streams(chunks, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY), "xz")


def _unzstd(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """All frames of a zstd file."""
    reader = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
    frame = reader.decompressobj()
    ended = False
    for step in _stepped(chunks, _ZSTD_STEP):
        chunk = step
        while chunk:
            if ended:
                frame = reader.decompressobj()
            yield frame.decompress(chunk)
            ended = frame.eof
            chunk = frame.unused_data if ended else b""
    if not ended:
        raise EOFError("the zstd data end in the middle of a frame; the file is cut")


_LAYERS: dict[str, Callable[[Iterator[bytes]], Iterator[bytes]]] = {
    "gz": _gunzipped,
    "bz2": _bunzipped,
    "xz": _unxz,
    "zst": _unzstd,
}
