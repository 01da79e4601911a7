from pathlib import Path

import pytest

from pipeline.text.entries import KINDS
from pipeline.text.mastheads import head_removals
from pipeline.text.rules import load_pack
from pipeline.text.tails import TAIL_WINDOW, TailRemoval, tail_removals

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "rules"
PACK = load_pack({path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")})
ALL = frozenset(KINDS)

TITLE = "The lock is open again"
BODY = (
    "The lock was opened on the eve of the feast, and nine boats went through it before the lamps were lit.",
    "Nobody in the village could remember when there had last been so many people on the bridge.",
)
ARTICLE = (TITLE, *BODY)


def gone(last: tuple[str, ...] | list[str], kinds: frozenset[str] = ALL) -> list[str]:
    return [last[each.index] for each in tail_removals(last, PACK, kinds)]


HASH = "5f70bf18a086007016e948b04aed3b82"

# Behind the same article: what goes. The reason names kind and evidence.
GOES = {
    "counter id": ["010020070770000000000000011101841372396341"],
    "bare hash": [HASH],
    "campaign code": ["utm_source=feed&utm_id=K3J9&cid=40817"],
    "counter account": ["UA-48392011-3 K3J9ABCDEF"],
    "wire sign-off": ["(END) Dow Jones Newswires 06-08-18 1405ET [K3J9]"],
    "thread id": ["ref:_00DK3J9ABCDEF._500FEDCBA9J3K:ref"],
    "slug and number": ["NEWSGRAM-K3J9ABCDEF-040817"],
    "script": ['var slot = 7; loadBanner(slot, "bottom", { lazy: true, width: 300 });'],
    "VG Wort pixel": ['var c = new Image(); c.src="https://met.vgwort.de/na/0123456789abcdef";'],
    "VG Wort mark": ["Zählmarke 4f1d2c3b4a596877665544332211ffee"],
    "notice": ["(c) 2019 Harbour Press. All rights reserved."],
    "author's address": ["a.keller@harbour.example"],
    "contact block": [
        "Contact us",
        "Tel.: 0113 555 0199, Fax: 0113 555 0198",
        "E-mail: desk@harbour.example",
    ],
    "long contact sentence": [
        "For corrections and reader letters call our newsroom on +44 555 012-3456 or write to desk@herald.example. "
        "Calls may be recorded for training purposes."
    ],
    "share buttons": ["Share on Facebook", "Tweet", "E-Mail | Print"],
    "newsletter": ["Sign up for our daily headlines and get the best of the week in your inbox every Friday morning."],
    "French": [
        "Tous droits réservés Nouvelles Rouen. Toute reproduction, même partielle, est interdite sans accord écrit.",
        "Partager cet article",
    ],
    "German": ["Alle Rechte vorbehalten", "Kontakt: Peter Braun, Pressestelle, E-Mail braun@kurier.example."],
    "Spanish": ["Síguenos en Twitter", "Todos los derechos reservados."],
    "Chinese": ["（责任编辑：陈明）", "版权所有 观察新闻网，未经书面授权不得转载、摘编。", "分享到："],
}


@pytest.mark.parametrize("end", GOES.values(), ids=GOES.keys())
def test_a_tail_goes_and_nothing_else(end: list[str]) -> None:
    assert gone([*ARTICLE, *end]) == end


ENDING = "The keeper went home last, with the lamp under his coat, and did not look back once, they say."


@pytest.mark.parametrize("end", GOES.values(), ids=GOES.keys())
def test_the_same_lines_stay_with_text_behind_them(end: list[str]) -> None:
    assert gone([*ARTICLE, *end, *[ENDING] * 3]) == []


def test_one_paragraph_behind_them_is_looked_past_only_on_more_evidence() -> None:
    assert gone([*ARTICLE, "Photo: Anna Keller", ENDING]) == []
    assert gone([*ARTICLE, *GOES["long contact sentence"], ENDING]) == []
    assert gone([*ARTICLE, "© 2011 Harbour Press", ENDING]) == ["© 2011 Harbour Press"]


def test_foreign_lines_are_looked_past_and_go_with_the_tail() -> None:
    foreign = ["Nine boats at the old lock", "Bridge gets new lamps", "Why eels come back"]
    prose = "The keeper has painted all nine of them, and whoever wants to see them may knock at his door at noon."
    end = ["a.keller@harbour.example", *foreign, "© 2011 Harbour Press"]
    assert gone([*ARTICLE, *end, prose, "Show all nine"]) == end
    assert gone([*ARTICLE, *end]) == end


def test_more_evidence_gives_a_higher_score() -> None:
    def score(*end: str) -> float:
        return tail_removals([*ARTICLE, *end], PACK, ALL)[0].score

    assert score("All rights reserved. Harbour Press.") == 0.6  # a sure rule
    assert score("© 2011 Harbour Press") == 0.8  # ... on a loose line
    assert score("© 2011 Harbour Press", "Share") == 1.0  # ... beside another


def test_a_weak_rule_wants_a_second_evidence() -> None:
    sentence = "Photo: the old lock on the eve of the feast, with the keeper and his lamp to the left."
    assert gone([*ARTICLE, sentence]) == []
    assert gone([*ARTICLE, sentence, "© 2011 Harbour Press"]) == [sentence, "© 2011 Harbour Press"]
    assert gone([*ARTICLE, "Photo: Anna Keller"]) == ["Photo: Anna Keller"]


def test_a_letter_of_a_script_without_spaces_counts_for_more() -> None:
    assert gone([*ARTICLE, "分享给邻居"]) == ["分享给邻居"]
    assert gone([*ARTICLE, "分享给邻居的是那年冬天最后一袋面粉，老人们至今还记得他说过的每一句话"]) == []


def test_kinds_that_are_not_wanted_stay_and_change_nothing_else() -> None:
    end = ["a.keller@harbour.example", "Share", "© 2011 Harbour Press"]
    assert gone([*ARTICLE, *end], frozenset({"contact"})) == end[:1]
    assert gone([*ARTICLE, *end], frozenset({"share", "copyright"})) == end[1:]
    assert gone([*ARTICLE, *end], frozenset()) == []


@pytest.mark.parametrize(
    "document",
    [
        [
            "Anna Keller",
            "Harbour pilot and teacher of knots",
            "Contact: a.keller@harbour.example",
            "Tel. 0113 555 0199",
        ],
        ["© 2011 Harbour Press. All rights reserved."],
        ["a.keller@harbour.example"],
        ["Share", "Tweet"],
        [TITLE, "© 2011 Harbour Press"],
        [],
    ],
    ids=["contact page", "only a notice", "only an address", "only buttons", "title and notice", "nothing"],
)
def test_a_document_without_prose_is_left_alone(document: list[str]) -> None:
    assert gone(document) == []


def test_a_poem_loses_only_a_closing_run_of_sure_lines() -> None:
    poem = ["The lamp goes out", "the lock stands still", "and nine boats wait", "below the hill"]
    end = ["© 2011 Harbour Press. All rights reserved.", "UA-48392011-3"]
    assert gone([*poem, *end]) == end
    assert gone([*poem, *end, "Photo: Anna Keller"]) == []


def test_a_directory_is_no_contact_block() -> None:
    entries = [
        f"Anna {name}, {name.lower()}@harbour.example" for name in ["Keller", "Moyo", "Silva", "Nagy", "Braun", "Costa"]
    ]
    assert gone([*ARTICLE, *entries]) == entries
    assert gone([*ARTICLE, *entries, *entries]) == []


def test_the_first_paragraph_of_a_whole_document_is_never_its_tail() -> None:
    notice = "© 2011 Harbour Press"
    assert gone([notice, *BODY]) == []
    assert gone([notice, *BODY, notice]) == [notice]


def test_indices_point_into_what_was_given() -> None:
    last = [*BODY * 14, "Share", "© 2011 Harbour Press"]
    assert len(last) == TAIL_WINDOW
    assert [each.index for each in tail_removals(last, PACK, ALL)] == [28, 29]
    assert all(isinstance(each, TailRemoval) for each in tail_removals(last, PACK, ALL))


FOUNDING = [
    "french.xinhuanet.com",
    "L'OTSC en quête d'un partenariat plus étroit avec l'OCS (INTERVIEW)",
    "French.xinhuanet.com | Publié le 2018-06-08 à 14:05",
    "MOSCOU, 8 juin (Xinhua) -- L'organisation cherche à approfondir ses relations, a indiqué son secrétaire général.",
    "« Je suis sûr que ses résultats vont ouvrir de nouvelles opportunités entre les deux », a-t-il prédit. »",
    "Vous avez une question, une remarque, des suggestions ? Contactez notre équipe de rédaction par email à "
    "xinhuanet_french@news.cn",
    "010020070770000000000000011101841372396341",
]


def test_the_founding_case() -> None:
    found = [(each.index, each.kind) for each in tail_removals(FOUNDING, PACK, ALL)]
    assert found == [(5, "contact"), (6, "tracking")]
    assert [(each.index, each.kind) for each in head_removals(FOUNDING, PACK, ALL)] == [(0, "masthead")]
    assert head_removals(FOUNDING[1:], PACK, ALL) == []


STACKED = (
    "Alle Rechte vorbehalten, Hafenkurier Lindau. Nachdruck, auch auszugsweise, nur mit schriftlicher Genehmigung.",
    "Bestellen Sie den kostenlosen Newsletter des Hafenkuriers und lesen Sie jeden Morgen das Wichtigste vom Tag.",
    "Sie erreichen unsere Leserredaktion unter +49 555 010-4178 oder per Nachricht an leser@hafenkurier.example.",
)


@pytest.mark.parametrize(
    ("items", "stack", "going"),
    [(12, STACKED, STACKED), (12, STACKED[:2], ()), (6, STACKED, ()), (12, (*STACKED, "- c) anlegen"), ())],
    ids=["goes", "two kinds stay", "short page stays", "something behind it stays"],
)
def test_of_a_long_page_without_prose_a_stack_of_three_kinds_goes(
    items: int, stack: tuple[str, ...], going: tuple[str, ...]
) -> None:
    page = [f"- a) Boot Nummer {number} vorbereiten" for number in range(items)]
    assert gone([*page, *stack]) == list(going)
