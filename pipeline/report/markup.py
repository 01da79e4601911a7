"""Pieces of HTML. Only `shown` lets text of strangers in, and nothing of theirs ever stands in an attribute.

`Html` is markup that is safe to send; mypy keeps plain strings from getting where it is asked for.
"""

import html
import re
from collections.abc import Iterable, Sequence
from typing import NewType

Html = NewType("Html", str)

NOTHING = Html("")
NONE = Html('<span class="none">–</span>')

# What cannot be seen, or turns the reading direction of what follows: written out by its number. The joiners
# U+200C and U+200D and the marks U+200E and U+200F are spelling in Persian, Hindi or Hebrew, and stay.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f]"
)


def shown(text: str | None) -> Html:
    r"""Text of any origin, escaped; hidden characters written out as U+202E.

    >>> shown("<b> & ' \u202e")
    '&lt;b&gt; &amp; &#x27; <span class="code">U+202E</span>'
    """
    if text is None:
        return NONE
    return Html(_HIDDEN.sub(_spelled, html.escape(text, quote=True)))


def _spelled(found: re.Match[str]) -> str:
    return f'<span class="code">U+{ord(found[0]):04X}</span>'


def joined(parts: Iterable[Html], between: str = "") -> Html:
    """The parts in a row."""
    return Html(html.escape(between).join(parts))


def tag(name: str, *inside: Html, cls: str = "") -> Html:
    """An element; `name` and `cls` are ours."""
    return Html(f"<{name}{_class(cls)}>{joined(inside)}</{name}>")


def foreign(name: str, text: str | None, cls: str = "") -> Html:
    """An element with text of strangers, which finds its own reading direction and cannot turn that of others."""
    return Html(f'<{name}{_class(cls)} dir="auto">{shown(text)}</{name}>')


def _class(cls: str) -> str:
    return f' class="{cls}"' if cls else ""


def number(value: int) -> Html:
    """With thousands set apart."""
    return Html(f"{value:,}")


def plural(value: int, word: str) -> Html:
    """A number of things.

    >>> plural(1, "span"), plural(1200, "span")
    ('1 span', '1,200 spans')
    """
    return Html(f"{value:,} {word}{'' if value == 1 else 's'}")


def percent(part: int, whole: int) -> Html:
    """A share, never rounded to nothing or to all.

    >>> percent(1, 3), percent(1, 2000), percent(1, 10**6), percent(999_999, 10**6), percent(0, 0)
    ('33.3 %', '0.05 %', '&lt;0.01 %', '&gt;99.9 %', '0 %')
    """
    share = 100 * part / whole if whole else 0.0
    if share == 0:
        return Html("0 %")
    if share < 0.095:
        return Html("&lt;0.01 %" if share < 0.005 else f"{share:.2f} %")
    if part != whole and 99.9 < share < 100:
        return Html("&gt;99.9 %")
    return Html("100 %" if part == whole else f"{share:.1f} %")


def bar(part: int, whole: int, cls: str = "") -> Html:
    """A horizontal bar; what is not nothing can be seen."""
    width = 100 * part / whole if whole else 0.0
    style = f"width:{min(100.0, max(width, 0.8 if part else 0.0)):.2f}%"
    return Html(f'<span class="bar" aria-hidden="true"><span class="fill {cls}" style="{style}"></span></span>')


def stack(parts: Sequence[tuple[int, str]]) -> Html:
    """One bar of several parts, each (size, class)."""
    whole = sum(size for size, _ in parts) or 1
    fills = (
        Html(f'<span class="fill {cls}" style="flex:{max(size / whole, 0.004):.4f} 0 2px"></span>')
        for size, cls in parts
        if size > 0
    )
    return Html(f'<div class="stack" aria-hidden="true">{joined(fills)}</div>')


def table(heads: Sequence[str], rows: Iterable[Sequence[Html]], cls: str = "") -> Html:
    """A table; heads are ours, and a head that begins with "#" is that of a column of numbers.

    On a narrow screen every row becomes a card, where each cell carries its head.
    """
    names = [head.lstrip("#") for head in heads]
    classes = [' class="n"' if head.startswith("#") else "" for head in heads]
    top = "".join(f'<th scope="col"{kind}>{name}</th>' for name, kind in zip(names, classes, strict=True))
    body = "".join(
        "<tr>"
        + "".join(
            f'<td{kind} data-head="{name}">{cell}</td>' for cell, name, kind in zip(row, names, classes, strict=True)
        )
        + "</tr>\n"
        for row in rows
    )
    return Html(f"<table{_class(cls)}><thead><tr>{top}</tr></thead><tbody>\n{body}</tbody></table>\n")


def folded(summary: Html, *inside: Html, cls: str = "") -> Html:
    """What opens when its summary is clicked."""
    return Html(f"<details{_class(cls)}><summary>{summary}</summary>\n{joined(inside)}</details>\n")


def section(anchor: str, title: str, *inside: Html) -> Html:
    """A part of the page that the navigation leads to; both names are ours."""
    return Html(f'<section id="{anchor}"><h2>{html.escape(title)}</h2>\n{joined(inside)}</section>\n')
