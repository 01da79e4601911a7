"""Compressed bytes to bytes: every member and every frame, nothing of a file that is cut, and never beyond a limit."""

import zlib
from collections.abc import Iterator

import zstandard

from pipeline.errors import Reason, RecordError

FIRST_RATIO = 64 << 20  # a file that grows beyond this ...
MOST_RATIO = 200  # ... may not be this many times its compressed size
LONGEST_FILE = 4 << 30  # bytes, once decompressed
_PART = 16 << 20
# Steps bound what is copied at each member's end and, for zstd, what one call may grow to (some 30,000 times).
_GZIP_STEP = 64 << 10
_ZSTD_STEP = 8 << 10
_LARGEST_WINDOW = 128 << 20


def unpacked(raw: bytes, compression: str) -> bytes:
    """All that `raw` holds; `compression` is "gz" or "zst".

    Raises RecordError: BAD_COMPRESSION where a checksum is wrong or the end is missing, TOO_LARGE beyond the limits.
    """
    limit = min(LONGEST_FILE, max(FIRST_RATIO, MOST_RATIO * len(raw)))
    parts: list[bytes] = []
    size = 0
    try:
        for part in _gunzipped(raw) if compression == "gz" else _unzstd(raw):
            size += len(part)
            if size > limit:
                raise RecordError(Reason.TOO_LARGE, f"grows beyond {limit} bytes when decompressed")
            parts.append(part)
    except (zlib.error, EOFError, zstandard.ZstdError) as error:
        raise RecordError(Reason.BAD_COMPRESSION, str(error)[:200]) from error
    return b"".join(parts)


def _gunzipped(raw: bytes) -> Iterator[bytes]:
    """All members of a gzip file, which may have zeros between and behind them."""
    member = zlib.decompressobj(wbits=31)
    ended = False  # a member ended, and nothing of the next one is read
    for at in range(0, len(raw), _GZIP_STEP):
        chunk = raw[at : at + _GZIP_STEP]
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


def _unzstd(raw: bytes) -> Iterator[bytes]:
    """All frames of a zstd file."""
    reader = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
    frame = reader.decompressobj()
    ended = False
    for at in range(0, len(raw), _ZSTD_STEP):
        chunk = raw[at : at + _ZSTD_STEP]
        while chunk:
            if ended:
                frame = reader.decompressobj()
            yield frame.decompress(chunk)
            ended = frame.eof
            chunk = frame.unused_data if ended else b""
    if not ended:
        raise EOFError("the zstd data end in the middle of a frame; the file is cut")
