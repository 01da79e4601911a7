"""Stage `tails`: the paragraphs at the end (and start) of each document that a rule or a template takes.

What `within` has removed is not looked at; where its first copy falls to a rule here, it takes that kind and rule.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.letters import spaces
from pipeline.flow import Batches
from pipeline.stages.left import Left, left
from pipeline.stages.schemas import DOCUMENTS, PARAGRAPHS, TAILS, TEMPLATES, WITHIN
from pipeline.stages.tables import batch, numbers, places, single, whole
from pipeline.stages.wanted import KindsBySource, kinds_of
from pipeline.text.mastheads import HEAD_WINDOW, head_removals
from pipeline.text.rules import RulePack, pack_of
from pipeline.text.tail_lines import ENDLESS, line_of
from pipeline.text.tail_weights import WEIGHTS
from pipeline.text.tails import TAIL_WINDOW, TailRemoval, cued, tail_removals
from pipeline.text.templates import ACTIVE, CONFIRMED, VETOED, Bench, Standing, head_templates, tail_templates, telling
from pipeline.text.tried import tried_rows

LONGEST_FIRST = 640  # bytes; a first paragraph that is longer is no line of a masthead
SURELY_PROSE = 4 * ENDLESS  # bytes; no cue is looked for in prose


def tails(
    documents: Batches,
    paragraphs: Batches,
    within: Batches,
    templates: Batches,
    *,
    pack_files: tuple[tuple[str, str], ...],
    kinds: tuple[str, ...],
    kinds_by_source: KindsBySource = (),
    model: bool = True,
) -> Batches:
    """One row a paragraph that a rule or a template takes (schema TAILS), in order.

    `pack_files`: (name, YAML text) of the packs. `model`: whether the model looks for tails besides.
    """
    texts, table, marks = whole(documents, DOCUMENTS), whole(paragraphs, PARAGRAPHS), whole(within, WITHIN)
    if len(table) == 0 or not (kinds or kinds_by_source):
        return
    evidence = numbers(marks, "evidence")
    doc, paragraph = numbers(table, "doc"), numbers(table, "paragraph")
    rest, pack = left(texts, table, np.flatnonzero(evidence == 0)), pack_of(pack_files)
    wanted = kinds_of(texts, doc[rest.rows[rest.opening]], kinds, kinds_by_source)
    known = whole(templates, TEMPLATES)
    at = np.searchsorted(rest.rows, places(doc, known))
    taken = dict(_removals(rest, pack, wanted, _recurs(len(rest.rows), known, at), model=model))
    standings = _standings(rest, known, at)
    docs = doc[rest.rows[rest.opening[sorted(standings)]]]
    sources = texts["source"].take(pa.array(np.searchsorted(numbers(texts, "doc"), docs))).to_pylist()
    taken |= dict(_templates(rest, standings, sources, taken, pack, wanted))
    found = {int(rest.rows[row]): each for row, each in taken.items()}
    found |= _with_copies(found, paragraph, evidence, numbers(marks, "twin"))
    if not found:
        return
    rows = np.array(sorted(found))
    ordered = [found[row] for row in rows.tolist()]
    yield batch(
        TAILS,
        {
            "doc": doc[rows],
            "paragraph": paragraph[rows],
            "kind": [each.kind for each in ordered],
            "rule": [each.rule for each in ordered],
            "score": [each.score for each in ordered],
            "evidence": [each.evidence for each in ordered],
        },
    )


def _recurs(count: int, known: pa.Table, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each of `count` paragraphs how many other documents of its source end in the same line; 0 where vetoed."""
    found = np.zeros(count, np.int64)
    some = ~numbers(known, "head") & pc.not_equal(single(known["state"]), VETOED).to_numpy(zero_copy_only=False)
    found[at[some]] = numbers(known, "documents")[some] - 1
    return found


def _removals(
    left: Left, pack: RulePack, wanted: list[frozenset[str]], recurs: NDArray[np.int64], *, model: bool
) -> Iterator[tuple[int, TailRemoval]]:
    """Numbers of paragraphs with their removals. Only documents in which a rule may match are gone through.

    `wanted`: the kinds that go from each document; `recurs`: how many other ones of its source end in each paragraph.
    """
    short = left.ends[left.opening] - left.starts[left.opening] <= LONGEST_FIRST
    first_rows = left.opening[short]
    for document in _documents(left, first_rows, pack.head.suspected(left.bytes_of(first_rows))):
        first, behind = int(left.opening[document]), int(left.closing[document])
        seen = left.texts(first, min(behind, first + HEAD_WINDOW))
        yield from ((first + each.index, each) for each in head_removals(seen, pack, wanted[document]))
    tried = tried_rows(left.data, left.starts, left.ends, left.chars, left.opening, left.closing, spaces())
    for document in _suspects(left, tried, pack, cues=model):
        first, behind = int(left.opening[document]), int(left.closing[document])
        first = max(first, behind - TAIL_WINDOW)
        last = left.texts(first, behind)
        known = telling(last, recurs[first:behind].tolist())
        removals = tail_removals(last, pack, wanted[document], known, WEIGHTS if model else None)
        yield from ((first + each.index, each) for each in removals)


_Edges = tuple[dict[int, Standing], dict[int, Standing]]  # at the end of a document, at its head


def _standings(left: Left, known: pa.Table, at: NDArray[np.int64]) -> dict[int, _Edges]:
    """Of each document that has templates what is known of its paragraphs, by number.

    `known` has schema TEMPLATES, row i is about paragraph number at[i].
    """
    found: dict[int, _Edges] = {}
    documents = np.searchsorted(left.opening, at, side="right") - 1
    told = (known[name].to_pylist() for name in ("head", "had", "of_first", "state"))
    for document, number, head, *standing in zip(documents.tolist(), at.tolist(), *told, strict=True):
        if standing[-1] in (ACTIVE, CONFIRMED):
            found.setdefault(document, ({}, {}))[head][number] = Standing(*standing)
    return found


def _templates(
    left: Left,
    standings: Mapping[int, _Edges],
    sources: Sequence[str | None],
    taken: Mapping[int, TailRemoval],
    pack: RulePack,
    wanted: list[frozenset[str]],
) -> Iterator[tuple[int, TailRemoval]]:
    """Numbers of paragraphs that go as templates, and of what rules have `taken` none; `sources`: of each document."""
    for document, source in zip(sorted(standings), sources, strict=True):
        first, behind = int(left.opening[document]), int(left.closing[document])
        windows = (max(first, behind - TAIL_WINDOW), behind), (first, min(behind, first + HEAD_WINDOW))
        judges = (tail_templates, pack.tail), (head_templates, pack.head)
        for (judge, finder), (start, stop), known in zip(judges, windows, standings[document], strict=True):
            if known:
                here = {number - start: each for number, each in known.items()}
                gone = {number - start for number in range(start, stop) if number in taken}
                removals = judge(
                    left.texts(start, stop), here, gone, Bench(pack, finder, wanted[document], source or "")
                )
                yield from ((start + each.index, each) for each in removals)


def _suspects(left: Left, tried: NDArray[np.int64], pack: RulePack, *, cues: bool) -> list[int]:
    """The documents in which a rule may match one of these paragraphs or, if they are asked for, there is a cue."""
    paragraphs = left.bytes_of(tried)
    found = set(_documents(left, tried, pack.tail.suspected(paragraphs)))
    if cues:
        owners = (np.searchsorted(left.opening, tried, side="right") - 1).tolist()
        for document, paragraph in zip(owners, paragraphs, strict=True):
            if document not in found and len(paragraph) < SURELY_PROSE and cued(line_of(paragraph.decode()), pack).cues:
                found.add(document)
    return sorted(found)


def _documents(left: Left, rows: NDArray[np.int64], suspected: Sequence[int]) -> list[int]:
    """The documents of these of the rows, in order."""
    documents = np.searchsorted(left.opening, rows[suspected], side="right") - 1
    return [int(document) for document in np.unique(documents)]


def _with_copies(
    found: dict[int, TailRemoval], paragraph: NDArray[np.int32], evidence: NDArray[np.int8], twin: NDArray[np.int32]
) -> dict[int, TailRemoval]:
    """Row -> removal of the repeats inside a document whose kept copy is in `found`."""
    repeats = np.flatnonzero((evidence != 0) & (twin >= 0))
    kept = repeats - paragraph[repeats] + twin[repeats]
    return {row: found[copy] for row, copy in zip(repeats.tolist(), kept.tolist(), strict=True) if copy in found}
