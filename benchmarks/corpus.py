"""Text to measure on: mixed news of the development data where it is there, else the checked-in sample, grown.

The development data are looked for in `$CORPUS_SHARED/data/dev` (default `../shared`). A corpus that must be larger
than its source is grown by rounds: in each round every word is exchanged for another one of about its length, the same
everywhere in the round. So a round repeats itself where its source does, and repeats no other round.
"""

import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

ROOT = Path(__file__).resolve().parent.parent
NEWS = ("masakhanews", "esperanto_news", "fnc1_bodies", "octo_daily_news", "xinwenlianbo_zh")
FIRST_UNSPACED = "\u2e80"  # words with characters from here on are exchanged character by character
Record = dict[str, Any]


def shared() -> Path:
    """The folder of development data and tools, there or not."""
    return Path(os.environ.get("CORPUS_SHARED") or ROOT.parent / "shared")


@dataclass(frozen=True, slots=True)
class Source:
    """Records, in a fixed order, and what they are."""

    records: list[Record]
    said: str


def news() -> Source:
    """Mixed news, or the sample."""
    files = [path for name in NEWS if (path := shared() / "data" / "dev" / f"{name}.jsonl.zst").is_file()]
    if files:
        found = [_named(record, path.name.split(".")[0], at) for path in files for at, record in enumerate(lines(path))]
        said = "news of the development data: " + ", ".join(path.name.split(".")[0] for path in files)
    else:
        found, said = list(_sample()), "data/sample, grown (there are no development data here)"
    return Source(sorted(found, key=lambda record: hashlib.sha256(record["id"].encode()).digest()), said)


def lines(path: Path) -> Iterator[Record]:
    """The records of a .jsonl.zst file."""
    with path.open("rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as unpacked:
        for line in io.TextIOWrapper(unpacked, encoding="utf-8"):
            yield json.loads(line)


def _named(record: Record, name: str, at: int) -> Record:
    return {**record, "id": f"{name}-{record.get('id', '')}-{at}"}


def _sample() -> Iterator[Record]:
    for path in sorted((ROOT / "data" / "sample").rglob("*.txt")):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        yield {"id": path.stem + "-" + path.parent.name, "source": path.parent.name, "text": text}


def grown(source: Source, megabytes: float) -> Iterator[Record]:
    """Records with so many megabytes of text, counted in UTF-8."""
    left = int(megabytes * 1e6)
    turn = 0
    while left > 0:
        for record in source.records if turn == 0 else _exchanged(source.records, turn):
            yield record
            left -= len(record["text"].encode())
            if left <= 0:
                return
        turn += 1


def _exchanged(records: Iterable[Record], turn: int) -> Iterator[Record]:
    records = list(records)
    groups: dict[tuple[int, bool, int], list[str]] = {}
    for word in sorted({word for record in records for word in record["text"].split() if word.isalpha()}):
        groups.setdefault((len(word), word[0].isupper(), ord(word[0]) >> 8), []).append(word)
    words = {word: _turned(group, at, turn) for group in groups.values() for at, word in enumerate(group)}
    signs = sorted({sign for record in records for sign in record["text"] if sign >= FIRST_UNSPACED and sign.isalpha()})
    exchange = {ord(sign): _turned(signs, at, turn) for at, sign in enumerate(signs)}
    for record in records:
        text = "\n".join(
            " ".join(words.get(word, word) for word in line.split(" ")) for line in record["text"].split("\n")
        )
        yield {**record, "id": f"{record['id']}+{turn}", "text": text if text.isascii() else text.translate(exchange)}


def _turned(group: list[str], at: int, turn: int) -> str:
    return group[(at + turn * 7919) % len(group)]


def write(path: Path, records: Iterable[Record]) -> float:
    """Writes JSON lines; megabytes of text in them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with path.open("w", encoding="utf-8") as out:
        for record in records:
            size += len(record["text"].encode())
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    return size / 1e6
