"""How repeats are found: the numbers that both scopes, inside a document and across documents, share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup import buckets
from pipeline.dedup.fold import Folds, folds_and_bands, folds_of
from pipeline.dedup.leaders import Leaders, leaders_of
from pipeline.dedup.minhash import band_keys, reference_signatures
from pipeline.dedup.shingles import shingle_sets

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Method:
    """The settings of section `repeats` that decide (see `config.RepeatsSettings`); `threshold` is a fraction."""

    kernel: str
    seed: int
    permutations: int
    bands: int
    rows: int
    threshold: tuple[int, int]
    fewest_tokens: int
    strong_letters: int
    strong_letters_unspaced: int
    bucket_leaders: int
    within: bool
    across: str

    def folds(
        self, data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> tuple[Folds, NDArray[np.int64]]:
        """Folds of the paragraphs data[starts[i]:ends[i]], and band keys (m, bands) of those with tokens enough."""
        if self.kernel == "datasketch":
            folds = folds_of(data, starts, ends)
            some = folds.tokens >= self.fewest_tokens
            signed = reference_signatures(data, starts[some], ends[some], count=self.permutations, seed=self.seed)
            return folds, band_keys(signed, bands=self.bands, rows=self.rows)
        return folds_and_bands(
            data,
            starts,
            ends,
            seed=self.seed,
            permutations=self.permutations,
            bands=self.bands,
            rows=self.rows,
            fewest=self.fewest_tokens,
        )

    def strong(self, letters: NDArray[np.int32], unspaced: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which paragraphs have enough letters to start a block alone."""
        return letters >= np.where(unspaced, self.strong_letters_unspaced, self.strong_letters)

    def leaders(
        self,
        bucket_lists: tuple[NDArray[np.int32], NDArray[np.int64]],
        shingle_lists: tuple[NDArray[np.uint64], NDArray[np.int64]],
        masked: NDArray[np.int64],
    ) -> Leaders:
        """Leaders of candidates in document order (see `leaders.leaders_of`)."""
        return leaders_of(
            bucket_lists, shingle_lists, masked, threshold=self.threshold, most_leaders=self.bucket_leaders
        )

    def leaders_inside(
        self,
        data: NDArray[np.uint8],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        masked: NDArray[np.int64],
        keys: NDArray[np.int64],
        scope: NDArray[np.int64],
    ) -> Leaders:
        """Leaders of n paragraphs among those of the same `scope` (a document), all from one buffer of text."""
        salted = (keys.view(np.uint64) + (scope.astype(np.uint64) * _GOLDEN)[:, None]).view(np.int64)
        rows, numbers = crowded_rows(salted)
        some = np.unique(rows)
        leader = np.arange(len(starts), dtype=np.int32)
        counts = np.zeros((2, len(starts)), np.int32)
        capped = np.zeros(len(starts), np.bool_)
        if len(some) == 0:
            return Leaders(leader, counts[0], counts[1], capped)
        offsets = np.searchsorted(rows, np.append(some, len(starts))).astype(np.int64)
        found = self.leaders((numbers, offsets), shingle_sets(data, starts[some], ends[some]), masked[some])
        leader[some] = some[found.leader]
        counts[0, some], counts[1, some] = found.shared, found.union
        capped[some] = found.capped
        return Leaders(leader, counts[0], counts[1], capped)


def crowded_rows(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """(row, bucket number) of every key in `keys` (n, bands) that occurs more than once, in order of rows."""
    table = buckets.empty_table(keys.size)
    flat = keys.ravel()
    buckets.mark(table, flat)
    at = np.flatnonzero(buckets.crowded(table, flat))
    numbers = buckets.bucket_numbers(flat[at])
    at, numbers = at[numbers >= 0], numbers[numbers >= 0]
    return at // max(1, keys.shape[1]), numbers


def first_places(numbers: NDArray[np.int32]) -> NDArray[np.int64]:
    """Where each number 0, 1, ... stands first, given that they are numbered by first occurrence (-1 = none).

    >>> first_places(np.array([0, -1, 1, 0, 2])).tolist()
    [0, 2, 4]
    """
    highest = np.maximum.accumulate(numbers) if len(numbers) else numbers
    before = np.concatenate(([-1], highest[:-1])) if len(numbers) else numbers
    return np.flatnonzero(numbers > before)
