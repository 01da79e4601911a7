"""How often bytes become the right text, and how often a wrong one says that it is a guess."""

import base64
import random
import re
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.charset_texts import tried
from benchmarks.corpus import ROOT, lines, shared
from benchmarks.options import Options
from benchmarks.table import share, show
from pipeline.text.decode import Decoded, UndecodableError, decode

# Language and charset, as crawls have them.
PAIRS = tuple(
    (language, codec)
    for codec, languages in (
        ("cp1252", "fr de es it pt nl sv"), ("iso8859-1", "es da fi"), ("iso8859-15", "fr de"), ("mac_roman", "fr es"),
        ("cp850", "de fr"), ("cp437", "de fr"), ("cp1250", "pl cs hu ro hr sk sl"), ("iso8859-2", "pl cs hu hr"),
        ("cp852", "cs pl"), ("cp1251", "ru uk bg be sr"), ("koi8-r", "ru"), ("koi8-u", "uk"), ("iso8859-5", "ru"),
        ("cp866", "ru"), ("mac_cyrillic", "ru"), ("kz1048", "kk"), ("cp1253", "el"), ("iso8859-7", "el"),
        ("cp1254", "tr"), ("iso8859-9", "tr"), ("cp1255", "he"), ("iso8859-8", "he"), ("cp1256", "ar"),
        ("iso8859-6", "ar"), ("cp1257", "lt lv et"), ("iso8859-13", "lv"), ("iso8859-3", "eo"), ("cp1258", "vi"),
        ("cp874", "th"), ("cp932", "ja"), ("euc_jp", "ja"), ("iso2022_jp", "ja"), ("gb18030", "zh"), ("gbk", "zh"),
        ("hz", "zh"), ("big5", "zht"), ("cp949", "ko"), ("euc_kr", "ko"),
    )
    for language in languages.split()
)  # fmt: skip
ESCAPED = ("iso2022_jp", "hz")
SHORTEST, LONGEST = 80, 400  # characters
EACH = 40  # samples of a pair from each source
_FILES = {"masakhanews": "fra:fr", "eltec_fra": "fra:fr", "gesetze_de": "deu:de", "aozora_ja": "jpn:ja"}
_FILES["xinwenlianbo_zh"] = "zho:zh"
_SAMPLE_ROW = re.compile(r"^\| `([\w/.-]+\.txt)` \| 1 \| ([\w-]+) \| ([\w-]+)", re.MULTILINE)
_NAMES = {"zh-Hant": "zht"}

# What was typed where a charset has no typographic characters, and Romanian before it had a comma below.
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "…": "..."})
_CEDILLAS = str.maketrans("șțȘȚ", "şţŞŢ")
_TONES = "\u0300\u0301\u0303\u0309\u0323"

Texts = dict[str, dict[str, list[str]]]  # language -> source -> documents


@dataclass(slots=True)
class Count:
    """Samples of a pair or of a source, and what became of them."""

    n: int = 0
    exact: int = 0
    exact_marked: int = 0
    wrong_marked: int = 0
    read_as: Counter[str] = field(default_factory=Counter)

    def add(self, found: Decoded | None, text: str) -> None:
        self.n += 1
        if found and found.text == text:
            self.exact += 1
            self.exact_marked += not found.certain
        else:
            self.wrong_marked += not found or not found.certain
            self.read_as[found.encoding if found else "nothing"] += 1

    def cells(self) -> tuple[object, ...]:
        wrong = self.n - self.exact
        told = share(self.exact_marked, self.exact), wrong, self.wrong_marked
        return (
            self.n,
            share(self.exact, self.n),
            *told,
            " ".join(f"{name} {n}" for name, n in self.read_as.most_common(4)),
        )


def main(options: Options) -> None:
    texts = _texts(options.texts)
    pairs: defaultdict[tuple[str, str], Count] = defaultdict(Count)
    sources: defaultdict[str, Count] = defaultdict(Count)
    total = Count()
    for language, codec, source, body, text in samples(texts):
        found = _decoded(body)
        for count in (pairs[language, codec], sources[source], total):
            count.add(found, text)
    head = ("n", "exact %", "right ones marked %", "wrong", "of these marked", "wrong ones read as")
    rows = [(f"{language} {codec}", *count.cells()) for (language, codec), count in pairs.items()]
    missing = [f"{language} {codec}" for language, codec in PAIRS if (language, codec) not in pairs]
    notes = [f"no text for: {', '.join(missing)}"] if missing else []
    show(f"short texts, {SHORTEST} to {LONGEST} characters", ("pair", *head), [*rows, ("all", *total.cells())], notes)
    show("the same by source", ("source", *head), [(name, *count.cells()) for name, count in sorted(sources.items())])
    _labelled(head)
    _speed(texts)


def samples(texts: Texts, each: int = EACH) -> Iterator[tuple[str, str, str, bytes, str]]:
    """Language, codec, source, body and text of each sample; the same ones every time."""
    for language, codec in PAIRS:
        for source, documents in sorted(texts.get(language, {}).items()):
            dice = random.Random(f"{language} {codec} {source}")
            long = [document for document in documents if len(document) >= SHORTEST]
            found = 0
            for _ in range(each * 6 if long else 0):
                pair = _encoded(_cut(dice, dice.choice(long)), codec, language)
                if pair and found < each:
                    found += 1
                    yield language, codec, source, *pair


def _cut(dice: random.Random, document: str) -> str:
    """A piece of a document that begins with a word, if there are any."""
    size = dice.randint(SHORTEST, LONGEST)
    start = dice.randrange(max(1, len(document) - size + 1))
    piece = document[start : start + size]
    return piece[piece.find(" ", 0, 40) + 1 :] if start else piece


def _encoded(text: str, codec: str, language: str) -> tuple[bytes, str] | None:
    """Bytes and the text they are; None where the charset cannot hold it, or only ASCII is there."""
    text = _tones_apart(text) if language == "vi" else text.translate(_CEDILLAS) if language == "ro" else text
    for spelt in (text, text.translate(_PLAIN), text.translate(_PLAIN).encode(codec, "ignore").decode(codec)):
        try:
            body = spelt.encode(codec)
        except UnicodeError:
            continue
        if body.decode(codec) == spelt and len(spelt) * 100 >= len(text) * 97 and not spelt.isascii():
            return body, spelt
    return None


def _tones_apart(text: str) -> str:
    """Vietnamese as windows-1258 has it."""
    out = []
    for char in unicodedata.normalize("NFC", text):
        apart = unicodedata.normalize("NFD", char)
        tones = "".join(mark for mark in apart if mark in _TONES)
        try:
            out.append(char.encode("cp1258").decode("cp1258"))
        except UnicodeError:
            out.append(unicodedata.normalize("NFC", "".join(m for m in apart if m not in _TONES)) + tones)
    return "".join(out)


def _texts(packages: Path | None) -> Texts:
    texts: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for language, source, text in (*sample_texts(), *_developed(), *_packed(packages)):
        texts[language][source].append(text)
    return {language: dict(sources) for language, sources in texts.items()}


def sample_texts() -> Iterator[tuple[str, str, str]]:
    """Language, `sample` and text of the documents of data/sample that are as they should be."""
    folder = ROOT / "data" / "sample"
    for name, language, codec in _SAMPLE_ROW.findall((folder / "README.md").read_text("utf-8")):
        if not name.startswith("damaged/"):
            yield _NAMES.get(language, language), "sample", (folder / name).read_bytes().decode(codec)


def _developed() -> Iterator[tuple[str, str, str]]:
    folder = shared() / "data" / "dev"
    if not folder.is_dir():
        print(f"without development data: {folder} is not here")
        return
    for record in lines(folder / "tails_dev.jsonl.zst"):
        yield _NAMES.get(record["lang"], record["lang"]), "tails_dev", record["text"]
    for name, languages in _FILES.items():
        theirs, ours = languages.split(":")
        texts = [record["text"] for record in lines(folder / f"{name}.jsonl.zst") if record["lang"] == theirs]
        yield from ((ours, name, text[:20_000]) for text in texts[:60])


def _packed(packages: Path | None) -> Iterator[tuple[str, str, str]]:
    """Language, source and text from unpacked packages, twenty lines a text."""
    if not packages:
        print("without the texts of packages: --texts FOLDER names them, see benchmarks/charset_texts.py")
        return
    found: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for language, source, line in tried(packages):
        found[language, source][line] = None
    for (language, source), each in found.items():
        every = list(each)
        yield from ((language, source, "\n".join(every[at : at + 20])) for at in range(0, len(every), 20))


def _decoded(body: bytes) -> Decoded | None:
    try:
        return decode(body)
    except UndecodableError:
        return None


def _labelled(head: tuple[str, ...]) -> None:
    path = shared() / "data" / "dev" / "labelled_bytes_dev.jsonl.zst"
    if not path.is_file():
        return
    by_codec: defaultdict[str, Count] = defaultdict(Count)
    for case in lines(path):
        found = _decoded(base64.b64decode(case["bytes_b64"]))
        for name in (str(case["py_codec"]).lower(), "all"):
            by_codec[name].add(found, (case["text"] or "").lstrip("\ufeff"))
    rows = [
        (name, *count.cells()) for name, count in sorted(by_codec.items(), key=lambda each: (each[0] == "all", each))
    ]
    show("files with a known charset (labelled_bytes_dev)", ("charset", *head), rows)


def _speed(texts: Texts) -> None:
    rows = []
    for language, codec in (("fr", "cp1252"), ("ru", "cp1251"), ("ja", "cp932"), ("zh", "gb18030")):
        text = "\n".join(text for documents in texts.get(language, {}).values() for text in documents)
        body = text.encode(codec, "ignore")
        for size in (400, 64_000):
            bodies = [body[at : at + size] for at in range(0, min(len(body), 20 * size), size)]
            _decoded(bodies[0])  # tables are made at the first call
            begun = time.perf_counter()
            for each in bodies:
                _decoded(each)
            taken = time.perf_counter() - begun
            rows.append((f"{language} {codec}", size, 1000 * taken / len(bodies), sum(map(len, bodies)) / taken / 1e6))
    show("speed", ("pair", "bytes", "ms each", "MB/s"), rows)
