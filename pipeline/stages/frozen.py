"""Stages `frozen` and `absent`, where nothing is decided yet: all documents are looked at as new ones."""

import pyarrow as pa

from pipeline.flow import Batches
from pipeline.stages.schemas import ABSENT, FROZEN


def frozen(_: Batches) -> Batches:
    """No decisions of earlier runs (schema FROZEN)."""
    yield pa.RecordBatch.from_pylist([], FROZEN)


def absent(_: Batches) -> Batches:
    """No buckets with leaders that are not compared with (schema ABSENT)."""
    yield pa.RecordBatch.from_pylist([], ABSENT)
