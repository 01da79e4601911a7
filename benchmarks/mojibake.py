"""Mojibake repaired, by languages and charsets, in whole documents and in single lines of right ones; and clean text.

    python -m benchmarks mojibake [--texts PACKAGES] [--mb MEGABYTES_OF_EACH_CLEAN_SOURCE]

Text is garbled as programs garble it: bytes in one charset, read in another. Clean text is text that nobody garbled;
each line of it that is read again is printed, to be judged by eye.
"""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.charset_texts import tried
from benchmarks.corpus import lines, shared
from benchmarks.options import Options
from benchmarks.table import share, show
from pipeline.text.misread.document import reread
from pipeline.text.misread.misreadings import ansi_chars
from pipeline.text.normalize import normalize
from pipeline.text.screen import suspect_lines

# Language -> charsets that its bytes may have been in, before they were read as Latin-1 and as Windows-1252.
RIGHT = {
    **dict.fromkeys(("hu", "pl", "cs", "sk", "ro", "sl", "hr"), "iso8859-2 cp1250"),
    **dict.fromkeys(("fr", "de", "es", "it", "pt", "sv", "da"), "mac_roman cp850 cp437"),
    "ru": "cp1251 koi8-r",
    "uk": "cp1251",
    "bg": "cp1251",
    "el": "cp1253",
    "tr": "cp1254",
    "he": "cp1255",
    "ja": "cp932 euc_jp",
    "zh": "gbk",
    "zht": "big5",
    "ko": "euc_kr",
    "th": "cp874",
    "lv": "cp1257",
}
# Charsets that UTF-8 may have been read in.
WRONG = ("cp437", "cp850", "mac_roman", "cp1252", "latin-1")
UTF_8 = ("fr", "de", "pl", "hu", "ru", "el", "zh", "ja", "ko")
CLEAN = ("masakhanews", "tails_dev", "xinwenlianbo_zh", "aozora_ja", "eltec_fra", "gesetze_de", "esperanto_news")
CODES = {"fra": "fr", "deu": "de", "por": "pt", "eng": "en", "zho": "zh", "jpn": "ja", "rus": "ru", "chinese": "zht"}
CODES |= {"hungarian": "hu", "polish": "pl", "romanian": "ro", "slovak": "sk", "slovene": "sl", "bulgarian": "bg"}
CODES |= {"russian": "ru", "greek": "el", "hebrew": "he", "french": "fr", "turkish": "tr", "spanish": "es"}
CODECS = {"big5hkscs": "zht", "cp949": "ko", "EUC-JP": "ja", "cp932": "ja", "gb18030": "zh", "tis-620": "th"}
DOCUMENT_LINES, DOCUMENTS = 40, 12  # at most, of each language
NO_TEXT = re.compile("[<&\ufffd\r\x80-\x9fｱ-ﾝ]")  # markup, debris, and kana that nobody writes words in
OLD_SPELLING = str.maketrans("șțȘȚ", "şţŞŢ")


def main(options: Options) -> None:
    data = shared() / "data" / "dev"
    if not data.is_dir():
        print("mojibake: there are no development data here; set CORPUS_SHARED, or give --texts FOLDER")
    texts = documents(data, options.texts)
    if texts:
        _tell_garbled(texts)
    if data.is_dir():
        _tell_cases(data / "mojibake_cases.jsonl.zst")
        _tell_clean(data, options.mb)


def documents(data: Path, packages: Path | None) -> dict[str, list[list[str]]]:
    """Language -> documents as lines, of the development data and of packages (`charset_texts.py`)."""
    found: defaultdict[str, list[list[str]]] = defaultdict(list)
    for language, text in [*_development(data), *_packaged(packages)]:
        each = [line.strip() for line in unicodedata.normalize("NFC", text).split("\n")]
        kept = [line[:2000] for line in each if line and not NO_TEXT.search(line)][:DOCUMENT_LINES]
        if kept and len(found[language]) < DOCUMENTS:
            found[language].append(kept)
    return found


def _development(data: Path) -> Iterator[tuple[str, str]]:
    for name in ("labelled_bytes_dev", "tails_dev", "masakhanews", "gesetze_de", "aozora_ja", "xinwenlianbo_zh"):
        path = data / f"{name}.jsonl.zst"
        for record in lines(path) if path.is_file() else ():
            language = record["lang"] or CODECS.get(record.get("py_codec"), "")
            language = CODECS.get(record.get("py_codec"), language) if language.startswith("chardet/") else language
            yield CODES.get(language, language), record["text"] or ""


def _packaged(packages: Path | None) -> Iterator[tuple[str, str]]:
    """Lines from all over what there is in each language, in documents of `DOCUMENT_LINES`."""
    every: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for language, _, line in tried(packages) if packages else ():
        every[language][line] = None
    for language, known in every.items():
        kept = list(known)
        step = max(DOCUMENT_LINES, len(kept) // DOCUMENTS)
        for at in range(0, len(kept), step):
            yield language, "\n".join(kept[at : at + DOCUMENT_LINES])


# --- garbled ---------------------------------------------------------------------------------------------------------


def garbled(line: str, right: str, wrong: str) -> str | None:
    """The line as a program shows it that takes `right` for `wrong`; None where that cannot be, or changes nothing."""
    try:
        body = line.translate(OLD_SPELLING).encode(right)
        read = (
            body.decode("latin-1").translate(dict(enumerate(ansi_chars()))) if wrong == "cp1252" else body.decode(wrong)
        )
    except UnicodeError:
        return None
    read = read.translate(dict(enumerate(ansi_chars()))) if wrong == "cp1252" else read
    plain = all(char >= " " for char in read) and "\xad" not in read
    return read if read != line and plain else None


def _tell_garbled(texts: dict[str, list[list[str]]]) -> None:
    rows = []
    total: Counter[str] = Counter()
    for language, right, wrong in _pairs():
        score = scored(texts.get(language, []), right, wrong)
        if score["lines"]:
            total += score
            rows.append(_row(f"{language}: {right} read as {wrong}", score))
    head = ("text", "lines", "repaired", "%", "wrongly", "one line", "repaired", "%", "wrongly", "others changed")
    show(
        "mojibake: every line of a document garbled, and one line of a right document",
        head,
        [*rows, _row("all", total)],
    )


def _pairs() -> Iterator[tuple[str, str, str]]:
    for language, charsets in RIGHT.items():
        for right in charsets.split():
            yield language, right, "latin-1"
            yield language, right, "cp1252"
    for language in UTF_8:
        for wrong in WRONG:
            yield language, "utf-8", wrong


def _row(name: str, score: Counter[str]) -> tuple[object, ...]:
    shares = (score["lines"], score["whole"], share(score["whole"], score["lines"]), score["whole wrong"])
    shares += (score["ones"], score["one"], share(score["one"], score["ones"]), score["one wrong"])
    return (name, *shares, score["others"])


def scored(texts: list[list[str]], right: str, wrong: str) -> Counter[str]:
    """Lines garbled and repaired, in documents that are garbled as a whole and in documents with one such line."""
    score: Counter[str] = Counter()
    for original in texts:
        read = [garbled(line, right, wrong) for line in original]
        changed = [at for at, line in enumerate(read) if line is not None]
        if not changed:
            continue
        _count(score, "whole", original, [line or original[at] for at, line in enumerate(read)], changed)
        score["lines"] += len(changed)
        one = changed[len(changed) // 2]
        score["ones"] += 1
        _count(score, "one", original, [*original[:one], read[one] or "", *original[one + 1 :]], [one])
    return score


def _count(score: Counter[str], name: str, original: list[str], given: list[str], changed: list[int]) -> None:
    made = normalize("\n".join(given), suspect_lines).text.split("\n")
    for at in changed:
        score[name] += _same(made[at], original[at])
        score[f"{name} wrong"] += not _same(made[at], original[at]) and made[at] != given[at]
    others = set(range(len(given))) - set(changed)
    score["others"] += sum(made[at] != given[at] and not _same(made[at], original[at]) for at in others)


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(line: str) -> str:
    return unicodedata.normalize("NFKC", line.translate(OLD_SPELLING).replace("\ufeff", "")).strip()


# --- cases and clean text --------------------------------------------------------------------------------------------


def _tell_cases(path: Path) -> None:
    total: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for case in lines(path):
        total[case["set"]] += 1
        right[case["set"]] += normalize(case["text"]).text in (case["fixed"], case["fixed_encoding"])
    rows = [(name, total[name], right[name], share(right[name], total[name])) for name in sorted(total)]
    show("mojibake: ftfy's own cases; in some, ftfy changes typography, too", ("set", "n", "as ftfy", "%"), rows)


def _tell_clean(data: Path, megabytes: float | None) -> None:
    rows: list[tuple[object, ...]] = []
    changed: list[tuple[str, str, str]] = []
    for name in CLEAN:
        size = count = 0
        before = len(changed)
        for record in lines(data / f"{name}.jsonl.zst"):
            text = normalize(record["text"], _none).text  # all that normalizing does but repairing lines
            size += len(text.encode())
            pairs = list(zip(text.split("\n"), reread(text).split("\n"), strict=True))
            count += len(pairs)
            changed += [(name, one, other) for one, other in pairs if one != other]
            if megabytes and size > megabytes * 1e6:
                break
        rows.append((name, size / 1e6, count, len(changed) - before))
    show("mojibake: text as it is", ("source", "MB", "lines", "read again"), rows)
    for name, one, other in changed:
        print(json.dumps([name, one[:300], other[:300]], ensure_ascii=False))


def _none(text: str) -> list[bool]:
    return [False] * (text.count("\n") + 1)
