"""The data contract, continued: what later runs ask of earlier ones. `schemas` has all of it."""

import pyarrow as pa

_string = pa.string()
_int32 = pa.int32()
_int64 = pa.int64()


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in columns.items()])


# What earlier runs decided, told by their traces: one row a live paragraph of an earlier document that is compared
# with, and one for a new paragraph that says what such a one said; and one a document that is a double (paragraph -1,
# the leader is the document that it repeats). Empty where nothing is decided yet.
FROZEN = _schema(
    doc=_int64,
    paragraph=_int32,
    leader_doc=_int64,
    leader_paragraph=_int32,
    shared=_int32,
    union=_int32,
    partial=pa.bool_(),
    kept=pa.bool_(),  # not removed as a repeat, and not in a document that is kept out
)

# Buckets with leaders of earlier documents that are none of those compared with: how many the bucket remembers, and
# whether it had more than it remembers. Sorted by key.
ABSENT = _schema(key=_int64, leaders=_int32, more=pa.bool_())

# What a paragraph in buckets holds, as far as it takes to see that another one is not alike (`dedup.leaders.Held`).
HELD = _schema(doc=_int64, paragraph=_int32, shingles=_int32, tokens=_int32, words=pa.binary(80))

# What a run leaves for later ones to ask: what a key (`dedup.trace_keys`) is of, and the place that it names.
TRACED = _schema(
    key=_int64,
    check=_int64,
    doc=_int64,
    paragraph=_int32,
    shared=_int32,
    union=_int32,
    leads=pa.bool_(),  # the place is of a new leader that lies in buckets
)

# What later runs ask instead of reading earlier documents: sorted by key (`dedup.trace_keys`), upper half first.
TRACES = _schema(
    high=pa.uint32(),
    low=pa.uint32(),
    check=_int64,  # 64 more bits of what the key is of
    doc=_int64,
    paragraph=_int32,
    shared=_int32,
    union=_int32,  # negative where a fold is contained in its leader
)
# Paragraphs that lead, in order, and the keys of their buckets: 48 bits each, sorted, with the row in PLACES.
PLACES = HELD
BANDS = _schema(high=pa.uint32(), low=pa.uint16(), place=pa.uint32())

# Keys and order of every document that a run added: what later runs compare with.
INDEX = _schema(
    doc=_int64,
    doc_id=_string,
    text_sha256=_string,
    path=_string,
    record=_int64,
    live=pa.bool_(),
    file=_int64,  # number of the input file that brought this version; `doc` has that of the first one
)

# Documents that were taken out on demand, and stay out.
FORGOTTEN = _schema(doc_id=_string, text_sha256=_string, root=_string, path=_string, file=_int64, run=_int64)
# What each rule took from each source in one run: what the brake of later runs calls usual.
TOLLS = _schema(
    run=_int64,
    source=_string,  # null in one row a run, which counts the whole of it
    documents=_int64,
    chars=_int64,
    emptied=_int64,
    uncertain=_int64,
    quarantined=_int64,  # in the row without a source only, else 0
    rule=_string,
    kind=_string,
    spans=_int64,
    removed=_int64,
)
