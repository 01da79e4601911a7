"""Is the index what nights may trust: in order, and of exactly the documents that are there?"""

import numpy as np

from pipeline.dedup.trace_keys import name_keys
from pipeline.errors import ClearError
from pipeline.store.finding import FROM_BACKUP, REPORT_BUG, Finding
from pipeline.store.folder import Store
from pipeline.store.manifest import LiveFile, Manifest, manifest_path
from pipeline.store.read import read_table
from pipeline.store.tiers import joined, mapped
from pipeline.store.traces import index_of


def wrong_order(store: Store, file: LiveFile) -> str:
    """What is wrong with the rows of a file of the index; "" for nothing."""
    rows = 0
    last = -1
    try:
        for columns in mapped(store, file).batches():
            order = columns["doc"] if file.kind == "places" else joined(columns)
            if len(order) and (int(order[0]) < last or (order[1:] < order[:-1]).any()):
                return f"is not in order behind row {rows:,}"
            rows += len(order)
            last = int(order[-1]) if len(order) else last
    except ClearError as error:
        return str(error)
    return "" if rows == file.rows else f"has {rows:,} rows, not {file.rows:,}"


def index_findings(store: Store, manifest: Manifest) -> list[Finding]:
    """Documents that the index does not know, or not as they are."""
    path = str(manifest_path(store, manifest.generation))
    try:
        index = index_of(store, manifest)
    except ClearError as error:
        return [Finding(path, str(error), FROM_BACKUP)]
    if index is None:
        return []
    known = read_table(store, "index", columns=["doc", "doc_id"], manifest=manifest)
    names, doc = known["doc_id"].to_pylist(), known["doc"].to_numpy()
    told = index.told(name_keys(names))
    right = np.zeros(len(names), np.bool_)
    right[told.at] = told.doc == doc[told.at]
    return [
        Finding(names[at], "is not in the index as the document that it is", REPORT_BUG)
        for at in np.flatnonzero(~right).tolist()
    ]
