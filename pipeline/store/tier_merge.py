"""Tiers of the index made one: few files to look into, however many nights there were.

A tier is merged into the next older one while that one is less than twice its size. So the sizes of tiers at least
double from each to the next older one, a store of N nights has about log2(N) of them, and each row is written about as
often.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from pipeline.dedup.sorted_keys import merged_order
from pipeline.dedup.trace_keys import holds_newest
from pipeline.store.folder import Store
from pipeline.store.kinds import SEARCHED
from pipeline.store.tiers import MOST_ROWS, Columns, Mapped, SortedWriter, Tier, joined, mapped

_FEWEST_TIMES = 2
_MOST_PLACES = (1 << 32) - 1  # what the column `place` can count


def merged_tiers(store: Store, folder: Path, tiers: list[Tier], *, most: int) -> list[Tier]:
    """The tiers, oldest first, of which the newest are merged as far as their sizes ask for; new files go to `folder`.

    `most`: so many leaders of a bucket are kept.
    """
    out = list(tiers)
    while len(out) > 1 and _belong(out[-2], out[-1]):
        newer, older = out.pop(), out.pop()
        out.append(_merged(store, folder, older, newer, most))
        for file in (*older.files.values(), *newer.files.values()):
            if file.folder == folder.name:  # made by this very run
                file.path(store).unlink()
    return out


def _belong(older: Tier, newer: Tier) -> bool:
    return older.bytes < _FEWEST_TIMES * newer.bytes and _places(older) + _places(newer) <= _MOST_PLACES


def _places(tier: Tier) -> int:
    return tier.files["places"].rows


def _merged(store: Store, folder: Path, older: Tier, newer: Tier, most: int) -> Tier:
    files = {}
    for kind in SEARCHED:
        pair = mapped(store, older.files[kind]), mapped(store, newer.files[kind])
        writer = SortedWriter(folder, kind, (older.first, newer.last))
        parts = _behind(*pair) if kind == "places" else _sorted(kind, pair, (older, newer), most)
        for columns in parts:
            writer.write(columns)
        files[kind] = writer.finish()
    return Tier(older.first, newer.last, files)


def _behind(older: Mapped, newer: Mapped) -> Iterator[Columns]:
    yield from older.batches()
    yield from newer.batches()


def _sorted(kind: str, pair: tuple[Mapped, Mapped], tiers: tuple[Tier, Tier], most: int) -> Iterator[Columns]:
    rows = sum(tier.files[kind].rows for tier in tiers)
    ranges = max(1, -(-2 * rows // MOST_ROWS))
    bounds = np.linspace(0, 1 << 32, ranges + 1).astype(np.uint64)
    for first, behind in pairwise(bounds.tolist()):
        older, newer = (each.between(first, behind) for each in pair)
        if kind == "bands":
            newer["place"] = newer["place"] + np.uint32(_places(tiers[0]))
        order = merged_order(joined(older), joined(newer))
        columns = {name: np.concatenate([older[name], newer[name]])[order] for name in older}
        yield thinned(columns, most)


def thinned(columns: Columns, most: int) -> Columns:
    """Sorted rows without those that no question can ask for: the first `most` of a bucket, the newest that holds."""
    keys = joined(columns)
    if "check" in columns:
        again = (keys[1:] == keys[:-1]) & (columns["check"][1:] == columns["check"][:-1]) & holds_newest(keys[1:])
        stays = ~np.append(again, np.zeros(min(1, len(keys)), np.bool_))
    else:
        starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else np.empty(0, int)
        sizes = np.diff(np.append(starts, len(keys)))
        stays = np.arange(len(keys)) - np.repeat(starts, sizes) < most
    return {name: column[stays] for name, column in columns.items()}
