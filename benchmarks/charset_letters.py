"""Counts letter pairs and characters, and writes the tables that `pipeline/text/charsets` reads.

    python -m benchmarks.charset_letters PACKAGES

PACKAGES: the folder of unpacked packages that `charset_texts.py` describes. The same packages give the same tables.
"""

import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from string import ascii_lowercase

import numpy as np

from benchmarks.charset_texts import counted
from pipeline.text.charsets.classes import KINDS, LATIN, LEAST_SHARE, SHARED_BY, case, kind, lower, script

OUT = Path(__file__).resolve().parent.parent / "pipeline" / "text" / "charsets"

# Letters of a language beyond a-z that may be rare in its texts here; those that are not come by themselves.
LETTERS = {
    "LATIN": {
        "en": "é", "fr": "àâæçèéêëîïôùûüÿœ", "de": "äöüßé", "es": "¡¿áéíñóúüª", "it": "àèéìíîòóùú",
        "pt": "àáâãçéêíóôõúü", "nl": "áèéêëïóöü", "sv": "àåäéöü", "da": "åæéøü", "nb": "åæéøòô", "fi": "åäöéšž",
        "is": "áæéíðóöúýþ", "ca": "àçèéíïòóúü·", "ga": "áéíóú", "cy": "áâäêëîïôûŵŷ",
        "gd": "àèìòùé", "gl": "áéíñóúïü", "pl": "óąćęłńśźż",
        "cs": "áéíóúýčďěňřšťůž", "sk": "áäéíóôúýčďĺľňŕšťž", "hu": "áéíóöőúüű", "ro": "âîăşţ", "hr": "ćčđšž",
        "sl": "čšž", "et": "äõöüšž", "lv": "āčēģīķļņšūž", "lt": "ąčėęįšūųž", "tr": "âçîöûüğış", "eo": "ĉĝĥĵŝŭ",
        "vi": "àáâèéêìíòóôùúýăđĩũơư",
    },
    "CYRILLIC": {"ru": "ё", "uk": "ґ", "be": "ў", "bg": "ѝ", "sr": "", "mk": "ѐѝ", "kk": ""},
    "GREEK": {"el": "άέήίΐόύΰώϊϋ"},
    "HEBREW": {"he": ""},
    "ARABIC": {"ar": "", "fa": ""},
    "THAI": {"th": "ฃฅฆฌฤฦๅ"},
}  # fmt: skip
WITHOUT_ALPHABET = ("ja", "zh", "zht", "ko")
MOST_CHARACTERS = 3_000_000  # of a language
SELDOM = 2e-5  # of all characters: a rarer letter is none of the alphabet
STEP = 0.15  # nats a level; a level is one printable character
FIRST, LAST = 35, 126
MIXED = 9.0  # nats of a pair of letters in two scripts: a word of both is a word read wrongly

# Text that the charsets of a language cannot hold is written as people write it there.
_RESPELT = {"ro": str.maketrans("șțȘȚ", "şţŞŢ")}
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def main() -> None:
    texts = _texts(Path(sys.argv[1]))
    with (OUT / "letters.txt").open("w", encoding="utf-8") as out:
        for own, languages in LETTERS.items():
            for language, letters in languages.items():
                out.write(_table(language, own, letters, texts[language]))
    with (OUT / "characters.txt").open("w", encoding="utf-8") as out:
        for language in WITHOUT_ALPHABET:
            out.write(_characters(language, texts[language]))


def _texts(packages: Path) -> dict[str, list[str]]:
    """Language -> lines, each once, none that is English still, about `MOST_CHARACTERS` from all over."""
    lines: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for language, line in counted(packages):
        lines[language][line] = None
    english = lines["en"]
    found = {}
    for language, each in lines.items():
        kept = [line for line in each if language == "en" or line not in english]
        step = max(1, round(sum(map(len, kept)) / MOST_CHARACTERS))
        found[language] = kept[::step]
    return found


def _table(language: str, own: str, letters: str, lines: list[str]) -> str:
    """Head, alphabet, and one row of levels for each class that comes first in a pair."""
    text = "\n".join(_spelt(language, line) for line in lines)
    small = "".join(map(lower, text))
    alphabet = "".join(sorted({*letters, *_often(small, own), *(ascii_lowercase if own == "LATIN" else "")}))
    index = {char: KINDS + at for at, char in enumerate(alphabet)}
    classes = np.array([index[char] if char in index else kind(char, own) for char in small], dtype=np.int64)
    size = KINDS + len(alphabet)
    shared = np.array([*SHARED_BY, *[1] * len(alphabet)], dtype=float)
    if own != "LATIN":
        shared[LATIN] = 26
    pairs = np.bincount(classes[:-1] * size + classes[1:], minlength=size * size).reshape(size, size).astype(float)
    costs = -np.log(_likelihoods(pairs) / shared)
    if own != "LATIN":
        costs[LATIN, KINDS:] = costs[KINDS:, LATIN] = MIXED
    rows = ["".join(_level(cost) for cost in row) for row in costs]
    return "\n".join([f"= {language} {own}", alphabet, *rows]) + "\n"


def _spelt(language: str, line: str) -> str:
    if language == "vi":
        return _with_tones_apart(line)
    return line.translate(_RESPELT[language]) if language in _RESPELT else line


def _with_tones_apart(line: str) -> str:
    """Vietnamese as windows-1258 has it: letters, and tones behind them where there is no letter with the tone."""
    out = []
    for char in unicodedata.normalize("NFC", line):
        if char.isascii() or _fits(char, "cp1258"):
            out.append(char)
            continue
        apart = unicodedata.normalize("NFD", char)
        tone = "".join(mark for mark in apart if mark in _TONES)
        out.append(unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in _TONES)) + tone)
    return "".join(out)


def _fits(char: str, codec: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _often(small: str, own: str) -> list[str]:
    least = SELDOM * len(small)
    return [char for char, count in Counter(small).items() if count >= least and _is_letter(char, own)]


def _is_letter(char: str, own: str) -> bool:
    return case(char) > 0 and script(char) in {own, "COMBINING"}


def _likelihoods(pairs: np.ndarray) -> np.ndarray:
    """P(second class | first class): counts, evened out with those of the second class alone."""
    alone = pairs.sum(axis=0) / pairs.sum()
    least = np.full(len(alone), SELDOM)
    least[list(LEAST_SHARE)] = list(LEAST_SHARE.values())
    alone = np.maximum(alone, least)
    alone /= alone.sum()
    given = pairs.sum(axis=1, keepdims=True)
    evened = (pairs + 30 * alone) / (given + 30)
    return 0.93 * evened + 0.07 * alone


def _level(cost: float) -> str:
    return chr(min(LAST, FIRST + round(cost / STEP)))


def _characters(language: str, lines: Iterable[str]) -> str:
    """Head, and a row for each level: the level and the characters that have it, the likeliest first."""
    counts = Counter(char for line in lines for char in line if not char.isascii())
    total = sum(counts.values())
    levels: defaultdict[str, list[str]] = defaultdict(list)
    for char, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        if count >= 3 and ord(char) < 0x10000:
            levels[_level(round(-np.log(count / total) / 0.6) * 0.6)].append(char)
    return f"= {language}\n" + "".join(f"{level}{''.join(chars)}\n" for level, chars in levels.items())


if __name__ == "__main__":
    main()
