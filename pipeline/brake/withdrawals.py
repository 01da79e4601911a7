"""The brake for withdrawn documents: a file cut by mistake, or a name used anew each night, must not empty a source."""

from collections import Counter
from fractions import Fraction

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.brake.budget import Finding, Measure
from pipeline.store.folder import Store
from pipeline.store.manifest import Manifest
from pipeline.store.read import read_table
from pipeline.unattended import BrakeSettings


def withdrawals(store: Store, before: Manifest, withdrawn: frozenset[str], settings: BrakeSettings) -> list[Finding]:
    """Findings of sources that would lose too large a share of their documents because files changed."""
    if not withdrawn:
        return []
    kinds = ("documents", "duplicates")
    live = pa.concat_tables([read_table(store, kind, columns=["doc_id", "source"], manifest=before) for kind in kinds])
    lost = live.filter(pc.is_in(live["doc_id"], value_set=pa.array(sorted(withdrawn), pa.string())))
    had, gone = Counter(live["source"].to_pylist()), Counter(lost["source"].to_pylist())
    most = settings.fraction("most_removed_share")
    return [
        Finding(Measure("withdrawn", source, "", count, had[source]), most, Fraction(0), 0, had[source])
        for source, count in sorted(gone.items())
        if had[source] >= settings.fewest_documents and Fraction(count, had[source]) > most
    ]
