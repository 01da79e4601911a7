"""What stands between an article and its tail, looks like a tail, and is text: the junk behind it may go, it stays."""

from pathlib import Path

import pytest

from pipeline.text.rules import KINDS, load_pack
from pipeline.text.tails import tail_removals

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "rules"
PACK = load_pack({path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")})

ARTICLE = (
    "The lock is open again",
    "The lock was opened on the eve of the feast, and nine boats went through it before the lamps were lit.",
    "Nobody in the village could remember when there had last been so many people on the bridge.",
)
TAIL = ("Share this:", "Follow us on Facebook", "© 2011 Harbour Press. All rights reserved.")

STAYS = {
    "sub-head and its line": ["What comes next", "Nothing."],
    "sub-heads only": ["Background", "What comes next", "The lamps"],
    "short last lines of prose": ["Nine boats.", "Not one more", "Never"],
    "recipe": ["Ingredients", "200 g flour", "2 eggs", "1 pinch of salt", "Bake for 40 minutes"],
    "shopping list with marks": ["- eels, smoked", "- bread of yesterday", "- onions", "- a little beer"],
    "numbered steps": [
        "1. Open the upper gate",
        "2. Let the boat in",
        "3. Close the upper gate",
        "4. Open the lower one",
    ],
    "verse": [
        "The lamp goes out, the lock stands still",
        "and nine boats wait below the hill",
        "the water said what water will",
        "and said it to the empty mill",
    ],
    "refrain": ["Row, brothers, row", "the stream runs fast", "Row, brothers, row", "the daylight's past"],
    "lyrics with sounds": ["tra-la-la-la-la-la", "tra-la-la-la-la-la", "and home we go"],
    "reference list": [
        "References",
        "Keller, A. (2011). On locks. Harbour Press. https://harbour.example/locks",
        "Moyo, P. (2013). On bridges, 2nd edition, Leeds, pp. 12-40",
        "Livy, book 21",
    ],
    "event details": [
        "Saturday, 9 June, 8 p.m.",
        "Old Customs House, Harbour Street 4",
        "Tickets 12 pounds, children 5 pounds",
        "Box office: 0113 555 0199, www.customs-house.example",
    ],
    "question and answer": ["Q: How deep is the lock?", "A: Four metres", "Q: And in winter?", "A: Three"],
    "dialogue without stops": ["— And the boats", "— All nine of them", "— And the keeper", "— Asleep"],
    "table of results": ["Leeds 3", "Goole 2", "Selby 2", "Whitby 0"],
    "table with pipes": ["| boat | length |", "|---|---|", "| Anna | 12 m |", "| Maria | 14 m |"],
    "scores": ["12:30 Leeds – Goole 2:1", "14:00 Selby – Whitby 0:0", "16:15 York – Hull 1:3"],
    "signature of a letter": ["Yours faithfully", "Anna Keller", "Keeper of the lock"],
    "signature of a letter, German": ["Mit freundlichen Grüßen", "Peter Braun"],
    "change log": ["v1.2", "- fix the gate", "- new lamp", "v1.1", "- first gate"],
    "cast of a play": ["THE KEEPER", "ANNA, his daughter", "NINE BOATMEN", "A VOICE"],
    "list of names": ["Anna Keller", "Peter Moyo", "Maria Silva", "Ilse Marbach"],
    "exchange rates": ["1 dollar – 0,92 euro", "1 pound – 1,17 euro", "100 yen – 0,61 euro"],
    "addresses of the places": ["Harbour Inn, Quay 4", "The Eel, Harbour Street 9", "Zum Anker, Am Hafen 1"],
    "Chinese list": ["一、三条船", "二、五个灯笼", "三、桥上的人"],
    "Japanese verse": ["古い水門", "九つの船", "灯はまだ"],
    "Russian sub-heads": ["Что дальше", "Девять лодок"],
    "helpline": [
        "If you are worried, the night line listens on 0800 555 0199 at any hour, free of charge and unnamed."
    ],
    "prose behind a lone button word": [
        "Share",
        "It was the only word that the keeper had painted on the gate, and nobody could say what it meant to him.",
    ],
}


def left(end: list[str]) -> list[str]:
    gone = {each.index for each in tail_removals([*ARTICLE, *end], PACK, frozenset(KINDS))}
    return [line for at, line in enumerate([*ARTICLE, *end]) if at not in gone]


@pytest.mark.parametrize("end", STAYS.values(), ids=STAYS.keys())
def test_alone_it_stays(end: list[str]) -> None:
    assert left(end) == [*ARTICLE, *end]


@pytest.mark.parametrize("end", STAYS.values(), ids=STAYS.keys())
def test_in_front_of_a_tail_it_stays(end: list[str]) -> None:
    assert left([*end, *TAIL]) == [*ARTICLE, *end]


def test_what_the_text_announces_stays_and_with_it_what_cannot_be_told_apart() -> None:
    announced = ["These are the sites that children use most:", "Facebook", "Twitter", "YouTube"]
    assert left(announced) == [*ARTICLE, *announced]
    assert left([*announced, *TAIL]) == [*ARTICLE, *announced, *TAIL[:2]]


def test_it_stays_without_prose() -> None:
    for end in STAYS.values():
        poem = [line for line in end if len(line) < 60]
        assert tail_removals(poem, PACK, frozenset(KINDS)) == []
