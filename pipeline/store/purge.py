"""Takes away all that the newest manifest does not name: earlier generations, their files, views, reports, caches.

The manifests go first, the oldest one first, so that no manifest ever names a file that is gone. What a crash leaves
is taken by the next purge.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path

from pipeline.store.commit import TEMPORARY_MANIFEST
from pipeline.store.files import sync_folder, writing
from pipeline.store.folder import Store
from pipeline.store.manifest import Manifest, generations, manifest_path
from pipeline.store.views import publish


def purge(store: Store, manifest: Manifest) -> int:
    """Removes every earlier generation; how many there were. Call it with the lock held; `manifest` is the newest.

    What the disk holds behind deleted files, and backups, are out of reach.
    """
    publish(store, manifest)
    earlier = [number for number in generations(store) if number != manifest.generation]
    with writing(store.manifests):
        for number in earlier:
            manifest_path(store, number).unlink()
        _remove(store.manifests.glob(f"{TEMPORARY_MANIFEST}*"))
        sync_folder(store.manifests)
    live = {file.path(store) for file in manifest.files}
    with writing(store.gen):
        for folder in sorted(store.gen.iterdir()):
            _remove(path for path in sorted(folder.iterdir()) if path not in live)
            if not any(folder.iterdir()):
                folder.rmdir()
        sync_folder(store.gen)
    current = store.current.readlink().name
    with writing(store.root):
        _remove(view for view in sorted(store.views.iterdir()) if view.name != current)
        _remove(sorted(store.cache.iterdir()))
        _remove(path for path in (store.root / "reports",) if path.exists())
    return len(earlier)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
