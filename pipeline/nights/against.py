"""Is every document of an inbox in the store? The inbox is read anew, as a run would, and nothing is written."""

import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import plan as plans
from pipeline.config import Settings, validated
from pipeline.engines.local import Limits, LocalEngine
from pipeline.errors import Reason
from pipeline.nights.inbox import content_of
from pipeline.nights.night import packed
from pipeline.nights.reading import read_files
from pipeline.nights.spool import spooled
from pipeline.sources.files import Scanned, listing
from pipeline.stages.schemas import FILE_BITS, SLICES
from pipeline.store.finding import REPORT_BUG, Finding
from pipeline.store.folder import Store
from pipeline.store.manifest import Manifest, manifest_path
from pipeline.store.read import current_manifest, read_table

MOST_FINDINGS = 100
RUN_TO_READ = "run `clean-corpus run` with these paths"


@dataclass(frozen=True, slots=True)
class Known:
    """What a store has: digests of texts, names, and records in quarantine; `flooded` are files with more of these.

    `forgotten`: names and digests of what was taken out for good.
    """

    digests: frozenset[str]
    names: frozenset[str]
    aside: frozenset[tuple[str, int | None]]
    flooded: frozenset[str]
    forgotten: frozenset[str]


@dataclass(slots=True)
class Compared:
    """How many documents of the inbox are where, and what is nowhere."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)


def against(store: Store, paths: Sequence[str]) -> Compared:
    """Looks for every document under these paths: in the store, as a newer version, in quarantine, or forgotten.

    Read by the settings of the newest run. Needs no lock. Raises InputError where a path cannot be listed.
    """
    manifest = current_manifest(store)
    settings = validated(manifest.settings, str(manifest_path(store, manifest.generation)))
    found = Compared()
    with spooled(paths, None) as spool, tempfile.TemporaryDirectory(prefix="clean-corpus-") as work:
        chosen = settings.input
        inbox = listing(paths, chosen.text_extensions, chosen.text_field, spool)
        files = [content_of(each, chosen.slice_mb << 20) for each in inbox.files]
        found.counts["files passed over"] = len(inbox.skipped)
        known = known_of(store, manifest)
        unread = {number for number, each in enumerate(files) if each.sha256 not in manifest.inputs}
        for batch in _documents(files, settings, Path(work)):
            _compare(batch, known, unread, found)
    return found


def known_of(store: Store, manifest: Manifest) -> Known:
    """What the newest state has."""
    columns = ["doc_id", "text_sha256"]
    live = [read_table(store, kind, columns=columns, manifest=manifest) for kind in ("documents", "duplicates")]
    table = pa.concat_tables(live)
    aside = read_table(store, "quarantine", columns=["path", "record", "reason"], manifest=manifest)
    out = read_table(store, "forgotten", columns=["doc_id", "text_sha256"], manifest=manifest)
    more = aside.filter(pc.equal(aside["reason"], str(Reason.MORE_OF_THE_SAME)))
    return Known(
        frozenset(table["text_sha256"].to_pylist()),
        frozenset(table["doc_id"].to_pylist()),
        frozenset(zip(aside["path"].to_pylist(), aside["record"].to_pylist(), strict=True)),
        frozenset(more["path"].to_pylist()),
        frozenset(out["doc_id"].to_pylist() + out["text_sha256"].to_pylist()),
    )


def _documents(files: Sequence[Scanned], settings: Settings, work: Path) -> Iterator[pa.RecordBatch]:
    """All documents of the files, which have their place in `files` as their number."""
    chosen = settings.engine
    with LocalEngine(work, chosen.worker_count, chosen.memory_limit) as engine:
        shards = list(packed(files, 0, settings.input.slice_mb << 20, ()))
        slices = engine.write("slices", SLICES, shards)
        limits = Limits(chosen.reader_bytes, chosen.reader_seconds)
        yield from engine.rows(read_files(engine, plans.reading(settings), slices, limits, {}).documents)


def _compare(documents: pa.RecordBatch, known: Known, unread: Collection[int], found: Compared) -> None:
    """Says of each document where it is."""
    columns = ["doc", "doc_id", "text_sha256", "path", "record", "reason"]
    for row in documents.select(columns).to_pylist():
        where = _place(row, known)
        if where:
            found.counts[where] += 1
        elif row["doc"] >> FILE_BITS in unread:
            found.counts["not read yet"] += 1
            _add(found, Finding(f"{row['path']}", "has documents that no run has read", RUN_TO_READ))
        else:
            found.counts["lost"] += 1
            what = f"of record {row['record']} was read, and is neither in the store nor in quarantine"
            _add(found, Finding(f"{row['path']}", f"document {row['doc_id']!r} {what}", REPORT_BUG))


def _place(row: Mapping[str, Any], known: Known) -> str:
    """Where a document is; "" for nowhere."""
    if row["reason"] is not None:
        aside = (row["path"], row["record"]) in known.aside or row["path"] in known.flooded
        return "in quarantine" if aside else ""
    if row["text_sha256"] in known.digests:
        return "in the store"
    names = {row["doc_id"], f"{row['path']}#{row['doc_id']}"}  # the second with input.id_scope: file
    if {row["text_sha256"], *names} & known.forgotten:
        return "forgotten"
    return "in the store in another version" if names & known.names else ""


def _add(found: Compared, finding: Finding) -> None:
    if len(found.findings) < MOST_FINDINGS and finding not in found.findings:
        found.findings.append(finding)
