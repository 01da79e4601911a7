"""What the fuzzer feeds: good and bad examples of everything that is read, and what mutation makes of them."""

import gzip
from collections.abc import Sequence

from hypothesis import strategies as st

from tests.bad import containers, formats, letters, records
from tests.bad.kit import Case
from tests.helpers import ROOT

_MOST = 20_000  # bytes of an example: large ones are cut, so that there are many tries
_SPICE = [
    b"\x00", b"\xff", b"\xed\xa0\x80", b"\xc3", b"\xef\xbb\xbf", b"\xfe\xff", b"\r", b"\n", b"\x1a", b"\x85", b'"',
    b"'", b"{", b"[", b"\\u", b"\\ud800", b",", b";", b"\t", b"&amp;", b"<script>", b"</", b"<!--", b"]]>", b"\x1b$B",
    b"~{", b"Content-Length: 99999999999999999999\r\n", b"WARC/1.0\r\n", b"HTTP/1.1 200 OK\r\n", b"9" * 400, b"-",
]  # fmt: skip


def _small(cases: Sequence[Case]) -> list[tuple[str, bytes]]:
    found = [(name, content) for case in cases for name, content in case.files.items() if isinstance(content, bytes)]
    return sorted({(name, content[:_MOST]) for name, content in found})


FILES = _small([*records.cases(), *containers.packed(), *containers.parquets(), *formats.cases(), *letters.cases()])
BODIES = sorted({content for _, content in _small(letters.cases())})
SETTINGS = [path.read_bytes() for path in sorted((ROOT / "configs").glob("*.yaml"))]
RULES = [path.read_bytes()[:_MOST] for path in sorted((ROOT / "configs" / "rules").glob("*.yaml"))]


@st.composite
def mutated(draw: st.DrawFn, examples: Sequence[bytes]) -> bytes:
    """An example with a few edits: bytes flipped, cut, doubled, put in, exchanged with a part of another example."""
    content = bytearray(draw(st.sampled_from(examples)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(content)))
        size = draw(st.integers(0, min(64, len(content) - at)))
        kind = draw(st.sampled_from(["flip", "cut", "end", "double", "put", "spice", "other"]))
        if kind == "flip" and at < len(content):
            content[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "cut":
            del content[at : at + size]
        elif kind == "end":
            del content[at:]
        elif kind == "double":
            content[at:at] = content[at : at + size] * draw(st.integers(1, 40))
        elif kind == "put":
            content[at : at + size] = draw(st.binary(max_size=20))
        elif kind == "spice":
            content[at:at] = draw(st.sampled_from(_SPICE))
        else:
            other = draw(st.sampled_from(examples))
            start = draw(st.integers(0, len(other)))
            content[at:at] = other[start : start + 200]
    return bytes(content)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, bytes]:
    """A name and a content that may or may not fit it; packed ones are sometimes mutated inside."""
    name = draw(st.sampled_from([name for name, _ in FILES])).split("/")[-1]
    own = [content for other, content in FILES if other.split(".", 1)[-1] == name.split(".", 1)[-1]]
    content = draw(mutated(own if draw(st.integers(0, 4)) else [content for _, content in FILES]))
    if name.endswith(".gz") and draw(st.booleans()):
        content = gzip.compress(draw(mutated([each for _, each in FILES])), mtime=0)
    return name, content


def texts() -> st.SearchStrategy[str]:
    """Texts of every kind: of the examples, and of any code points, lone surrogates among them."""
    any_text = st.text(st.characters(exclude_categories=()), max_size=300)
    read = mutated(BODIES).map(lambda body: body.decode("utf-8", "replace"))
    misread = mutated(BODIES).map(lambda body: body.decode("latin-1"))
    lines = st.lists(st.sampled_from(["Ã©", "â€™", "a", " ", "\u00a0", "\u0301", "é", "&amp;", "\x1b[31m", "。", "1"]))
    return st.one_of(any_text, read, misread, lines.map("".join))
