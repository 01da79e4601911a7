"""Sources, repeats and quarantine."""

from collections.abc import Sequence

from pipeline.report.markup import (
    NONE,
    NOTHING,
    Html,
    bar,
    folded,
    foreign,
    joined,
    number,
    percent,
    plural,
    section,
    shown,
    table,
    tag,
)
from pipeline.report.records import Bin, Numbers, ReasonSum, Refused, SourceSum, Tally
from pipeline.report.sums import FEW_DOCUMENTS

_SHOWN_LINE = 80  # characters
# What the state of a template means.
_STATES = {
    "active": "in enough documents, and a large enough share of them",
    "proposed": "in enough documents, but in a small share; nothing goes",
    "confirmed": "by the settings",
    "vetoed": "by the settings; nothing goes",
}
# How a repeat equals its twin: colour, meaning.
_EVIDENCE = {
    "equal": ("kept", "the same words"),
    "near": ("removed", "similarity at or over the threshold"),
    "contained": ("copy", "a shortened or extended copy"),
    "figures": ("refused", "differs only in figures, inside a repeated block"),
    "gap": ("gap", "a short changed paragraph inside a repeated block"),
}


def sources(numbers: Numbers) -> Html:
    """What each source lost, the worst first."""
    shown_of_all = (
        f"The worst {len(numbers.sources)} of {numbers.source_count:,}"
        if numbers.source_count > len(numbers.sources)
        else "The worst first"
    )
    note = (
        f"{shown_of_all}, by the share that went; sources of fewer than {FEW_DOCUMENTS} documents come last, "
        "and sources that lost nothing are left out."
    )
    heads = ["source", "#documents", "#duplicates", "#characters", "#removed", "#share", "", "mostly by"]
    rows = [_source(each) for each in numbers.sources if each.removed]
    return section("sources", "By source", tag("p", Html(note), cls="note"), table(heads, rows))


def _source(each: SourceSum) -> tuple[Html, ...]:
    name = foreign("bdi", each.source) if each.source else Html('<span class="none">no source</span>')
    top = NONE
    if each.top_rule is not None:
        top = Html(f'{shown(each.top_rule)} <span class="more">{percent(each.top_chars, each.removed)}</span>')
    return (
        name,
        number(each.documents),
        number(each.duplicates),
        number(each.chars),
        number(each.removed),
        percent(each.removed, each.chars),
        bar(each.removed, each.chars),
        top,
    )


def templates(numbers: Numbers) -> Html:
    """The lines that recur in their source, by state, what they took and what only waits for a word."""
    if not numbers.templates:
        return NOTHING
    note = (
        "Short lines at the ends and heads of many documents of one source, figures masked. Most only are seen: a line "
        "goes where it has one more evidence against it. Settle the others in the settings, a line as it stands here: "
        "tails.templates.confirm takes it behind the last prose of each document and from its first line on, "
        "tails.templates.veto keeps it. All are in current/templates."
    )
    parts = [part for state, meaning in _STATES.items() for part in _of_state(numbers, state, meaning)]
    return section("templates", "Templates", tag("p", Html(note), cls="note"), *parts)


def _of_state(numbers: Numbers, state: str, meaning: str) -> list[Html]:
    """Heading and table of the templates of one state; nothing without any."""
    shown_here = [each for each in numbers.templates if each.state == state]
    if not shown_here:
        return []
    rows = [
        (
            foreign("bdi", each.source) if each.source else Html('<span class="none">no source</span>'),
            foreign("bdi", each.place),
            foreign("bdi", " ".join(each.line.split())[:_SHOWN_LINE]),
            number(each.documents),
            number(each.of_source),
            number(each.removed),
            foreign("bdi", each.doc_id),
        )
        for each in shown_here
    ]
    heads = ["source", "place", "line", "#documents", "#of", "#removed", "first seen in"]
    count = numbers.template_counts[state]
    rest = f", the first {len(rows)} of {count:,}" if count > len(rows) else ""
    return [tag("h3", Html(f"{state.capitalize()}: {meaning}{rest}")), table(heads, rows)]


def repeats(numbers: Numbers) -> Html:
    """How repeats equal their twins, how similar those are that do not, and how large blocks are."""
    if not numbers.evidence:
        return NOTHING
    whole = sum(each.chars for each in numbers.evidence)
    rows = [_evidence(each, whole) for each in numbers.evidence]
    parts = [table(["evidence", "#spans", "#characters", "#share", "", "meaning"], rows)]
    if numbers.likeness:
        parts += [tag("h3", Html("How similar the others are to the text that was kept")), _histogram(numbers.likeness)]
    if numbers.block_sizes:
        most = max(each.count for each in numbers.block_sizes)
        sizes = [
            (shown(each.name), number(each.count), bar(each.count, most), number(each.chars))
            for each in numbers.block_sizes
        ]
        parts += [
            tag("h3", Html("How many paragraphs went together")),
            table(["paragraphs in a block", "#blocks", "", "#characters"], sizes),
        ]
    return section("repeats", "Repeats: how sure", *parts)


def _evidence(each: Tally, whole: int) -> tuple[Html, ...]:
    colour, meaning = _EVIDENCE.get(each.name or "", ("gap", ""))
    name = foreign("bdi", each.name)
    share = bar(each.chars, whole, colour)
    return (name, number(each.count), number(each.chars), percent(each.chars, whole), share, Html(meaning))


def _histogram(bins: Sequence[Bin]) -> Html:
    highest = max(sum(each.counts.values()) for each in bins) or 1
    columns = joined(_column(each, highest) for each in bins)
    every = 2 if len(bins) > 10 else 1  # room for the figures on a phone
    scale = joined(tag("span", Html(f"{each.low:.2f}") if at % every == 0 else NOTHING) for at, each in enumerate(bins))
    kinds = {name: sum(each.counts.get(name, 0) for each in bins) for name in _EVIDENCE}
    legend = joined(
        Html(f'<li><span class="dot {_EVIDENCE[name][0]}"></span>{name} {number(count)}</li>')
        for name, count in kinds.items()
        if count
    )
    caption = (
        f"Exact similarity with the twin; each column is 0.05 wide, the highest stands for {plural(highest, 'span')}."
    )
    return Html(
        f'<figure><div class="columns" role="img" aria-label="similarities">{columns}</div>'
        f'<div class="scale" aria-hidden="true">{scale}</div><ul class="legend">{legend}</ul>'
        f"<figcaption>{caption}</figcaption></figure>\n"
    )


def _column(each: Bin, highest: int) -> Html:
    fills = (
        Html(f'<span class="fill {_EVIDENCE[name][0]}" style="height:{100 * each.counts[name] / highest:.2f}%"></span>')
        for name in _EVIDENCE
        if each.counts.get(name)
    )
    count = sum(each.counts.values())
    return Html(f'<span class="column" title="{each.low:.2f}: {count:,}">{joined(fills)}</span>')


def quarantine(numbers: Numbers) -> Html:
    """What could not be read, by reason."""
    if not numbers.quarantine:
        return section("quarantine", "Quarantine", tag("p", Html("Everything could be read."), cls="note"))
    note = "Records and files that could not be used. Their bytes are where they were; nothing was guessed."
    parts = (folded(_reason(each), _refused(each.examples)) for each in numbers.quarantine)
    return section("quarantine", "Quarantine", tag("p", Html(note), cls="note"), *parts)


def _reason(each: ReasonSum) -> Html:
    where = Html(f' <span class="more">{plural(each.records, "record")} in {plural(each.files, "file")}</span>')
    return joined([tag("b", shown(each.reason)), where])


def _refused(examples: Sequence[Refused]) -> Html:
    rows = [
        (foreign("bdi", each.path), NONE if each.record is None else number(each.record), foreign("bdi", each.detail))
        for each in examples
    ]
    return tag("div", table(["file", "#record", "what is wrong"], rows), cls="cuts")
