"""The top of the page: does it add up, where did everything go; and what kind of texts these are."""

from collections.abc import Sequence

from pipeline.report.markup import (
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
    stack,
    table,
    tag,
)
from pipeline.report.records import Night, Numbers, Tally, breaks

_MOST_NAMES = 10  # languages or encodings in the open


def verdict(numbers: Numbers) -> Html:
    """Whether everything is accounted for, in one box."""
    wrong = breaks(numbers)
    if wrong:
        items = (tag("li", shown(line)) for line in wrong)
        return tag("div", Html("<b>These numbers do not add up.</b>"), tag("ul", *items), cls="verdict wrong")
    told = (
        "Everything is accounted for: every document and every character that came in is clean, removed or set aside."
    )
    return tag("div", tag("b", Html("✓ ")), Html(told), cls="verdict")


def accounts(numbers: Numbers) -> Html:
    """The two equations, as bars; and what deserves a look."""
    counts = numbers.counts
    copied = sum(rule.chars for rule in numbers.rules if rule.kind == "duplicate")
    removed = counts["chars_removed"]
    documents = (
        ("clean", counts["documents"], "kept"),
        ("duplicates, kept out", counts["duplicates"], "copy"),
        ("in quarantine", counts["quarantined"], "refused"),
    )
    chars = (
        ("clean", counts["chars_out"], "kept"),
        ("removed from documents", removed - copied, "removed"),
        ("removed with duplicates", copied, "copy"),
    )
    cards = tag(
        "div",
        _account("documents in", counts["documents_in"], documents),
        _account("characters in", counts["chars_in"], chars),
        cls="cards",
    )
    return joined([cards, _look(numbers)])


def _account(name: str, whole: int, parts: Sequence[tuple[str, int, str]]) -> Html:
    items = (
        Html(
            f'<li><span class="dot {cls}"></span><span>{label}</span><span>{number(size)}</span>'
            f"<span>{percent(size, whole)}</span></li>"
        )
        for label, size, cls in parts
    )
    return tag(
        "div",
        tag("div", number(whole), cls="big"),
        tag("div", Html(name), cls="note"),
        stack([(size, cls) for _, size, cls in parts]),
        tag("ul", *items, cls="key"),
        cls="card",
    )


def _look(numbers: Numbers) -> Html:
    """What a person may want to look at first; nothing when there is nothing."""
    lines = []
    if numbers.uncertain_encodings:
        count = sum(each.count for each in numbers.uncertain_encodings)
        lines.append(Html(f'{plural(count, "document")} with a guessed encoding: <a href="#texts">which</a>'))
    if numbers.emptied:
        lines.append(
            Html(f"{plural(numbers.emptied, 'document')} with nothing left (in the clean set, with empty text)")
        )
    if numbers.heavy_sources:
        lines.append(
            Html(f'{plural(numbers.heavy_sources, "source")} lost more than half: <a href="#sources">which</a>')
        )
    if not lines:
        return NOTHING
    return tag("div", tag("b", Html("Worth a look")), tag("ul", *(tag("li", line) for line in lines)), cls="look")


def texts_in(numbers: Numbers) -> Html:
    """Languages, encodings, repairs, and documents whose encoding is a guess."""
    whole = len_of(numbers.encodings)
    parts = [
        tag(
            "div",
            tag("div", tag("h3", Html("Languages")), _tallies("language", numbers.languages, whole)),
            tag("div", tag("h3", Html("Encodings")), _tallies("encoding", numbers.encodings, whole)),
            cls="pair",
        )
    ]
    if numbers.repairs:
        parts += [tag("h3", Html("Repairs")), _tallies("repair", numbers.repairs, whole)]
    if numbers.uncertain:
        rows = [(foreign("bdi", each.doc_id), shown(each.encoding), number(each.chars)) for each in numbers.uncertain]
        parts += [
            tag("h3", Html("Guessed encodings")),
            tag("p", Html("No certain sign of the charset: look whether these read well."), cls="note"),
            _tallies("encoding", numbers.uncertain_encodings, whole),
            table(["document", "guessed encoding", "#characters"], rows),
        ]
    return section("texts", "Languages, encodings, repairs", *parts)


def len_of(tallies: Sequence[Tally]) -> int:
    """How many things were counted."""
    return sum(each.count for each in tallies)


def _tallies(name: str, tallies: Sequence[Tally], whole: int) -> Html:
    heads = [name, "#documents", "#share", "", "#characters"]
    rows = [
        (
            foreign("bdi", "not known" if each.name is None else each.name),
            number(each.count),
            percent(each.count, whole),
            bar(each.count, whole, "kept"),
            number(each.chars),
        )
        for each in tallies
    ]
    most, rest = rows[:_MOST_NAMES], rows[_MOST_NAMES:]
    more = folded(Html(f"{len(rest)} more"), table(heads, rest)) if rest else NOTHING
    return joined([table(heads, most), more])


def nights(numbers: Numbers) -> Html:
    """What each of the latest runs changed in the corpus."""
    if not numbers.nights:
        return NOTHING
    most = max(each.documents_in for each in numbers.nights)
    note = "What each run changed, the newest first. A new version of a document takes the place of the earlier one."
    heads = ["run", "#documents in", "", "#duplicates", "#quarantined", "#characters in", "#removed", "#share removed"]
    return section(
        "nights",
        "Run by run",
        tag("p", Html(note), cls="note"),
        table(heads, [_night(each, most) for each in numbers.nights]),
    )


def _night(night: Night, most: int) -> tuple[Html, ...]:
    return (
        number(night.generation),
        number(night.documents_in),
        bar(max(0, night.documents_in), most, "kept"),
        number(night.duplicates),
        number(night.quarantined),
        number(night.chars_in),
        number(night.chars_removed),
        percent(max(0, night.chars_removed), max(0, night.chars_in)),
    )
