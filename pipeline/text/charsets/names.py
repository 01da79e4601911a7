"""Charsets by their names, as the web means them, and the strict reading of a body."""

import codecs
import re

# What browsers read under these names: true supersets, so that no byte that fits the name reads otherwise, but for a
# handful of symbols where the superset is what is really meant. (ISO-8859-5 and windows-1251 are no such pair.)
_READ_AS = {
    "ascii": ("cp1252",),
    "iso8859-1": ("cp1252", "iso8859-1"),
    "iso8859-9": ("cp1254", "iso8859-9"),
    "iso8859-11": ("cp874", "iso8859-11"),
    "tis-620": ("cp874", "tis-620"),
    "gb2312": ("gb18030",),
    "gbk": ("gb18030",),
    "euc_kr": ("cp949",),
    "shift_jis": ("cp932", "shift_jis", "shift_jis_2004"),
    "cp932": ("cp932", "shift_jis_2004"),
    "big5": ("big5hkscs", "cp950"),
    "cp950": ("cp950", "big5hkscs"),
    "shift_jis_2004": ("cp932", "shift_jis_2004"),
    "euc_jp": ("euc_jp", "euc_jis_2004"),
    "euc_jis_2004": ("euc_jp", "euc_jis_2004"),
}
# Names of the web that Python does not know.
_WEB_NAMES = {"x-mac-cyrillic": "mac_cyrillic", "windows-874": "cp874", "iso-8859-8-i": "iso8859-8", "x-sjis": "cp932"}
# Codecs that are programs' notations, not encodings of documents, or that need more than a name.
_NO_ENCODINGS = {"utf-7", "punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}

_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")


def named(body: bytes, name: str) -> tuple[str, str] | None:
    """Text and codec by an encoding's name, all of the body strictly; None if it does not fit or is no encoding."""
    name = name.strip().lower()
    try:
        codec = codecs.lookup(_WEB_NAMES.get(name, name)).name
    except (LookupError, ValueError):
        return None
    if codec in _NO_ENCODINGS:
        return None
    return fitting(body, _READ_AS.get(codec, (codec,)))


def fitting(body: bytes, candidates: tuple[str, ...]) -> tuple[str, str] | None:
    """Text and codec by the first codec that every byte fits and that makes a text of it."""
    for codec in candidates:
        text = strict(body, codec)
        if text is not None and plausible(text):
            return text, codecs.lookup(codec).name
    return None


def strict(body: bytes, codec: str) -> str | None:
    """The text if every byte fits, without lone surrogates."""
    try:
        text = body.decode(codec)
        if codec != "utf-8":  # which cannot have them
            text.encode("utf-8")
    except (UnicodeError, LookupError):  # LookupError: a codec from bytes to bytes, such as "zlib"
        return None
    return text


def plausible(text: str) -> bool:
    """Whether controls and non-characters are rare enough (1 in 50) for this to be the right reading."""
    return len(_NO_TEXT.findall(text)) * 50 <= len(text)
