"""Which of the documents that were read are new versions of earlier ones, which earlier ones go, and which stay out.

A document is known again by its id; by path and position only in a file of the same path under the same root. A
new version takes the name and the number of the earlier one. What a changed file no longer holds goes, unless the
file could not be read to its end. What was forgotten does not come back (`docs/versions.md`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import Reason
from pipeline.nights.inbox import Place
from pipeline.stages.schemas import FILE_BITS

Row = dict[str, Any]

COLUMNS = ("doc", "doc_id", "path", "record", "text_sha256", "reason")  # of DOCUMENTS: what is looked at
# Reasons that end a file early: what else it holds is not known.
TORN = frozenset(
    {
        Reason.UNREADABLE, Reason.READER_DIED, Reason.BAD_COMPRESSION, Reason.BAD_PARQUET, Reason.BAD_WARC,
        Reason.CHANGED_WHILE_READ, Reason.NOT_TEXT, Reason.UNKNOWN_FORMAT,
    }
)  # fmt: skip
# Those that another night may not meet.
IN_VAIN = frozenset({Reason.UNREADABLE, Reason.READER_DIED, Reason.CHANGED_WHILE_READ})
_COUNTED = re.compile(r"~[0-9]+$")


class Known(NamedTuple):
    """What earlier runs left: live documents (schema INDEX), documents that are out (schema FORGOTTEN), and the place
    of every input file by its number, those of this run too. `stale`: numbers of files that hold something else now.
    """

    index: pa.Table
    forgotten: pa.Table
    places: Mapping[int, Place]
    stale: frozenset[int]


@dataclass(frozen=True, slots=True)
class Versions:
    """`renewed`: number of a document read -> number and name of the one it is a version of. `gone`: names of live
    documents that are replaced or withdrawn. `barred`: numbers of documents read that stay out. `torn`: numbers of
    the files read that were not read to their end.
    """

    renewed: dict[int, tuple[int, str]] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    barred: frozenset[int] = frozenset()
    torn: frozenset[int] = frozenset()


def versions(known: Known, read: Iterable[pa.RecordBatch], named: Iterable[pa.RecordBatch]) -> Versions:
    """What the documents read (COLUMNS), called as `named` says, are to those that there are."""
    rows = [row for batch in read for row in batch.to_pylist()]
    names = {doc: name for batch in named for doc, name in _pairs(batch)}
    torn = frozenset(row["doc"] >> FILE_BITS for row in rows if row["reason"] in TORN)
    good = [row for row in rows if row["reason"] is None]
    live = _Live(_touched(known, good, names), known.places)
    out = _Out(known.forgotten)
    renewed: dict[int, tuple[int, str]] = {}
    barred: set[int] = set()
    for row in good:
        place = known.places[row["doc"] >> FILE_BITS]
        old = live.earlier(row, names[row["doc"]], place)
        if out.bars(row, names[row["doc"]], place, old):
            barred.add(row["doc"])
        elif old is not None:
            live.taken.add(old["doc"])
            renewed[row["doc"]] = (old["doc"], old["doc_id"])
    torn_places = {known.places[file] for file in torn}
    gone = [
        row["doc_id"]
        for row in live.rows
        if row["doc"] in live.taken or (row["file"] in known.stale and known.places.get(row["file"]) not in torn_places)
    ]
    return Versions(renewed, frozenset(gone), frozenset(barred), torn)


def may_be_out(forgotten: pa.Table, read: Iterable[pa.RecordBatch]) -> bool:
    """Whether one of the documents read (COLUMNS) has a name, a path or a text of one that was forgotten."""
    if not len(forgotten):
        return False
    looked = ("doc_id", "path", "text_sha256")
    return any(
        pc.any(pc.is_in(rows.column(name), value_set=forgotten[name].combine_chunks())).as_py()
        for rows in read
        for name in looked
    )


def _pairs(batch: pa.RecordBatch) -> Iterator[tuple[int, str]]:
    yield from zip(batch.column("doc").to_pylist(), batch.column("doc_id").to_pylist(), strict=True)


def _touched(known: Known, good: Sequence[Row], names: Mapping[int, str]) -> list[Row]:
    """The live documents of which there may be a new version, or that may go."""
    places = {known.places[row["doc"] >> FILE_BITS] for row in good}
    files = known.stale | {file for file, place in known.places.items() if place in places}
    index = known.index
    asked = pc.is_in(index["doc_id"], value_set=pa.array(sorted(set(names.values())), pa.string()))
    there = pc.is_in(index["file"], value_set=pa.array(sorted(files), pa.int64()))
    rows: list[Row] = index.filter(pc.or_(asked, there)).sort_by("doc").to_pylist()
    return rows


def _by_place(row: Row, name: str) -> bool:
    """Whether a document is called after its path and position."""
    return name in (row["path"], f"{row['path']}#{row['record']}")


class _Live:
    """Live documents, to be asked for the earlier version of one that was read; each answers once."""

    def __init__(self, rows: list[Row], places: Mapping[int, Place]) -> None:
        self.rows = rows
        self.taken: set[int] = set()
        self._named = {row["doc_id"]: row for row in rows}
        self._at: dict[tuple[Place, int], Row] = {}
        self._in: dict[tuple[Place, str], list[Row]] = {}
        for row in rows:
            place = places.get(row["file"])
            if place is not None and _by_place(row, _COUNTED.sub("", row["doc_id"])):
                self._at[place, row["record"]] = row
            elif place is not None:
                self._in.setdefault((place, row["doc_id"]), []).append(row)
                if _COUNTED.search(row["doc_id"]):
                    self._in.setdefault((place, _COUNTED.sub("", row["doc_id"])), []).append(row)

    def earlier(self, row: Row, name: str, place: Place) -> Row | None:
        """The live document of which this is the new version; None without."""
        if _by_place(row, row["doc_id"]):
            found = [self._at[place, row["record"]]] if (place, row["record"]) in self._at else []
        else:
            base = _COUNTED.sub("", name)
            found = [*self._in.get((place, name), ()), *self._in.get((place, base), ())]
            if name in self._named and not name.startswith(f"{row['path']}#"):  # ids that are unique in a file only
                found.append(self._named[name])
        return next((each for each in found if each["doc"] not in self.taken), None)


class _Out:
    """Documents that were forgotten, to be asked whether one that was read is among them."""

    def __init__(self, forgotten: pa.Table) -> None:
        rows = forgotten.to_pylist()
        self._texts = {row["text_sha256"] for row in rows} - {_NOTHING}
        self._names = {row["doc_id"] for row in rows}
        self._places = {(row["root"], row["path"]) for row in rows if row["doc_id"] == row["path"]}

    def bars(self, row: Row, name: str, place: Place, old: Row | None) -> bool:
        """Whether a document stays out.

        A position in a file says nothing: another night, another document may have it. A text bars documents that
        come anew, not those that were here when it was forgotten.
        """
        if _by_place(row, row["doc_id"]):
            if row["doc_id"] == row["path"] and place in self._places:
                return True
        elif name in self._names:
            return True
        return row["text_sha256"] in self._texts and (old is None or old["text_sha256"] != row["text_sha256"])


_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of the empty text
