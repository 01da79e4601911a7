"""The brake for withdrawn documents: a file cut by mistake, or a name used anew each night, must not empty a source."""

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config import BrakeSettings
from pipeline.errors import BrakeError
from pipeline.store.folder import Store
from pipeline.store.manifest import Manifest
from pipeline.store.read import read_table


def check_withdrawals(
    store: Store, before: Manifest | None, withdrawn: frozenset[str], settings: BrakeSettings
) -> None:
    """Raises BrakeError where a source would lose too large a share of its documents because files changed."""
    if before is None or not withdrawn or not settings.enabled:
        return
    kinds = ("documents", "duplicates")
    live = pa.concat_tables([read_table(store, kind, columns=["doc_id", "source"], manifest=before) for kind in kinds])
    lost = live.filter(pc.is_in(live["doc_id"], value_set=pa.array(sorted(withdrawn), pa.string())))
    had, gone = Counter(live["source"].to_pylist()), Counter(lost["source"].to_pylist())
    wrong = [
        f"{source}: {count:,} of {had[source]:,} documents"
        for source, count in sorted(gone.items())
        if had[source] >= settings.fewest_documents and count > settings.most_removed_share * had[source]
    ]
    if wrong:
        raise BrakeError(
            f"the run is complete but not published: files that changed no longer hold more than "
            f"{settings.most_removed_share:.0%} of what was read from them before:\n  "
            + "\n  ".join(wrong)
            + "\nLook whether the files are whole. If other documents come under the same file names each night, set "
            "input.changed_files=add; if those documents are to go, set brake.enabled=false and run again."
        )
