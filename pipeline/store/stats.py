"""How large a store is: generations, and files, rows and bytes of each kind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.store.files import Json, reading
from pipeline.store.folder import Store
from pipeline.store.manifest import LiveFile, Manifest, generations, load_manifest
from pipeline.store.read import current_manifest


@dataclass(frozen=True, slots=True)
class KindStats:
    """Files of one kind, together; `share` is of the bytes of all live files."""

    kind: str
    files: int
    rows: int
    chars: int
    bytes: int
    share: float


@dataclass(frozen=True, slots=True)
class Stats:
    """A store in numbers. `older_bytes`: of files that only earlier generations have."""

    generation: int
    generations: tuple[int, ...]
    made_by: Mapping[str, int]  # generations by what made them
    kinds: tuple[KindStats, ...]
    bytes: int
    older_files: int
    older_bytes: int
    manifest_bytes: int
    counts: Mapping[str, int]

    def as_json(self) -> dict[str, Json]:
        """The same as one JSON object."""
        kinds: list[Json] = [
            {name: getattr(kind, name) for name in ("kind", "files", "rows", "chars", "bytes", "share")}
            for kind in self.kinds
        ]
        return {
            "generation": self.generation,
            "generations": list(self.generations),
            "made_by": dict(self.made_by),
            "kinds": kinds,
            "bytes": self.bytes,
            "older_files": self.older_files,
            "older_bytes": self.older_bytes,
            "manifest_bytes": self.manifest_bytes,
            "counts": dict(self.counts),
        }


def stats(store: Store) -> Stats:
    """The numbers of a store, from its manifests alone. Needs no lock; SettingsError before the first run."""
    now = current_manifest(store)
    manifests = [load_manifest(store, number) for number in generations(store)]
    live = set(now.files)
    older = {file for manifest in manifests for file in manifest.files} - live
    total = sum(file.bytes for file in live)
    with reading(store.manifests):
        told = sum(path.lstat().st_size for path in store.manifests.glob("*.json"))
    return Stats(
        generation=now.generation,
        generations=tuple(manifest.generation for manifest in manifests),
        made_by=_made_by(manifests),
        kinds=tuple(_kinds(now.files, total)),
        bytes=total,
        older_files=len(older),
        older_bytes=sum(file.bytes for file in older),
        manifest_bytes=told,
        counts=now.counts,
    )


def _made_by(manifests: Iterable[Manifest]) -> dict[str, int]:
    words = [manifest.made_by.partition(" ")[0] for manifest in manifests]
    return {word: words.count(word) for word in sorted(set(words))}


def _kinds(files: Iterable[LiveFile], total: int) -> Iterable[KindStats]:
    by_kind: dict[str, list[LiveFile]] = {}
    for file in files:
        by_kind.setdefault(file.kind, []).append(file)
    for kind, ours in by_kind.items():
        size = sum(file.bytes for file in ours)
        rows, chars = sum(file.rows for file in ours), sum(file.chars for file in ours)
        yield KindStats(kind, len(ours), rows, chars, size, size / total if total else 0.0)
