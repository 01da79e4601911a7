"""Bodies put together of lines in UTF-8 and lines in an older charset."""

import re

from pipeline.text.charsets.names import strict
from pipeline.text.charsets.opinions import SURE, opinion
from pipeline.text.charsets.readings import of_single_bytes
from pipeline.text.charsets.single import pairs_of

MIXED = "mixed_encodings"

# So many characters of several bytes in whole UTF-8 lines are no accident, in bodies whose other lines have none.
_FEWEST = 2
# A pair of the other lines costs no more than this. Half a character of UTF-8 ("militÃrisch") costs more.
_MOST = 380
# So few bytes above ASCII in the other lines may be debris as well.
_FEWEST_HIGH = 3
_HIGH = bytes(range(0x80, 0x100))

_ABOVE_ASCII = re.compile("[^\x00-\x7f\ufffd]")


def mixed(body: bytes) -> tuple[str, bool] | None:
    """The text, each line by its own charset, and whether that is certain; None if it is not clear that there are two.

    It is clear where each line either is UTF-8 throughout or has not one character of UTF-8, and the latter lines are
    by themselves surely in one charset of single bytes. (In those of two bytes, characters of UTF-8 come by accident.)
    """
    lines = body.split(b"\n")
    texts = [strict(line, "utf-8") for line in lines]
    whole = sum(_characters(text) for text in texts if text is not None)
    others = [line for line, text in zip(lines, texts, strict=True) if text is None]
    if whole < _FEWEST or any(_characters(line.decode("utf-8", "replace")) for line in others):
        return None
    legacy = b"\n".join(others)
    found = opinion(legacy, None)
    if not found or not found.certain or found.margin < SURE or not of_single_bytes(found.codec):
        return None
    if found.cost > _MOST * pairs_of(legacy).informative:
        return None
    rest = iter(found.text.split("\n"))
    text = "\n".join(next(rest) if line is None else line for line in texts)
    return text, len(legacy) - len(legacy.translate(None, _HIGH)) >= _FEWEST_HIGH


def _characters(text: str) -> int:
    """How many characters above ASCII there are, other than U+FFFD."""
    return len(_ABOVE_ASCII.findall(text))
