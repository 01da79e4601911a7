"""What earlier nights left to be asked: traces by their keys, and leaders by the keys of their buckets."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.trace_keys import Keys, holds_newest
from pipeline.store.folder import Store
from pipeline.store.manifest import Manifest
from pipeline.store.tiers import Columns, Tier, found_rows, mapped, nothing_of, tiers_of

STRANGERS = 16  # keys of buckets are cut to 48 bits: room for so many leaders that only seem to lie in a bucket


class Told(NamedTuple):
    """Answers, one a key that is known: its place among the keys, and the columns of its trace (see TRACES)."""

    at: NDArray[np.int64]
    doc: NDArray[np.int64]
    paragraph: NDArray[np.int64]
    shared: NDArray[np.int64]
    union: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Index:
    """The tiers of the index of a generation, oldest first."""

    store: Store
    tiers: list[Tier]

    def told(self, keys: Keys) -> Told:
        """What is known of these keys, in their order; of several traces of one key the one that holds."""
        order = np.argsort(keys.key, kind="stable")
        wanted, check = keys.key[order], keys.check[order]
        parts: list[tuple[NDArray[np.int64], Columns]] = []
        for tier in self.tiers:
            at, rows = found_rows(self.store, tier.files["traces"], wanted, most=len(wanted) + STRANGERS)
            same = rows["check"] == check[at]
            parts.append((order[at[same]], {name: column[same] for name, column in rows.items()}))
        places = np.concatenate([np.empty(0, np.int64), *(at for at, _ in parts)])
        age = np.arange(len(places))
        age = np.where(holds_newest(keys.key[places]), -age, age)
        best = np.lexsort((age, places))
        best = best[np.flatnonzero(np.diff(places[best], prepend=-1))]
        return Told(places[best], *(_column(parts, name)[best] for name in Told._fields[1:]))

    def leaders(self, keys: NDArray[np.uint64], *, most: int) -> tuple[NDArray[np.int64], Columns]:
        """(bounds, leaders) of the buckets with these keys (sorted, unique): those of bucket i are rows bounds[i] to
        bounds[i + 1] (schema PLACES), the first `most` at least, in order.
        """
        parts = []
        for tier in self.tiers:
            at, rows = found_rows(self.store, tier.files["bands"], keys, most=most + STRANGERS)
            parts.append((at, self._places(tier, rows["place"].astype(np.int64))))
        at = np.concatenate([np.empty(0, np.int64), *(each for each, _ in parts)])
        order = np.argsort(at, kind="stable")
        nothing = nothing_of("places")
        found = {name: np.concatenate([nothing[name], *(rows[name] for _, rows in parts)])[order] for name in nothing}
        return np.searchsorted(at[order], np.arange(len(keys) + 1)), found

    def _places(self, tier: Tier, wanted: NDArray[np.int64]) -> Columns:
        """Rows of `places` of a tier."""
        order = np.argsort(wanted, kind="stable")
        out = {name: np.empty(len(wanted), column.dtype) for name, column in nothing_of("places").items()}
        before = 0
        for batch in mapped(self.store, tier.files["places"]).batches():
            behind = before + len(batch["doc"])
            low, high = np.searchsorted(wanted[order], [before, behind]).tolist()
            some = order[low:high]
            for name, column in batch.items():
                out[name][some] = column[wanted[some] - before]
            before = behind
        return out


def index_of(store: Store, manifest: Manifest) -> Index | None:
    """The index of a generation; None where it was made without one."""
    tiers = tiers_of(manifest)
    return Index(store, tiers) if tiers else None


def _column(parts: list[tuple[NDArray[np.int64], Columns]], name: str) -> NDArray[np.int64]:
    return np.concatenate([np.empty(0, np.int64), *(rows[name] for _, rows in parts)]).astype(np.int64)
