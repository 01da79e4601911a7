"""Command `rules try` in words."""

from collections.abc import Iterator

from pipeline.commands.rules_try import Example, Trial

LONGEST_QUOTED = 160  # characters of a paragraph
MOST_SOURCES = 30
FEWER = 5  # examples of what stays


def told(found: Trial) -> str:
    """How many lines would go, by source, with examples; and what the pattern matches that stays."""
    return "".join(f"{line}\n" for line in _lines(found))


def _lines(found: Trial) -> Iterator[str]:
    documents, hit, lines = (counts.total() for counts in (found.documents, found.hit_documents, found.hit_lines))
    yield f"{lines:,} lines would go, from {hit:,} of {documents:,} documents ({_share(hit, documents)})"
    if lines:
        yield "\nlines  documents  of  source"
    ranked = sorted(+found.hit_lines, key=lambda source: (-found.hit_lines[source], source))
    for source in ranked[:MOST_SOURCES]:
        counts = found.hit_lines[source], found.hit_documents[source], found.documents[source]
        yield "  ".join((*(f"{count:,}" for count in counts), source))
    if len(ranked) > MOST_SOURCES:
        yield f"... and {len(ranked) - MOST_SOURCES:,} more sources"
    for example in found.hits:
        yield from _example(example)
    if found.others:
        others = ", ".join(f"{rule} {count:,}" for rule, count in sorted(found.others.items()))
        yield f"\nmatched, but taken by other rules: {others}"
    if found.staying:
        yield f"\n{found.staying:,} lines match and stay, for what stands around them speaks for them; such as"
    for example in found.stays[:FEWER]:
        yield f"  {example.doc_id}: {_quoted(example.text)}"


def _example(example: Example) -> Iterator[str]:
    yield f"\n{example.doc_id}"
    if example.above:
        yield f"    {_quoted(example.above, from_end=True)}"
    if example.taken != example.text:
        yield f"    {_quoted(example.text.removesuffix(example.taken), from_end=True)}"
    yield f"  - {_quoted(example.taken)}"
    for other in example.others:
        yield f"    {other.rule} takes: {_quoted(other.text)}"


def _quoted(text: str, *, from_end: bool = False) -> str:
    """A paragraph on one line, cut short; of what stands above, the end is of interest."""
    text = " ".join(text.split())
    if len(text) <= LONGEST_QUOTED:
        return text
    return f"… {text[-LONGEST_QUOTED:]}" if from_end else f"{text[:LONGEST_QUOTED]} …"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "nothing was read"
