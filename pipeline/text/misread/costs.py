"""How unlikely a line is as text of each language that we know: minus the logarithm of the likelihood of its letters.

Costs are whole numbers of quarter nats. What letters cost behind each other comes from the pairs counted for the
charsets of bytes (`text.charsets`), in *lanes*: lane n is the nth language of each script, or one of them again where
a script has fewer, so that one walk over a line gives its cost in all languages. What no letter is costs the same in
all lanes; those few numbers are set by hand: what they say is that words hold no signs.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.text.charsets import classes as counted
from pipeline.text.charsets.tables import NAT as COUNTED_NAT
from pipeline.text.charsets.tables import character_costs, classes_of, letters
from pipeline.text.misread.classes import (
    APOSTROPHE,
    BROKEN,
    DOTS,
    FIRST_LETTER,
    GAP,
    LETTERS,
    LOW,
    NARROW_KANA,
    OTHER,
    QUOTE,
    SIGN,
    UNSPACED,
    WIDE,
    classes,
)
from pipeline.text.utf8 import compiled

NAT = 4  # quarter nats
LANES = 32
UNSPACED_LANGUAGES = ("zh", "zht", "ja", "ko")

_TWO_SCRIPTS = 10 * NAT  # letters of two scripts in one word
_CASE = 4 * NAT  # a capital behind a small letter
_STRANGE_BLANK = 1 * NAT  # a dash, a no-break space: less common than blanks and commas
# By kind: alone, behind a letter, before a letter, before a letter where another one stands before it.
_ALONE = {WIDE: 4, BROKEN: 12, OTHER: 8, SIGN: 3, QUOTE: 1, LOW: 1, DOTS: 1, NARROW_KANA: 12}
_BEHIND = {SIGN: 5, OTHER: 5, LOW: 5}
_BEFORE = {SIGN: 5, OTHER: 4}
_INSIDE = {SIGN: 5, OTHER: 4, LOW: 5, QUOTE: 5, DOTS: 1.5, APOSTROPHE: 0}
_SIGNS_TOGETHER, _QUOTES_TOGETHER = 3 * NAT, 2 * NAT
_DEAREST = 63 * NAT


class Tables(NamedTuple):
    """Arrays for the kernel; k = number of classes."""

    kinds: NDArray[np.uint16]  # [0x10000] class
    capitals: NDArray[np.uint8]  # [0x10000]
    scripts: NDArray[np.int64]  # [k] number of its script, -1: no letter
    places: NDArray[np.int64]  # [k] of a letter, in its script, from 1; place 0 is what stands between words
    sizes: NDArray[np.int64]  # [scripts] letters and 1
    starts: NDArray[np.int64]  # [scripts] where its pairs start
    pairs: NDArray[np.uint8]  # by script, place, place behind it, lane
    common: NDArray[np.uint8]  # [0x10000] characters of unspaced scripts
    kind_costs: NDArray[np.int64]  # [4, k] alone, behind a letter, before one, between two


@cache
def tables() -> Tables:
    """The tables, made once in a process."""
    known = classes()
    count = FIRST_LETTER + sum(map(len, LETTERS.values()))
    scripts, places = np.full(count, -1), np.zeros(count, np.int64)
    number = FIRST_LETTER
    for script, alphabet in enumerate(LETTERS.values()):
        scripts[number : number + len(alphabet)] = script
        places[number : number + len(alphabet)] = np.arange(1, len(alphabet) + 1)
        number += len(alphabet)
    pairs = [_pairs(script) for script in LETTERS]
    starts = np.cumsum([0, *(each.size for each in pairs[:-1])])
    sizes = np.array([len(each) for each in pairs])
    flat = np.concatenate([each.ravel() for each in pairs])
    return Tables(known.kinds, known.capitals, scripts, places, sizes, starts, flat, _common(), _kind_costs(count))


def languages(script: str) -> list[str]:
    """The language of each lane where the letters are of this script."""
    own = [name for name, number in letters().number.items() if letters().scripts[number] == script]
    if len(own) > LANES:
        raise ValueError(f"{len(own)} languages with {script} letters, {LANES} lanes: make more lanes")
    return [own[lane % len(own)] for lane in range(LANES)]


def _pairs(script: str) -> NDArray[np.uint8]:
    """[place, place behind it, lane] costs; place 0 is the start or the end of a word."""
    lanes = [_language_pairs(language, LETTERS[script]) for language in languages(script)]
    return np.stack(lanes, axis=-1)


@cache
def _language_pairs(language: str, alphabet: str) -> NDArray[np.uint8]:
    number = letters().number[language]
    costs = letters().costs[number] / COUNTED_NAT
    between = [kind for kind in range(counted.KINDS) if kind <= counted.CONTROL]
    shared = np.array(counted.SHARED_BY)[between]
    ends = -np.log((np.exp(-costs[:, between]) * shared).sum(axis=1))
    index = classes_of(" " + alphabet, number)
    found = costs[np.ix_(index, index)]
    found[:, 0] = ends[index]
    found[0, 0] = 0
    return np.clip(np.rint(found * NAT), 0, _DEAREST).astype(np.uint8)


def _common() -> NDArray[np.uint8]:
    least = np.min([character_costs(language) for language in UNSPACED_LANGUAGES], axis=0)
    return np.clip(np.rint(least * (NAT / COUNTED_NAT)), 0, _DEAREST).astype(np.uint8)


def _kind_costs(count: int) -> NDArray[np.int64]:
    costs = np.zeros((4, count), np.int64)
    for row, each in zip(costs, (_ALONE, _BEHIND, _BEFORE, _INSIDE), strict=True):
        row[list(each)] = [round(cost * NAT) for cost in each.values()]
    return costs


def lowest(text: str, lanes: NDArray[np.int64]) -> tuple[int, int, int]:
    """The lowest cost in these lanes, its lane, and how many letters the text has."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    costs = np.zeros(LANES, np.int32)
    count = add_up(codes, len(codes), tables(), lanes, costs)
    lane = int(lanes[costs[lanes].argmin()])
    return int(costs[lane]), lane, int(count)


@compiled
def add_up(
    codes: NDArray[np.uint32], count: int, t: Tables, lanes: NDArray[np.int64], costs: NDArray[np.int32]
) -> int:
    """Puts the cost of codes[:count] in each of these lanes into `costs`; says how many letters there are."""
    costs[:] = 0
    fixed, seen = 0, 0
    script, place, capital = -1, 0, 0  # of the character before, where it is a letter
    before, inside = GAP, False  # its kind, where it is none, and whether a letter stands before it
    for at in range(count + 1):
        code = codes[at] if at < count else np.uint32(32)
        kind = np.int64(t.kinds[code]) if code < 0x10000 else BROKEN
        home = t.scripts[kind]
        if home >= 0:
            seen += 1
            here = t.places[kind]
            big = t.capitals[code]
            _add(t, home, place if home == script else 0, here, lanes, costs)
            if home == script:
                fixed += _CASE if big and not capital else 0
            else:
                fixed += _TWO_SCRIPTS if script >= 0 else t.kind_costs[3 if inside else 2, before]
            script, place, capital = home, here, big
            continue
        fixed += t.kind_costs[0, kind]
        if script >= 0:
            _add(t, script, place, 0, lanes, costs)
            fixed += t.kind_costs[1, kind]
        elif before == SIGN or before == QUOTE:
            fixed += _SIGNS_TOGETHER if kind == SIGN else _QUOTES_TOGETHER if kind == QUOTE or kind == LOW else 0
        if kind == UNSPACED:
            seen += 1
            fixed += t.common[code]
        elif kind == GAP and code >= 0x80:
            fixed += _STRANGE_BLANK
        before, inside = kind, script >= 0
        script, place = -1, 0
    costs += fixed
    return seen


@compiled
def _add(
    t: Tables, script: int, place: int, behind: int, lanes: NDArray[np.int64], costs: NDArray[np.int32]
) -> None:
    at = np.uint64(t.starts[script] + (place * t.sizes[script] + behind) * LANES)
    for each in range(np.uint64(len(lanes))):
        lane = np.uint64(lanes[each])
        costs[lane] += np.int32(t.pairs[at + lane])
