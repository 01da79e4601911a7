"""MB of text per second of one core, for each compiled kernel and what it is compared with, side by side."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from datasketch import MinHash
from numpy.typing import NDArray

from benchmarks.corpus import Source, grown, news
from benchmarks.options import Options
from benchmarks.table import middle, show
from pipeline.config import RepeatsSettings, Settings
from pipeline.dedup.blake2b import BLOCK_BYTES, digests, lanes
from pipeline.dedup.contents import contents_of
from pipeline.dedup.fold import folds_of
from pipeline.dedup.letters import CLASS, SPACE, tables
from pipeline.dedup.minhash import band_keys, reference_signatures, signatures
from pipeline.plan import method_of
from pipeline.stages.tables import text_buffers
from pipeline.text.decode import decode
from pipeline.text.paragraphs import layouts, paragraph_spans
from pipeline.text.screen import may_change

DEFAULT_MB = 4.0
SLOW_SHARE = 40  # what is compared with gets each so many-th paragraph: it is that much slower


@dataclass(frozen=True, slots=True)
class Timed:
    """Something to time: `work` goes over `megabytes` of text. `beside`: what its speed is divided by in the table."""

    name: str
    megabytes: float
    work: Callable[[], object]
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """The buffers that kernels work on."""

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    layout: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    bodies: tuple[bytes, ...]


def main(options: Options) -> None:
    source = news()
    megabytes = options.mb or DEFAULT_MB
    rates = measured(cases(texts_of(source, megabytes)), options.runs)
    show(
        f"kernels: MB of UTF-8 text per second of CPU, one core, medians of {options.runs} interleaved runs",
        ("kernel", "MB of text", "MB/s", "times as fast as"),
        rows(rates),
        (source.said, f"made by: python -m benchmarks kernels --mb {megabytes:g} --runs {options.runs}"),
    )


def texts_of(source: Source, megabytes: float) -> Texts:
    """The texts of a source, so many megabytes, as one column."""
    bodies = tuple(record["text"].encode() for record in grown(source, megabytes))
    data, offsets = text_buffers(pa.array([body.decode() for body in bodies], pa.large_string()))
    layout = layouts(data, offsets, _spaces())
    row, start, end, _, _ = paragraph_spans(data, offsets, layout, _spaces())
    return Texts(data, offsets, layout, offsets[row] + start, offsets[row] + end, bodies)


def _spaces() -> NDArray[np.bool_]:
    return (tables()[0] & CLASS) == SPACE


def cases(texts: Texts) -> list[Timed]:
    """Everything that is timed, in the order of the pipeline."""
    chosen = RepeatsSettings()
    method = method_of(Settings())
    data, starts, ends, spaces = texts.data, texts.starts, texts.ends, _spaces()
    size = len(data) / 1e6
    some = slice(None, None, SLOW_SHARE)
    little = float((ends[some] - starts[some]).sum()) / 1e6
    sketch = {"count": chosen.permutations, "seed": chosen.seed}
    values = signatures(data, starts, ends, **sketch)
    masked, unspaced = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.bool_)
    held = contents_of(data, starts[some], ends[some], masked[some], unspaced[some])
    shingles = np.split((held.shingles >> np.uint64(32)).astype(np.uint32), held.shingle_offsets[1:-1])
    plain = data.tobytes()
    short = [plain[at : at + BLOCK_BYTES] for at in range(0, len(plain), BLOCK_BYTES)]
    words = np.frombuffer(plain + bytes(-len(plain) % BLOCK_BYTES), np.uint64)
    places = np.arange(len(short)) * (BLOCK_BYTES // 8)
    sizes = np.array([len(each) for each in short])
    keys, state = np.zeros((2, len(short)), np.uint64), lanes()
    return [
        Timed("decode", size, lambda: [decode(body) for body in texts.bodies]),
        Timed("may_change", size, lambda: may_change(data, texts.offsets)),
        Timed("layouts", size, lambda: layouts(data, texts.offsets, spaces)),
        Timed("paragraph_spans", size, lambda: paragraph_spans(data, texts.offsets, texts.layout, spaces)),
        Timed("folds_of", size, lambda: folds_of(data, starts, ends)),
        Timed("folds_and_bands", size, lambda: method.folds(data, starts, ends)),
        Timed("digests of 128 bytes", size, lambda: digests(words, places, sizes, keys, state), "hashlib.blake2b"),
        Timed("hashlib.blake2b", size, lambda: [hashlib.blake2b(each, digest_size=16).digest() for each in short]),
        Timed("signatures", size, lambda: signatures(data, starts, ends, **sketch), "datasketch's loop"),
        Timed("datasketch's loop", little, lambda: reference_signatures(data, starts[some], ends[some], **sketch)),
        Timed("datasketch, shingles given", little, lambda: sketched(shingles, **sketch)),
        Timed("band_keys", size, lambda: band_keys(values, bands=chosen.bands, rows=chosen.rows)),
        Timed("contents_of", size, lambda: contents_of(data, starts, ends, masked, unspaced)),
    ]


def sketched(shingles: list[NDArray[np.uint32]], *, count: int, seed: int) -> list[NDArray[np.uint32]]:
    """Signatures by datasketch alone, as it would be used at its fastest: no splitting of text in its time."""
    first = MinHash(num_perm=count, seed=seed, scheme="affine32", hashfunc=int)
    made = []
    for each in shingles:
        sketch = MinHash(num_perm=count, seed=seed, scheme="affine32", hashfunc=int, permutations=first.permutations)
        sketch.update_batch(each)
        made.append(sketch.hashvalues)
    return made


def measured(timed: list[Timed], runs: int) -> list[tuple[Timed, float]]:
    """MB/s of each: the median over runs in turn, A B C A B C, after one that compiles."""
    seconds: dict[str, list[float]] = {each.name: [] for each in timed}
    for turn in range(runs + 1):
        for each in timed:
            begun = time.process_time()
            each.work()
            if turn:
                seconds[each.name].append(time.process_time() - begun)
    return [(each, each.megabytes / max(middle(seconds[each.name]), 1e-9)) for each in timed]


def rows(rates: list[tuple[Timed, float]]) -> list[tuple[object, ...]]:
    """The rows of the table."""
    rate_of = {each.name: rate for each, rate in rates}
    return [
        (each.name, each.megabytes, rate, f"{rate / rate_of[each.beside]:.1f} {each.beside}" if each.beside else "")
        for each, rate in rates
    ]
