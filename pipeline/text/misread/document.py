"""A document's misread lines read again."""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from pipeline.text.misread.costs import NAT
from pipeline.text.misread.misreadings import UTF_8, Right
from pipeline.text.misread.rereadings import Rereading, best, rereadings
from pipeline.text.misread.screen import suspicious

_NEWLINE = ord("\n")
# What a line must gain to be read again for its own sake, and what its changed words must, each in its best language:
# right text in a language that we do not know, or in two languages, gains up to 12 and 8 nats (docs/mojibake.md).
_SURE, _SURE_UTF_8, _SURE_OF_ONE, _SURE_WORDS = 12 * NAT, 6 * NAT, 16 * NAT, 2 * NAT


def reread(text: str) -> str:
    """The text with its misread lines read in the right charset. No lone surrogates."""
    flags = suspicious_lines(text)
    if not any(flags):
        return text
    lines = text.split("\n")
    found = {at: best(lines[at]) for at, flag in enumerate(flags) if flag}
    for at, each in found.items():
        if each is not None and _sure(each):
            lines[at] = each.text
    return "\n".join(lines)


def suspicious_lines(text: str) -> list[bool]:
    """For each line False only if it is not misread."""
    data = np.frombuffer(text.encode(), np.uint8)
    breaks = np.flatnonzero(data == _NEWLINE) + 1
    flags: list[bool] = suspicious(data, np.concatenate(([0], breaks, [len(data)]))).tolist()
    return flags


def _sure(found: Rereading) -> bool:
    if found.right is UTF_8:
        return found.gain >= _SURE_UTF_8
    least = _SURE_OF_ONE if found.letters == 1 else _SURE
    return found.gain >= least and found.words >= _SURE_WORDS
