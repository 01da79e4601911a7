"""Checks every promise that can be checked on a store. Damage becomes a finding, never a crash."""

from collections.abc import Callable

from pipeline.errors import ClearError
from pipeline.store.finding import FROM_BACKUP, Finding
from pipeline.store.folder import Store
from pipeline.store.index_check import index_findings
from pipeline.store.manifest import Manifest, manifest_path
from pipeline.store.subset import WHOLE, Subset
from pipeline.store.verify_files import chain_findings, corpus_findings, file_findings, manifests_of, view_findings
from pipeline.store.verify_promises import promise_findings


def verify(store: Store, *, deep: bool, subset: Subset = WHOLE) -> list[Finding]:
    """All that is wrong with a store; empty when it is whole.

    Without `deep`: the chain of manifests, presence and size of every file, the view. With it also SHA-256, rows and
    characters of the files in `subset`, and for every document that they hold and its removals what is promised.
    Promises are looked at only where no file is damaged. Needs no lock.
    """
    found = _guarded(lambda: corpus_findings(store), str(store.corpus_json))
    manifests, broken = manifests_of(store)
    found += broken
    found += _guarded(lambda: chain_findings(store, manifests), str(store.manifests))
    damaged = _guarded(lambda: file_findings(store, manifests, subset=subset if deep else None), str(store.gen))
    found += damaged
    current = None if broken else _newest(manifests)
    if current is not None:
        found += _guarded(lambda: view_findings(store, current), str(store.current))
        if deep and not damaged:
            path = str(manifest_path(store, current.generation))
            found += _guarded(lambda: promise_findings(store, current, subset), path)
            found += _guarded(lambda: index_findings(store, current), path)
    return found


def _newest(manifests: list[Manifest]) -> Manifest | None:
    return max(manifests, key=lambda each: each.generation, default=None)


def _guarded(check: Callable[[], list[Finding]], where: str) -> list[Finding]:
    """The findings of a check; that it could not be made is a finding too."""
    try:
        return check()
    except ClearError as error:
        return [Finding(where, str(error), FROM_BACKUP)]
    except Exception as error:  # a damaged store may break a check anywhere: say so, and go on with the next one
        return [Finding(where, f"could not be checked: {type(error).__name__}: {str(error)[:200]}", FROM_BACKUP)]
