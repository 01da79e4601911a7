"""Pairs beside a repeat: paragraphs that no bucket proposed, but that stand where their copy would stand.

Next to a verified pair (a, b) the neighbours a + k and b + k are likely a pair as well, however much one of them was
edited. So they are compared outright. This is how much edited and short paragraphs of a block are found, for which
bands have little chance; the verdict over them is the same as for all others. Also what goes with its block for other
reasons (`figures`, `gap`) is weighed here: what was not compared stays.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.contents import Contents
from pipeline.dedup.kinds import STAYS
from pipeline.dedup.verdict import Limits, similarity, verdict
from pipeline.text.utf8 import compiled

REACH = 6  # how far from a match its neighbours are looked at
LONGEST_WALK = 64  # how far from a strong match, over short ones that bring little evidence by themselves
MOST_RATIO = 3  # neighbours of which one has more than so many times the letters of the other are no pair


class Beside(NamedTuple):
    """Compared pairs of neighbours, sorted by key: (position of the later one) << 32 | fold of the earlier one.

    Each paragraph has its own pairs: what another document has in the place of a copy decides nothing here, be it equal
    and, above all, later. kind: int8, NEAR or CONTAINED by the verdict, else STAYS. shared, union: int32 of the
    similarity. All of shape (n,).
    """

    keys: NDArray
    kind: NDArray
    shared: NDArray
    union: NDArray


def nothing_beside() -> Beside:
    """No pair at all."""
    return Beside(np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0, np.int32), np.empty(0, np.int32))


class Places(NamedTuple):
    """What is looked at of n paragraphs in corpus order; every array has shape (n,) but for `starts`.

    starts: first position of each document and, last, behind all. first: first position of the cluster of each
    paragraph, -1 without tokens. cluster, fold, letters, strong: as in `align.Sequence`.
    """

    starts: NDArray
    first: NDArray
    cluster: NDArray
    fold: NDArray
    letters: NDArray
    strong: NDArray


def neighbours(places: Places, past: int = 0) -> NDArray[np.int64]:
    """Keys (see `Beside`) of the pairs to compare, sorted, unique; of paragraphs from position `past` on."""
    owner = np.repeat(np.arange(len(places.starts) - 1, dtype=np.int32), np.diff(places.starts))
    count = _propose(places, owner, past, np.empty(0, np.int64))
    keys = np.empty(count, np.int64)
    _propose(places, owner, past, keys)
    return np.unique(keys)


def folds_beside(keys: NDArray[np.int64], fold: NDArray[np.int32]) -> NDArray[np.int64]:
    """The folds that stand in pairs, sorted, unique. `fold` of all positions."""
    return np.unique(np.concatenate([fold[keys >> 32], keys & 0xFFFFFFFF]))


def judged(
    keys: NDArray[np.int64], fold: NDArray[np.int32], folds: NDArray[np.int64], contents: Contents, limits: Limits
) -> Beside:
    """The pairs, compared. `fold` of all positions; `contents` of `folds` (sorted), row by row."""
    later, earlier = np.searchsorted(folds, fold[keys >> 32]), np.searchsorted(folds, keys & 0xFFFFFFFF)
    found = Beside(keys, np.zeros(len(keys), np.int8), *np.zeros((2, len(keys)), np.int32))
    _judge(later, earlier, contents, limits, found)
    return found


@compiled
def place_of(later: int, earlier: int, beside: Beside) -> int:
    """Where the pair of this position and this fold stands, or -1."""
    key = np.int64(later) << np.int64(32) | np.int64(earlier)
    at = np.searchsorted(beside.keys, key)
    return int(at) if at < len(beside.keys) and beside.keys[at] == key else -1


@compiled
def _propose(places: Places, owner: NDArray, past: int, keys: NDArray) -> int:
    """Writes the keys of the pairs as far as there is room for them; how many there are."""
    count = 0
    for a in range(past, len(owner)):
        b = places.first[a]
        if not places.strong[a] or b < 0 or b >= a:
            continue
        low, high = places.starts[owner[a]], places.starts[owner[a] + 1]
        low_b, high_b = places.starts[owner[b]], places.starts[owner[b] + 1]
        for step in (-1, 1):
            misses = 0
            for k in range(1, LONGEST_WALK + 1):
                x, y = a + step * k, b + step * k
                if x < low or x >= high or y < low_b or y >= high_b or misses == REACH:
                    break
                if places.cluster[x] == places.cluster[y]:
                    if places.strong[x]:
                        break  # a verified pair: it looks on from there
                    misses = 0
                    continue
                misses += 1
                if _comparable(x, y, places):
                    if count < len(keys):
                        keys[count] = np.int64(x) << np.int64(32) | np.int64(places.fold[y])
                    count += 1
    return count


@compiled
def _comparable(x: int, y: int, places: Places) -> bool:
    if places.cluster[x] < 0 or places.cluster[y] < 0:
        return False
    small, large = min(places.letters[x], places.letters[y]), max(places.letters[x], places.letters[y])
    return large <= MOST_RATIO * small


@compiled
def _judge(later: NDArray, earlier: NDArray, contents: Contents, limits: Limits, found: Beside) -> None:
    for at in range(len(later)):
        kind, shared, union = verdict(later[at], earlier[at], contents, limits)
        if kind == STAYS:
            shared, union = similarity(later[at], earlier[at], contents)
        found.kind[at], found.shared[at], found.union[at] = kind, shared, union
