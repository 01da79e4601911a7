"""Removals to read: by rule, the largest, the closest calls, the most copied."""

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
    tag,
)
from pipeline.report.records import Copied, Example, Numbers, RuleSum

_HEADS = ("rule", "", "spans", "characters", "of all", "documents", "sources")


def rules(numbers: Numbers) -> Html:
    """What each rule took; each opens to examples."""
    if not numbers.rules:
        return section("rules", "What went, by rule", tag("p", Html("Nothing was taken out."), cls="note"))
    whole, most = numbers.counts["chars_in"], max(each.chars for each in numbers.rules)
    heads = tag("div", tag("span", *(tag("span", Html(head)) for head in _HEADS), cls="row"), cls="heads")
    parts = (folded(_rule(each, whole, most), cuts(each.examples)) for each in numbers.rules)
    note = tag("p", Html("Open a rule to read what it took, drawn by lot from all it took."), cls="note")
    return section("rules", "What went, by rule", note, heads, *parts)


def _rule(each: RuleSum, whole: int, most: int) -> Html:
    kind = each.kind.replace("_", "-")
    name = tag(
        "span", tag("b", shown(each.rule)), NOTHING if kind == each.rule else tag("span", shown(kind), cls="kind")
    )
    cells = (
        _cell("spans", number(each.spans)),
        _cell("characters", number(each.chars)),
        _cell("of all", percent(each.chars, whole)),
        _cell("documents", number(each.documents)),
        _cell("sources", number(each.sources)),
    )
    colour = "copy" if each.kind == "duplicate" else "removed"
    return tag("span", name, bar(each.chars, most, colour), *cells, cls="row")


def _cell(head: str, value: Html) -> Html:
    """A number; its head shows where there is no row of heads."""
    return Html(f"<span><i>{head} </i>{value}</span>")


def largest_cuts(numbers: Numbers) -> Html:
    """The longest removals."""
    if not numbers.largest:
        return NOTHING
    return section(
        "largest",
        "The largest removals",
        tag("p", Html("The longest spans that were cut from a document that stays."), cls="note"),
        _some(numbers.largest, with_rule=True),
    )


def closest_calls(numbers: Numbers) -> Html:
    """The removals with the lowest similarity or score."""
    if not numbers.closest:
        return NOTHING
    return section(
        "closest",
        "The closest calls",
        tag(
            "p", Html("The lowest similarity or score of all: if a rule goes too far, it shows here first."), cls="note"
        ),
        _some(numbers.closest, with_rule=True),
    )


def _some(examples: Sequence[Example], *, with_rule: bool) -> Html:
    """The first three in the open, the others folded."""
    first, rest = examples[:3], examples[3:]
    parts = [cuts(first, with_rule=with_rule)]
    if rest:
        parts.append(folded(Html(f"{len(rest)} more"), cuts(rest, with_rule=with_rule)))
    return joined(parts)


def most_copied(numbers: Numbers) -> Html:
    """The kept texts with the most removed copies."""
    if not numbers.copied:
        return NOTHING
    parts = (folded(_copied(each), cuts((each.example,))) for each in numbers.copied)
    note = "Texts of which one copy stays and several went. Each opens to one of the removed copies."
    return section("copied", "The most copied", tag("p", Html(note), cls="note"), *parts)


def _copied(each: Copied) -> Html:
    kept = joined([Html("kept in "), foreign("bdi", each.example.twin_doc_id)])
    size = Html(f"{plural(each.copies, 'removed copy').replace('copys', 'copies')}, {plural(each.chars, 'character')}")
    begin = foreign("bdi", " ".join(each.example.text.split())[:80])
    return joined([tag("b", size), Html(' <span class="more">'), kept, Html("</span><br>"), begin])


def cuts(examples: Sequence[Example], *, with_rule: bool = False) -> Html:
    """Removals with what was removed."""
    return tag("div", *(_cut(each, with_rule=with_rule) for each in examples), cls="cuts")


def _cut(each: Example, *, with_rule: bool) -> Html:
    facts = [foreign("b", each.doc_id), Html(f"characters {each.start:,} to {each.end:,}")]
    if with_rule:
        facts.append(shown(each.rule))
    if each.similarity is not None:
        facts.append(joined([shown(each.evidence), Html(f", similarity {_rounded(each.similarity)}")]))
    elif each.evidence is not None and each.evidence != each.rule:
        facts.append(foreign("bdi", each.evidence[:100]))
    if each.score is not None:
        facts.append(Html(f"score {each.score:.2f}"))
    if each.twin_doc_id is not None:
        facts.append(_twin(each))
    shown_text = each.text.strip("\n")
    left = each.end - each.start - len(each.text)
    more = Html(f'<p class="more">… and {plural(left, "character")} more</p>') if left > 0 else NOTHING
    return tag("div", tag("p", joined(facts, " · "), cls="where"), foreign("pre", shown_text), more, cls="cut")


def _rounded(similarity: float) -> str:
    """To three places, and never up to 1."""
    return "0.999" if 0.999 < similarity < 1 else f"{similarity:.3f}"


def _twin(each: Example) -> Html:
    where = foreign("bdi", each.twin_doc_id) if each.twin_doc_id != each.doc_id else Html("the same document")
    if each.twin_start is None or each.twin_end is None:
        return joined([Html("kept: "), where])
    return joined([Html("kept: "), where, Html(f", characters {each.twin_start:,} to {each.twin_end:,}")])
