"""Mastheads: runs of known lines from the first one on, and all that only looks like one and stays."""

from pathlib import Path

import pytest

from pipeline.text.entries import KINDS
from pipeline.text.mastheads import head_removals
from pipeline.text.rules import load_pack

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "rules"
PACK = load_pack({"masthead": (FOLDER / "masthead.yaml").read_text(encoding="utf-8")})
ALL = frozenset(KINDS)

TITLE = "The lock is open again"
BODY = (
    "The lock was opened on the eve of the feast, and nine boats went through it before the lamps were lit.",
    "Nobody in the village could remember when there had last been so many people on the bridge.",
)


def mastheads(*first: str) -> list[str]:
    return [first[each.index] for each in head_removals(first, PACK, ALL)]


@pytest.mark.parametrize(
    "first",
    [
        (*BODY,),
        (TITLE, *BODY),
        (TITLE, "Skip to main content", *BODY),  # not from the first line on
        # addresses that are names of things, or of what the text speaks of
        ("riverbank.example turns twenty and thanks its readers", TITLE, *BODY),
        ("asp.net", "Overview", *BODY),
        (
            "node.js",
            "What it is",
            "Node.js runs script outside of a browser, and has for fifteen years.",
            *BODY,
        ),
        ("socket.io", "socket.io", *BODY),
        ("jquery.min.js", "What it is", *BODY),
        ("www.harbour.py", "What it is", *BODY),
        ("Amazon.com", "History", *BODY),
        ("harbour.example", *BODY),
        ("www.harbour.example", *BODY),
        ("www.harbour.example",),
        (),
        # a title, a heading, a list of contents
        ("Skip to main content", *BODY),
        ("Home > Conditional formatting", *BODY),
        ("Home", TITLE, *BODY),
        ("Search", *BODY),
        ("Main menu", "Opening a file", *BODY),
        ("Menu", "Starters", "Soup", *BODY),
        ("News", "Sport", "Weather", *BODY),
        ("Log in", "Register", "Log out", "The first steps", *BODY),
        ("Home", "Search", "Contact", "The first steps", *BODY, "Search", *BODY),
        ("Politics", "Sport", TITLE, *BODY),
        # datelines and letters
        ("Monday, 12 March 2018", TITLE, *BODY),
        ("12 March 2018", "News", "Contact", "Dear Sir", *BODY),
        ("PARIS (AFP) - The lock was opened on the eve of the feast, and nine boats went through it.", *BODY),
        # texts about what a notice speaks of
        (
            "Skip to content",
            "Why it is there",
            "A skip link is for those who have no mouse, and a long way.",
            *BODY,
        ),
        ("We use cookies to improve our website.", "What a cookie is", *BODY),
        (
            "We use cookies to improve our website.",
            "How long",
            "With your consent a visit is remembered for a month.",
            *BODY,
        ),
        ("JavaScript is disabled in your browser.", "What to do", "JavaScript is switched on under the cog.", *BODY),
        # no prose: verse, tables, pages of links
        ("Home | News | Sport", "Locks", "Boats", "Eels"),
        ("Home", "Search", "Log in", "Share", "O bright glass that knows me", "and asks for my name"),
        ("Home | Draw | Away", "2.10 | 3.20 | 3.50", *BODY),
        # code, front matter, statutes, dialogue
        ("---", "title: Home", "---", *BODY),
        ("# Home", *BODY),
        ("§ 1", "Contact", *BODY),
        ("“Home?”", "“Search me.”", *BODY),
    ],
)
def test_first_lines_that_stay(first: tuple[str, ...]) -> None:
    assert mastheads(*first) == []


@pytest.mark.parametrize(
    ("masthead", "rest"),
    [
        (["www.harbour.example"], [TITLE, *BODY]),
        (["harbour.example"], [TITLE, "Harbour.example | Monday", *BODY]),
        (["Home > News > Locks"], [TITLE, *BODY]),
        (["Skip to main content", "Home > News > Locks"], [TITLE, *BODY]),
        (["Skip to content", "Home", "News", "Log in | Register", "Monday, 12 March 2018", "Share"], [TITLE, *BODY]),
        (["12 March 2018", "Home | News | Sport | Contact"], [TITLE, *BODY]),
        (["Home | News | Sport | Contact"], [*BODY]),
        (["We use cookies to improve our website."], [*BODY]),
        (["Home", "News", "Sport", "Log in"], [TITLE, *BODY]),
        (["Accueil", "Actualités", "Se connecter", "Partager"], [TITLE, *BODY]),
        (["Главная", "Новости", "Войти"], [TITLE, *BODY]),
        (["首页", "新闻", "登录"], [TITLE, *BODY]),
        # the day and the title stay
        (["Skip to content", "Home"], ["Monday, 12 March 2018", TITLE, *BODY]),
        (["Skip to content", "Home"], ["About us", *BODY]),
    ],
)
def test_mastheads_go(masthead: list[str], rest: list[str]) -> None:
    assert mastheads(*masthead, *rest) == masthead


def test_the_score_says_how_sure() -> None:
    scores = [each.score for each in head_removals(("Home", "Skip to content", TITLE, *BODY), PACK, ALL)]
    assert scores == [0.8, 1.0]
    (first, *_) = head_removals(("Home", "News", "Log in", TITLE, *BODY), PACK, ALL)
    assert (first.score, first.rule, first.evidence) == (0.6, "masthead-front", "masthead-front, 3 lines")


def test_other_kinds_than_those_asked_for_stay() -> None:
    assert head_removals(("Home > News > Locks", TITLE, *BODY), PACK, ALL - {"masthead"}) == []
