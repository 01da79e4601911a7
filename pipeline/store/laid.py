"""A document put together again: clean text and removed spans, laid back in order.

Spans are half-open, in code points of the normalized text.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Removal:
    """A span that was taken out of a document, with its text."""

    start: int
    end: int
    text: str


def laid_back(clean: str, removals: Iterable[Removal]) -> str:
    """The normalized text. ValueError says which span does not fit.

    >>> laid_back("ad", [Removal(1, 3, "bc"), Removal(4, 5, "e")])
    'abcde'
    """
    parts: list[str] = []
    at = 0  # in the normalized text
    taken = 0  # of the clean text
    for removal in sorted(removals, key=lambda each: (each.start, each.end)):
        where = f"span {removal.start}-{removal.end}"
        if removal.start < at:
            raise ValueError(f"{where} begins before the end of the span before it, {at}")
        if removal.end - removal.start != len(removal.text) or not removal.text:
            raise ValueError(f"{where} holds {len(removal.text)} characters")
        kept = clean[taken : taken + removal.start - at]
        if len(kept) != removal.start - at:
            raise ValueError(f"{where} lies behind the end of the text")
        parts += (kept, removal.text)
        taken += len(kept)
        at = removal.end
    return "".join([*parts, clean[taken:]])


def text_digest(text: str) -> str:
    """What the column `text_sha256` holds: SHA-256 of the UTF-8 bytes.

    >>> text_digest("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(text.encode()).hexdigest()
