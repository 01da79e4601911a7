"""Which lines may be misread text, found without a Python string: all others are never changed.

A line must be in Latin-1 or Windows-1252, or be UTF-8 read in an old charset. In the first case it must read as letters
of a language that it does not have now, and cost less so, or look like a charset of two bytes. Most lines of
right text fail at one of their first letters that are not ASCII: no language has them all.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.text.charsets.tables import letters
from pipeline.text.misread.classes import (
    APOSTROPHE,
    BROKEN,
    DIGIT,
    DOTS,
    FIRST_LETTER,
    GAP,
    LETTERS,
    LOW,
    QUOTE,
    classes,
)
from pipeline.text.misread.costs import LANES, NAT, Tables, add_up, languages, tables
from pipeline.text.misread.misreadings import ALL_LANES, LOW_BYTES, LOW_CHARSETS, OLD, ansi_chars, bytes_of, chars_of, single
from pipeline.text.utf8 import code_point, compiled, line_end
from pipeline.text.vectors import lowest_bit, matches

LEAST = 6 * NAT  # what a line must cost less to be looked at
WORD = 4  # letters of the longest word, at least, where the letters are not Latin
_LOOK = 24  # characters that are not ASCII; so many say whether a line is in a charset of two bytes
_NEWLINE, _BLANK = ord("\n"), ord(" ")
_TYPOGRAPHY = tuple(map(ord, "’\xa0«»°©®·§"))
_BETWEEN_WORDS = tuple(map(ord, "“”‘„‚—–…"))
_BETWEEN = {GAP, DIGIT, QUOTE, LOW, DOTS, APOSTROPHE}
_SIGNS_OF_TEXT = set("°§•·€™®©†№–—")


class Screen(NamedTuple):
    """Arrays for the kernel; c = charsets. Languages are bits."""

    bytes_: NDArray[np.int16]  # [0x10000] byte in Latin-1 or Windows-1252, or -1
    allowed: NDArray[np.uint64]  # [256] languages in whose charsets the byte can stand in a text
    changed: NDArray[np.uint64]  # [256] languages to whom it is a letter, and another one than it was read as
    chars: NDArray[np.uint32]  # [c, 256] what the charset makes of each byte
    languages: NDArray[np.uint64]  # [c] languages written in the charset
    latin: np.uint64  # languages with Latin letters
    low: np.uint64  # languages whose charsets are LOW_CHARSETS
    lanes: NDArray[np.uint64]  # [c, LANES] the language of each lane in it, 0 where it is none of the charset's
    every: NDArray[np.uint64]  # all lanes
    old: NDArray[np.uint8]  # [3, 0x10000] what a character is to UTF-8 read in OLD: 0 nothing, 1 goes on, 2-4 leads


@cache
def screen() -> Screen:
    """The tables, made once in a process."""
    names = sorted({name for right in single() for name in right.names})
    bits = {name: np.uint64(1 << number) for number, name in enumerate(names)}
    allowed, changed = np.zeros((2, 256), np.uint64)
    lanes = np.zeros((len(single()), LANES), np.uint64)
    now = ansi_chars()
    for at, right in enumerate(single()):
        lanes[at] = [bits[name] if name in right.names else 0 for name in languages(right.script)]
        for byte, char in enumerate(map(chr, chars_of(right.charset).tolist())):
            for name in right.names:
                if is_letter(char, name):
                    allowed[byte] |= bits[name]
                    changed[byte] |= bits[name] if char != now[byte] else np.uint64(0)
                elif may_stand(char) or (char == now[byte] and not char.isalpha()):
                    allowed[byte] |= bits[name]
    chars = np.stack([chars_of(right.charset) for right in single()])
    of_charsets = np.bitwise_or.reduce(lanes, axis=1)
    latin = np.bitwise_or.reduce([of_charsets[at] for at, right in enumerate(single()) if right.script == "LATIN"])
    low = np.bitwise_or.reduce([of_charsets[at] for at, right in enumerate(single()) if right.charset in LOW_CHARSETS])
    return Screen(bytes_of(), allowed, changed, chars, of_charsets, latin, low, lanes, ALL_LANES, _old())


def _old() -> NDArray[np.uint8]:
    roles = np.zeros((len(OLD), 0x10000), np.uint8)
    for each, charset in zip(roles, OLD, strict=True):
        chars = chars_of(charset)
        each[chars[0x80:0xC0]] = 1
        for lead, (first, last) in enumerate(((0xC2, 0xE0), (0xE0, 0xF0), (0xF0, 0xF5)), 2):
            each[chars[first:last]] = lead
    roles[:, 0xFFFF] = 0
    return roles


def is_letter(char: str, language: str) -> bool:
    """Whether the language has this letter.

    >>> is_letter("Ő", "hu"), is_letter("õ", "hu")
    (True, False)
    """
    return (char.lower() in letters().alphabets[letters().number[language]]) or (char == "İ" and language == "tr")


def may_stand(char: str) -> bool:
    """Whether a character that is no letter is one that texts have: a quotation mark, a dash, a degree sign."""
    return int(classes().kinds[ord(char)]) in _BETWEEN or char in _SIGNS_OF_TEXT


def suspicious(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each text False only if no line of it is changed. The buffers are those of `text.screen.may_change`."""
    return np.asarray(_suspicious(data, offsets, screen(), tables()), np.bool_)


@compiled
def _suspicious(data: NDArray[np.uint8], offsets: NDArray[np.int64], s: Screen, t: Tables) -> NDArray[np.bool_]:
    result = np.zeros(len(offsets) - 1, np.bool_)
    costs = np.zeros((3, LANES), np.int32)
    for row in range(len(offsets) - 1):
        result[row] = _text(data, offsets[row], offsets[row + 1], s, t, costs)
    return result


@compiled
def _text(
    data: NDArray[np.uint8], start: int, end: int, s: Screen, t: Tables, costs: NDArray[np.int32]
) -> bool:
    at = start
    while True:
        high = _next_high(data, at, end)
        if high == end:
            return False
        code, _ = code_point(data, high)
        stop = line_end(data, high, end)
        if code < 0x10000 and (s.bytes_[code] >= 0 or s.old[0, code] or s.old[1, code] or s.old[2, code]):
            first = high
            while first > at and data[first - 1] != _NEWLINE:
                first -= 1
            if _line(data, first, high, stop, s, t, costs):
                return True
        at = stop


@compiled
def _next_high(data: NDArray[np.uint8], at: int, end: int) -> int:
    """Where the first byte above ASCII in [at, end) is; `end` where there is none."""
    u = np.uint64
    place, stop, size = u(at), u(end), u(len(data))
    while place < stop and place + u(64) <= size:
        found = matches(data, place, np.uint8(0x80), np.uint8(0x80))
        if found:
            return min(np.int64(place + lowest_bit(found)), end)
        place += u(64)
    while place < stop and data[place] < 0x80:
        place += u(1)
    return min(np.int64(place), end)


@compiled
def _line(
    data: NDArray[np.uint8], start: int, high: int, end: int, s: Screen, t: Tables, costs: NDArray[np.int32]
) -> bool:
    """Whether the line may be misread. `high`: where its first byte above ASCII is."""
    telling, low = False, False
    ansi, possible, other = True, ~np.uint64(0), np.uint64(0)
    seen, pairs, signs, leads, run, longest = 0, 0, 0, 0, 0, 0
    missing = np.zeros(3, np.int64)  # of a character in UTF-8 read in OLD; -1: it is none
    at, behind = high, -1
    while at < end:
        code, size = code_point(data, at)
        byte = np.int64(s.bytes_[code]) if code < 0x10000 else -1
        _utf8(code, at == behind, s, missing)
        if byte < 0:
            ansi = False
        elif ansi:
            possible &= s.allowed[byte]
            other |= s.changed[byte]
            tells = _telling(data, at, size, end, code)
            telling = telling or tells
            low = low or (tells and byte < LOW_BYTES)
            run = run + 1 if at == behind else 1
            longest = max(longest, run)
            if seen < _LOOK:
                seen += 1
                pairs += byte >= 0xA1 and at == behind
                signs += 0xA4 <= byte < 0xBF and not (0xA7 <= byte < 0xAF or byte == 0xB0 or byte == 0xB7 or byte == 0xBB)
                leads += 0x81 <= byte < 0x84
        if not ansi or (possible == 0 and seen == _LOOK and not _double(seen, pairs, signs, leads)):
            if missing.max() < 0:
                return False
        behind = at + size
        at = _next_high(data, behind, end)
        if at != behind:
            for each in range(3):
                missing[each] = -1 if missing[each] > 0 else missing[each]
    if missing.max() == 0 or (ansi and _double(seen, pairs, signs, leads)):
        return True
    if longest < WORD:
        possible &= s.latin
    if not low:
        possible &= ~s.low
    return ansi and telling and possible & other != 0 and _reads(data, start, end, possible & other, s, t, costs)


@compiled
def _telling(data: NDArray[np.uint8], at: int, size: int, end: int, code: int) -> bool:
    """Whether right English would not have this character here. Without one, a line is not looked at."""
    if code < 0xA0:
        return True
    if code in _TYPOGRAPHY:
        return False
    if code not in _BETWEEN_WORDS:
        return True
    after = at + size
    return at > 0 and after < end and 0x61 <= data[at - 1] <= 0x7A and 0x61 <= data[after] <= 0x7A


@compiled
def _utf8(code: int, beside: bool, s: Screen, missing: NDArray[np.int64]) -> None:
    for each in range(3):
        role = np.int64(s.old[each, code]) if code < 0x10000 else 0
        if missing[each] > 0:
            missing[each] = missing[each] - 1 if role == 1 and beside else -1
        elif missing[each] == 0:
            missing[each] = role - 1 if role > 1 else -1


@compiled
def _double(seen: int, pairs: int, signs: int, leads: int) -> bool:
    """Whether the characters above ASCII look like those of a charset of two bytes.

    Its letters stand together (EUC, GBK), or half of them are signs (Big5), or kana and full stops begin with 81 to 83.
    """
    return (pairs >= 3 and pairs * 5 >= seen * 2) or (signs >= 3 and signs * 6 >= seen) or leads >= 2


@compiled
def _reads(
    data: NDArray[np.uint8],
    start: int,
    end: int,
    possible: np.uint64,
    s: Screen,
    t: Tables,
    costs: NDArray[np.int32],
) -> bool:
    """Whether the line costs less by LEAST in some charset and one of these languages.

    Words are independent, so what a reading gains it gains in the words that are not ASCII; the line as a whole is only
    asked where they gain enough in one language, for it may be better in another one as it is.
    """
    words, read = np.empty((2, end - start + 1), np.uint32)
    count = _words(data, start, end, words)
    whole = False
    for charset in range(len(s.chars)):
        if s.languages[charset] & possible == 0:
            continue
        lanes = np.flatnonzero(s.lanes[charset] & possible).astype(np.uint64)
        for at in range(count):
            read[at] = s.chars[charset, s.bytes_[words[at]]]
        add_up(words, count, t, lanes, costs[0])
        add_up(read, count, t, lanes, costs[1])
        for lane in lanes:
            gain = costs[0, lane] - costs[1, lane]
            if gain < LEAST:
                continue
            if not whole:
                add_up(read, _codes(data, start, end, read), t, s.every, costs[2])
                whole = True
            if costs[2, lane] - gain <= costs[2].min() - LEAST:
                return True
    return False


@compiled
def _codes(data: NDArray[np.uint8], start: int, end: int, codes: NDArray[np.uint32]) -> int:
    """Puts the code points of the line into `codes`; says how many."""
    count = 0
    while start < end:
        code, size = code_point(data, start)
        codes[count] = code
        count += 1
        start += size
    return count


@compiled
def _words(data: NDArray[np.uint8], start: int, end: int, codes: NDArray[np.uint32]) -> int:
    """Puts the words that are not ASCII into `codes`, each with a blank behind it; says how many code points."""
    count, kept, high = 0, 0, False
    while start <= end:
        code, size = code_point(data, start) if start < end else (_BLANK, 1)
        codes[count] = code
        count += 1
        high = high or code >= 0x80
        start += size
        if code == _BLANK:
            kept = count = count if high else kept
            high = False
    return kept
