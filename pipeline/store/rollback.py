"""The corpus as it was after an earlier generation: a new one with the same live files, so that history only grows."""

from dataclasses import replace

from pipeline.errors import SettingsError
from pipeline.store.folder import Store
from pipeline.store.following import followed
from pipeline.store.lock import hold
from pipeline.store.manifest import Manifest, generations, load_manifest
from pipeline.store.read import current_manifest
from pipeline.store.sweep import sweep
from pipeline.store.views import repair

_BACK = "rollback "


def rollback(store: Store, number: int | None) -> Manifest | None:
    """Publishes the state of generation `number` (None: the one before) anew; None where it is the state already.

    Input files that were read since are unknown again, so that a later run reads them.
    """
    with hold(store):
        repair(store)
        sweep(store)
        now = current_manifest(store)
        then = _chosen(store, now, number)
        if _state(then) == _state(now):
            return None
        made_by = f"{_BACK}{then.generation}"
        return followed(store, now, lambda _: replace(then, made_by=made_by))


def _chosen(store: Store, now: Manifest, number: int | None) -> Manifest:
    """The manifest to go back to. SettingsError where there is none, or where documents were forgotten since."""
    numbers = generations(store)
    wanted = _stands_for(store, now) - 1 if number is None else number
    if wanted not in numbers:
        raise SettingsError(
            f"there is no generation {wanted} in {store.root} to go back to; "
            f"there are {numbers[0]} to {numbers[-1]}, and what setting output.keep did not keep is gone for good."
        )
    for each in numbers[numbers.index(wanted) + 1 :]:
        if load_manifest(store, each).made_by.startswith("forget"):
            raise SettingsError(
                f"generation {each} forgot documents, and generation {wanted} still has them. "
                f"Go back to {each} or a later one."
            )
    return load_manifest(store, wanted)


def _stands_for(store: Store, manifest: Manifest) -> int:
    """The generation whose state a manifest shows: its own, or the one that it went back to or wrote anew."""
    if manifest.made_by.startswith(_BACK):
        number = int(manifest.made_by.removeprefix(_BACK))
    elif manifest.made_by == "compact":
        number = manifest.generation - 1
    else:
        return manifest.generation
    return _stands_for(store, load_manifest(store, number)) if number in generations(store) else number


def _state(manifest: Manifest) -> tuple[object, ...]:
    return manifest.files, manifest.inputs, manifest.next_file
