"""What is new in the inbox, by content and by place."""

from pathlib import Path

import pytest

from pipeline.nights import inbox
from pipeline.nights.inbox import MOST_TRIES, News, known_contents, news
from pipeline.sources.files import Found, Scanned, Slice
from pipeline.store.manifest import Input


@pytest.fixture(autouse=True)
def _contents(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file holds what its location says; one that says nothing cannot be read."""

    def scanned(found: Found, _: int) -> Scanned:
        if found.location == Path("-"):
            raise PermissionError
        return Scanned(found, str(found.location), (Slice(0, 1, 0),))

    monkeypatch.setattr(inbox, "scanned", scanned)


def look(before: tuple[Input, ...], **files: str) -> News:
    found = [Found(name, Path(content), "text", "", 1, root="in") for name, content in files.items()]
    return news(found, before, 1 << 20)


def paths(found: News) -> list[str]:
    return [each.found.path for each in found.new]


A, B = Input(0, "in", "a", "one"), Input(1, "in", "b", "two")


def test_new_contents_are_read_once() -> None:
    assert paths(look((), a="one", b="two", c="one")) == ["a", "b"]
    assert paths(look((A, B), a="one", c="two", d="three")) == ["d"]
    assert look((A, B), a="one", b="two") == News((), (A, B), frozenset(), {})


def test_what_is_gone_from_the_inbox_stays() -> None:
    assert look((A, B), b="two").kept == (A, B)
    assert look((A, B)).stale == frozenset()


def test_a_changed_file_is_stale_and_read() -> None:
    found = look((A, B), a="other", b="two")
    assert (paths(found), found.kept, found.stale) == (["a"], (B,), {0})


def test_what_lies_elsewhere_has_moved() -> None:
    assert look((A, B), c="one", b="two").kept == (Input(0, "in", "c", "one"), B)
    found = look((A, B), a="two", b="one")
    assert (paths(found), {(row.file, row.path) for row in found.kept}, found.stale) == (
        [],
        {(0, "b"), (1, "a")},
        set(),
    )
    found = look((A,), a="new", a1="one")  # a log that was rotated
    assert (paths(found), found.stale) == (["a"], set())


def test_the_same_path_under_another_root_is_another_file() -> None:
    found = news([Found("a", Path("other"), "text", "", 1, root="elsewhere")], (A,), 1)
    assert (paths(found), found.kept, found.stale) == (["a"], (A,), frozenset())


def test_what_comes_back_is_read_again() -> None:
    changed = look((A,), a="two")
    assert "one" not in known_contents((*changed.kept, Input(1, "in", "a", "two")))


def test_a_file_that_cannot_be_read_is_new_once() -> None:
    assert paths(look((), a="-")) == ["a"]
    unread = Input(3, "in", "a", "", 1)
    assert look((unread,), a="-") == News((), (unread,), frozenset(), {})
    found = look((unread,), a="one")
    assert (paths(found), found.stale) == (["a"], {3})
    found = look((A, unread), b="one", a="one")  # a copy of what is known
    assert (paths(found), found.stale) == ([], {3})
    assert look((A,), a="-").kept == (A,)  # nothing says that it has changed


@pytest.mark.parametrize("tries", range(1, MOST_TRIES + 1))
def test_what_was_tried_in_vain_is_tried_again_a_few_times(tries: int) -> None:
    found = look((Input(0, "in", "a", "one", tries),), a="one")
    if tries < MOST_TRIES:
        assert (paths(found), found.stale, found.tries) == (["a"], {0}, {"one": tries})
    else:
        assert (paths(found), found.stale) == ([], frozenset())


def test_the_rest_of_a_file_cut_short_stays_until_it_changes() -> None:
    rest, cut = Input(0, "in", "a", ""), Input(1, "in", "a", "cut")
    assert look((rest, cut), a="cut").stale == frozenset()
    assert look((rest, cut), a="-").stale == frozenset()
    assert look((rest, cut), a="whole").stale == {0, 1}


def test_where_names_are_used_anew_nothing_that_was_read_goes() -> None:
    found = [Found("a", Path("other"), "text", "", 1, root="in")]
    added = news(found, (A, Input(1, "in", "a", "", 1), Input(2, "in", "a", "three", 2)), 1, replaces=False)
    assert (paths(added), added.kept, added.stale) == (["a"], (A,), {1, 2})
