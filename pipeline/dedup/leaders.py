"""Leaders: a paragraph similar to no earlier leader is a leader; any other follows the most similar one.

Only the past decides: paragraphs come in document order, each is compared with the leaders of its buckets, and the
similarity is the exact Jaccard of the shingle sets, as integers. There are no chains: what follows a leader is
similar to that leader itself.

Two paragraphs whose tokens differ only in figures are different news; they are not similar here, however many
shingles they share (inside a block they may still go together: `blocks`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.shingles import overlap
from pipeline.text.utf8 import compiled


@dataclass(frozen=True, slots=True)
class Leaders:
    """For each of n paragraphs: row of its leader (its own row for a leader), and the integers of the similarity.

    `capped` marks the leaders that were not compared with every earlier leader of their buckets.
    """

    leader: NDArray[np.int32]
    shared: NDArray[np.int32]
    union: NDArray[np.int32]
    capped: NDArray[np.bool_]


def leaders_of(
    buckets: tuple[NDArray[np.int32], NDArray[np.int64]],
    shingles: tuple[NDArray[np.uint64], NDArray[np.int64]],
    masked: NDArray[np.int64],
    *,
    threshold: tuple[int, int],
    most_leaders: int,
) -> Leaders:
    """Leaders of n paragraphs, given in document order, with their buckets and shingles as (values, offsets).

    `threshold` is a fraction (numerator, denominator); `most_leaders` bounds what a bucket remembers, so that a
    flood of unlike paragraphs in one bucket cannot make the work quadratic.
    """
    count = len(masked)
    room = int(buckets[0].max()) + 1 if len(buckets[0]) else 0
    leader = np.arange(count, dtype=np.int32)
    counts = np.zeros((2, count), np.int32)
    capped = np.zeros(count, np.bool_)
    _lead(*buckets, *shingles, masked, threshold[0], threshold[1], most_leaders, room, leader, counts, capped)
    return Leaders(leader, counts[0], counts[1], capped)


@compiled
def _segments(values: NDArray, room: int, most: int) -> NDArray:
    """Where the leaders of each bucket are kept: at most `most` places, and never more than it has members."""
    sizes = np.zeros(room + 1, np.int64)
    for bucket in values:
        if sizes[bucket + 1] < most:
            sizes[bucket + 1] += 1
    return np.cumsum(sizes)


@compiled
def _lead(
    bucket_values: NDArray,
    bucket_offsets: NDArray,
    shingle_values: NDArray,
    shingle_offsets: NDArray,
    masked: NDArray,
    numerator: int,
    denominator: int,
    most: int,
    room: int,
    leader: NDArray,
    counts: NDArray,
    capped: NDArray,
) -> None:
    segments = _segments(bucket_values, room, most)
    places = np.empty(segments[-1], np.int32)
    used = np.zeros(room, np.int32)
    full = np.zeros(room, np.bool_)
    stamp = np.full(len(leader), -1, np.int32)
    for row in range(len(leader)):
        mine = shingle_values[shingle_offsets[row] : shingle_offsets[row + 1]]
        best = -1
        best_shared, best_union = 0, 1
        saw_full = False
        for at in range(bucket_offsets[row], bucket_offsets[row + 1]):
            bucket = bucket_values[at]
            saw_full |= full[bucket]
            for place in range(segments[bucket], segments[bucket] + used[bucket]):
                other = places[place]
                if stamp[other] == row or masked[other] == masked[row]:
                    continue
                stamp[other] = row
                first, behind = shingle_offsets[other], shingle_offsets[other + 1]
                low, high = min(len(mine), behind - first), max(len(mine), behind - first)
                if low * denominator < numerator * high:
                    continue
                shared, union = overlap(mine, shingle_values[first:behind])
                better = shared * best_union > best_shared * union
                same = shared * best_union == best_shared * union and other < best
                if shared * denominator >= numerator * union and (better or same):
                    best, best_shared, best_union = other, shared, union
        if best >= 0:
            leader[row] = best
            counts[0, row] = best_shared
            counts[1, row] = best_union
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
