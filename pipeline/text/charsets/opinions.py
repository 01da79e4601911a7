"""What a body says that is not UTF-8: the likeliest reading, what is declared, and what a second detector says.

Our own readings are right in 99 of 100 short texts. `chardet` is asked where two of them are close: where it agrees
the text is certain, where it decides a tie the text is marked. A declaration decides among readings that are nearly as
good as the best; one that makes nonsense of the body loses, and the document says so.
"""

import codecs
import re
from typing import NamedTuple

import chardet

from pipeline.text.charsets.names import fitting, named, plausible
from pipeline.text.charsets.readings import Reading, of_single_bytes, reading, readings
from pipeline.text.charsets.single import pairs_of
from pipeline.text.charsets.tables import NAT

BYTES_REPLACED = "invalid_bytes_replaced"
NOT_AS_DECLARED = "encoding_not_as_declared"

# Detectors read this much. More costs time and changes no answer.
WINDOW = 65_536

# The next reading that is another text must cost so much more for the first one to be certain by itself. Under the
# second figure it is a tie, and never certain. docs/encodings.md has what these figures lead to.
SURE = 12 * NAT
TIE = 4 * NAT
# A declared charset is believed up to this much: two or three letters that look wrong.
_DECLARED = 10 * NAT
# A reading that a few bytes do not fit is taken, with U+FFFD for them, if it is better than all others by this much.
_BROKEN = 40 * NAT
_MOST_REPLACED = 40  # and if they are at most one in so many characters
# A reading is strange, and never certain, if a pair of at least so many costs more than this (of right ones 1 in 100),
# or, among characters of two bytes, if it is better than the next by less than this much for each pair: so look VISCII
# and EUC-TW, which no codec reads, in the charsets that take them.
_ENOUGH, _STRANGE, _STRANGE_MARGIN = 60, 430, 20
_SHORTEST = 12  # bytes; so is anything in a shorter body
# A body is no text if a pair of its best reading costs more: of random bytes 840 and more, of text 440 at most.
_NOISE = 650
_NONE = 1 << 62  # the cost of what is out of the question


class Opinion(NamedTuple):
    """A text and how sure it is. `cost` of its reading; `margin`: how much more the next other text costs.

    `strange`: it may be in a charset, or in a language, that is not tried.
    """

    text: str
    codec: str
    certain: bool
    repairs: tuple[str, ...] = ()
    cost: int = 0
    margin: int = 0
    strange: bool = False


def opinion(body: bytes, declared: str | None) -> Opinion | None:
    """The text of a body that is neither binary nor UTF-8; None if nothing fits."""
    window = _window(body)
    ranked = readings(window)
    ours = _ours(body, window, ranked)
    said = named(body, declared) if declared else None
    if not ours or _noise(window, ours.cost):
        return Opinion(*said, certain=False) if said else None
    if said and said[0] == ours.text:
        return ours._replace(codec=said[1], certain=True)
    if said and _cost(window, said[1], ranked) <= ours.cost + _DECLARED:
        return Opinion(*said, certain=said[0] == _second(body, window))
    if ours.margin < SURE and not ours.repairs:
        ours = _with_second(body, ours, ranked, _second(body, window))
    return ours._replace(repairs=(*ours.repairs, NOT_AS_DECLARED)) if said else ours


def _ours(body: bytes, window: bytes, ranked: list[Reading]) -> Opinion | None:
    """The likeliest reading that fits the body, or one with replaced bytes that is far likelier."""
    found = next(((each, *read) for each in ranked if (read := fitting(body, each.codecs))), None)
    if not found or found[0].cost > ranked[0].cost + _BROKEN:
        text = body.decode(ranked[0].codecs[0], "replace")
        if text.count("\ufffd") * _MOST_REPLACED <= len(text) and plausible(text):
            name = codecs.lookup(ranked[0].codecs[0]).name
            return Opinion(text, name, certain=False, repairs=(BYTES_REPLACED,), cost=ranked[0].cost)
    if not found:
        return None
    best, text, codec = found
    margin = _margin(window, best, ranked)
    strange = _strange(window, best, margin)
    return Opinion(text, codec, margin >= SURE and not strange, (), best.cost, margin, strange)


def _strange(window: bytes, best: Reading, margin: int) -> bool:
    pairs = pairs_of(window).informative
    if not of_single_bytes(best.codecs[0]):
        return len(window) < _SHORTEST or margin < _STRANGE_MARGIN * pairs
    return len(window) < _SHORTEST or (pairs >= _ENOUGH and best.cost > _STRANGE * pairs)


def _noise(window: bytes, cost: int) -> bool:
    pairs = pairs_of(window).informative
    return pairs >= _ENOUGH and cost > _NOISE * pairs


def _margin(window: bytes, best: Reading, ranked: list[Reading]) -> int:
    own = _lax(window, best)
    return next((each.cost - best.cost for each in ranked if each is not best and _lax(window, each) != own), SURE)


def _lax(window: bytes, each: Reading) -> str:
    """What a reading makes of the window, of which a character may be cut."""
    read = fitting(window, each.codecs)
    return read[0] if read else window.decode(each.codecs[0], "replace")


def _cost(window: bytes, codec: str, ranked: list[Reading]) -> int:
    """What a codec's reading costs, whether it is one of those tried or not."""
    text = window.decode(codec, "replace")
    costs = [each.cost for each in ranked if _lax(window, each) == text]
    if not costs and (alone := reading(window, codec)):
        costs = [alone.cost]
    return min(costs, default=_NONE)


def _second(body: bytes, window: bytes) -> str | None:
    """The text by the charset that chardet names."""
    # Never `prefer_superset`: it reads Russian in ISO-8859-5 as windows-1251.
    name = chardet.detect(window, max_bytes=WINDOW, prefer_superset=False, compat_names=False)["encoding"]
    read = named(body, name) if name else None
    return read[0] if read else None


def _with_second(body: bytes, ours: Opinion, ranked: list[Reading], second: str | None) -> Opinion:
    """Ours, certain if the second opinion is the same text; in a tie the second one. Ties are marked."""
    if second == ours.text:
        return ours._replace(certain=ours.margin >= TIE and not ours.strange)
    for each in ranked if second is not None else ():
        if each.cost >= ours.cost + TIE:
            break
        if (read := fitting(body, each.codecs)) and read[0] == second:
            return Opinion(*read, certain=False, cost=each.cost)
    return ours._replace(certain=False)


def _window(body: bytes) -> bytes:
    """At most `WINDOW` bytes that hold the first byte above ASCII, cut where no character can be cut."""
    start = 0
    first = re.search(rb"[^\x00-\x7f]", body)
    if first and first.start() > WINDOW // 2:
        start = max(body.rfind(b"\n", 0, first.start()), body.rfind(b" ", 0, first.start()), 0)
        start = max(start, first.start() - WINDOW // 2)
    if len(body) - start <= WINDOW:
        return body[start:]
    # Line feed and blank are never the second byte of a character in any encoding that gets here.
    end = max(body.rfind(b"\n", start, start + WINDOW), body.rfind(b" ", start, start + WINDOW))
    return body[start : end + 1 if end > start + WINDOW // 2 else start + WINDOW]
