"""The sample is small, free, labelled and planted as its README says."""

import gzip
import io
import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import zstandard

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
NOT_INPUT = {"README.md", "COPYING.GPL-2", ".gitattributes"}
MAX_BYTES = 1_200_000
COLUMNS = ["file", "documents", "language", "encoding", "from", "licence", "planted"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the README's first table."""

    file: str
    documents: int
    languages: frozenset[str]
    encoding: str
    origin: str
    licence: str
    planted: str


def readme_rows() -> list[Row]:
    """The rows of the table of files, in order."""
    lines = (SAMPLE / "README.md").read_text("utf-8").splitlines()
    start = lines.index("| " + " | ".join(COLUMNS) + " |")
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        file, documents, language, encoding, origin, licence, planted = (cell.strip() for cell in line[1:-1].split("|"))
        languages = frozenset(name.strip() for name in language.split(",")) - {"–"}
        rows.append(Row(file.strip("`"), int(documents), languages, encoding, origin, licence, planted))
    return rows


ROWS = readme_rows()
TEXT_FILES = [row for row in ROWS if row.file.endswith(".txt") and row.documents]
RECORD_FILES = [row for row in ROWS if not row.file.endswith(".txt")]


def sample_files() -> set[str]:
    """Paths of all input files, relative to the sample."""
    paths = {path.relative_to(SAMPLE).as_posix() for path in SAMPLE.rglob("*") if path.is_file()}
    return paths - NOT_INPUT


def records(path: Path) -> list[dict[str, object] | None]:
    """The records of one structured file; None for one that is broken or has no text."""
    if path.suffix == ".parquet":
        return [dict(record) for record in pq.read_table(path).to_pylist()]
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    elif path.suffix == ".zst":
        data = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    found: list[dict[str, object] | None] = []
    for line in data.decode("utf-8").splitlines():
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            record = {}
        found.append(record if record.get("text") else None)
    return found


def text_of(row: Row) -> str:
    """A text file, decoded in the encoding its README row states."""
    return (SAMPLE / row.file).read_bytes().decode(row.encoding.removesuffix(", CRLF"))


def test_the_sample_is_small() -> None:
    sizes = [path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()]
    assert sum(sizes) < MAX_BYTES


def test_each_file_has_one_row_and_each_row_its_file() -> None:
    assert sorted(row.file for row in ROWS) == sorted(sample_files())


def test_there_are_enough_documents_languages_and_encodings() -> None:
    assert sum(row.documents for row in ROWS) >= 60
    assert len(frozenset().union(*(row.languages for row in ROWS))) >= 12
    assert len({row.encoding for row in ROWS}) >= 10
    assert {Path(row.file).suffix for row in ROWS} == {".txt", ".jsonl", ".gz", ".zst", ".parquet"}


def test_every_row_says_from_where_and_under_which_licence() -> None:
    notices = (SAMPLE / "README.md").read_text("utf-8").partition("## Licences and notices")[2].lower()
    kinds = ["gpl-2+", "un document", "debian faq licence", "public domain", "quoted"]
    for row in ROWS:
        assert row.origin
        assert row.planted
        assert any(kind in row.licence.lower() and kind in notices for kind in kinds), row


@pytest.mark.parametrize("row", TEXT_FILES, ids=lambda row: row.file)
def test_a_text_file_decodes_in_its_stated_encoding(row: Row) -> None:
    text = text_of(row)
    assert len(text) > 200
    assert "\ufffd" not in text
    assert ("\r\n" in text) == ("CRLF" in row.encoding or "mixed line ends" in row.planted)


@pytest.mark.parametrize("row", RECORD_FILES, ids=lambda row: row.file)
def test_a_structured_file_holds_the_documents_it_states(row: Row) -> None:
    found = records(SAMPLE / row.file)
    assert sum(record is not None for record in found) == row.documents
    assert (None in found) == ("quarantine" in row.planted)


def test_copies_are_copies_and_near_copies_are_not() -> None:
    by_name = {row.file: row for row in ROWS}
    assert (SAMPLE / "agency/ko-3x.txt").read_bytes() == (SAMPLE / "mirror/ko-3x.txt").read_bytes()
    assert text_of(by_name["agency/lt-2x.txt"]) == text_of(by_name["mirror/lt-2x-other-encoding.txt"])
    assert text_of(by_name["agency/it-2x.txt"]) != text_of(by_name["mirror/it-2x-near.txt"])
    paragraphs = text_of(by_name["agency/pt-2x.txt"]).split("\n\n")
    moved = text_of(by_name["mirror/pt-2x-reordered.txt"]).split("\n\n")
    assert sorted(part.strip() for part in paragraphs) == sorted(part.strip() for part in moved)
    assert paragraphs != moved


def test_the_founding_case_is_as_it_was_found() -> None:
    data = (SAMPLE / "news/seed-xinhua-otsc-ocs.txt").read_bytes()
    assert len(data) == 5724
    assert data.startswith(b"french.xinhuanet.com\n")
    assert data.endswith(b"010020070770000000000000011101841372396341")
