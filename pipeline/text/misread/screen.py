"""Which lines may be misread text, found without a Python string: all others are never changed.

A line must be in Latin-1 or Windows-1252, or be UTF-8 read in an old charset. In the first case it must look like a
charset of two bytes, or read as letters of a language that it does not have now, and cost less so. Most lines of right
text fail at one of their first letters that are not ASCII: hardly a language has them all.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.text.misread.costs import LANES, NAT, Tables, add_up, tables
from pipeline.text.misread.misreadings import LOW_BYTES
from pipeline.text.misread.tables import BETWEEN_WORDS, ODD_SIGN, TYPOGRAPHY, Screen, screen
from pipeline.text.utf8 import code_point, compiled, inlined, line_end
from pipeline.text.vectors import lowest_bit, matches

LEAST = 6 * NAT  # what a line must cost less to be looked at
WORD = 4  # letters of the longest word, at least, where the letters are not Latin
_LOOK = 12  # characters above ASCII; so many say whether a line is in a charset of two bytes
_BEGINNING = 100  # bytes, in which it mostly shows that a line is in another language
_NEWLINE, _BLANK = ord("\n"), ord(" ")


def suspicious(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each text False only if no line of it is misread. The buffers are those of `text.screen.may_change`."""
    return np.asarray(_suspicious(data, offsets, screen(), tables()), np.bool_)


@compiled
def _suspicious(data: NDArray, offsets: NDArray, s: Screen, t: Tables) -> NDArray:
    result = np.zeros(len(offsets) - 1, np.bool_)
    costs, missing = np.zeros((4, LANES), np.int32), np.zeros(len(s.old), np.int64)
    for row in range(len(offsets) - 1):
        result[row] = _text(data, offsets[row], offsets[row + 1], s, t, costs, missing)
    return result


@compiled
def _text(data: NDArray, start: int, end: int, s: Screen, t: Tables, costs: NDArray, missing: NDArray) -> bool:
    at = start
    while at < end:
        high = _next_high(data, at, end)
        if high == end:
            break
        stop = line_end(data, high, end)
        if _known(data, high, s.bytes_, s.old) and _line(data, at, high, stop, s, t, costs, missing):
            return True
        at = stop
    return False


@compiled
def _next_high(data: NDArray, at: int, end: int) -> int:
    """Where the first byte above ASCII in [at, end) is; `end` where there is none."""
    u = np.uint64
    place, stop, size = u(at), u(end), u(len(data))
    while place < stop and place + u(64) <= size:
        found = matches(data, place, np.uint8(0x80), np.uint8(0x80))
        if found:
            return min(int(np.int64(place + lowest_bit(found))), end)
        place += u(64)
    while place < stop and data[place] < 0x80:
        place += u(1)
    return min(int(np.int64(place)), end)


@inlined
def _known(data: NDArray, at: int, bytes_: NDArray, old: NDArray) -> bool:
    """Whether any wrong charset has the character; if not, its line is in none."""
    code, _ = code_point(data, at)
    return code < 0x10000 and bool(bytes_[code] >= 0 or old[0, code] or old[1, code] or old[2, code])


@compiled
def _line(
    data: NDArray, start: int, high: int, end: int, s: Screen, t: Tables, costs: NDArray, missing: NDArray
) -> bool:
    """Whether the line may be misread; it starts at `start` or later, and its first byte above ASCII is at `high`.

    All in one walk over what is above ASCII, so that most lines are let go after a few characters.
    """
    possible, other = ~np.uint64(0), np.uint64(0)
    ansi, utf8, telling, low = True, True, False, False
    seen, pairs, signs, leads, run, longest = 0, 0, 0, 0, 0, 0
    missing[:] = 0  # continuation characters of UTF-8 read in OLD; -1: the line is none
    at, behind = high, -1
    while at < end:
        code, size = code_point(data, at)
        beside = at == behind
        utf8 = utf8 and _utf8(code, beside, s.old, missing)
        byte = int(s.bytes_[code]) if code < 0x10000 else -1
        ansi = ansi and byte >= 0
        if ansi:
            role = s.roles[byte]
            possible &= s.allowed[byte]
            other |= s.changed[byte]
            if role >= ODD_SIGN or (role == BETWEEN_WORDS and _between_letters(data, at, at + size, end)):
                telling = True
                low = low or byte < LOW_BYTES
            run = run + 1 if beside else 1
            longest = max(longest, run)
            seen += 1
            pairs += 1 if beside and byte >= 0xA1 and role != TYPOGRAPHY else 0
            signs += 1 if role == ODD_SIGN else 0
            leads += 1 if 0x81 <= byte <= 0x83 else 0
        if not utf8 and (not ansi or (possible == 0 and seen >= _LOOK and not _double(seen, pairs, signs, leads))):
            return False
        behind = at + size
        at = _next_high(data, behind, end)
        if utf8 and at != behind:
            _broken_off(missing)
    if (utf8 and missing.max() == 0) or (ansi and _double(seen, pairs, signs, leads)):
        return True
    possible &= other if longest >= WORD else other & s.latin
    possible &= ~np.uint64(0) if low else ~s.low
    if not (ansi and telling and possible != 0):
        return False
    while high > start and data[high - 1] != _NEWLINE:
        high -= 1
    return _reads(data, high, end, possible, s, t, costs)


@inlined
def _between_letters(data: NDArray, at: int, after: int, end: int) -> bool:
    if at == 0 or after >= end:
        return False
    return ord("a") <= data[at - 1] <= ord("z") and ord("a") <= data[after] <= ord("z")


@inlined
def _utf8(code: int, beside: bool, old: NDArray, missing: NDArray) -> bool:
    """Whether the line still can be UTF-8 read in one of OLD."""
    possible = False
    for each in range(len(missing)):
        role = int(old[each, code]) if code < 0x10000 else 0
        if missing[each] > 0:
            missing[each] = missing[each] - 1 if role == 1 and beside else -1
        elif missing[each] == 0:
            missing[each] = role - 1 if role > 1 else -1
        possible = possible or missing[each] >= 0
    return possible


@inlined
def _broken_off(missing: NDArray) -> None:
    """ASCII came where continuation characters are missing."""
    for each in range(len(missing)):
        if missing[each] > 0:
            missing[each] = -1


@inlined
def _double(seen: int, pairs: int, signs: int, leads: int) -> bool:
    """Whether the characters above ASCII look like those of a charset of two bytes: they stand together (EUC, GBK), or
    many are odd signs (Big5), or they hold bytes that kana and full stops begin with (Shift-JIS).
    """
    return (pairs >= 3 and pairs * 2 >= seen) or (signs >= 3 and signs * 6 >= seen) or leads >= 2


@compiled
def _reads(data: NDArray, start: int, end: int, possible: np.uint64, s: Screen, t: Tables, costs: NDArray) -> bool:
    """Whether the line costs less by LEAST in some charset and one of these languages.

    Words are independent, so what a reading gains it gains in the words that change; the line as a whole is only
    asked where they gain enough in one language, for it may be better in another one as it is. Rows of `costs`: words
    as they are, words read again, the beginning of the line, the line.
    """
    size = end - start + 1
    words, read, line = np.empty(size, np.uint32), np.empty(size, np.uint32), np.empty(size, np.uint32)
    count, begun = _words(data, start, end, possible, s, words), False
    wanted, answered = np.zeros(LANES, np.uint64), np.uint64(0)
    for charset in range(len(s.chars)):
        wanted |= s.lanes[charset] & possible
    add_up(words, count, t, np.flatnonzero(wanted).astype(np.uint64), costs[0])
    for charset in range(len(s.chars)):
        asked = s.languages[charset] & possible
        if asked == 0 or (not _reread(words, count, s.chars[charset], s.bytes_, read) and asked & ~answered == 0):
            continue
        answered = asked
        lanes = np.flatnonzero(s.lanes[charset] & possible).astype(np.uint64)
        add_up(read, count, t, lanes, costs[1])
        for lane in lanes:
            gain = costs[0, lane] - costs[1, lane]
            if gain < LEAST:
                continue
            if not begun:
                add_up(line, _codes(data, start, _beginning(data, start, end), line), t, s.every, costs[2])
                begun = True
            if costs[2, lane] - gain <= costs[2].min() - LEAST:
                add_up(line, _codes(data, start, end, line), t, s.every, costs[3])
                if costs[3, lane] - gain <= costs[3].min() - LEAST:
                    return True
    return False


@compiled
def _words(data: NDArray, start: int, end: int, possible: np.uint64, s: Screen, codes: NDArray) -> int:
    """Puts the words that change in one of these languages into `codes`, each with a blank behind it; says how many
    code points.
    """
    count, at = 0, _next_high(data, start, end)
    while at < end:
        code, size = code_point(data, at)
        if s.changed[s.bytes_[code]] & possible == 0:
            at = _next_high(data, at + size, end)
            continue
        first, last = at, at
        while first > start and data[first - 1] != _BLANK:
            first -= 1
        while last < end and data[last] != _BLANK:
            last += 1
        count += _codes(data, first, last, codes[count:])
        codes[count] = _BLANK
        count += 1
        at = _next_high(data, last, end)
    return count


@compiled
def _reread(words: NDArray, count: int, chars: NDArray, bytes_: NDArray, read: NDArray) -> bool:
    """Puts the words as the charset has them into `read`; whether that is something else than what is there."""
    other = False
    for at in range(count):
        char = chars[bytes_[words[at]]]
        other = other or char != read[at]
        read[at] = char
    return other


@compiled
def _codes(data: NDArray, start: int, end: int, codes: NDArray) -> int:
    """Puts the code points of the line into `codes`; says how many."""
    count = 0
    while start < end:
        code, size = code_point(data, start)
        codes[count] = code
        count += 1
        start += size
    return count


@compiled
def _beginning(data: NDArray, start: int, end: int) -> int:
    """Where the first word behind `_BEGINNING` bytes ends."""
    at = min(start + _BEGINNING, end)
    while at < end and data[at] != _BLANK:
        at += 1
    return at
