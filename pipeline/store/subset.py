"""Which files a part of a check looks at."""

import hashlib
from dataclasses import dataclass

from pipeline.errors import SettingsError
from pipeline.store.manifest import LiveFile


@dataclass(frozen=True, slots=True)
class Subset:
    """The `number`-th of `parts` parts, from 1. Each file is in exactly one, the same one every time."""

    number: int
    parts: int

    def holds(self, file: LiveFile) -> bool:
        """Whether the file is in this part: by a digest of its name, which it never changes."""
        digest = hashlib.sha256(f"{file.folder}/{file.name}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % self.parts == self.number - 1


WHOLE = Subset(1, 1)


def subset_of(said: str) -> Subset:
    """What "3/30" says; SettingsError for what says nothing.

    >>> subset_of("3/30")
    Subset(number=3, parts=30)
    """
    number, _, parts = said.partition("/")
    if number.isdecimal() and parts.isdecimal() and 1 <= int(number) <= int(parts):
        return Subset(int(number), int(parts))
    raise SettingsError(
        f"--subset {said}: expected n/t with n from 1 to t, such as 3/30 for the third of thirty nights"
    )
