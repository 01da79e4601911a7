"""The text of a web page, as a browser shows it, less what is no text: scripts, menus of links, drawings.

Nothing is judged to be "main content": extractors that do lose paragraphs (docs/formats.md has the figures), and what
all pages of a site share is for the stages behind to find. What is left out is the short list below.
"""

import html as entities
import re
from typing import Any, NamedTuple

import numpy as np
from selectolax.lexbor import LexborHTMLParser

# Left out with all that is in them.
_DROPPED = frozenset(
    {
        "head", "script", "style", "template", "noscript", "iframe", "object", "svg", "canvas", "audio", "video",
        "select", "datalist",
    }
)  # fmt: skip
# Elements around which there is a blank line, those that stand on lines of their own, and cells of tables.
_PARAGRAPHS = (
    "address", "article", "aside", "blockquote", "body", "button", "caption", "center", "details", "dialog", "dir",
    "div", "dl", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "legend", "listing", "main", "menu", "nav", "ol", "p", "plaintext", "pre", "search", "section",
    "summary", "table", "textarea", "ul", "xmp",
)  # fmt: skip
_LINES = ("br", "dd", "dt", "li", "tr")
_CELLS = ("td", "th")
_AS_IT_STANDS = frozenset({"pre", "textarea", "listing", "xmp", "plaintext"})

# Stand for breaks, and for white space that stays, until white space is evened out; no text has them (see `page`).
_BLANK_LINE, _LINE_END, _CELL_END = "\x1e", "\x1d", "\x1f"
_KEPT = {" ": "\x1c", "\n": "\x02", "\t": "\x03"}
_KEEP = str.maketrans(_KEPT)
_RELEASE = str.maketrans({mark: char for char, mark in _KEPT.items()})
_MARKS = re.compile("[\x02\x03\x1c-\x1f]")
_BREAKS = {
    **dict.fromkeys(_PARAGRAPHS, _BLANK_LINE),
    **dict.fromkeys(_LINES, _LINE_END),
    **dict.fromkeys(_CELLS, _CELL_END),
}

# Elements nested deeper than this (browsers stop at 512) are not looked into: the parser's time is quadratic there.
DEEPEST = 500
_TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]*)")
_SHALLOW = frozenset(  # have no end tag, or need none
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "html",
        "head", "body", "p", "li", "dd", "dt", "option", "tr", "td", "th", "tbody", "thead", "tfoot", "colgroup", "rt",
        "rp", "path", "param", "g", "use", "circle", "rect",
    }
)  # fmt: skip
_CODE = re.compile(r"<!--.*?(?:-->|$)|<(script|style|noscript|template)\b.*?(?:</\1\s*>|$)", re.DOTALL | re.IGNORECASE)
_CHARSET = re.compile(rb"<meta\b[^>]{0,300}?\bcharset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_CHARSET_WINDOW = 8192  # bytes; the standard says 1024, pages do not


class Page(NamedTuple):
    """The text of a page, with a line for each block and a blank one between paragraphs; and its title, if any."""

    text: str
    title: str


def declared_charset(body: bytes) -> str | None:
    """The charset that a page says it is in; None where it says nothing.

    >>> declared_charset(b'<html><head><meta charset="koi8-r">')
    'koi8-r'
    """
    head = body[:_CHARSET_WINDOW]
    found = _XML_ENCODING.match(head) or _CHARSET.search(head)
    return found[1].decode("ascii") if found else None


def page(markup: str) -> Page:
    r"""What a web page says. Never fails: markup that is nested absurdly deep only loses its layout.

    >>> page("<title>T</title><nav><a>Home</a></nav><h1>Rain</h1><p>It  rained<br>in <b>O</b>ban.<script>x()</script>")
    Page(text='Rain\n\nIt rained\nin Oban.', title='T')
    """
    markup = _MARKS.sub("", markup)
    if _depth(markup) > DEEPEST:
        return Page(_evened(entities.unescape(re.sub(r"<[^<>]*>", _LINE_END, _CODE.sub(_LINE_END, markup)))), "")
    tree = LexborHTMLParser(markup)
    title = tree.css_first("head > title")
    return Page(_evened(_Walk().text(tree.root)), " ".join(title.text().split()) if title else "")


def _depth(markup: str) -> int:
    """How deep elements are nested, roughly: as if each end tag closed the element that was opened last."""
    tags = _TAG.findall(markup)
    if len(tags) <= DEEPEST:
        return 0
    steps = {tag: _step(tag.lower()) for tag in set(tags)}
    depths = np.cumsum(np.fromiter(map(steps.__getitem__, tags), np.int64, len(tags)))
    return int(np.max(depths - np.minimum(np.minimum.accumulate(depths), 0), initial=0))


def _step(tag: str) -> int:
    return 0 if tag.removeprefix("/") in _SHALLOW else -1 if tag[0] == "/" else 1


class _Walk:
    """Goes through a tree once, in the order of the text. Plain steps, since a page may nest deeper than calls do."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.open: list[tuple[Any, str]] = []
        self.as_it_stands = 0
        self.links = 0  # open links
        self.letters = self.linked = 0  # characters so far, and those of them in links
        self.menus: list[tuple[int, int, int]] = []  # open menus: length of `out`, letters, linked where they began

    def text(self, root: Any) -> str:
        """The text below a node, with marks for breaks."""
        node = root
        while node is not None:
            below = self._enter(node)
            if below is not None:
                node = below
                continue
            node, done = node.next, node
            while node is None and self.open:
                done = self._leave()
                node = done.next
        return "".join(self.out)

    def _enter(self, node: Any) -> Any:
        """Takes a node in; its first child, if there is something in it to go to."""
        tag = node.tag
        if tag == "-text":
            text = node.text_content or ""
            self.letters += len(text)
            self.linked += len(text) if self.links else 0
            self.out.append(text.translate(_KEEP) if self.as_it_stands else text)
            return None
        if tag in _DROPPED:
            return None
        self.out.append(_BREAKS.get(tag, ""))
        child = node.first_child
        if child is None:
            return None
        self.open.append((node, tag))
        self.as_it_stands += tag in _AS_IT_STANDS
        self.links += tag == "a"
        if tag == "nav" or (tag != "-document" and node.attributes.get("role") == "navigation"):
            self.menus.append((len(self.out), self.letters, self.linked))
            self.open[-1] = (node, "nav")
        return child

    def _leave(self) -> Any:
        """Closes the innermost open element; its node."""
        node, tag = self.open.pop()
        self.as_it_stands -= tag in _AS_IT_STANDS
        self.links -= tag == "a"
        if tag == "nav":
            length, letters, linked = self.menus.pop()
            # A menu is mostly links; what is not may be a page whose menu was never closed.
            if (self.linked - linked) * 2 > self.letters - letters:
                del self.out[length:]
                self.letters, self.linked = letters, linked
        self.out.append(_BREAKS.get(tag, ""))
        return node


def _evened(text: str) -> str:
    """The text with white space as a browser shows it, and marks made into breaks."""
    text = re.sub(r"[ \t\n\r\f]+", " ", text)
    text = re.sub(r" ?\x1f[ \x1f]*", "\t", text)
    text = re.sub(r"[ \t]*[\x1d\x1e][ \t\x1d\x1e]*", lambda found: "\n\n" if "\x1e" in found[0] else "\n", text)
    return text.strip().translate(_RELEASE)
