"""Leaders: a paragraph that says again what no earlier leader said is a leader; any other follows the most similar one.

Only the past decides: paragraphs come in document order, and each is compared with the leaders of its buckets by the
real verdict (`verdict`). There are no chains: what follows a leader says again what that leader itself said.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.contents import AGAIN, Contents
from pipeline.dedup.kinds import CONTAINED, STAYS
from pipeline.dedup.scan import GOLDEN
from pipeline.dedup.verdict import Limits, may_miss, missing_allowed, new_allowed, verdict
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


MARK_WORDS = 4  # of 64 bits
HELD_WORDS = 2 * MARK_WORDS + 2


class Held(NamedTuple):
    """What n paragraphs hold, as far as it takes to see that two are not alike.

    words: (n, HELD_WORDS) uint64: marks of the shingles and of the tokens (see `shingle_marks`), `masked`, and two
    bits: whether it negates, whether it is unspaced. shingles, tokens: int64, how many there are.
    """

    words: NDArray
    shingles: NDArray
    tokens: NDArray


def held_in(contents: Contents) -> Held:
    """What these paragraphs hold."""
    flags = contents.negates.astype(np.uint64) | contents.unspaced.astype(np.uint64) << np.uint64(1)
    masked = np.ascontiguousarray(contents.masked).view(np.uint64)
    words = np.hstack([shingle_marks(contents), token_marks(contents), masked[:, None], flags[:, None]])
    return Held(words, np.diff(contents.shingle_offsets), np.diff(contents.token_offsets))


def may_follow(
    buckets: tuple[NDArray[np.int64], NDArray[np.int64]],
    members: NDArray[np.int64],
    mine: Held,
    theirs: Held,
    limits: Limits,
    *,
    most: int,
) -> NDArray[np.int64]:
    """(row of `mine`, row of `theirs`) of all pairs in a bucket of which the one may say again what the other says.

    Of the pairs that are not there it is sure that they are not alike. Lie rows of `mine` in `buckets` (row, bucket);
    bucket i has the rows of `theirs` from members[i] to members[i + 1], and remembers `most` of them. Shape (2, n).
    """
    count = _may_follow(*buckets, members, mine, theirs, limits, most, np.empty((2, 0), np.int64))
    out = np.empty((2, count), np.int64)
    _may_follow(*buckets, members, mine, theirs, limits, most, out)
    return out


@compiled
def _may_follow(
    rows: NDArray,
    buckets: NDArray,
    members: NDArray,
    mine: Held,
    theirs: Held,
    limits: Limits,
    most: int,
    out: NDArray,
) -> int:
    count = 0
    for at in range(len(rows)):
        row, bucket = rows[at], buckets[at]
        for other in range(members[bucket], min(members[bucket] + most, members[bucket + 1])):
            if _may_say_the_same(row, other, mine, theirs, limits):
                if count < out.shape[1]:
                    out[0, count], out[1, count] = row, other
                count += 1
    return count


@compiled
def _may_say_the_same(row: int, other: int, mine: Held, theirs: Held, limits: Limits) -> bool:
    """False only where `verdict` says that the two stay apart."""
    ours, his = mine.words[row], theirs.words[other]
    if ours[-2] == his[-2] or (ours[-1] ^ his[-1]) & np.uint64(1):  # figures alone differ; one of them negates
        return False
    if _missing(ours, his) > missing_allowed(mine.shingles[row], theirs.shingles[other], limits):
        return False
    unspaced = ours[-1] & np.uint64(2) != np.uint64(0)
    return _missing(ours[MARK_WORDS:], his[MARK_WORDS:]) <= new_allowed(mine.tokens[row], unspaced, limits)


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
    absent: tuple[NDArray[np.int32], NDArray[np.bool_]] | None = None,
) -> Leaders:
    """Leaders of n paragraphs, given in document order, with their buckets as (values, offsets).

    What is `frozen` (n,) is known to be a leader, and compared with none. `absent`, by bucket: how many earlier leaders
    it remembers that are not among these paragraphs (none of them is alike), and whether there were more than that.

    `most_leaders` bounds what a bucket remembers, so that a flood of unlike paragraphs in one bucket cannot make the
    work quadratic.
    """
    found = all_leading(len(contents.masked))
    room = int(buckets[0].max()) + 1 if len(buckets[0]) else 0
    columns = (found.leader, found.shared, found.union, found.partial, found.capped)
    known = np.zeros(len(contents.masked), np.bool_) if frozen is None else frozen
    used, full = absent or (np.zeros(room, np.int32), np.zeros(room, np.bool_))
    _lead(*buckets, contents, limits, most_leaders, known, used.copy(), full.copy(), columns)
    return found


@compiled
def _segments(values: NDArray, used: NDArray, most: int) -> NDArray:
    """Where the leaders of each bucket are kept: at most `most` places, and never more than it has members."""
    sizes = np.zeros(len(used) + 1, np.int64)
    sizes[1:] = used
    for bucket in values:
        if sizes[bucket + 1] < most:
            sizes[bucket + 1] += 1
    return np.cumsum(sizes)


@compiled
def shingle_marks(contents: Contents) -> NDArray:
    """256 bits a paragraph: each shingle sets one, shape (n, MARK_WORDS).

    A bit that one paragraph has and another has not stands for at least one shingle that the other has not.
    """
    out = np.zeros((len(contents.shingle_offsets) - 1, MARK_WORDS), np.uint64)
    for row in range(len(out)):
        for at in range(contents.shingle_offsets[row], contents.shingle_offsets[row + 1]):
            bit = contents.shingles[at] * GOLDEN >> np.uint64(56)
            out[row, bit >> np.uint64(6)] |= np.uint64(1) << (bit & np.uint64(63))
    return out


@compiled
def token_marks(contents: Contents) -> NDArray:
    """The same of the tokens, however often they stand there."""
    out = np.zeros((len(contents.token_offsets) - 1, MARK_WORDS), np.uint64)
    for row in range(len(out)):
        for at in range(contents.token_offsets[row], contents.token_offsets[row + 1]):
            bit = (contents.tokens[at] | AGAIN) * GOLDEN >> np.uint64(56)
            out[row, bit >> np.uint64(6)] |= np.uint64(1) << (bit & np.uint64(63))
    return out


@compiled
def _missing(mine: NDArray, theirs: NDArray) -> int:
    """The fewest shingles of one paragraph that the other one has not, as far as their marks tell."""
    count = np.uint64(0)
    for word in range(MARK_WORDS):
        count += bits_set(mine[word] & ~theirs[word])
    return int(count)


@compiled
def _lead(
    bucket_values: NDArray,
    bucket_offsets: NDArray,
    contents: Contents,
    limits: Limits,
    most: int,
    frozen: NDArray,
    used: NDArray,
    full: NDArray,
    columns: tuple[NDArray, NDArray, NDArray, NDArray, NDArray],
) -> None:
    leader, shared_of, union_of, partial, capped = columns
    segments = _segments(bucket_values, used, most)
    places = np.full(segments[-1], -1, np.int32)
    stamp = np.full(len(leader), -1, np.int32)
    marks = shingle_marks(contents)
    for row in range(len(leader)):
        best = -1
        best_kind, best_shared, best_union = STAYS, 0, 1
        saw_full = False
        for at in range(bucket_offsets[row + frozen[row]], bucket_offsets[row + 1]):
            bucket = bucket_values[at]
            saw_full |= full[bucket]
            for place in range(segments[bucket], segments[bucket] + used[bucket]):
                other = places[place]
                if other < 0 or stamp[other] == row:
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
