"""What is new in the inbox, by content: a renamed file is not new, and a changed one takes the place of what it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.sources.files import Found, Scanned, Slice, scanned
from pipeline.store.manifest import Input, Manifest

# Runs that try a file which cannot be read to its end, or costs its readers. One bad night is enough of an accident.
MOST_TRIES = 3

Place = tuple[str, str]  # root, path


@dataclass(frozen=True, slots=True)
class News:
    """What to read, in order; what earlier runs have read and still stands, where it lies now; and what does not.

    `tries`: of the contents that earlier runs have tried in vain how often. `stale`: the numbers of files that hold
    something else by now: their content lies nowhere in the inbox.
    """

    new: tuple[Scanned, ...]
    kept: tuple[Input, ...] = ()
    stale: frozenset[int] = frozenset()
    tries: Mapping[str, int] | None = None


def news(files: Sequence[Found], before: Sequence[Input], slice_bytes: int, *, replaces: bool = True) -> News:
    """What has changed since `before`. A file that is gone from the inbox changes nothing: its documents stay.

    Without `replaces` no more does one that was read and holds something else now.
    """
    found = [content_of(each, slice_bytes) for each in files]
    here = {_place(each.found): each.sha256 for each in found}
    lies: dict[str, Place] = {}
    for each in found:
        lies.setdefault(each.sha256, _place(each.found))
    kept: list[Input] = []
    stale: set[int] = set()
    tries: dict[str, int] = {}
    for row in sorted(before, key=_is_rest):
        now = here.get((row.root, row.path))
        if row.sha256 and row.sha256 in lies and 0 < row.tries < MOST_TRIES:
            stale.add(row.file)
            tries[row.sha256] = row.tries
        elif row.sha256 and row.sha256 != now and row.sha256 in lies:
            root, path = lies[row.sha256]
            kept.append(replace(row, root=root, path=path))
        elif now and now != row.sha256 and _gives_way(row, now, kept, replaces=replaces):
            stale.add(row.file)
        else:
            kept.append(row)
    return News(tuple(_unseen(found, kept)), tuple(kept), frozenset(stale), tries)


def adds_only(found: News, before: Manifest) -> bool:
    """Whether nothing goes, and no new file lies where an earlier one lay: no place tells of a new version."""
    places = {(each.root, each.path) for each in (*before.read, *found.kept)}
    return not found.stale and not any(_place(each.found) in places for each in found.new)


def known_contents(read: Sequence[Input]) -> dict[str, str]:
    """Digest -> path of all that no later run reads again."""
    return {each.sha256: each.path for each in read if each.sha256 and not 0 < each.tries < MOST_TRIES}


def _is_rest(row: Input) -> bool:
    """Whether a file stands for what it held before it changed and could not be read to its end."""
    return not row.sha256 and not row.tries


def _gives_way(row: Input, now: str, kept: Sequence[Input], *, replaces: bool) -> bool:
    """Whether what a file held goes, as its place holds `now` something else."""
    if _is_rest(row):
        return replaces and now not in known_contents(kept)
    return replaces or row.tries > 0


def content_of(found: Found, slice_bytes: int) -> Scanned:
    """The digest and the slices of a file; no digest where it cannot be read."""
    try:
        return scanned(found, slice_bytes)
    except OSError:  # the reader will meet it again, and say why
        return Scanned(found, "", (Slice(0, found.bytes, 0),))


def _place(found: Found) -> Place:
    return found.root, found.path


def _unseen(found: Sequence[Scanned], kept: Sequence[Input]) -> list[Scanned]:
    """Files of contents that no run has read, each once; and those whose content cannot be had, for the first time."""
    seen = set(known_contents(kept))
    unread = {(each.root, each.path) for each in kept if not each.sha256}
    new = []
    for each in found:
        if each.sha256 not in seen if each.sha256 else _place(each.found) not in unread:
            new.append(each)
            seen.add(each.sha256)
    return new
