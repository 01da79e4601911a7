"""How repeats are found: the numbers that both scopes, inside a document and across documents, share."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup import buckets
from pipeline.dedup.contents import Contents
from pipeline.dedup.edges import EDGES, edge_keys
from pipeline.dedup.fold import Folds, folds_and_bands, folds_of
from pipeline.dedup.leaders import Leaders, all_leading, leaders_of
from pipeline.dedup.minhash import band_keys, reference_signatures
from pipeline.dedup.reference import Shares
from pipeline.dedup.verdict import Limits, limits

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Method:
    """The settings of section `repeats` that decide (see `config.RepeatsSettings`)."""

    kernel: str
    seed: int
    permutations: int
    bands: int
    rows: int
    shares: Shares
    fewest_tokens: int
    strong_letters: int
    strong_letters_unspaced: int
    bucket_leaders: int
    within: bool
    across: str

    @property
    def keys_a_paragraph(self) -> int:
        """How many buckets a paragraph lies in."""
        return self.bands + EDGES

    @property
    def limits(self) -> Limits:
        """The limits of the verdict over a pair."""
        return limits(self.shares)

    def folds(
        self, data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> tuple[Folds, NDArray[np.int64]]:
        """Folds of the paragraphs data[starts[i]:ends[i]]; keys (m, keys_a_paragraph) of those with tokens enough."""
        if self.kernel == "datasketch":
            folds = folds_of(data, starts, ends)
            some = folds.tokens >= self.fewest_tokens
            signed = reference_signatures(data, starts[some], ends[some], count=self.permutations, seed=self.seed)
            bands = band_keys(signed, bands=self.bands, rows=self.rows)
            return folds, np.hstack([bands, edge_keys(data, starts[some], ends[some])])
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
        contents: Contents,
        frozen: NDArray[np.bool_] | None = None,
        absent: tuple[NDArray[np.int32], NDArray[np.bool_]] | None = None,
    ) -> Leaders:
        """Leaders of candidates in document order (see `leaders.leaders_of`)."""
        most = self.bucket_leaders
        return leaders_of(bucket_lists, contents, self.limits, most_leaders=most, frozen=frozen, absent=absent)

    def leaders_inside(
        self,
        keys: NDArray[np.int64],
        scope: NDArray[np.int64],
        held: Callable[[NDArray[np.int64]], Contents],
    ) -> Leaders:
        """Leaders of n paragraphs among those of one `scope` (a document); `held` gives the contents of some."""
        salted = (keys.view(np.uint64) + (scope.astype(np.uint64) * _GOLDEN)[:, None]).view(np.int64)
        rows, numbers = crowded_rows(salted)
        some = np.unique(rows)
        out = all_leading(len(keys))
        if len(some) == 0:
            return out
        offsets = np.searchsorted(rows, np.append(some, len(keys))).astype(np.int64)
        found = self.leaders((numbers, offsets), held(some))
        out.leader[some] = some[found.leader]
        out.shared[some], out.union[some] = found.shared, found.union
        out.partial[some], out.capped[some] = found.partial, found.capped
        return out


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
