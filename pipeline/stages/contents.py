"""Stages `contents` and `beside_contents`: what the paragraphs hold that are to be compared."""

from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.dedup.contents import contents_of
from pipeline.flow import Batches
from pipeline.stages.schemas import BESIDE, BESIDE_CONTENTS, CANDIDATES, CONTENTS, DOCUMENTS, PARAGRAPHS
from pipeline.stages.tables import batch, byte_spans, list_column, numbers, places, whole


def contents(documents: Batches, paragraphs: Batches, candidates: Batches) -> Batches:
    """The candidates of a shard with what they hold (schema CONTENTS), in order."""
    wanted = whole(candidates, CANDIDATES)
    if len(wanted):
        held = _held(documents, paragraphs, wanted)
        yield batch(CONTENTS, held | {name: wanted[name] for name in ("frozen", "buckets")})


def beside_contents(documents: Batches, paragraphs: Batches, beside: Batches) -> Batches:
    """What stands beside repeats, in a shard, with what it holds (schema BESIDE_CONTENTS), in order."""
    wanted = whole(beside, BESIDE)
    if len(wanted):
        yield batch(BESIDE_CONTENTS, _held(documents, paragraphs, wanted))


def _held(documents: Batches, paragraphs: Batches, wanted: pa.Table) -> dict[str, Any]:
    texts, table = whole(documents, DOCUMENTS), whole(paragraphs, PARAGRAPHS)
    at = places(numbers(table, "doc"), wanted)
    data, starts, ends = byte_spans(texts, table)
    held = contents_of(data, starts[at], ends[at], numbers(table, "masked")[at], numbers(table, "unspaced")[at])
    kind = CONTENTS.field("shingles").type
    return {
        "fold": wanted["fold"],
        "masked": held.masked,
        "unspaced": held.unspaced,
        "negates": held.negates,
        "shingles": list_column(held.shingles.view(np.int64), held.shingle_offsets, kind),
        "tokens": list_column(held.tokens.view(np.int64), held.token_offsets, kind),
    }
