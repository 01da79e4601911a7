"""All readings of a body, the likeliest first.

A reading is a charset and a language. Its cost is minus the logarithm of the likelihood of the letters that it makes,
in hundredths of a nat, so that the costs of all readings of the same bytes compare: `P(bytes) = P(charset) * product of
P(character | character before it, language)`, over the characters of informative words.
"""

import codecs
from functools import cache
from typing import NamedTuple

from pipeline.text.charsets import double, single
from pipeline.text.charsets.charsets import DOUBLE
from pipeline.text.charsets.tables import NAT


class Reading(NamedTuple):
    """`codecs`: those that may read the body, in the order in which they are to be tried."""

    cost: int
    codecs: tuple[str, ...]
    language: str


def readings(body: bytes) -> list[Reading]:
    """Each charset in its likeliest language, the cheapest first."""
    best: dict[str, Reading] = {}
    for cost, codec, language in single.costs(single.pairs_of(body)):
        if codec not in best or cost < best[codec].cost:
            best[codec] = Reading(cost, (codec,), language)
    found = list(best.values())
    for prior, languages, names in DOUBLE:
        codec = next((name for name in names if _fits(body, name)), names[0])
        if told := double.cost(body, codec, languages.split()):
            found.append(Reading(told[0] + prior * NAT, names, told[1]))
    return sorted(found, key=lambda each: each.cost)  # stable: equal ones in the order of the lists


def reading(body: bytes, codec: str) -> Reading | None:
    """What one charset costs in its likeliest language, whichever that is; None if it is out of the question."""
    if of_single_bytes(codec):
        cost, _, language = min(single.costs(single.pairs_of(body), codec))
        return Reading(cost, (codec,), language)
    told = double.cost(body, codec)
    return Reading(told[0], (codec,), told[1]) if told else None


def _fits(body: bytes, codec: str) -> bool:
    try:
        body.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


@cache
def of_single_bytes(codec: str) -> bool:
    """Whether each byte is a character by itself."""
    every = bytes(range(256))
    return codecs.decode(every, codec, "replace") == "".join(
        codecs.decode(every[at : at + 1], codec, "replace") for at in range(256)
    )
