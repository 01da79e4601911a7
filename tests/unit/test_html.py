"""The text of web pages: all that a browser shows, in lines; nothing that it does not."""

import html as entities
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import html
from pipeline.text.html import declared_charset, page


def text(markup: str) -> str:
    return page(markup).text


# --- what must stay ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("a < b and c > d", "a < b and c > d"),
        ("<p>One<p>two", "One\n\ntwo"),
        ("<p>a<b>b</b>c <i>d</i>e<wbr>f</p>", "abc def"),
        ("<p>a\n   b\t c</p>", "a b c"),
        ("<p>a<br>b<br/><br>c", "a\nb\nc"),
        ("<div>a<div>b</div>c</div>", "a\n\nb\n\nc"),
        ("<h1>A</h1>b<h2>C</h2>d", "A\n\nb\n\nC\n\nd"),
        ("<ul><li>a<li>b<ol><li>c</ol></ul>", "a\nb\n\nc"),
        ("<dl><dt>t<dd>d</dl>", "t\nd"),
        ("<table><caption>k</caption><tr><th>a<td>b<tr><td>c<td>d</table>e", "k\n\na\tb\nc\td\n\ne"),
        ("<table><tr><td><p>a</p><p>b</p><td>c</table>", "a\n\nb\n\nc"),
        ("<pre>a\n  b\n\n\tc</pre>d", "a\n  b\n\n\tc\n\nd"),
        ("<figure><img alt=no><figcaption>caption</figcaption></figure>z", "caption\n\nz"),
        ("<details><summary>Question</summary>answer</details>", "Question\n\nanswer"),
        ("<button>Question</button><div>answer</div>", "Question\n\nanswer"),
        ("<p hidden>a</p><p style='display:none'>b</p><p aria-hidden=true>c", "a\n\nb\n\nc"),
        ("<header>a</header><main>b</main><aside>c</aside><footer>d</footer>", "a\n\nb\n\nc\n\nd"),
        ("<textarea>a\nb</textarea><label>c</label>", "a\nb\n\nc"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字", "漢(kan)字"),
        ("<p>&lt;b&gt; &amp;amp; &eacute; &#x1F600; a&nbsp;b&shy;c", "<b> &amp; é 😀 a\xa0b\xadc"),
        ("<p>x<sub>2</sub>=<math><mi>y</mi></math>", "x2=y"),
        ("<body>a</body></html><p>behind", "a\n\nbehind"),
        ("<p>a</p></div></div><p>b", "a\n\nb"),
        ("<b><p>crossed</b> tags</p>", "crossed tags"),
        ("<p>a<!-- b --><![CDATA[c]]>d", "ad"),
        ("<frameset><frame></frameset><noframes>a</noframes>", "a"),
        ("<p>\x1e\x1d\x1fa\x02\x03\x1cb", "ab"),
        ("", ""),
        ("<img>", ""),
    ],
)  # fmt: skip
def test_what_a_page_says_comes_out_in_lines(markup: str, expected: str) -> None:
    assert text(markup) == expected


def test_a_menu_that_is_never_closed_takes_no_article_with_it() -> None:
    article = "<p>" + "The river rose by two metres in a night, and the bridge was closed. " * 5
    menu = "<nav><a href=/>Home</a> <a href=/news>News</a>"
    assert "The river rose" in text(f"{menu}{article}")
    assert text(f"{menu}</nav>{article}").startswith("The river rose")
    assert text("<nav>Where we are: a page about navigation, <a>once</a></nav>").startswith("Where we are")


@given(st.lists(st.text(st.sampled_from("abc é日<&> "), min_size=1), min_size=1))
def test_text_between_tags_is_never_lost(texts: list[str]) -> None:
    for tag in ("p", "div", "li", "td", "span", "font", "nosuchtag", "h2"):
        markup = "".join(f"<{tag}>{entities.escape(each)}</{tag}>" for each in texts)
        letters = "".join("".join(each.split()) for each in texts)
        assert "".join(text(markup).split()) == letters


# --- what goes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "markup",
    [
        "<script>var a = '<p>no</p>'</script>yes",
        "<style>p { no: no }</style>yes",
        "<head><title>no</title><meta content=no></head>yes",
        "<nav><ul><li><a>no</a><li><a>no</a></ul></nav>yes",
        "<div role=navigation><a>no</a></div>yes",
        "<select><option>no<option>no</select>yes",
        "<template><p>no</template>yes",
        "<body><noscript>no</noscript>yes",
        "<svg><text>no</text><title>no</title></svg>yes",
        "<iframe>no</iframe><object>no</object><canvas>no</canvas><video>no</video>yes",
        "<img alt=no title=no><input value=no placeholder=no>yes",
        "<!-- no --><?xml no ?>yes",
    ],
)
def test_what_is_no_text_goes(markup: str) -> None:
    assert text(markup) == "yes"


def test_the_title_stands_apart() -> None:
    found = page("<html><head><title> The\n river &amp; us </title></head><body><svg><title>x</title></svg><p>a")
    assert (found.title, found.text) == ("The river & us", "a")
    assert page("<p>a").title == ""


# --- markup that means harm -------------------------------------------------------------------------------------------

DEEP = {
    "div": "<div>" * 100_000,
    "list": "<ul><li>" * 50_000,
    "options": "<optgroup><option>" * 30_000,
    "descriptions": "<dl><dd>" * 30_000,
    "end tags first": "</x>" * 50_000 + "<div>" * 50_000,
    "end tags behind": "<span>" * 20_000 + "</div>" * 20_000,
    "closed": "<div>" * 50_000 + "a" + "</div>" * 50_000,
}


@pytest.mark.parametrize("name", DEEP)
def test_markup_nested_absurdly_deep_costs_no_text_and_no_time(name: str) -> None:
    started = time.process_time()
    assert text(f"<p>first &amp; <script>x</script>{DEEP[name]}<p>last").replace("a\n", "").split() == [
        "first", "&", "last",
    ]  # fmt: skip
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "markup",
    ["<!--" * 50_000, "<" * 100_000, "<a " * 50_000, "<p " + "a=b " * 200_000, "&" * 100_000, "<script>" * 50_000,
     "<b>" * 400 + "x" * 10, "<br>" * 100_000, "\0" * 1000, "<nav>" * 400, "<table>" * 400],
)  # fmt: skip
def test_broken_markup_takes_little_time(markup: str) -> None:
    started = time.process_time()
    page(markup)
    assert time.process_time() - started < 5


PARTS = (
    "<p> </p> <div> </div> <nav> </nav> <a> </a> <pre> </pre> <table> <td> x <!-- --> <script> </script> &lt; < > </"
)


@given(st.lists(st.sampled_from([*PARTS.split(" "), " "])))
def test_any_markup_is_read_and_the_plain_way_keeps_its_words(parts: list[str]) -> None:
    page("".join(parts))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html, "DEEPEST", -1)
        page("".join(parts))


def test_depth_is_counted_over_end_tags_without_a_start() -> None:
    assert html._depth("<div>" * 600 + "</div>" * 600) == 600
    assert html._depth("</x>" * 900 + "<DIV>" * 600 + "<br>" * 900) == 600
    assert html._depth("<div></div>" * 600) == 1
    assert html._depth("<p>" * 600 + "<li>" * 600) == 0


# --- charset ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (b"<meta charset=koi8-r>", "koi8-r"),
        (b"<META  CharSet = 'Shift_JIS' >", "Shift_JIS"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2">', "iso-8859-2"),
        (b'<?xml version="1.0" encoding="windows-1251"?><html>', "windows-1251"),
        (b"<p>charset=x</p>", None),
        (b"<!doctype html>" + b" " * 9000 + b"<meta charset=koi8-r>", None),
    ],
)
def test_a_page_may_say_its_charset(body: bytes, charset: str | None) -> None:
    assert declared_charset(body) == charset
