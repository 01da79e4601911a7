"""Takes away generations that nobody goes back to any more, and the files that only they had."""

import time
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from pipeline.errors import IntegrityError
from pipeline.store.files import sync_folder, writing
from pipeline.store.folder import Store
from pipeline.store.manifest import Manifest, generation_folder, generations, load_manifest, manifest_path
from pipeline.store.sweep import GRACE_SECONDS
from pipeline.store.views import prune


def retire(store: Store, *, keep: int, now: float | None = None) -> tuple[int, ...]:
    """Removes the manifests of all but the newest `keep` generations, and files that no manifest names any more.

    A generation goes only when the one after it is older than a day: a reader may still be at it. The numbers of those
    that went. Call it with the lock held. A store in which a manifest is missing or broken is left alone.
    """
    numbers = generations(store)
    if any(after != before + 1 for before, after in pairwise(numbers)):
        return ()
    limit = (time.time() if now is None else now) - GRACE_SECONDS
    try:
        kept = [load_manifest(store, number) for number in numbers]
    except IntegrityError:
        return ()
    gone = _retired(store, numbers, keep, limit)
    with writing(store.manifests):
        for number in gone:  # the oldest first: what is left is always a chain without a gap
            manifest_path(store, number).unlink()
        if gone:
            sync_folder(store.manifests)
    remove_unnamed(store, kept[len(gone) :])
    with writing(store.views):
        prune(store, limit)
    return gone


def _retired(store: Store, numbers: Sequence[int], keep: int, limit: float) -> tuple[int, ...]:
    """The oldest generations, up to the first that has to stay."""
    gone: list[int] = []
    for number, after in pairwise(numbers[: len(numbers) - keep + 1] if keep < len(numbers) else []):
        with writing(store.manifests):
            if manifest_path(store, after).lstat().st_mtime >= limit:
                break
        gone.append(number)
    return tuple(gone)


def remove_unnamed(store: Store, manifests: Iterable[Manifest]) -> tuple[Path, ...]:
    """Removes the files of committed generations that none of these manifests, which must be all, names."""
    names = {file.path(store) for manifest in manifests for file in manifest.files}
    folders = {path.parent for path in names}
    own = {store.gen / generation_folder(manifest.generation, manifest.run_id) for manifest in manifests}
    removed: list[Path] = []
    with writing(store.gen):
        for folder in sorted(folders | own):
            unnamed = [path for path in sorted(folder.iterdir()) if path not in names and path.is_file()]
            for path in unnamed:
                path.unlink()
            removed += unnamed
    return tuple(removed)
