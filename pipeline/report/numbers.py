"""What the report says, before it is a page: plain records of counts, sums and examples."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from pipeline.report import sums
from pipeline.report.records import Example, Night, Numbers
from pipeline.report.tables import Files, Tables, tables, texts


def numbers_of(
    files: Files, counts: Mapping[str, int], *, generation: int, whole_corpus: bool, nights: tuple[Night, ...] = ()
) -> Numbers:
    """All numbers of these files. `counts`: what the run (or the manifest) says, to be compared with them."""
    found = tables(files)
    removals = found.removals.assign(draw=sums.draws(found.removals["doc_id"], found.removals["start"]))
    sources = sums.by_source(found.documents)
    examples = sums.examples_by_rule(removals)
    copied = sums.most_copied(removals)
    largest, closest = sums.largest(removals), sums.closest(removals)
    lone = [each.example for each in copied]
    shown = texts(files, _starts([*largest, *closest, *lone, *_all(examples)]))
    return Numbers(
        generation=generation,
        whole_corpus=whole_corpus,
        counts=dict(counts),
        measured=_measured(found),
        nights=nights,
        emptied=int(((found.documents["chars_out"] == 0) & ~found.documents["duplicate"]).sum()),
        rules=tuple(
            replace(each, examples=_with_texts(examples[each.kind, each.rule], shown))
            for each in sums.by_rule(removals)
        ),
        largest=_with_texts(largest, shown),
        closest=_with_texts(closest, shown),
        source_count=len(sources),
        heavy_sources=int((sources["share"] > 0.5).sum()),
        sources=sums.worst_sources(sources, removals),
        evidence=sums.by_evidence(removals),
        likeness=sums.likeness(removals),
        block_sizes=sums.block_sizes(removals),
        copied=tuple(replace(each, example=_with_texts((each.example,), shown)[0]) for each in copied),
        templates=sums.templates(found.templates),
        template_counts=sums.template_counts(found.templates),
        quarantine=sums.by_reason(found.quarantine),
        encodings=sums.tally(found.documents, "encoding"),
        languages=sums.tally(found.documents, "lang"),
        repairs=sums.tally(found.repairs, "repair"),
        uncertain=sums.uncertain(found.documents),
        uncertain_encodings=sums.tally(found.documents[found.documents["uncertain"]], "encoding"),
    )


def _measured(found: Tables) -> dict[str, int]:
    """The counts of the manifest, counted again from the rows."""
    copies = int(found.documents["duplicate"].sum())
    quarantined = sum(each.records for each in sums.by_reason(found.quarantine))
    return {
        "documents_in": len(found.documents) + quarantined,
        "documents": len(found.documents) - copies,
        "duplicates": copies,
        "quarantined": quarantined,
        "chars_in": _sum(found.documents["chars_in"]),
        "chars_out": _sum(found.documents["chars_out"]),
        "chars_removed": _sum(found.removals["chars"]),
    }


def _sum(column: "pd.Series[int]") -> int:
    return int(column.sum())


def _all(examples: Mapping[tuple[str, str], tuple[Example, ...]]) -> list[Example]:
    return [each for some in examples.values() for each in some]


def _starts(examples: list[Example]) -> set[tuple[str, int]]:
    return {(each.doc_id, each.start) for each in examples}


def _with_texts(examples: tuple[Example, ...], shown: Mapping[tuple[str, int], str]) -> tuple[Example, ...]:
    return tuple(replace(each, text=shown.get((each.doc_id, each.start), "")) for each in examples)
