"""Documents that are to leave a store, and to stay out: a new generation is made without them.

The state afterwards is that of a run over the other documents: a copy that was removed beside one of these comes back.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config import validated
from pipeline.engines.local import Progress, silent
from pipeline.errors import SettingsError
from pipeline.fingerprint import fingerprint
from pipeline.nights.inbox import News
from pipeline.nights.night import Night
from pipeline.rule_files import rule_files
from pipeline.run import made, refuse_another
from pipeline.stages.stored import FORGOTTEN
from pipeline.store.folder import Store, open_store
from pipeline.store.lock import hold
from pipeline.store.manifest import Input, Manifest, manifest_path
from pipeline.store.purge import purge
from pipeline.store.read import current_manifest, read_table
from pipeline.store.restore import near_misses
from pipeline.store.sweep import sweep
from pipeline.store.views import repair

_COLUMNS = ["doc_id", "path", "source", "text_sha256", "chars_in"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which documents: by name, by path of the input file or its folder, by source; `copies`: equal texts as well."""

    ids: tuple[str, ...] = ()
    path: str | None = None
    source: str | None = None
    copies: bool = False


@dataclass(frozen=True, slots=True)
class Going:
    """What goes: `rows` of name, path, source and characters; names that are out already; names of `copies`, which
    have an equal text and stay; how many removals in how many other documents lean on what goes.
    """

    rows: pa.Table
    out_already: tuple[str, ...]
    copies: tuple[str, ...]
    leaning: int
    leaning_documents: int
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class Forgot:
    """What was done. `generation`: None where nothing had to be made; `purged`: earlier generations taken away."""

    going: Going
    generation: int | None
    purged: int | None


def going(store: Store, asked: Asked) -> Going:
    """What would go. SettingsError for a name, path or source that there is not."""
    manifest = current_manifest(store)
    tables = [read_table(store, kind, columns=_COLUMNS, manifest=manifest) for kind in ("documents", "duplicates")]
    live = pa.concat_tables(tables).sort_by("doc_id")
    forgotten = read_table(store, "forgotten", manifest=manifest)
    out = {*forgotten["doc_id"].to_pylist()}
    names = {*live["doc_id"].to_pylist()}
    already = tuple(name for name in asked.ids if name in out and name not in names)
    _refuse_unknown(store, manifest, asked, names | out)
    chosen = _chosen(live, asked)
    if asked.path is not None or asked.source is not None:
        _refuse_empty(asked, chosen, already)
    texts = live.filter(chosen).filter(pc.greater(live.filter(chosen)["chars_in"], 0))["text_sha256"]
    equal = pc.is_in(live["text_sha256"], value_set=texts.combine_chunks())
    if asked.copies:
        chosen = pc.or_(chosen, equal)
    rows = live.filter(chosen)
    ledger = read_table(store, "ledger", columns=["doc_id", "twin_doc_id"], manifest=manifest)
    lost = rows["doc_id"].combine_chunks()
    lean = ledger.filter(
        pc.and_(pc.is_in(ledger["twin_doc_id"], value_set=lost), pc.invert(pc.is_in(ledger["doc_id"], value_set=lost)))
    )
    index = read_table(store, "index", columns=["doc_id", "file"], manifest=manifest)
    files = {*index.filter(pc.is_in(index["doc_id"], value_set=lost))["file"].to_pylist()}
    return Going(
        rows=rows,
        out_already=already,
        copies=tuple(live.filter(pc.and_not(equal, chosen))["doc_id"].to_pylist()),
        leaning=len(lean),
        leaning_documents=len(lean["doc_id"].unique()),
        inputs=tuple(each for each in manifest.read if each.file in files),
    )


def _refuse_unknown(store: Store, manifest: Manifest, asked: Asked, known: set[str]) -> None:
    unknown = [name for name in asked.ids if name not in known]
    if unknown:
        more = f" ({len(unknown)} such names in all)" if len(unknown) > 1 else ""
        near = near_misses(store, unknown[0], manifest)
        raise SettingsError(f"there is no document {unknown[0]!r} in {store.root}{more}.{near} Nothing was forgotten.")


def _refuse_empty(asked: Asked, chosen: pa.ChunkedArray, already: Sequence[str]) -> None:
    if not pc.any(chosen).as_py() and not already:
        where = " and ".join(
            f"{name} {value!r}" for name, value in (("path", asked.path), ("source", asked.source)) if value is not None
        )
        raise SettingsError(f"there is no document of {where} in the store: nothing was forgotten.")


def _chosen(live: pa.Table, asked: Asked) -> pa.ChunkedArray:
    chosen = pc.is_in(live["doc_id"], value_set=pa.array(asked.ids, pa.string()))
    if asked.path is not None:
        below = pc.starts_with(live["path"], f"{asked.path.rstrip('/')}/")
        chosen = pc.or_(chosen, pc.or_(below, pc.equal(live["path"], asked.path)))
    if asked.source is not None:
        chosen = pc.or_(chosen, pc.fill_null(pc.equal(live["source"], asked.source), fill_value=False))
    return chosen


def forget(root: Path, asked: Asked, *, purging: bool, progress: Progress = silent) -> Forgot:
    """Takes the documents out of the store in a new generation; with `purging` earlier generations go as well."""
    store = open_store(root, create=False)
    with hold(store):
        sweep(store)
        repair(store)
        found = going(store, asked)
        generation = None
        if len(found.rows):
            before = current_manifest(store)
            dropped = frozenset(found.rows["doc_id"].to_pylist())
            generation = _generation(store, before, before.read, dropped, _forgotten(store, before, found), progress)
        purged = purge(store, current_manifest(store)) if purging else None
    return Forgot(found, generation, purged)


def _forgotten(store: Store, before: Manifest, found: Going) -> pa.Table:
    """All that is forgotten (schema FORGOTTEN) once these documents are gone."""
    index = read_table(store, "index", columns=["doc_id", "file"], manifest=before)
    of_file = dict(zip(index["doc_id"].to_pylist(), index["file"].to_pylist(), strict=True))
    places = {each.file: each for each in before.read}
    rows = [
        {
            "doc_id": row["doc_id"],
            "text_sha256": row["text_sha256"],
            "root": places[file].root if file in places else None,
            "path": row["path"],
            "file": file,
            "run": before.generation + 1,
        }
        for row in found.rows.to_pylist()
        for file in (of_file[row["doc_id"]],)
    ]
    return pa.concat_tables(
        [read_table(store, "forgotten", manifest=before), pa.Table.from_pylist(rows, FORGOTTEN)]
    ).combine_chunks()


def remember(root: Path, ids: Sequence[str], progress: Progress = silent) -> int:
    """Lets forgotten documents come back: the next run reads their files again. The generation that says so."""
    store = open_store(root, create=False)
    with hold(store):
        sweep(store)
        repair(store)
        before = current_manifest(store)
        forgotten = read_table(store, "forgotten", manifest=before)
        out = {*forgotten["doc_id"].to_pylist()}
        unknown = [name for name in ids if name not in out]
        if unknown:
            raise SettingsError(
                f"document {unknown[0]!r} is not among the {len(out):,} forgotten ones of {store.root}."
            )
        again = pc.is_in(forgotten["doc_id"], value_set=pa.array(ids, pa.string()))
        files = {*forgotten.filter(again)["file"].to_pylist()}
        read = tuple(
            Input(each.file, each.root, each.path, each.sha256, 1) if each.file in files and each.sha256 else each
            for each in before.read
        )
        return _generation(store, before, read, frozenset(), forgotten.filter(pc.invert(again)), progress)


def _generation(
    store: Store,
    before: Manifest,
    read: tuple[Input, ...],
    dropped: frozenset[str],
    forgotten: pa.Table,
    progress: Progress,
) -> int:
    """Makes a generation of what there is, by the settings with which it was made; its number."""
    settings = validated(before.settings, str(manifest_path(store, before.generation)))
    rules = rule_files(settings)
    mark = fingerprint(settings, rules)
    refuse_another(before, mark)
    night = Night(store, before, secrets.token_hex(4), mark, News((), read), dropped=dropped, forgotten=forgotten)
    made(night, settings, rules, progress)
    return night.generation
