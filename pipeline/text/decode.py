"""Bytes become text, and it says how sure we are.

From the surest sign to the weakest: a byte order mark; escape sequences; zero bytes in the places where UTF-16 and
UTF-32 have them; valid UTF-8; lines of UTF-8 beside lines of another charset; UTF-8 with a few broken bytes; then
opinions (`charsets/opinions.py`): what is declared, how likely the letters are, a second detector. Everything before
opinions has next to no false positives: of 1,744 legacy samples none was valid UTF-8 by accident.
"""

import codecs
import re
import unicodedata
from dataclasses import dataclass

from pipeline.text.charsets.mixed import MIXED, mixed
from pipeline.text.charsets.names import named, plausible, strict
from pipeline.text.charsets.opinions import BYTES_REPLACED, opinion

SURROGATES_JOINED = "surrogates"

# A text is UTF-8 with broken bytes if this many characters of several bytes are whole for each place that is broken.
# Legacy text read as UTF-8 never had more than 0.58 (4,380 samples in 43 encodings, the most in EUC-JP).
WHOLE_FOR_EACH_BROKEN = 2
# Fewer whole characters may be an accident in a short text ("では" in Shift-JIS has two): then it is marked.
FEWEST_WHOLE = 6

# A body is binary if so many of its bytes are controls, at least `FEWEST_CONTROLS`; 30 % even where it is valid UTF-8.
BINARY_SHARE = 0.1
BINARY_SHARE_UTF8 = 0.3
FEWEST_CONTROLS = 8

_BOMS = (  # the long ones first: UTF-32-LE begins with the mark of UTF-16-LE
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)

_ISO2022_JP = ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_jp_2004")
# Encodings that are ASCII bytes throughout, the sign without which they are not tried, and the codecs to try in order.
_ESCAPED = (
    (re.compile(rb"\x1b\$\)C"), ("iso2022_kr",)),
    (re.compile(rb"\x1b(?:\$[@AB]|\$\([CDOPQ]|\([IJ]|\.[AF])"), _ISO2022_JP),
    (re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}"), ("hz",)),
)

_WIDE = re.compile(r"\s*(?:utf|ucs)[-_ ]?(?:16|32|2|4)", re.IGNORECASE)


class UndecodableError(ValueError):
    """Nothing fits; the message says what was seen."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a body without byte order mark and lone surrogates, and the Python codec that read it.

    `certain` is False where the text is the better of two guesses; the caller records `encoding_uncertain`.
    """

    text: str
    encoding: str
    certain: bool
    repairs: tuple[str, ...] = ()


def decode(body: bytes, declared: str | None = None) -> Decoded:
    """The text of `body`; `declared` is what its source says it is encoded in.

    Raises `UndecodableError` for what is no text, and nothing else.
    """
    found = _by_bom(body) or _by_escapes(body) or _by_zeros(body) or _utf8(body)
    if not found and declared and _WIDE.match(declared) and (read := named(body, declared)):
        found = _whole(*read)  # asked before the controls are counted: half of Thai in UTF-16 looks like controls
    if not found:
        if _is_binary(body, BINARY_SHARE):
            controls, zeros = len(body) - len(body.translate(None, _CONTROLS)), body.count(0)
            seen = f"{controls} of {len(body)} bytes are control bytes, {zeros} of them zero"
            raise UndecodableError(f"binary: {seen} ({_sample(body)})")
        found = _mixed(body) or _nearly_utf8(body) or _by_opinion(body, declared)
    if not found:
        raise UndecodableError(f"{len(body)} bytes: no UTF-8, and no encoding fits ({_sample(body)})")
    return found


# --- signs in the bytes -------------------------------------------------------------------------------------------


def _by_bom(body: bytes) -> Decoded | None:
    for mark, codec in _BOMS:
        if body.startswith(mark):
            rest = body[len(mark) :]
            if codec == "utf-8":
                return _utf8(rest) or _nearly_utf8(rest)
            text = strict(rest, codec)
            if text is not None and plausible(text):
                return _whole(text, codec)
            text = rest.decode(codec, "replace")
            if text.count("\ufffd") * 20 <= len(text) and plausible(text):
                return Decoded(text.lstrip("\ufeff"), codec, certain=True, repairs=(BYTES_REPLACED,))
    return None


def _by_escapes(body: bytes) -> Decoded | None:
    """Text in ISO-2022 or HZ: looks like ASCII and is valid UTF-8, so it is asked about first."""
    if not (b"\x1b" in body or b"~{" in body) or not body.isascii():
        return None
    for sign, encodings in _ESCAPED:
        if sign.search(body):
            for codec in encodings:
                text = strict(body, codec)
                if text is not None and not text.isascii():
                    return _whole(text, codec)
    return None


def _by_zeros(body: bytes) -> Decoded | None:
    """UTF-16 and UTF-32 without a mark, told by where their zero bytes are.

    Plain English in UTF-16 is valid UTF-8 with a NUL behind each letter; no text in UTF-8 looks like that.
    """
    if b"\0" not in body or len(body) % 2:
        return None
    even, odd = body[0::2].count(0), body[1::2].count(0)
    half = len(body) // 2
    candidates = []
    if len(body) % 4 == 0:
        quarter = len(body) // 4
        candidates += ["utf-32-le"] * (body[3::4].count(0) == quarter) + ["utf-32-be"] * (
            body[0::4].count(0) == quarter
        )
    # In most scripts only line ends, digits and blanks have the zero, so one in fifty is enough. Where the body is also
    # good UTF-8 the zeros may be debris: then it must be one in four.
    least = half / 4 if _utf8(body) else half / 50
    candidates += ["utf-16-le"] * (odd >= least and even * 25 <= odd)
    candidates += ["utf-16-be"] * (even >= least and odd * 25 <= even)
    for codec in candidates:
        text = strict(body, codec)
        if text is not None and plausible(text) and _assigned(text):
            return _whole(text, codec)
    return None


def _utf8(body: bytes) -> Decoded | None:
    text = strict(body, "utf-8")
    return None if text is None or _is_binary(body, BINARY_SHARE_UTF8) else _whole(text, "utf-8")


def _nearly_utf8(body: bytes) -> Decoded | None:
    """UTF-8 with surrogates written as characters of their own (joined), or with a few broken bytes (replaced)."""
    try:
        halves = body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
        broken = text.count("\ufffd") - body.count("\ufffd".encode())
        whole = len(text) - broken - len(body.translate(None, _ABOVE_ASCII))
        if whole < broken * WHOLE_FOR_EACH_BROKEN:
            return None
        return Decoded(text.lstrip("\ufeff"), "utf-8", certain=whole >= FEWEST_WHOLE, repairs=(BYTES_REPLACED,))
    text = halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    lost = text.count("\ufffd") > halves.count("\ufffd")
    repairs = (BYTES_REPLACED,) if lost else (SURROGATES_JOINED,)
    return Decoded(text.lstrip("\ufeff"), "utf-8", certain=True, repairs=repairs)


def _mixed(body: bytes) -> Decoded | None:
    found = mixed(body)
    return found and Decoded(found[0].lstrip("\ufeff"), "utf-8", certain=found[1], repairs=(MIXED,))


def _by_opinion(body: bytes, declared: str | None) -> Decoded | None:
    found = opinion(body, declared)
    return found and Decoded(found.text.lstrip("\ufeff"), found.codec, found.certain, found.repairs)


# --- small parts --------------------------------------------------------------------------------------------------


def _whole(text: str, codec: str) -> Decoded:
    return Decoded(text.lstrip("\ufeff"), codec, certain=True)


def _assigned(text: str) -> bool:
    """Whether code points without a character are rare enough (1 in 50); numbers in four bytes make plenty of them."""
    head = text[:4096]
    return sum(unicodedata.category(char) == "Cn" for char in head) * 50 <= len(head)


_ABOVE_ASCII = bytes(range(0x80, 0x100))
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"


def _is_binary(body: bytes, share: float) -> bool:
    controls = len(body) - len(body.translate(None, _CONTROLS))
    return controls >= FEWEST_CONTROLS and controls > share * len(body)


def _sample(body: bytes) -> str:
    return "begins " + body[:16].hex(" ")
