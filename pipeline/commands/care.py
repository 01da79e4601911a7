"""What the commands that care for a store do, apart from arguments: verify, rollback, compact, stats."""

import sys
from collections.abc import Sequence
from pathlib import Path

import orjson

from pipeline.store.finding import Finding
from pipeline.store.folder import Store, open_store
from pipeline.store.manifest import Manifest
from pipeline.store.stats import Stats
from pipeline.store.subset import WHOLE, Subset, subset_of


def verify_command(root: Path, *, fast: bool, subset: str | None, inboxes: Sequence[str]) -> int:
    """`clean-corpus verify`: 0 if every promise holds, 4 if not."""
    from pipeline.store.verify import verify

    part = WHOLE if subset is None else subset_of(subset)
    store = Store(root)
    if not store.corpus_json.exists() and not store.manifests.exists():
        open_store(root, create=False)  # says that there is no store
    findings = verify(store, deep=not fast, subset=part)
    if inboxes:
        findings += _against(store, inboxes)
    for finding in findings:
        sys.stdout.write(f"{finding.where}: {finding.what}. {finding.remedy}\n")
    sys.stdout.write(f"{len(findings)} findings\n" if findings else f"{root}: {_looked_at(part, fast=fast)}\n")
    return 4 if findings else 0


def _looked_at(part: Subset, *, fast: bool) -> str:
    if fast:
        return "every file is there, with its size; what is in them was not looked at"
    if part != WHOLE:
        return f"every promise holds in part {part.number} of {part.parts}"
    return "every promise holds"


def _against(store: Store, inboxes: Sequence[str]) -> list[Finding]:
    from pipeline.nights.against import against

    found = against(store, inboxes)
    said = ", ".join(f"{count:,} {where}" for where, count in sorted(found.counts.items()) if count)
    sys.stdout.write(f"documents of {', '.join(inboxes)}: {said or 'none'}\n")
    return found.findings


def rollback_command(root: Path, number: int | None) -> int:
    """`clean-corpus rollback`."""
    from pipeline.store.rollback import rollback

    made = rollback(open_store(root, create=False), number)
    if made is None:
        sys.stdout.write(f"{root} is in this state already\n")
    else:
        back = made.made_by.removeprefix("rollback ")
        sys.stdout.write(
            f"published generation {made.generation}, which is generation {back} again: {_size(made)}. "
            "Input that was read since will be read again by the next run.\n"
        )
    return 0


def compact_command(root: Path) -> int:
    """`clean-corpus compact`."""
    from pipeline.store.compact import compact
    from pipeline.store.manifest import load_manifest

    store = open_store(root, create=False)
    made = compact(store)
    if made is None:
        sys.stdout.write(f"{root} has no small files to lay together\n")
    else:
        before = load_manifest(store, made.generation - 1)
        sys.stdout.write(
            f"published generation {made.generation}: {len(made.files):,} files hold what {len(before.files):,} held\n"
        )
    return 0


def _size(made: Manifest) -> str:
    return f"{made.counts['documents']:,} documents, {made.counts['chars_out']:,} characters"


def stats_command(root: Path, *, as_json: bool) -> int:
    """`clean-corpus stats`."""
    from pipeline.store.stats import stats

    found = stats(open_store(root, create=False))
    sys.stdout.write(orjson.dumps(found.as_json()).decode() + "\n" if as_json else told(found))
    return 0


def told(found: Stats) -> str:
    """The numbers for a terminal."""
    made = ", ".join(f"{count:,} by {word}" for word, count in found.made_by.items())
    first, last = found.generations[0], found.generations[-1]
    lines = [
        f"generation {found.generation}; kept are {first} to {last} ({made})",
        "",
        f"{'kind':12}{'files':>8}{'rows':>14}{'characters':>18}{'bytes':>18}{'share':>8}",
    ]
    for kind in found.kinds:
        figures = f"{kind.files:8,}{kind.rows:14,}{kind.chars:18,}{kind.bytes:18,}{100 * kind.share:7.1f}%"
        lines.append(f"{kind.kind:12}{figures}")
    files, rows, chars = (sum(getattr(kind, name) for kind in found.kinds) for name in ("files", "rows", "chars"))
    lines += [
        f"{'all':12}{files:8,}{rows:14,}{chars:18,}{found.bytes:18,}{100:7.1f}%",
        "",
        f"{found.older_files:,} files with {found.older_bytes:,} bytes are only of earlier generations; "
        f"manifests take {found.manifest_bytes:,} bytes",
    ]
    return "\n".join(lines) + "\n"
