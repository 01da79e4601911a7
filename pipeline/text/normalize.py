"""Text in one form: mojibake repaired, NFC, one line end, no control debris.

The repairs are ftfy's, but for text that was read in another wrong charset than UTF-8 (`text.misread`); which of them,
in what order and on which pieces is ours:

- A line is repaired as a whole and without its line end. Mojibake is an accident of one passage, so a document is
  never repaired at one go; and with the line end inside, ftfy 6.3.1 reads "À" before it as the first byte of a NUL
  and joins two lines.
- Whether entities are text is asked of the whole document, so the answer does not depend on the order of the lines.
- `ftfy.fix_text` is not used: it calls `fix_encoding` without the settings, and it splits by other rules than ours.

White space stays as it is: trailing blanks, indentation, blank lines, form feeds, no-break and ideographic spaces.
So do curly quotes, ligatures (ﬁ, ĳ, ǆ), fullwidth letters, soft hyphens, joiners and direction marks: they are text,
and right text is never changed beyond NFC and line ends. Evening them out is the business of the fold.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ftfy import TextFixerConfig
from ftfy.chardata import CONTROL_CHARS
from ftfy.fixes import fix_surrogates, remove_terminal_escapes, unescape_html

from pipeline.text.misread.document import is_misread, reread
from pipeline.text.misread.rereadings import in_order
from pipeline.text.mojibake import repaired

# Every option of ftfy, also those that `fix_encoding_and_explain` does not look at: who reads this knows what is done.
CONFIG = TextFixerConfig(
    unescape_html=False,  # done for the whole document, see `_entities_resolved`
    remove_terminal_escapes=False,  # done for the whole document
    fix_encoding=True,  # what ftfy is here for
    restore_byte_a0=True,  # "voilÃ le travail": tools love to turn U+00A0 into a blank; only in lines that are bad
    replace_lossy_sequences=True,  # one lost byte must not keep the rest of its line broken
    decode_inconsistent_utf8=True,  # pages put together from several encodings are common in crawls
    fix_c1_controls=True,  # C1 in a text is Windows-1252 read as Latin-1; browsers do the same
    fix_latin_ligatures=False,  # would change letters that Dutch, Croatian and typeset texts really have
    fix_character_width=False,  # fullwidth forms are ordinary Japanese and Chinese typography
    uncurl_quotes=False,  # curly quotes are right as they are
    fix_line_breaks=False,  # done for the whole document
    fix_surrogates=False,  # done for the whole document
    remove_control_chars=False,  # done for the whole document
    normalization=None,  # NFC, done for the whole document
    max_decode_length=100_000,  # we cut long lines ourselves, at this length
    explain=True,  # False makes ftfy 6.3.1 ignore the settings
)

# A longer line is repaired in pieces: ftfy's decoder of UTF-8 variants is quadratic in a line full of surrogates.
LONGEST_LINE = CONFIG.max_decode_length

# Two rounds settle nearly all text; the limit only stops what was built to keep us busy (see `normalize`).
ROUNDS = 12

# ftfy's list less U+000B: word processors write it for a line break, and removing it would join two words.
_CONTROLS = re.compile("[" + "".join(chr(code) for code in CONTROL_CHARS if code != 0x0B) + "]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\u2028\u2029]")
_LINE_END = re.compile("[\r\x0b\u2028\u2029]")  # one class and no more: Python's `re` looks for that much faster
# What ftfy leaves of C1: the five codes Windows-1252 does not assign. No text means them.
_C1 = re.compile("[\x80-\x9f]")

_MARKUP = re.compile(r"<[A-Za-z/!?]")
_ENTITY = re.compile(r"&#?[0-9A-Za-z]{1,24};")
# "&amp;amp;amp;" at once: peeling it level by level would be quadratic.
_NESTED = re.compile(r"&(?:amp;|AMP;|#0{0,20}38;|#[xX]0{0,20}26;)+")


@dataclass(frozen=True, slots=True)
class Normalized:
    """A text in the one form, and the sorted names of what had to be done to get there."""

    text: str
    repairs: tuple[str, ...]


def normalize(text: str, suspects: Callable[[str], Iterable[bool]] | None = None) -> Normalized:
    """The text in the one form; what is in that form already comes back as it is.

    Repairs: `control_characters`, `html_entities`, `line_ends`, `mojibake`, `nfc`, `surrogates`, `terminal_escapes`.

    Twice is once: the rounds go on until nothing changes. Each round shortens what it repairs, so they end; a text
    built to need more than `ROUNDS` comes back as far as it got, and may change when normalized again.

    `suspects` says for each line whether it may change (`screen.suspect_lines`): the same result, sooner.
    """
    repairs: set[str] = set()
    for _ in range(ROUNDS):
        before = text
        for name, step in _STEPS:
            done = _without_mojibake(text, suspects) if step is _without_mojibake else step(text)
            if done != text:
                repairs.add(name)
                text = done
        if text == before or (suspects is not None and not any(suspects(text))):
            break
    return Normalized(text, tuple(sorted(repairs)))


def _entities_resolved(text: str) -> str:
    """The text with its entities resolved, unless it holds markup.

    A tag means that this is HTML or a text about HTML, and then `&lt;` is what the author wrote. A lone "<" (a
    comparison, a heart) means nothing. ftfy decides this line by line and lets the first "<" speak for all lines
    after it, so that the order of the lines would matter.
    """
    if "&" not in text or not _ENTITY.search(text) or _MARKUP.search(text):
        return text
    return unescape_html(_NESTED.sub("&", text))


def _without_surrogates(text: str) -> str:
    try:
        text.encode()  # fails where there is one, and is faster than ftfy's search
    except UnicodeEncodeError:
        return str(fix_surrogates(text))
    return text


def _without_escapes(text: str) -> str:
    return remove_terminal_escapes(text) if "\x1b" in text else text


def _without_controls(text: str) -> str:
    return _CONTROLS.sub("", text) if _CONTROLS.search(text) else text


def _one_line_end(text: str) -> str:
    return _LINE_ENDS.sub("\n", text) if _LINE_END.search(text) else text


def _without_mojibake(text: str, suspects: Callable[[str], Iterable[bool]] | None = None) -> str:
    if text.isascii():
        return text
    lines = text.split("\n")
    flags = (not line.isascii() for line in lines) if suspects is None else suspects(text)
    return "\n".join(_repaired(line) if flag else line for line, flag in zip(lines, flags, strict=True))


def _repaired(line: str) -> str:
    """One line with its mojibake repaired.

    A table of characters has none, though ftfy finds some in it: "×Ø" is a letter of Hebrew in UTF-8.
    """
    made = repaired(line, CONFIG, is_misread) if len(line) <= LONGEST_LINE else _repaired_in_pieces(line)
    return line if made != line and in_order(line) else made


def _repaired_in_pieces(line: str) -> str:
    """A very long line with its mojibake repaired piece by piece; pieces end behind a blank."""
    pieces = []
    start = 0
    while start < len(line):
        end = start + LONGEST_LINE
        if end < len(line):
            end = line.rfind(" ", start, end) + 1 or end
        pieces.append(repaired(line[start:end], CONFIG))
        start = end
    return "".join(pieces)


def _without_c1(text: str) -> str:
    return _C1.sub("", text) if _C1.search(text) else text


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


# In this order: entities may hide any of the others; escapes begin with a control character; a control character may
# stand between the two halves of a line end or of a garbled letter; ftfy takes C1 for Windows-1252, and would garble
# once more what was in another charset; NFC comes last because all others can undo it.
_STEPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("html_entities", _entities_resolved),
    ("surrogates", _without_surrogates),
    ("terminal_escapes", _without_escapes),
    ("control_characters", _without_controls),
    ("line_ends", _one_line_end),
    ("mojibake", reread),
    ("mojibake", _without_mojibake),
    ("control_characters", _without_c1),
    ("nfc", _composed),
)
