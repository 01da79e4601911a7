"""A corpus made by dice with a fixed seed, full of what repeats: the same one every time, of any size."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline.store.folder import Store
from pipeline.store.kinds import VIEWED
from pipeline.store.read import read_table

FOOTERS = (
    "Contact: newsdesk@example.org, tel. +49 30 1234567",
    "© 2024 Example News. All rights reserved.",
    "000102030405060708091011121314151617181920",
)
_LETTERS = "bcdfghjklmnpqrstvwz"
_HAN = "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小"


class Press:
    """Writes documents; keeps what it wrote, to print it again."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.words = [self._word() for _ in range(4000)]
        self.printed: list[str] = []
        self.pages: list[list[str]] = [
            ["1 January", self._new(), self._new(), "12 Smith Street", *(self._new() for _ in range(9))] for _ in "abc"
        ]

    def _word(self) -> str:
        return "".join(self.dice.choice(_LETTERS) + self.dice.choice("aeiouäé") for _ in range(self.dice.randint(1, 4)))

    def paragraph(self) -> str:
        """A new paragraph, or an old one as it was, edited, with other figures, cut short or longer."""
        kinds: tuple[Callable[[], str], ...] = (self._new, self._new, self._new, self._short, self._han)
        if self.printed:
            kinds += (self._again, self._edited, self._figures, self._truncated)
        text = self.dice.choice(kinds)()
        self.printed.append(text)
        return text

    def _new(self) -> str:
        return " ".join(self.dice.choices(self.words, k=self.dice.randint(12, 60))).capitalize() + "."

    def _short(self) -> str:
        return " ".join(self.dice.choices(self.words[:60], k=self.dice.randint(1, 4)))

    def _han(self) -> str:
        return "".join(self.dice.choices(_HAN, k=self.dice.randint(10, 120))) + "。"

    def _again(self) -> str:
        return self.dice.choice(self.printed)

    def _edited(self) -> str:
        words = self.dice.choice(self.printed).split(" ")
        for _ in range(max(1, len(words) // 12)):
            words[self.dice.randrange(len(words))] = self.dice.choice(self.words)
        return " ".join(words)

    def _figures(self) -> str:
        return f"{self.dice.choice(self.printed)} {self.dice.randint(1, 99)} %"

    def _truncated(self) -> str:
        text = self.dice.choice(self.printed)
        return text[: len(text) * 3 // 4]

    def text(self) -> str:
        """A document: some are printed twice, some end in a footer."""
        paragraphs = [self.paragraph() for _ in range(self.dice.randint(1, 9))]
        if self.dice.random() < 0.15:
            paragraphs = self._page_again()
        self.pages.append(paragraphs)
        if self.dice.random() < 0.15:
            paragraphs += [self.dice.choice(FOOTERS), *paragraphs]
        if self.dice.random() < 0.2:
            paragraphs += self.dice.sample(FOOTERS, self.dice.randint(1, 3))
        return self.dice.choice(("\n", "\n\n", "\r\n")).join(paragraphs)

    def _page_again(self) -> list[str]:
        """An earlier page with another date, other figures and another credit between its paragraphs."""
        page = list(self.dice.choice(self.pages))
        page = [f"{self.dice.randint(1, 28)} May" if line.endswith(" January") else line for line in page]
        page = [f"{self.dice.randint(1, 99)} Smith Street" if "Smith" in line else line for line in page]
        page.insert(self.dice.randint(0, len(page)), f"Photo: {self.dice.choice(self.words)}")
        return [*page, self._new()] if len(page) > 5 else page

    def documents(self) -> Iterator[dict[str, Any]]:
        """Records without end; one in twenty is an earlier one again, under another id."""
        past: list[dict[str, Any]] = []
        while True:
            number = len(past)
            row = {"id": f"doc-{number}", "source": f"site-{number % 4}", "text": self.text(), "n": number}
            if past and self.dice.random() < 0.05:
                row["text"] = self.dice.choice(past)["text"]
            past.append(row)
            yield row


def print_corpus(folder: Path, *, files: int, file_bytes: int, seed: int = 1) -> list[Path]:
    """JSON-lines files of about `file_bytes`, and a text file and a bad line beside each."""
    folder.mkdir(parents=True)
    press = Press(seed)
    source = press.documents()
    made = []
    for number in range(files):
        lines, size = ["{bad"], 0
        while size < file_bytes:
            lines.append(json.dumps(next(source), ensure_ascii=False))
            size += len(lines[-1].encode())
        path = folder / f"part-{number}.jsonl"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        text = folder / f"part-{number}.txt"
        text.write_text(press.text(), encoding="utf-16" if number % 2 else "utf-8")
        made += [path, text]
    return made


def content(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of a store in one order, without the number of the run."""
    keys = ("doc_id", "path", "record", "start", "end")
    tables = {}
    for kind in VIEWED:
        table = read_table(store, kind).drop_columns(["run"])
        order = [(key, "ascending") for key in keys if key in table.schema.names]
        tables[kind] = table.sort_by(order).to_pylist()
    return tables
