"""Tables, arrays, pages, archives that are odd, and files whose name says another thing than their bytes (group I)."""

import gzip
import json

import zstandard

from tests.bad.kit import Case, line, lines, said

LIBRARY = "Сегодня в городе открылась новая библиотека."


def cases() -> list[Case]:
    """All of them."""
    return [*arrays(), *tables(), *pages(), *archives(), *names()]


def arrays() -> list[Case]:
    array, printed, cut = said("array", 1, 2, 3), said("printed", 1), said("cut-array", 1, 2)
    whole = json.dumps([{"text": text} for text in array], indent=2).encode()
    broken = b"[" + line(cut[0])[:-1] + b", " + line(cut[1])[:-1] + b', {"text": "this one is cu'
    return [
        Case(
            "json-not-lines",
            "I13",
            "an array and an object over several lines are read whole; a cut array gives what is whole, and says so",
            {
                "a.json": whole,
                "named-lines.jsonl": whole.replace(b"array", b"arrays"),
                "one.json": json.dumps({"text": printed[0], "n": [1]}, indent=4).encode(),
                "cut.json": broken,
                "values.json": b'[\n1, "two", null, {"text": "' + said("values", 1)[0].encode() + b'"}]',
            },
            {
                "a.json": array,
                "named-lines.jsonl": tuple(text.replace("array", "arrays") for text in array),
                "one.json": printed,
                "cut.json": cut,
                "values.json": said("values", 1),
            },
            {"cut.json": ("bad_json",), "values.json": ("not_a_record",) * 3},
        )
    ]


def tables() -> list[Case]:
    text = said("table", *range(8))
    good = f"id,text\n1,{text[0]}\n2,{text[1]}\n"
    ragged = f"id,text\n1,{text[2]}\n2,never,more\n3\n4,{text[3]}\n"
    quote = f'id,text\n1,{text[4]}\n2,"never ends\n3,{text[5]}\n4,"{text[6]}"\n'
    old = "id;text\n1;Überall blühen die Bäume, schöner wär's für größere Höfe.\n"
    return [
        Case(
            "csv",
            "I13 I14",
            "a row that does not fit costs itself; so does the line with a quote that never ends",
            {
                "good.csv": good.encode(),
                "named-lines.jsonl": good.replace("table", "tables").encode(),
                "ragged.csv": ragged.encode(),
                "quote.csv": quote.encode(),
                "old.csv": old.encode("cp1252"),
                "wide.tsv": f"id\ttext\n1\t{text[7]}\n".encode("utf-16"),
                "no-text.csv": b"a,b\n1,2\n",
            },
            {
                "good.csv": text[:2],
                "named-lines.jsonl": tuple(each.replace("table", "tables") for each in text[:2]),
                "ragged.csv": text[2:4],
                "quote.csv": (text[4], text[6]),
                "old.csv": ("Überall blühen die Bäume, schöner wär's für größere Höfe.",),
                "wide.tsv": text[7:],
            },
            {"ragged.csv": ("bad_csv", "bad_csv"), "quote.csv": ("bad_csv", "bad_csv"), "no-text.csv": ("no_text",)},
        )
    ]


def pages() -> list[Case]:
    page = said("page", *range(4))
    return [
        Case(
            "html",
            "S1 I10",
            "pages that never close what they open, that nest absurdly deep, that are nothing but script",
            {
                "unclosed.html": f"<html><body><p>{page[0]}<div><b>{page[1]}".encode(),
                "deep.html": b"<div>" * 30_000 + page[2].encode(),
                "script.html": b"<html><script>alert('never')</script><style>p{}</style></html>",
                "koi.html": f'<html><meta charset="koi8-r"><p>{LIBRARY}'.encode("koi8-r"),
                "cut.html": f"<html><p>{page[3]}<a href='x".encode(),
            },
            {
                "unclosed.html": (f"{page[0]}\n\n{page[1]}",),
                "deep.html": (page[2],),
                "script.html": ("",),
                "koi.html": (LIBRARY,),
                "cut.html": (page[3],),
            },
        )
    ]


def record(kind: str, content: bytes, length: int | None = None, **more: str) -> bytes:
    """A record of a web archive."""
    fields = {"WARC-Type": kind, "WARC-Target-URI": "https://example.org/", **more}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    size = len(content) if length is None else length
    return f"WARC/1.0\r\n{head}Content-Length: {size}\r\n\r\n".encode() + content + b"\r\n\r\n"


def response(body: bytes, more: str = "", status: str = "200 OK") -> bytes:
    """A page as a server sends it."""
    return f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n{more}\r\n".encode() + body


def archives() -> list[Case]:
    told = said("warc", *range(6))
    chunks = "".join(f"{len(part):x}\r\n{part}\r\n" for part in (told[2][:9], told[2][9:])).encode() + b"0\r\n\r\n"
    warc = [
        record("warcinfo", b"software: none\r\n"),
        record("response", response(f"<p>{told[0]}</p>".encode())),
        record("request", b"GET / HTTP/1.1\r\n\r\n"),
        record("response", response(gzip.compress(f"<p>{told[1]}</p>".encode()), "Content-Encoding: gzip\r\n")),
        record("response", response(chunks, "Transfer-Encoding: chunked\r\n")),
        record("response", response(b"<p>never, it is not found</p>", status="404 Not Found")),
        record("response", response(f"<p>{told[3]}</p>".encode())),
    ]
    wet = record("conversion", told[4].encode(), Content_Type="text/plain")
    cut = record("conversion", told[5].encode(), Content_Type="text/plain")
    cut += record("conversion", b"never, it is cut short here", Content_Type="text/plain")[:-15]
    return [
        Case(
            "warc",
            "I1 I3",
            "of an archive the texts come out, its other records are counted, a cut one costs itself",
            {
                "a.warc": b"".join(warc),
                "b.warc.gz": b"".join(map(gzip.compress, warc[2:6])),
                "c.warc.wet": wet,
                "cut.wet": cut,
            },
            {
                "a.warc": told[:4],
                "b.warc.gz": ("", ""),
                "c.warc.wet": told[4:5],
                "cut.wet": told[5:],
            },
            {"a.warc": ("not_text",), "b.warc.gz": ("not_text",), "cut.wet": ("bad_warc",)},
        )
    ]


def names() -> list[Case]:
    told = said("named", *range(5))
    packed = gzip.compress(lines(told[0]), mtime=0)
    return [
        Case(
            "gz-wrong-names",
            "I6",
            "what a file is its bytes say: packed under a plain name, plain under a packed one, packed twice",
            {
                "packed.jsonl": packed,
                "plain.jsonl.gz": lines(told[1]),
                "twice.jsonl.gz": gzip.compress(gzip.compress(lines(told[2]))),
                "zst.jsonl.gz": zstandard.compress(lines(told[3])),
                "no-ending": lines(told[4]),
                "zeros.jsonl.gz": b"\0" * 5000,
            },
            {
                "packed.jsonl": told[:1],
                "plain.jsonl.gz": told[1:2],
                "twice.jsonl.gz": told[2:3],
                "zst.jsonl.gz": told[3:4],
                "no-ending": told[4:],
            },
            {"zeros.jsonl.gz": ("bad_compression",)},
        )
    ]
