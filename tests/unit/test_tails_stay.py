"""Look-alikes: what may stand behind an article, looks like a tail, and is text."""

from pathlib import Path

import pytest

from pipeline.text.entries import KINDS
from pipeline.text.rules import load_pack
from pipeline.text.tails import tail_removals

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "rules"
PACK = load_pack({path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")})

ARTICLE = (
    "The lock is open again",
    "The lock was opened on the eve of the feast, and nine boats went through it before the lamps were lit.",
    "Nobody in the village could remember when there had last been so many people on the bridge.",
)

HASH = "5f70bf18a086007016e948b04aed3b82"

# What it is: the paragraphs behind the article, none of which may go.
STAYS = {
    "pi in rows: rows of digits are a table": [
        "The first hundred places are carved into the floor",
        "14159265358979323846264338327950288419716939937510",
        "58209749445923078164062862089986280348253421170679",
    ],
    "pi, announced": [
        "The number was written on the wall as far as it would go:",
        "14159265358979323846264338327950288",
    ],
    "pi, named in the sentence above": [
        "The children had learned the decimals of the circle number by heart and sang them on the stairs.",
        "14159265358979323846264338327950288",
    ],
    "pi with its point": ["3.14159265358979323846264338327950288"],
    "checksum as content": ["The archive is the same as last year, and so is its checksum, the keeper said.", HASH],
    "checksum, announced": ["Compare what you have with this:", HASH],
    "two hashes: a list of commits": [HASH, HASH[::-1]],
    "coordinates": ["4711081512345678", "4711081512345679", "4711081512345680"],
    "ISBN": ["Ilse Marbach: Forty Days of Fog. Northern Press, 212 pages.", "ISBN 978-3-16-148410-0"],
    "bare ISBN": ["9783161484100"],
    "DOI": ["doi:10.5555/bees.2021.0417"],
    "DOI as link": ["https://doi.org/10.5555/bees.2021.0417"],
    "reference list": [
        "References",
        "Keller, A. (2011). On locks. Harbour Press. https://harbour.example/locks",
        "Moyo, P. (2013). On bridges, 2nd edition, Leeds, pp. 12-40",
        "[3] http://archive.example.org/parish/1703",
    ],
    "helpline in a sentence": [
        "Anyone who is worried about somebody else can ring the night line free of charge on 0800 555 0199 at any hour."
    ],
    "witnesses are asked to call": [
        "Anyone with information on the case is asked to call the police on 555-0199 or the town hall on 555-0198."
    ],
    "helpline, Chinese": [
        "民众若有任何问题，也可以拨打健保咨询服务专线（0800-555019），上午9时至下午5时都有专人回答。"
    ],
    "e-mail scam ends in the address": [
        "According to the police the sender had used the same address for weeks: security-desk@bank-confirm.example"
    ],
    "e-mail scam, address announced": [
        "The police ask all who were written to from this address to come forward:",
        "security-desk@bank-confirm.example",
    ],
    "e-mail scam, newsroom in the story": [
        "The editors say that our reporter was sent a bill from the address boss@bank.example three times in a week."
    ],
    "event details": [
        "Saturday, 9 June, 8 p.m., Old Customs House, Harbour Street 4",
        "Tickets 12 pounds, children 5 pounds",
        "Box office: 0113 555 0199, www.customs-house.example",
        "Tel. 0113 555 0199",
    ],
    "poem": [
        "The lamp goes out, the lock stands still",
        "and nine boats wait below the hill",
        "Share what you have, the water said",
        "the living print upon the dead",
    ],
    "list of networks, announced": ["These are the five that children use most:", "Facebook", "WhatsApp", "Twitter"],
    "licence": ["Licence: Creative Commons Attribution-ShareAlike 4.0"],
    "quoted message with a handle": [
        "“You will take the next one too. I have seen you in training.” — Maren Holt (@marenholt_12) June 3, 2021"
    ],
    "copyright sign in a sentence": [
        "On the margin he had put that the whole of the coast, © 1931 by himself, was not to be copied by anyone."
    ],
    "copyright as a subject": [
        "Copyright is older than the printing press, and All Rights Reserved a formula of 1910."
    ],
    "utm in a lesson": ["Delete the part that begins with utm_source=newsletter and the page opens just as well."],
    "utm at the end of a lesson": ["The rule of thumb is short: cut the link in front of ?utm_source=letter&utm_id=9"],
    "script in a lesson on script": [
        "var lamp = 1;",
        "function light() {",
        "  return lamp;",
        "}",
        "Write the last line as the others, and the lamp is lit when the page has been read to its end by the machine.",
        "var lock = new Image(); lock.src = lamp;",
    ],
    "share in another sense": ["Share this bread with your neighbours, and tell your friends."],
    "contact in another sense": ["Contact with the crew was lost at ten past four."],
    "sub-head at the end": ["Background", "What comes next"],
    "French story about an address": [
        "Quatre cents personnes avaient répondu au message envoyé depuis l'adresse remboursement@caisse.example."
    ],
    "German story about the newsroom": [
        "Der Kontakt zur Redaktion war ihm nie wichtig gewesen. Fragen nahm er am liebsten im Wirtshaus entgegen."
    ],
    "Spanish story about a number": ["Alguien escribió en la pared el número que todos habían llamado: 555 01 99."],
}


@pytest.mark.parametrize("end", STAYS.values(), ids=STAYS.keys())
def test_what_looks_like_a_tail_and_is_text_stays(end: list[str]) -> None:
    assert tail_removals([*ARTICLE, *end], PACK, frozenset(KINDS)) == []
