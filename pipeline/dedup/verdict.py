"""The verdict over two paragraphs: does the later one say again what the earlier one said?

It is given over their real contents, in integers, never over signatures:

    similarity  = shared / union        shared, union: shingles in both, in either       at least `threshold`
    containment = shared / mine         mine: shingles of the later paragraph            at least `containment`
    novelty     = alone / tokens        alone: tokens of the later that the earlier has not   at most `novelty`

One of the first two must be reached, and the third kept: similarity alone cannot tell an edited copy from another
item on the same template, but an edit brings few words that the first text had not, while names, places and events
of another item are new. What is new would be lost, so novelty looks one way, at what would go. Where a token is one
character, less of it says as much: there are fewer different ones, and a name is two or three of them. Two things
more make another item: a token that is new and stands there twice (the text is about it), and more than `novel_tokens`
new ones, however long the text.

Two texts stay apart whatever they share if they differ in nothing but figures (other figures are other news), or if one
of them negates and the other does not.
"""

from typing import NamedTuple

from numpy.typing import NDArray

from pipeline.dedup.contents import AGAIN, Contents
from pipeline.dedup.kinds import CONTAINED, NEAR, STAYS
from pipeline.dedup.reference import Shares
from pipeline.text.utf8 import compiled


class Limits(NamedTuple):
    """Fractions as (numerator, denominator), and a number of tokens."""

    threshold: tuple[int, int]
    novelty: tuple[int, int]
    novelty_unspaced: tuple[int, int]
    containment: tuple[int, int]
    novel_tokens: int


def limits(shares: Shares) -> Limits:
    """The limits of a verdict."""
    return Limits(
        shares.threshold.as_integer_ratio(),
        shares.novelty.as_integer_ratio(),
        shares.novelty_unspaced.as_integer_ratio(),
        shares.containment.as_integer_ratio(),
        shares.novel_tokens,
    )


@compiled
def overlap(left: NDArray, right: NDArray, may_miss: int) -> int:
    """How many hashes two sorted, unique arrays share; any smaller number where `right` has too few of `left`.

    `may_miss`: so many may be missing.
    """
    i = j = shared = 0
    while i < len(left) and j < len(right):
        a, b = left[i], right[j]
        shared += a == b
        i += a <= b
        j += b <= a
        if i - shared > may_miss:
            break
    return shared


@compiled
def similarity(mine: int, theirs: int, contents: Contents) -> tuple[int, int]:
    """(shared, union) of the shingles of two paragraphs that are not equal; a lone token is a shingle of its own."""
    ours = _set(mine, contents.shingles, contents.shingle_offsets)
    other = _set(theirs, contents.shingles, contents.shingle_offsets)
    shared = overlap(ours, other, len(ours))
    return shared, max(1, len(ours)) + max(1, len(other)) - shared


@compiled
def _set(row: int, values: NDArray, offsets: NDArray) -> NDArray:
    return values[offsets[row] : offsets[row + 1]]


@compiled
def _reaches(count: int, whole: int, share: tuple[int, int]) -> bool:
    return count * share[1] >= whole * share[0]


@compiled
def verdict(mine: int, theirs: int, contents: Contents, limits: Limits) -> tuple[int, int, int]:
    """(NEAR, CONTAINED or STAYS, shared, union) for paragraph `mine` beside the earlier paragraph `theirs`."""
    if contents.masked[mine] == contents.masked[theirs]:
        return STAYS, 0, 1
    ours = _set(mine, contents.shingles, contents.shingle_offsets)
    other = _set(theirs, contents.shingles, contents.shingle_offsets)
    low, high = min(len(ours), len(other)), max(len(ours), len(other))
    shorter = len(ours) < len(other)
    if low == 0 or not (shorter or _reaches(low, high, limits.threshold)):
        return STAYS, 0, 1
    shared = overlap(ours, other, may_miss(mine, theirs, contents, limits))
    union = low + high - shared
    found = STAYS
    if _reaches(shared, union, limits.threshold):
        found = NEAR
    elif shorter and _reaches(shared, low, limits.containment):
        found = CONTAINED
    if found != STAYS and not _says_the_same(mine, theirs, contents, limits):
        found = STAYS
    return found, shared, union


@compiled
def may_miss(mine: int, theirs: int, contents: Contents, limits: Limits) -> int:
    """How many shingles of `mine` may be missing in `theirs`, at most, if the two are to be near, or `mine` contained.

    shared / (ours + others - shared) >= n / d if and only if shared * (n + d) >= n * (ours + others).
    """
    ours = contents.shingle_offsets[mine + 1] - contents.shingle_offsets[mine]
    others = contents.shingle_offsets[theirs + 1] - contents.shingle_offsets[theirs]
    return missing_allowed(ours, others, limits)


@compiled
def missing_allowed(ours: int, others: int, limits: Limits) -> int:
    """The same, for a paragraph of `ours` shingles beside one of `others`."""
    numerator, denominator = limits.threshold
    near = -(-numerator * (ours + others) // (numerator + denominator))
    part = -(-limits.containment[0] * ours // limits.containment[1])
    return ours - (min(near, part) if ours < others else near)


@compiled
def new_allowed(tokens: int, unspaced: bool, limits: Limits) -> int:
    """How many of its tokens may be new in a paragraph that says what another one said."""
    share = limits.novelty_unspaced if unspaced else limits.novelty
    return min(tokens * share[0] // share[1], limits.novel_tokens)


@compiled
def _says_the_same(mine: int, theirs: int, contents: Contents, limits: Limits) -> bool:
    """Whether `mine` brings few tokens that `theirs` has not, none of them twice, and both negate or neither does."""
    if contents.negates[mine] != contents.negates[theirs]:
        return False
    left = _set(mine, contents.tokens, contents.token_offsets)
    right = _set(theirs, contents.tokens, contents.token_offsets)
    most_new = new_allowed(len(left), contents.unspaced[mine], limits)
    j = alone = 0
    for i in range(len(left)):
        token = left[i] | AGAIN
        while j < len(right) and right[j] | AGAIN < token:
            j += 1
        if j == len(right) or right[j] | AGAIN != token:
            alone += 1
            if alone > most_new or left[i] == token:
                return False
    return True
