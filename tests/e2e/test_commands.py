"""What else the commands do: dry runs, one document, explain, restore."""

import bz2
import gzip
import io
import json
import lzma
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.cli_kit import Cli, article, inbox, outside, tree
from tests.helpers import run_on


def test_a_dry_run_lists_what_is_new_and_changes_nothing(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    told = cli("run", tmp_path / "in", "--dry-run")
    assert (told.code, cli.output.exists()) == (0, False)
    assert "docs.jsonl" in told.out
    assert "new" in told.out
    assert cli("run", tmp_path / "in").code == 0
    (tmp_path / "in" / "x [red]:100:.txt").write_text(article(2))
    before = tree(cli.output)
    told = cli("run", tmp_path / "in", "--dry-run")
    rows = [line.split() for line in told.out.splitlines()]
    states = [
        [word for word in row if word in ("known", "new")] for row in rows if row and row[0] in ("docs.jsonl", "x")
    ]
    assert states == [["known"], ["new"]]
    assert "x [red]:100:.txt" in told.out
    assert tree(cli.output) == before


def test_a_dry_run_tells_how_each_file_is_understood(tmp_path: Path, cli: Cli) -> None:
    line = json.dumps({"body": article(1)}).encode() + b"\n"
    files = {
        "a.jsonl": line,
        "b.jsonl.gz": gzip.compress(line + line),
        "c.jsonl.gz": gzip.compress(line * 3)[:-4],
        "d.csv": line * 4,
        "e.csv": "id;Content\n1;Größe\n".encode("utf-16"),
        "f.csv": b"a,b\n1,2\n",
        "g.json": b'[\n{"title": "no text"}]',
        "h.jsonl": b"PK\x03\x04",
        "i.parquet": b"PAR1 cut",
        "j.jsonl": b"",
        "k.jsonl": b"{broken",
        "l.html": b"<p>x",
        "m.warc.gz": b"WARC",
        "n.csv": b"text\nonly one\n",
        "o.zip": b"PK\x03\x04",
        "p.parquet": parquet_bytes(),
    }
    (tmp_path / "in").mkdir()
    for name, content in files.items():
        (tmp_path / "in" / name).write_bytes(content)
    told = cli("run", tmp_path / "in", "--dry-run")
    assert (told.code, cli.output.exists()) == (0, False)
    for name, *words in (
        ("a.jsonl", "JSON lines", "new", "text in field body"),
        ("b.jsonl.gz", "JSON lines", "gz", "text in field body"),
        ("c.jsonl.gz", "to quarantine: bad_compression", "cut"),
        ("d.csv", "JSON lines by content, though named .csv"),
        ("e.csv", "semicolons, text in column Content, utf-16"),
        ("f.csv", "to quarantine: no_text", "columns: a, b"),
        ("g.json", "no text field; fields: title"),
        ("h.jsonl", "a zip archive; not opened; to quarantine"),
        ("i.parquet", "to quarantine: bad_parquet"),
        ("j.jsonl", "empty"),
        ("k.jsonl", "its first record is not JSON"),
        ("l.html", "HTML"),
        ("m.warc.gz", "to quarantine: bad_compression"),
        ("n.csv", "one column, text in column text"),
        ("p.parquet", "text in field content"),
    ):
        (line_of,) = [each for each in told.out.splitlines() if each.startswith(f"{name} ")]
        assert [word for word in words if word not in line_of] == [], line_of
    assert "1 file passed over (a zip archive; not opened): o.zip" in told.out
    assert "text in field title" in cli("run", tmp_path / "in", "--dry-run", "--set", "input.text_field=title").out


def parquet_bytes() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"content": ["x"], "n": [1]}), file)
    return file.getvalue()


def test_files_of_every_format_make_one_corpus(tmp_path: Path, cli: Cli) -> None:
    page = f"<html><head><title>Nine</title></head><body><nav><a>Home</a></nav><p>{article(9)}</p></body></html>"
    archived = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>{article(7)}".encode()
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\nContent-Length: {len(archived)}"
    files = {
        "1.txt": article(1).encode(),
        "2.jsonl": json.dumps({"text": article(2)}).encode(),
        "3.json": json.dumps([{"text": article(3)}], indent=1).encode(),
        "4.csv.xz": lzma.compress(f"id,text\n4,{article(4)}\n".encode()),
        "5.tsv": f"id\ttext\n5\t{article(5)}\n".encode("utf-16"),
        "6.parquet": parquet_bytes(),
        "7.warc.gz": gzip.compress(f"{head}\r\n\r\n".encode() + archived + b"\r\n\r\n"),
        "8.wet.bz2": bz2.compress(b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"),
        "9.html": page.encode(),
        "README": b"not read",
    }
    (tmp_path / "in").mkdir()
    for name, content in files.items():
        (tmp_path / "in" / name).write_bytes(content)
    told = cli("run", tmp_path / "in")
    assert told.code == 0, told.err
    assert "8 documents in = 8 clean + 0 duplicates + 0 in quarantine" in told.out
    assert "1 file passed over (text, but its ending is not in input.text_extensions): README" in told.out
    for name, number in (("1.txt", 1), ("3.json#0", 3), ("4", 4), ("5", 5), ("7.warc.gz#0", 7), ("9.html", 9)):
        assert cli("restore", name).out == article(number), name
    assert cli("verify").code == 0


def test_clean_takes_the_text_out_of_a_page(tmp_path: Path, cli: Cli) -> None:
    page = f'<!doctype html><meta charset="iso-8859-1"><nav><a>Home</a></nav><p>Año. {article(1)}'.encode("latin-1")
    for name, content in (("a.html", page), ("page", page), ("b.htm", b"<p>no doctype")):
        (tmp_path / name).write_bytes(content)
        told = cli("clean", tmp_path / name)
        assert (told.code, told.out) == (0, "no doctype" if name == "b.htm" else f"Año. {article(1)}")
    (tmp_path / "c.txt").write_bytes(b"<!doctype html><p>an example")
    assert cli("clean", tmp_path / "c.txt").out == "<!doctype html><p>an example"


def test_progress_and_result_as_json_lines(tmp_path: Path, cli: Cli) -> None:
    inbox(tmp_path, article(1))
    told = cli("run", tmp_path / "in", log="json")
    assert told.code == 0
    assert json.loads(told.out) == cli.last_run
    assert {"stage"} <= set.intersection(*(set(json.loads(line)) for line in told.err.splitlines()))


def test_clean_prints_text_and_nothing_else(tmp_path: Path, cli: Cli) -> None:
    path = tmp_path / "twice.txt"
    path.write_text(f"{article(1)}\n{article(2)}\n{article(1)}\n{article(2)}\n")
    told = cli("clean", path)
    assert (told.code, told.out) == (0, f"{article(1)}\n{article(2)}")
    told = cli("clean", path, "--diff")
    assert f"  {article(1)}\n" in told.out
    assert f"- {article(1)}\n" in told.out
    assert "repeat_within" in told.out
    found = json.loads(cli("clean", path, "--json").out)
    assert found["normalized"] == path.read_text()
    spans = [(removal["start"], removal["end"]) for removal in found["removals"]]
    assert "".join(found["normalized"][start:end] for start, end in spans) == f"\n{article(1)}\n{article(2)}\n"
    assert cli("clean", path, "--set", "repeats.enabled=false").out == path.read_text()


def test_clean_of_what_cannot_be_read(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "noise").write_bytes(bytes(range(32)) * 50)
    for name, words in {"missing": "cannot be read", "noise": "undecodable", ".": "cannot be read"}.items():
        told = cli("clean", tmp_path / name)
        assert told.code == 3
        assert words in told.err
    (tmp_path / "guess").write_bytes(b"\xd0 \xfe")
    assert cli("clean", tmp_path / "guess").code == 0
    assert cli("clean", tmp_path / "guess", "--set", "normalize.uncertain_encoding=quarantine").code == 3


def test_clean_reads_standard_input_and_writes_utf_8_wherever_it_is() -> None:
    found = outside("clean", "-", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert (found.returncode, found.stdout) == (0, "café à la carte".encode())


def test_one_document_in_a_program() -> None:
    import pipeline

    cleaned = pipeline.clean(f"{article(1)}\n\n{article(1)}")
    assert cleaned.text == article(1)
    assert [removal.kind for removal in cleaned.removals] == ["repeat_within"]
    for nothing in ("", b"", "\n", b" "):
        assert pipeline.clean(nothing).text == (nothing if isinstance(nothing, str) else nothing.decode())


def test_explain_and_restore(tmp_path: Path, cli: Cli) -> None:
    text = f"{article(1)}\n{article(2)}\n{article(1)}\n"
    inbox(tmp_path, text)
    assert cli("run", tmp_path / "in").code == 0
    assert cli("restore", "docs.jsonl:0").out == text
    told = cli("explain", "docs.jsonl:0")
    assert told.code == 0
    assert "repeat_within" in told.out
    assert "Report 1 tells of" in told.out


def test_the_tolls_of_a_later_night_are_its_own(tmp_path: Path) -> None:
    first = inbox(tmp_path, article(1), article(1) + "\n" + article(2), name="a.jsonl")
    run_on([first.parent], tmp_path / "out")
    inbox(tmp_path, article(3), name="b.jsonl")
    _, outcome = run_on([first.parent], tmp_path / "out")
    assert sum(toll.removed or 0 for toll in outcome.tolls) == outcome.counts["chars_removed"] == 0
