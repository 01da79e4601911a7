"""Leaders: a paragraph that says again what no earlier leader said is a leader; any other follows the most similar one.

Only the past decides: paragraphs come in document order, and each is compared with the leaders of its buckets by the
real verdict (`verdict`). There are no chains: what follows a leader says again what that leader itself said.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.contents import Contents
from pipeline.dedup.kinds import CONTAINED, STAYS
from pipeline.dedup.scan import GOLDEN
from pipeline.dedup.verdict import Limits, may_miss, verdict
from pipeline.text.utf8 import compiled
from pipeline.text.vectors import bits_set


@dataclass(frozen=True, slots=True)
class Leaders:
    """For each of n paragraphs: row of its leader (its own row for a leader), and the integers of the similarity.

    `partial` marks those that are contained in their leader rather than near to it, `capped` the leaders that were
    not compared with every earlier leader of their buckets.
    """

    leader: NDArray[np.int32]
    shared: NDArray[np.int32]
    union: NDArray[np.int32]
    partial: NDArray[np.bool_]
    capped: NDArray[np.bool_]


def all_leading(count: int) -> Leaders:
    """Leaders of paragraphs of which none says again what another one said."""
    nothing = np.zeros((2, count), np.int32), np.zeros((2, count), np.bool_)
    return Leaders(np.arange(count, dtype=np.int32), *nothing[0], *nothing[1])


def leaders_of(
    buckets: tuple[NDArray[np.int32], NDArray[np.int64]],
    contents: Contents,
    limits: Limits,
    *,
    most_leaders: int,
    frozen: NDArray[np.bool_] | None = None,
) -> Leaders:
    """Leaders of n paragraphs, given in document order, with their buckets as (values, offsets).

    What is `frozen` (n,) is known to be a leader, and compared with none.

    `most_leaders` bounds what a bucket remembers, so that a flood of unlike paragraphs in one bucket cannot make the
    work quadratic.
    """
    found = all_leading(len(contents.masked))
    room = int(buckets[0].max()) + 1 if len(buckets[0]) else 0
    columns = (found.leader, found.shared, found.union, found.partial, found.capped)
    known = np.zeros(len(contents.masked), np.bool_) if frozen is None else frozen
    _lead(*buckets, contents, limits, most_leaders, room, known, columns)
    return found


@compiled
def _segments(values: NDArray, room: int, most: int) -> NDArray:
    """Where the leaders of each bucket are kept: at most `most` places, and never more than it has members."""
    sizes = np.zeros(room + 1, np.int64)
    for bucket in values:
        if sizes[bucket + 1] < most:
            sizes[bucket + 1] += 1
    return np.cumsum(sizes)


@compiled
def _marks(contents: Contents) -> NDArray:
    """256 bits a paragraph: each shingle sets one, shape (n, 4).

    A bit that one paragraph has and another has not stands for at least one shingle that the other has not.
    """
    out = np.zeros((len(contents.masked), 4), np.uint64)
    for row in range(len(out)):
        for at in range(contents.shingle_offsets[row], contents.shingle_offsets[row + 1]):
            bit = contents.shingles[at] * GOLDEN >> np.uint64(56)
            out[row, bit >> np.uint64(6)] |= np.uint64(1) << (bit & np.uint64(63))
    return out


@compiled
def _missing(mine: NDArray, theirs: NDArray) -> int:
    """The fewest shingles of one paragraph that the other one has not, as far as their marks tell."""
    count = np.uint64(0)
    for word in range(4):
        count += bits_set(mine[word] & ~theirs[word])
    return int(count)


@compiled
def _lead(
    bucket_values: NDArray,
    bucket_offsets: NDArray,
    contents: Contents,
    limits: Limits,
    most: int,
    room: int,
    frozen: NDArray,
    columns: tuple[NDArray, NDArray, NDArray, NDArray, NDArray],
) -> None:
    leader, shared_of, union_of, partial, capped = columns
    segments = _segments(bucket_values, room, most)
    places = np.empty(segments[-1], np.int32)
    used = np.zeros(room, np.int32)
    full = np.zeros(room, np.bool_)
    stamp = np.full(len(leader), -1, np.int32)
    marks = _marks(contents)
    for row in range(len(leader)):
        best = -1
        best_kind, best_shared, best_union = STAYS, 0, 1
        saw_full = False
        for at in range(bucket_offsets[row + frozen[row]], bucket_offsets[row + 1]):
            bucket = bucket_values[at]
            saw_full |= full[bucket]
            for place in range(segments[bucket], segments[bucket] + used[bucket]):
                other = places[place]
                if stamp[other] == row:
                    continue
                stamp[other] = row
                if _missing(marks[row], marks[other]) > may_miss(row, other, contents, limits):
                    continue
                kind, shared, union = verdict(row, other, contents, limits)
                better = shared * best_union > best_shared * union
                same = shared * best_union == best_shared * union and other < best
                if kind != STAYS and (better or same):
                    best, best_kind, best_shared, best_union = other, kind, shared, union
        if best >= 0:
            leader[row], shared_of[row], union_of[row] = best, best_shared, best_union
            partial[row] = best_kind == CONTAINED
            continue
        capped[row] = saw_full
        for at in range(bucket_offsets[row], bucket_offsets[row + 1]):
            bucket = bucket_values[at]
            place = segments[bucket] + used[bucket]
            if place < segments[bucket + 1] and used[bucket] < most:
                places[place] = row
                used[bucket] += 1
            else:
                full[bucket] = True
