"""What folds are to one another, and the paragraphs of a corpus seen through it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.align import BESIDE, Sequence
from pipeline.dedup.beside import Places, nothing_beside
from pipeline.dedup.blocks import Marks
from pipeline.dedup.kinds import CONTAINED, EQUAL, FIGURES, GAP, NEAR


class Relations(NamedTuple):
    """For each of n folds: the fold of its leader (its own for a leader), the integers of the similarity, and whether
    it is contained in the leader rather than near to it. Every array has shape (n,).
    """

    leader: NDArray[np.int32]
    shared: NDArray[np.int32]
    union: NDArray[np.int32]
    partial: NDArray[np.bool_]


def unrelated(count: int) -> Relations:
    """Relations of folds of which each is its own leader; to be filled in."""
    shared, union = np.zeros((2, count), np.int32)
    return Relations(np.arange(count, dtype=np.int32), shared, union, np.zeros(count, np.bool_))


class Paragraphs(NamedTuple):
    """n paragraphs in corpus order: the fold (-1 without tokens), the letters, whether strong, whether unspaced."""

    fold: NDArray[np.int32]
    masked: NDArray[np.int64]
    letters: NDArray[np.int32]
    strong: NDArray[np.bool_]
    unspaced: NDArray[np.bool_]


def aligned(paragraphs: Paragraphs, firsts: NDArray[np.int64], found: Relations) -> tuple[Sequence, NDArray[np.int32]]:
    """The sequence for alignment, nothing beside yet, and the first position of each cluster (-1 without tokens).

    `firsts`: first position of each fold, and -1 for leaders that are not among these paragraphs.
    """
    fold = paragraphs.fold
    cluster, first = np.full((2, len(fold)), -1, np.int32)
    partial = np.zeros(len(fold), np.bool_)
    some = fold >= 0
    cluster[some] = found.leader[fold[some]]
    first[some] = firsts[cluster[some]]
    partial[some] = found.partial[fold[some]]
    masked, letters, strong = paragraphs[1:4]
    return Sequence(cluster, fold, masked, letters, strong, partial, nothing_beside()), first


def places_of(starts: NDArray[np.int64], first: NDArray[np.int32], seq: Sequence) -> Places:
    """What is looked at to find neighbours of repeats."""
    return Places(starts, first, seq.cluster, seq.fold, seq.letters, seq.strong)


def similarities(marks: Marks, seq: Sequence, found: Relations) -> NDArray[np.int64]:
    """(shared, union) of what goes, shape (2, n), 0 for the rest; BESIDE becomes NEAR or CONTAINED."""
    counts = np.zeros((2, len(marks.kind)), np.int64)
    counts[:, marks.kind == EQUAL] = 1
    led = np.flatnonzero((marks.kind == NEAR) | (marks.kind == CONTAINED))
    counts[:, led] = found.shared[seq.fold[led]], found.union[seq.fold[led]]
    aside = np.flatnonzero((marks.kind == BESIDE) | (marks.kind == FIGURES) | (marks.kind == GAP))
    keys = aside << 32 | seq.fold[marks.twin[aside]]
    at = np.searchsorted(seq.beside.keys, keys)
    counts[:, aside] = seq.beside.shared[at], seq.beside.union[at]
    marks.kind[aside] = np.where(marks.kind[aside] == BESIDE, seq.beside.kind[at], marks.kind[aside])
    return counts
