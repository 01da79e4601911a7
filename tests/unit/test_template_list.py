"""What recurs in a source is listed for a person: each line once, with its state and counts, by every run."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.store.read import read_table
from pipeline.store.verify import verify
from tests.helpers import run_on, write_json_lines
from tests.unit.test_templates import ON, articles


def listed(*inbox: Path, out: Path, sets: Sequence[str] = ()) -> dict[tuple[str, str], tuple[str, str, int, int, int]]:
    """(line, place) -> (source, state, documents, of_source, removed) as the store lists them after a run."""
    store, _ = run_on(inbox, out, "repeats.across='off'", "brake.enabled=false", *ON, *sets)
    assert verify(store, deep=True) == []
    rows = read_table(store, "templates").to_pylist()
    counts = ("source", "state", "documents", "of_source", "removed")
    assert len({(row["line"], row["place"]) for row in rows}) == len(rows)
    return {(row["line"], row["place"]): tuple(row[name] for name in counts) for row in rows}


def test_templates_are_listed_with_state_and_counts_for_the_whole_corpus(tmp_path: Path) -> None:
    inbox, out = tmp_path / "in", tmp_path / "out"
    more = articles("Evening desk 0555 0101", [f"night{at}" for at in range(5)])
    write_json_lines(inbox / "a.jsonl", articles("El Popola Chinio"))
    write_json_lines(inbox / "b.jsonl", more)
    assert listed(inbox / "a.jsonl", out=out)["El Popola Chinio", "end"] == ("www.elpopola.org", "active", 8, 8, 8)
    now = listed(inbox, out=out)
    assert now["El Popola Chinio", "end"] == ("www.elpopola.org", "active", 8, 13, 8)
    assert now["Evening desk 0555 0101", "end"] == ("www.elpopola.org", "active", 5, 13, 0)
    page = (out / "current" / "report.html").read_text(encoding="utf-8")
    assert "Evening desk 0555 0101" in page


@pytest.mark.parametrize(
    ("sets", "state", "removed"),
    [
        (["tails.templates.least_share=1.0"], "proposed", 0),
        (["tails.templates.confirm=[evening desk 0]"], "confirmed", 8),
        (["tails.templates.veto=[evening desk 0]"], "vetoed", 0),
        (["tails.templates.veto=[evening desk 0]", "tails.templates.confirm=[evening desk 0]"], "vetoed", 0),
    ],
)
def test_what_the_settings_say_is_listed(tmp_path: Path, sets: list[str], state: str, removed: int) -> None:
    nothing = articles("Nothing of the kind", ["first"])  # so that the share is below 1
    path = write_json_lines(tmp_path / "in.jsonl", [*nothing, *articles("Evening desk 0555 0101")])
    found = listed(path, out=tmp_path / "out", sets=sets)
    assert found["Evening desk 0555 0101", "end"] == ("www.elpopola.org", state, 8, 9, removed)


def test_hosts_of_one_site_are_one_source(tmp_path: Path) -> None:
    rows = articles("El Popola Chinio")
    urls = [f"https://{each['id']}.elpopola.co.uk/{each['id']}" for each in rows]
    some = [{"id": each["id"], "text": each["text"], "url": url} for each, url in zip(rows, urls, strict=True)]
    found = listed(write_json_lines(tmp_path / "in.jsonl", some), out=tmp_path / "out")
    assert found["El Popola Chinio", "end"][:3] == ("elpopola.co.uk", "active", 8)
