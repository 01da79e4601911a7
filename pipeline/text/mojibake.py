"""Mojibake repaired as ftfy does it, sooner.

ftfy asks its long expression for bad text of every line, before and after each repair, and Python's `re` reads that at
a few MB a second. Here RE2 is asked the same question, and the commonest repair by far (UTF-8 that was read as Latin-1
or Windows-1252) is made without ftfy's search for it. All else is ftfy's own work.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import re2
from ftfy import TextFixerConfig, fix_encoding_and_explain
from ftfy.chardata import CHARMAP_ENCODINGS

from pipeline.text.screen_tables import BADNESS, CODES, TOKEN

# What ftfy tries first, by its own codecs; should a new version begin otherwise, all lines are left to ftfy.
_FIRST = ("latin-1", "sloppy-windows-1252") if CHARMAP_ENCODINGS[:2] == ["latin-1", "sloppy-windows-1252"] else ()
_MOST_MEMORY = 64 << 20  # bytes; with RE2's default of 8 MB large expressions are read many times slower


def repaired(line: str, config: TextFixerConfig, ends: Callable[[str], bool] = lambda line: False) -> str:
    """What `ftfy.fix_encoding_and_explain` makes of a line without lone surrogates; or what it was when it came to what
    `ends` says it should go no further from.
    """
    while bad(line):
        read = _read_as_utf8(line)
        if read is None:
            fixed: str = fix_encoding_and_explain(line, config).text
            return fixed
        line = read
        if ends(line):
            break
    return line


def bad(line: str) -> bool:
    """What `ftfy.badness.is_bad` says of a line without lone surrogates."""
    return _badness().search(line.encode()) is not None


def _read_as_utf8(line: str) -> str | None:
    """The bytes the line is in Latin-1 or Windows-1252, read as UTF-8; None where ftfy might do anything else first.

    Lost no-break spaces, halves of surrogate pairs and NUL in two bytes, which ftfy can read, are no UTF-8 either;
    U+001A and U+FFFD stand for lost bytes in its codecs.
    """
    if "\x1a" in line or "\ufffd" in line:
        return None
    for encoding in _FIRST:
        try:
            return line.encode(encoding).decode()
        except UnicodeEncodeError:
            continue
        except UnicodeDecodeError:
            return None
    return None


@cache
def _badness() -> Any:
    r"""ftfy's expression for RE2, made once in a process; `\s` and `\w` mean what they mean to Python."""
    options = re2.Options()
    options.max_mem = _MOST_MEMORY
    options.log_errors = False
    classes = {r"\s": _class(r"\s+"), r"\w": _class(r"\w+")}
    return re2.compile(
        "".join(classes.get(part, part) + optional for part, optional in TOKEN.findall(BADNESS)), options
    )


def _class(pattern: str) -> str:
    """A class of RE2 with the characters of which `pattern` finds the runs."""
    every = np.arange(CODES, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    runs = ((run.start(), run.end() - 1) for run in re.finditer(pattern, every))
    return "[" + "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in runs) + "]"
