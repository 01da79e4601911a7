"""The data contract: every dataset of the pipeline, column by column. `docs/formats.md` says it in prose.

Addresses: `doc` is the document number, given once at reading (number of the file << 32 | record), and orders the
corpus; `paragraph` counts from 0 inside its document. Spans are half-open. `start`/`end` count code points,
`byte_start`/`byte_end` UTF-8 bytes, both in the normalized text.
"""

import pyarrow as pa

from pipeline.stages.index_schemas import ABSENT as ABSENT
from pipeline.stages.index_schemas import BANDS as BANDS
from pipeline.stages.index_schemas import FORGOTTEN as FORGOTTEN
from pipeline.stages.index_schemas import FROZEN as FROZEN
from pipeline.stages.index_schemas import HELD as HELD
from pipeline.stages.index_schemas import INDEX as INDEX
from pipeline.stages.index_schemas import PLACES as PLACES
from pipeline.stages.index_schemas import TOLLS as TOLLS
from pipeline.stages.index_schemas import TRACED as TRACED
from pipeline.stages.index_schemas import TRACES as TRACES

_string = pa.string()
_int32 = pa.int32()
_int64 = pa.int64()
_strings = pa.list_(pa.string())


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in columns.items()])


FILE_BITS = 32  # of a document number, below the number of the file in which it first came

# --- between stages -----------------------------------------------------------------------------------------------

# What is to be read: one row a slice of a file (whole files where a format cannot be cut).
SLICES = _schema(
    file=_int64,  # number of the file in the store; file << 32 is added to the record to make `doc`
    path=_string,  # relative to its root, "/" between parts
    location=_string,  # where to open it
    format=_string,  # text, jsonl, json, csv, parquet, html, warc; unknown: not what its name says
    compression=_string,  # "", gz, bz2, xz, zst, or layers of these from outside in: gz+gz
    byte_start=_int64,
    byte_end=_int64,
    first_record=_int64,
)

# One row a document, or a record that could not be read (then `reason` is set and `text` is null).
DOCUMENTS = _schema(
    doc=_int64,
    doc_id=_string,
    source=_string,
    url=_string,
    date=_string,
    path=_string,
    record=_int64,
    byte_offset=_int64,
    metadata=_string,  # JSON object with every other field of the input record
    lang=_string,
    encoding=_string,
    repairs=_strings,
    layout=_string,  # lines, wrapped
    body_sha256=_string,
    text_sha256=_string,
    chars=_int64,
    text=pa.large_string(),
    reason=_string,
    detail=_string,
)

# One row a paragraph, in document order.
PARAGRAPHS = _schema(
    doc=_int64,
    paragraph=_int32,
    byte_start=_int32,  # of the line it starts on, indentation included
    byte_end=_int32,  # behind its last character that is not white space
    start=_int32,
    end=_int32,
    letters=_int32,  # letters and digits
    unspaced=pa.bool_(),  # most letters are of a script written without spaces
    tokens=_int32,
    fold_hi=_int64,  # BLAKE2b-128 of the fold; both 0 for a paragraph without tokens
    fold_lo=_int64,
    masked=_int64,  # hash of the fold with every run of digits masked
    buckets=pa.list_(_int64),  # keys of its bands and edges; empty for a paragraph of too few tokens
)

# One row a paragraph, beside PARAGRAPHS: what repeats inside its document.
WITHIN = _schema(
    doc=_int64,
    paragraph=_int32,
    evidence=pa.int8(),  # 0 stays; else an index into EVIDENCE
    twin=_int32,  # paragraph of the kept copy, -1 without
    shared=_int32,  # shingles in both / in either: the similarity is shared / union
    union=_int32,
    block=_int32,  # first paragraph of the block
    capped=pa.bool_(),  # a leader that was not compared with every earlier leader of its buckets
)
EVIDENCE = ("", "equal", "near", "contained", "figures", "gap")

# One row a document (paragraph -1), then one for each short line that is left at its end or head.
ENDINGS = _schema(
    doc=_int64,
    source=_int64,  # a number for the source
    longest=_int64,  # hash of the longest paragraph of the document, figures masked: copies have the same one
    paragraph=_int32,
    head=pa.bool_(),  # among the first paragraphs of the document; one line can be both
    hi=_int64,  # BLAKE2b-128 of source, place (end or head) and masked line
    lo=_int64,
    said=pa.int8(),  # 1 where the settings veto the line, 2 where they confirm it
)

# Those of these lines that other documents of the source have too, or that the settings name.
TEMPLATES = _schema(
    doc=_int64,
    paragraph=_int32,
    head=pa.bool_(),
    documents=_int64,  # of the source that have the line in this place; copies of one document count once
    had=_int64,  # how many had it when it became a template, null where it is none
    of_first=_int64,  # of the first so many documents of the source, counted likewise
    state=_string,  # seen, proposed, active, vetoed, confirmed
    source=_int64,  # as in ENDINGS
    hi=_int64,
    lo=_int64,
)

# The first place of each line of TEMPLATES that is more than seen, with the number of paragraphs that go as it.
LISTED = _schema(
    doc=_int64,
    paragraph=_int32,
    head=pa.bool_(),
    documents=_int64,
    of_source=_int64,
    state=_string,
    removed=_int64,
)

# The same with its words, for people.
TEMPLATE_LIST = _schema(
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

# One row a paragraph that a rule takes.
TAILS = _schema(
    doc=_int64,
    paragraph=_int32,
    kind=_string,
    rule=_string,
    score=pa.float64(),
    evidence=_string,  # what the ledger says beside the rule
)

# One row a span that a rule takes from inside a paragraph, at its end.
GLUED = _schema(
    doc=_int64,
    paragraph=_int32,
    start=_int32,
    end=_int32,
    byte_start=_int32,
    byte_end=_int32,
    kind=_string,
    rule=_string,
    score=pa.float64(),
)

# Documents whose whole normalized text is that of an earlier one.
EQUALS = _schema(doc=_int64, twin_doc=_int64)

# One row a paragraph, beside PARAGRAPHS: `fold` numbers the distinct folds of live paragraphs in order, -1 = not live.
FOLDS = _schema(doc=_int64, paragraph=_int32, fold=_int32)

# First occurrences of folds that share a bucket with another fold; `frozen`: known to lead.
CANDIDATES = _schema(doc=_int64, paragraph=_int32, fold=_int32, frozen=pa.bool_(), buckets=pa.list_(_int32))

# The candidates with what they hold: shingles and tokens as 64-bit hashes, sorted, unique.
CONTENTS = _schema(
    fold=_int32,
    masked=_int64,
    unspaced=pa.bool_(),
    negates=pa.bool_(),
    frozen=pa.bool_(),
    buckets=pa.list_(_int32),
    shingles=pa.list_(_int64),
    tokens=pa.list_(_int64),
)

# The same for folds that stand beside a repeat, where the copy of another one would stand.
BESIDE = _schema(doc=_int64, paragraph=_int32, fold=_int32)
BESIDE_CONTENTS = _schema(
    fold=_int32,
    masked=_int64,
    unspaced=pa.bool_(),
    negates=pa.bool_(),
    shingles=pa.list_(_int64),
    tokens=pa.list_(_int64),
)

# Folds that have a leader; and, as their own leaders, those that were not compared with every earlier one (`capped`).
LEADERS = _schema(
    fold=_int32,
    leader=_int32,
    shared=_int32,
    union=_int32,
    partial=pa.bool_(),  # contained in the leader, rather than near to it
    capped=pa.bool_(),
)

# Everything that goes as a repeat or a duplicate, settled; paragraph -1 = the whole document (then no twin span).
REPEATS = _schema(
    doc=_int64,
    paragraph=_int32,
    kind=_string,
    evidence=_string,
    shared=_int64,
    union=_int64,
    twin_doc=_int64,
    twin_start=_int64,
    twin_end=_int64,
    block=_int32,
)
# The name of every document; a name given before gets "~2".
NAMES = _schema(doc=_int64, doc_id=_string)
# The repeats with the name of the twin.
NAMED_REPEATS = REPEATS.append(pa.field("twin_doc_id", _string))

# --- in the store -------------------------------------------------------------------------------------------------

CLEAN = _schema(
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

LEDGER = _schema(
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

# The ledger on its way to the store: with the number of the document.
CUTS = pa.schema([pa.field("doc", _int64), *LEDGER])

QUARANTINE = _schema(
    path=_string,
    record=_int64,
    byte_offset=_int64,
    reason=_string,
    detail=_string,
    sha256=_string,
    file=_int64,  # number of the input file
    run=_int64,
)
