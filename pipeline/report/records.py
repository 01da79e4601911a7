"""The records that the report is made of. Nothing here is escaped yet."""

from collections.abc import Mapping
from dataclasses import dataclass

REPEATS = ("repeat_within", "repeat_across", "duplicate")  # kinds of removals that have a twin


@dataclass(frozen=True, slots=True)
class Example:
    """A removal to look at. `text` is its beginning."""

    doc_id: str
    start: int
    end: int
    kind: str
    rule: str
    evidence: str | None
    similarity: float | None
    score: float | None
    twin_doc_id: str | None
    twin_start: int | None
    twin_end: int | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class RuleSum:
    """What one rule took."""

    kind: str
    rule: str
    spans: int
    chars: int
    documents: int
    sources: int
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceSum:
    """What one source lost, and the rule that took most of it."""

    source: str
    documents: int
    duplicates: int
    chars: int
    removed: int
    top_rule: str | None
    top_chars: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a thing, and their characters."""

    name: str | None
    count: int
    chars: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Repeats whose similarity lies from `low` to 0.05 above it, by evidence."""

    low: float
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Copied:
    """A kept text with the number of its removed copies, and one of them."""

    copies: int
    documents: int
    chars: int
    example: Example


@dataclass(frozen=True, slots=True)
class TemplateSum:
    """A line that recurs in its source: documents that have it, of how many; `removed`: paragraphs that go as it.

    `place`: end, head; `line`: as it stands in the document `doc_id`.
    """

    source: str
    place: str
    state: str
    documents: int
    of_source: int
    removed: int
    line: str
    doc_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A record in quarantine."""

    path: str
    record: int | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class ReasonSum:
    """Records in quarantine for one reason; those that only a summary row counts are counted too."""

    reason: str
    records: int
    files: int
    examples: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A document whose encoding is a guess."""

    doc_id: str
    encoding: str | None
    chars: int


@dataclass(frozen=True, slots=True)
class Night:
    """What one run changed in the counts of the corpus."""

    generation: int
    documents_in: int
    duplicates: int
    quarantined: int
    chars_in: int
    chars_removed: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """Everything on the page. `counts` were told by the run; `measured` are the same, counted from the rows."""

    generation: int
    whole_corpus: bool
    counts: Mapping[str, int]
    measured: Mapping[str, int]
    nights: tuple[Night, ...]
    emptied: int
    rules: tuple[RuleSum, ...]
    largest: tuple[Example, ...]
    closest: tuple[Example, ...]
    source_count: int
    heavy_sources: int  # lost more than half
    sources: tuple[SourceSum, ...]
    evidence: tuple[Tally, ...]
    likeness: tuple[Bin, ...]
    block_sizes: tuple[Tally, ...]
    copied: tuple[Copied, ...]
    templates: tuple[TemplateSum, ...]
    template_counts: Mapping[str, int]  # by state
    quarantine: tuple[ReasonSum, ...]
    encodings: tuple[Tally, ...]
    languages: tuple[Tally, ...]
    repairs: tuple[Tally, ...]
    uncertain: tuple[Doubtful, ...]
    uncertain_encodings: tuple[Tally, ...]


def breaks(numbers: Numbers) -> list[str]:
    """Every equation that does not hold, with its numbers; empty when all is accounted for."""
    told, measured = numbers.counts, numbers.measured
    out = told["documents"] + told["duplicates"] + told["quarantined"]
    kept = told["chars_out"] + told["chars_removed"]
    sides = [
        ("documents in", told["documents_in"], "clean + duplicates + in quarantine", out),
        ("characters in", told["chars_in"], "clean + removed", kept),
    ]
    sides += [(f"{name} told by the run", told[name], "counted from the rows", measured[name]) for name in measured]
    return [f"{left}: {one:,}, but {right}: {other:,}" for left, one, right, other in sides if one != other]
