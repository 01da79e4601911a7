"""Nights made by dice: small documents that repeat, edit, shorten and shuffle what earlier ones said."""

import random
from collections.abc import Sequence
from pathlib import Path

from tests.helpers import write_json_lines

_WORDS = tuple(f"{start}{end}" for start in "bcdfghjklm" for end in ("a", "el", "or"))
_SHORT = ("Yes.", "No, she said.", "Read more", "* * *", "12 May", "Photo: ba ce", "We shall overcome", "O ho ho")


class Scribe:
    """Writes documents; keeps what it wrote, to write it again."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.lines: list[str] = []
        self.texts: list[list[str]] = []

    def _new(self) -> str:
        return " ".join(self.dice.choices(_WORDS, k=self.dice.choice((6, 9, 14, 25, 40)))).capitalize() + "."

    def _edited(self, line: str) -> str:
        words = line.split(" ")
        for _ in range(self.dice.randint(1, 3)):
            at = self.dice.randrange(len(words))
            words[at : at + 1] = self.dice.choice(([], [self.dice.choice(_WORDS)], [str(self.dice.randint(1, 30))]))
            words = words or ["ba"]
        return " ".join(words)

    def _line(self) -> str:
        old = self.dice.choice(self.lines) if self.lines else self._new()
        cut = old[: max(20, len(old) * 3 // 4)]
        kinds = (self._new(), self._new(), old, self._edited(old), cut, self.dice.choice(_SHORT))
        line = self.dice.choice(kinds)
        self.lines.append(line)
        return line

    def text(self) -> str:
        """A document: new, or an earlier one again with some lines changed, left out, put in or moved."""
        if self.texts and self.dice.random() < 0.6:
            lines = list(self.dice.choice(self.texts))
            if self.dice.random() < 0.3:
                lines += self.dice.choice(self.texts)
            for _ in range(self.dice.randint(0, 4)):
                at = self.dice.randrange(len(lines))
                some = [[], [self._line(), lines[at]], [self._edited(lines[at])], [self._line()]]
                lines[at : at + 1] = self.dice.choice(some)
                lines = lines or [self._line()]
        else:
            lines = [self._line() for _ in range(self.dice.randint(1, 9))]
        self.texts.append(lines[:30])
        return "\n".join(lines[:30])


def write_nights(folder: Path, *, seed: int, nights: int, documents: int) -> Sequence[Path]:
    """One file a night."""
    scribe = Scribe(seed)
    out = []
    for night in range(nights):
        numbers = range(documents)
        rows = [{"id": f"{night}-{number}", "text": scribe.text(), "source": f"s{number % 2}"} for number in numbers]
        out.append(write_json_lines(folder / f"{night:03d}.jsonl", rows))
    return out
