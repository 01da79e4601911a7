"""What a store holds, column by column. `docs/formats.md` says it in prose; `schemas` has what lies between stages."""

import pyarrow as pa

_string = pa.string()
_int32 = pa.int32()
_int64 = pa.int64()
_strings = pa.list_(pa.string())


def schema_of(**columns: pa.DataType) -> pa.Schema:
    """A schema of these columns, in this order."""
    return pa.schema([pa.field(name, kind) for name, kind in columns.items()])


CLEAN = schema_of(
    doc_id=_string,
    text=pa.large_string(),
    source=_string,
    url=_string,
    date=_string,
    path=_string,
    record=_int64,
    metadata=_string,
    encoding=_string,
    repairs=_strings,
    chars_in=_int64,
    chars_out=_int64,
    removed=_strings,
    layout=_string,
    lang=_string,
    body_sha256=_string,
    text_sha256=_string,  # of the normalized text
    byte_offset=_int64,
    run=_int64,
)

DUPLICATES = CLEAN.append(pa.field("duplicate_of", _string)).append(pa.field("similarity", pa.float64()))

LEDGER = schema_of(
    doc_id=_string,
    start=_int64,
    end=_int64,
    text=pa.large_string(),
    kind=_string,
    rule=_string,
    similarity=pa.float64(),
    score=pa.float64(),
    evidence=_string,
    twin_doc_id=_string,
    twin_start=_int64,
    twin_end=_int64,
    block=_int64,
    run=_int64,
)

QUARANTINE = schema_of(
    path=_string,
    record=_int64,
    byte_offset=_int64,
    reason=_string,
    detail=_string,
    sha256=_string,
    file=_int64,  # number of the input file
    run=_int64,
)

# What later runs ask instead of reading earlier documents: sorted by key (`dedup.trace_keys`), upper half first.
TRACES = schema_of(
    high=pa.uint32(),
    low=pa.uint32(),
    check=_int64,  # 64 more bits of what the key is of
    doc=_int64,
    paragraph=_int32,
    shared=_int32,
    union=_int32,  # negative where a fold is contained in its leader
)
# Paragraphs that lead, in order, and the keys of their buckets: 48 bits each, sorted, with the row in PLACES.
PLACES = schema_of(doc=_int64, paragraph=_int32, shingles=_int32, tokens=_int32, words=pa.binary(80))
BANDS = schema_of(high=pa.uint32(), low=pa.uint16(), place=pa.uint32())

# Keys and order of every document that a run added: what later runs compare with.
INDEX = schema_of(
    doc=_int64,
    doc_id=_string,
    text_sha256=_string,
    path=_string,
    record=_int64,
    live=pa.bool_(),
    file=_int64,  # number of the input file that brought this version; `doc` has that of the first one
)

# Documents that were taken out on demand, and stay out.
FORGOTTEN = schema_of(doc_id=_string, text_sha256=_string, root=_string, path=_string, file=_int64, run=_int64)

# What each rule took from each source in one run: what the brake of later runs calls usual.
TOLLS = schema_of(
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

# The lines that recur in a source, with their words, for people.
TEMPLATE_LIST = schema_of(
    source=_string,  # where its documents are from: the source, or the registered domain of their URLs
    place=_string,  # end, head
    state=_string,
    documents=_int64,
    of_source=_int64,
    removed=_int64,
    line=_string,  # as it stands in the first document that has it
    doc_id=_string,  # of that document
    run=_int64,
)
