"""Look-alikes that must stay, floods that must not stop anything (group D of the catalogue of faults)."""

from tests.bad.kit import Case, lines
from tests.cli_kit import article


def cases() -> list[Case]:
    """All of them."""
    return [*equal(), *short(), *alike()]


def equal() -> list[Case]:
    whole = f"Flooded by equals. {article(4001)}"
    chain = [f"{article(4100 + n // 3)} Link {n} of the chain." for n in range(3)]
    twice = article(4200)
    return [
        Case(
            "dup-flood-identical",
            "D1",
            "of five thousand equal documents one stays",
            {"a.jsonl": lines(*[whole] * 5000)},
            {"a.jsonl": (whole, *[""] * 4999)},
        ),
        Case(
            "dup-inside",
            "D7",
            "the first of two printings in one document stays",
            {"a.jsonl": lines(f"{twice}\n{article(4201)}\n{twice}")},
            {"a.jsonl": (f"{twice}\n{article(4201)}",)},
        ),
        Case(
            "dup-first",
            "D14",
            "a document that nothing stands before",
            {"0.jsonl": lines(chain[0])},
            {"0.jsonl": (chain[0],)},
        ),
    ]


def short() -> list[Case]:
    lines_of = {
        "words.jsonl": [f"Nr. {n}" for n in range(500)],
        "emoji.jsonl": [chr(0x1F600 + n) * 3 for n in range(60)],
        "thai.jsonl": [f"ประชุมสภาเมืองครั้งที่{'กขคงจฉชซญด'[n]}" for n in range(10)],
        "marks.jsonl": ["...", "!!!", "---", "***", "?!", "…", "—"],
        "cjk.jsonl": [f"第{n}号会议记录已经公布" for n in "一二三四五六七八九"],
    }
    return [
        Case(
            "dup-many-short-paragraphs",
            "D5",
            "texts too short for a shingle, in scripts of all kinds, are not merged",
            {name: lines(*texts) for name, texts in lines_of.items()},
            {name: tuple(texts) for name, texts in lines_of.items()},
        )
    ]


def alike() -> list[Case]:
    numbers = [
        f"The station at the harbour measured {n}.{n % 7} degrees at noon, {n * 3} hPa, {n % 9} knots of wind."
        for n in range(10, 40)
    ]
    contact = "Contact\nWrite to the office of the harbour at harbour@example.org\nTelephone +44 20 7946 0958"
    said = [f"He said that the footer of the page read: write to editor{n}@example.org, and laughed." for n in range(3)]
    return [
        Case(
            "dup-template-numbers",
            "D6",
            "texts that differ in figures are different news",
            {"a.jsonl": lines(*numbers)},
            {"a.jsonl": tuple(numbers)},
        ),
        Case(
            "contact-in-prose",
            "D16",
            "an address inside a sentence is body",
            {"a.jsonl": lines(*said)},
            {"a.jsonl": tuple(said)},
        ),
        Case(
            "contact-page",
            "D16",
            "a page of contact data keeps a first line",
            {"a.jsonl": lines(contact)},
            {"a.jsonl": (contact,)},
        ),
    ]
