"""The misreadings that are looked for: charsets bytes were in, and those they were read in."""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.text.charsets.charsets import SINGLE
from pipeline.text.misread.costs import LANES, languages

# What the bytes were read in. Latin-1 and Windows-1252 are one here: they differ in 80 to 9F only, where a line has
# either the controls of the one or the signs of the other; the five bytes that Windows-1252 leaves open are controls.
ANSI = ("latin-1", "cp1252")
# UTF-8 read in these (in those of ANSI, too, but there ftfy knows best).
OLD = ("mac_roman", "cp437", "cp850")

# Single-byte charsets that are looked for. Others of `SINGLE` are too rare to be worth their chance of being wrong.
_LOOKED_FOR = (
    "iso8859-2", "cp1250", "cp1254", "cp1257", "mac_roman", "cp850", "cp437",
    "cp1251", "koi8-u", "iso8859-5", "cp866", "mac_cyrillic",
    "cp1253", "iso8859-7", "cp1255", "cp1256", "iso8859-6", "cp874",
)  # fmt: skip
# These have nearly all their letters below A6, where Latin-1 has none; the others have them from C0 on, too.
LOW_CHARSETS = ("mac_roman", "cp850", "cp437")
LOW_BYTES = 0xA6
_SCRIPTS = dict.fromkeys(["ru", "uk", "be", "bg", "sr", "mk"], "CYRILLIC")
_SCRIPTS |= {"el": "GREEK", "he": "HEBREW", "ar": "ARABIC", "fa": "ARABIC", "th": "THAI"}


@dataclass(frozen=True, slots=True)
class Right:
    """A charset that bytes may have been in. `names`: languages written in it; none: they are unspaced, or any."""

    charset: str
    script: str
    names: tuple[str, ...]


@cache
def single() -> tuple[Right, ...]:
    """Charsets of one byte a letter, the commoner first."""
    known = {charset: tuple(names.split()) for charset, _, names in SINGLE}
    return tuple(Right(charset, _SCRIPTS.get(known[charset][0], "LATIN"), known[charset]) for charset in _LOOKED_FOR)


@cache
def double() -> tuple[Right, ...]:
    """Charsets of two bytes a character."""
    return tuple(Right(charset, "", ()) for charset in ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949"))


ALL_LANES = np.arange(LANES).astype(np.uint64)
_C1 = re.compile("[\x80-\x9f]")
UTF_8 = Right("utf-8", "", ())


@cache
def lanes_of(right: Right) -> NDArray[np.uint64]:
    """The lanes of its languages."""
    if not right.names:
        return ALL_LANES
    return np.flatnonzero(np.isin(languages(right.script), right.names)).astype(np.uint64)


@cache
def ansi_chars() -> str:
    """What Windows-1252 makes of each byte, with the controls of Latin-1 where it has nothing."""
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))


def as_read(line: str, wrong: str) -> bytes | None:
    """The bytes that the wrong charset made this line of; None where it cannot have."""
    try:
        return line.encode(wrong)
    except UnicodeEncodeError:
        if wrong != "cp1252" or not _C1.search(line):
            return None
    try:
        return line.translate(_ansi_bytes()).encode("latin-1")
    except UnicodeEncodeError:
        return None


@cache
def _ansi_bytes() -> dict[int, int | str]:
    """For `str.translate`: each character of Windows-1252 to that of its byte, and what would pass for it to none."""
    chars = ansi_chars()
    table: dict[int, int | str] = dict.fromkeys(range(128, 160), "\uffff")
    return table | {ord(char): byte for byte, char in enumerate(chars)}


@cache
def bytes_of() -> NDArray[np.int16]:
    """[0x10000] the byte of each character in Latin-1 or Windows-1252; -1 where it has none."""
    found = np.full(0x10000, -1, np.int16)
    found[:256] = np.arange(256)
    found[[ord(char) for char in ansi_chars()]] = np.arange(256)
    return found


@cache
def chars_of(charset: str) -> NDArray[np.uint32]:
    """[256] the code point of each byte; U+FFFF where it has none."""
    chars = [bytes([byte]).decode(charset, "ignore") or "\uffff" for byte in range(256)]
    return np.array([ord(char) for char in chars], np.uint32)
