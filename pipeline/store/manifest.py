"""The manifest: which files are the corpus, what they must hold, and how they came to be.

`manifests/00000012.json` is made once and never changed; the newest number is the current state. Readers open only
the files that it names.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from pipeline.store.files import Json, read_sealed_json, reading, sealed_json, sha256_of
from pipeline.store.folder import Store

_MANIFEST_NAME = re.compile(r"[0-9]{8,}\.json")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # a name inside its folder, never a way out of it

_Kind = TypeVar("_Kind", str, int, dict[str, Json], list[Json])


@dataclass(frozen=True, slots=True)
class LiveFile:
    """A file that belongs to the corpus, with what it must hold. `chars` counts the code points of column `text`."""

    kind: str
    folder: str  # below gen/
    name: str
    rows: int
    chars: int
    bytes: int
    sha256: str

    def path(self, store: Store) -> Path:
        """Where the file lies."""
        return store.gen / self.folder / self.name


@dataclass(frozen=True, slots=True)
class Input:
    """An input file that was read: its number, where it lies, and what it holds.

    `sha256` is "" where no content can be named: it could not be read, or only a part of it. `tries`: how many runs
    have tried in vain to read it; 0 for one that was read.
    """

    file: int
    root: str
    path: str  # relative to the root
    sha256: str
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """One state of the corpus. `sha256` is the digest of the manifest itself, "" until it is sealed."""

    generation: int
    parent: str  # SHA-256 of the manifest file before this one, "" for the first
    run_id: str
    inputs: Mapping[str, str]  # SHA-256 of the content of each input file that no later run reads again -> its path
    next_file: int  # number of the next input file
    files: tuple[LiveFile, ...]
    counts: Mapping[str, int]  # names in `law.py`, over all live files
    settings: Mapping[str, Json]
    fingerprint: Mapping[str, Json]  # versions that can change text
    read: tuple[Input, ...] = ()  # every input file whose documents or quarantine rows are in the corpus
    accepted: tuple[str, ...] = ()  # what the brake found and a person let pass
    sha256: str = ""
    made_by: str = "run"  # or "compact", "rollback 12"


def generation_folder(generation: int, run_id: str) -> str:
    """Name below gen/ of what a run adds.

    >>> generation_folder(12, "a1b2")
    'g00000012-a1b2'
    """
    if not _PLAIN.fullmatch(run_id):
        raise ValueError(f"a run id is made of letters, digits, '-', '_' and '.', not {run_id!r}")
    return f"g{generation:08d}-{run_id}"


def manifest_path(store: Store, generation: int) -> Path:
    """Where the manifest of a generation lies."""
    return store.manifests / f"{generation:08d}.json"


def manifest_bytes(manifest: Manifest) -> bytes:
    """The file of a manifest: canonical JSON with its own digest."""
    return sealed_json(json.loads(json.dumps(asdict(manifest))))


def sealed(manifest: Manifest) -> Manifest:
    """The manifest with its own digest filled in."""
    return replace(manifest, sha256=json.loads(manifest_bytes(manifest))["sha256"])


def generations(store: Store) -> list[int]:
    """The numbers of all manifests, ascending."""
    with reading(store.manifests):
        names = [path.name for path in store.manifests.iterdir()] if store.manifests.exists() else []
    return sorted(int(name.removesuffix(".json")) for name in names if _MANIFEST_NAME.fullmatch(name))


def newest(store: Store) -> Manifest | None:
    """The current state; None before the first commit. IntegrityError names a broken manifest."""
    numbers = generations(store)
    return load_manifest(store, numbers[-1]) if numbers else None


def parent_digest(store: Store, generation: int) -> str:
    """What the manifest of `generation` has as its parent: SHA-256 of the file of the one before, "" without."""
    if generation <= 1:
        return ""
    path = manifest_path(store, generation - 1)
    with reading(path):
        return sha256_of(path)


def load_manifest(store: Store, generation: int) -> Manifest:
    """The manifest of one generation; IntegrityError names the file when it is missing or broken."""
    path = manifest_path(store, generation)
    content = read_sealed_json(path)
    with reading(path):
        manifest = _parsed(content)
        if manifest.generation != generation:
            raise ValueError(f"it says generation {manifest.generation}")
        return manifest


def _parsed(content: dict[str, Json]) -> Manifest:
    expected = {field.name for field in fields(Manifest)}
    if set(content) != expected:
        raise ValueError(f"its fields are {sorted(content)}, not {sorted(expected)}")
    return Manifest(
        generation=_typed(content["generation"], int),
        parent=_typed(content["parent"], str),
        run_id=_typed(content["run_id"], str),
        inputs={key: _typed(path, str) for key, path in _typed(content["inputs"], dict).items()},
        next_file=_typed(content["next_file"], int),
        files=tuple(_live_file(_typed(file, dict)) for file in _typed(content["files"], list)),
        counts={key: _typed(number, int) for key, number in _typed(content["counts"], dict).items()},
        settings=_typed(content["settings"], dict),
        fingerprint=_typed(content["fingerprint"], dict),
        read=tuple(_input(_typed(each, dict)) for each in _typed(content["read"], list)),
        accepted=tuple(_typed(line, str) for line in _typed(content["accepted"], list)),
        sha256=_typed(content["sha256"], str),
        made_by=_typed(content["made_by"], str),
    )


def _input(content: dict[str, Json]) -> Input:
    expected = {field.name for field in fields(Input)}
    if set(content) != expected:
        raise ValueError(f"an input has the fields {sorted(content)}, not {sorted(expected)}")
    return Input(
        file=_typed(content["file"], int),
        root=_typed(content["root"], str),
        path=_typed(content["path"], str),
        sha256=_typed(content["sha256"], str),
        tries=_typed(content["tries"], int),
    )


def _typed(value: Json, kind: type[_Kind]) -> _Kind:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"{str(value)[:40]!r} is not of type {kind.__name__}")
    return value


def _live_file(content: dict[str, Json]) -> LiveFile:
    expected = {field.name for field in fields(LiveFile)}
    if set(content) != expected:
        raise ValueError(f"a file has the fields {sorted(content)}, not {sorted(expected)}")
    file = LiveFile(
        kind=_typed(content["kind"], str),
        folder=_typed(content["folder"], str),
        name=_typed(content["name"], str),
        rows=_typed(content["rows"], int),
        chars=_typed(content["chars"], int),
        bytes=_typed(content["bytes"], int),
        sha256=_typed(content["sha256"], str),
    )
    for name in (file.kind, file.folder, file.name):
        if not _PLAIN.fullmatch(name):
            raise ValueError(f"{name!r} is not a plain name")
    return file


def live_files_of(facts: Iterable[pa.RecordBatch], folder: str) -> tuple[LiveFile, ...]:
    """FACTS of files that were written to `gen/<folder>` as entries of a manifest, in the same order."""
    return tuple(LiveFile(folder=folder, **row) for batch in facts for row in batch.to_pylist())


def plain_live_file(path: Path, *, kind: str) -> LiveFile:
    """The entry of a file in a generation folder that is no table, such as report.html."""
    with reading(path):
        content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return LiveFile(kind, path.parent.name, path.name, rows=0, chars=0, bytes=len(content), sha256=digest)
