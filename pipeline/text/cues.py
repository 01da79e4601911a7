"""Cues (stand-in)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    id: str
    kind: str
    languages: tuple[str, ...]
    at: str
