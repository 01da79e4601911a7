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
from pipeline.text.utf8 import compiled, inlined

NAT = 4  # quarter nats
LANES = 32
UNSPACED_LANGUAGES = ("zh", "zht", "ja", "ko")

_TWO_SCRIPTS = 10 * NAT  # letters of two scripts in one word
_CASE = 4 * NAT  # a capital behind a small letter
_STRANGE_BLANK = 1 * NAT  # a dash, a no-break space: less common than blanks and commas
# By kind: alone, behind a letter, before a letter, before a letter where another one stands before it.
_ALONE: dict[int, float] = {WIDE: 4, BROKEN: 12, OTHER: 8, SIGN: 3, QUOTE: 1, LOW: 1, DOTS: 1, NARROW_KANA: 12}
_BEHIND: dict[int, float] = {SIGN: 5, OTHER: 5, LOW: 5}
_BEFORE: dict[int, float] = {SIGN: 5, OTHER: 4}
_INSIDE: dict[int, float] = {SIGN: 5, OTHER: 4, LOW: 5, QUOTE: 5, DOTS: 1.5, APOSTROPHE: 0}
_SIGNS_TOGETHER, _QUOTES_TOGETHER = 3 * NAT, 2 * NAT
_DEAREST = 63 * NAT
_BLANK = ord(" ")


class Tables(NamedTuple):
    """Arrays for the kernel. Scripts are numbered from 1; place 0 in a script is what stands between words."""

    chars: NDArray[
        np.uint32
    ]  # [0x10000] script (4 bits; 0: no letter), place (8 bits), capital (1 bit), kind (from bit 16)
    sizes: NDArray[np.uint64]  # [scripts + 1] letters and 1
    starts: NDArray[np.uint64]  # [scripts + 1] where its pairs start
    pairs: NDArray[np.uint8]  # [lanes, all pairs] by script, place, place behind it; few lanes are needed together
    common: NDArray[np.uint8]  # [0x10000] characters of unspaced scripts
    kind_costs: NDArray[np.int64]  # [4, kinds] alone, behind a letter, before one, between two


@cache
def tables() -> Tables:
    """The tables, made once in a process (about 0.2 s)."""
    pairs = [_pairs(script) for script in LETTERS]
    starts = np.cumsum([0, 0, *(each[0].size for each in pairs[:-1])]).astype(np.uint64)
    sizes = np.array([0, *(each.shape[1] for each in pairs)], np.uint64)
    flat = np.concatenate([each.reshape(LANES, -1) for each in pairs], axis=1)
    return Tables(_chars(), sizes, starts, flat, _common(), _kind_costs())


def _chars() -> NDArray[np.uint32]:
    known = classes()
    of_kind = np.zeros(FIRST_LETTER + sum(map(len, LETTERS.values())), np.uint32)
    of_kind[:FIRST_LETTER] = np.arange(FIRST_LETTER) << 16
    number = FIRST_LETTER
    for script, alphabet in enumerate(LETTERS.values(), 1):
        of_kind[number : number + len(alphabet)] = script | np.arange(1, len(alphabet) + 1) << 4
        number += len(alphabet)
    return of_kind[known.kinds] | known.capitals.astype(np.uint32) << np.uint32(12)


def languages(script: str) -> list[str]:
    """The language of each lane where the letters are of this script."""
    own = [name for name, number in letters().number.items() if letters().scripts[number] == script]
    if len(own) > LANES:
        raise ValueError(f"{len(own)} languages with {script} letters, {LANES} lanes: make more lanes")
    return [own[lane % len(own)] for lane in range(LANES)]


def _pairs(script: str) -> NDArray[np.uint8]:
    """[lane, place, place behind it] costs; place 0 is the start or the end of a word."""
    lanes = [_language_pairs(language, LETTERS[script]) for language in languages(script)]
    return np.stack(lanes)


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


def _kind_costs() -> NDArray[np.int64]:
    costs = np.zeros((4, FIRST_LETTER), np.int64)
    for row, each in zip(costs, (_ALONE, _BEHIND, _BEFORE, _INSIDE), strict=True):
        row[list(each)] = [round(cost * NAT) for cost in each.values()]
    return costs


def lowest(text: str, lanes: NDArray[np.uint64]) -> tuple[int, int, int]:
    """The lowest cost in these lanes, its lane, and how many letters the text has."""
    codes = np.array([*map(ord, text)], np.uint32)  # writable, as the screen's: one compilation serves both
    costs = np.zeros(LANES, np.int32)
    count = int(add_up(codes, len(codes), tables(), lanes, costs))
    lane = int(lanes[costs[lanes].argmin()])
    return int(costs[lane]), lane, count


@compiled
def add_up(codes: NDArray, count: int, t: Tables, lanes: NDArray, costs: NDArray) -> int:
    """Puts the cost of codes[:count] (uint32) in each of these lanes (uint64) into `costs` (int32, by lane); says how
    many letters there are.
    """
    u = np.uint64
    costs[:] = 0
    fixed, seen = 0, 0
    script, row, capital = u(0), u(0), u(0)  # of the character before, where it is a letter
    before, inside = u(GAP), u(0)  # its kind, where it is none; 1 where a letter stands before that
    for at in range(u(count + 1)):
        code = u(codes[at]) if at < u(count) else u(_BLANK)
        char = u(t.chars[code]) if code < u(0x10000) else u(BROKEN << 16)
        own, kind = char & u(15), char >> u(16)
        if own:
            place, big = (char >> u(4)) & u(255), (char >> u(12)) & u(1)
            seen += 1
            if own == script:
                fixed += _CASE if big > capital else 0
            else:
                fixed += _TWO_SCRIPTS if script else t.kind_costs[u(2) + inside, before]
                row = t.starts[own]
            _add(t.pairs, row + place, lanes, costs)
            script, capital = own, big
            row = t.starts[own] + place * t.sizes[own]
            continue
        fixed += t.kind_costs[u(0), kind]
        inside = u(script > u(0))
        if inside:
            _add(t.pairs, row, lanes, costs)
            fixed += t.kind_costs[u(1), kind]
        elif before == u(SIGN) or before == u(QUOTE):
            fixed += _SIGNS_TOGETHER if kind == u(SIGN) else 0
            fixed += _QUOTES_TOGETHER if kind == u(QUOTE) or kind == u(LOW) else 0
        if kind == u(UNSPACED):
            seen += 1
            fixed += np.int64(t.common[code])
        elif kind == u(GAP) and code >= u(0x80):
            fixed += _STRANGE_BLANK
        before, script = kind, u(0)
    costs += np.int32(fixed)
    return seen


@inlined
def _add(pairs: NDArray, at: np.uint64, lanes: NDArray, costs: NDArray) -> None:
    for each in range(np.uint64(len(lanes))):
        costs[lanes[each]] += np.int32(pairs[lanes[each], at])
