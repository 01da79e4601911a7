"""What a case of bad input is: files that arrive, and what must become of every one of them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Content = bytes | Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class Case:
    """`ids`: of the catalogue of faults. Keys are paths inside the case's own folder.

    `texts`: the clean texts of a file in the order of its records (a duplicate counts as ""); `reasons`: of its rows in
    quarantine; `passed`: names that are passed over. A file that is named nowhere must leave no trace.
    """

    name: str
    ids: str
    why: str
    files: Mapping[str, Content]
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    passed: tuple[str, ...] = ()

    def write(self, inbox: Path) -> None:
        """Puts the files into a folder of the case's name, beside one that is good."""
        folder = inbox / self.name
        folder.mkdir(parents=True)
        (folder / COMPANION).write_text(companion(self))
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                content(path)


COMPANION = "zz-companion.txt"  # read last in every folder: whatever stands before it may not cost it


def companion(case: Case) -> str:
    """A text that no other case has."""
    return f"The companion of {case.name} comes out whatever stands beside it."


def line(text: str, **more: object) -> bytes:
    """A record of JSON lines."""
    return json.dumps({"text": text, **more}, ensure_ascii=False).encode() + b"\n"


def said(case: str, *names: object) -> tuple[str, ...]:
    """A short text for each name, which no other case has and no rule takes."""
    return tuple(f"What {case} says under {name} has to stay." for name in names)


def lines(*texts: str) -> bytes:
    """Records of JSON lines."""
    return b"".join(line(text) for text in texts)


def symlink(target: str) -> Callable[[Path], Any]:
    """Makes a link to this target."""
    return lambda path: path.symlink_to(target)
