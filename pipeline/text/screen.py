"""The lossless screen: which texts `normalize` would leave as they are, found without a Python string.

A text is passed over only when nothing in it can make `normalize` change it. There must be none of these:

- a character that is always changed: controls, CR and its kin, C1, surrogates, characters that NFC replaces;
- "&…;" that has the form of an entity, unless there is markup, which protects entities;
- a mark out of order, or one that composes with what stands before it;
- a line that ftfy calls bad and that could also be UTF-8 read in another encoding: all of the line in one of ftfy's
  encodings, or some of it by ftfy's clues. Being bad is not enough: ftfy leaves a bad line alone if no decoding fits;
- a line that may have been read in another wrong charset (`text.misread.screen`).

The other way round nothing is promised: a text that is pointed at may well be unchanged.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.text.misread.screen import suspicious
from pipeline.text.normalize import LONGEST_LINE
from pipeline.text.screen_tables import (
    CHANGES,
    CHANGING,
    CONTINUES,
    FIELD_BITS,
    LEAD,
    MARK,
    PLAIN,
    THERE,
    Bools,
    Int64s,
    Tables,
    Uint8s,
    tables,
)
from pipeline.text.utf8 import code_point, compiled, previous

_NEWLINE, _BLANK, _QUESTION, _AMPERSAND = ord("\n"), ord(" "), ord("?"), ord("&")
_WIDE = 32  # bytes looked at together
_ENCODINGS = 10  # ftfy's; the field behind them holds its clues


def may_change(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> Bools:
    """For each text False only if `normalize` would not change it.

    `data` holds the texts in valid UTF-8 one behind the other, `offsets` where each begins and, last, where the last
    one ends: the two buffers of an Arrow large_string column.
    """
    return np.asarray(_may_change(data, offsets, tables()), np.bool_) | suspicious(data, offsets)


def suspect_lines(text: str) -> list[bool]:
    """For each line of a text False only if it holds no mojibake, by itself; what is right in other lines can show more
    of it (`text.misread.document`), but never where all lines are False. The text holds no lone surrogates.
    """
    data = np.frombuffer(text.encode(), np.uint8)
    breaks = np.flatnonzero(data == _NEWLINE) + 1
    flags: list[bool] = may_change(data, np.concatenate(([0], breaks, [len(data)]))).tolist()
    return flags


@compiled
def _may_change(data: Uint8s, offsets: Int64s, t: Tables) -> Bools:
    result = np.zeros(len(offsets) - 1, np.bool_)
    for row in range(len(offsets) - 1):
        result[row] = _changes(data, offsets[row], offsets[row + 1], t)
    return result


@compiled
def _changes(data: Uint8s, start: int, end: int, t: Tables) -> bool:
    """Whether the text data[start:end] may change. `open_rules` are those that the character before can begin."""
    open_rules = np.uint64(0)
    protected = False
    judged = start  # lines that end before here were found to be no mojibake
    at = start
    while at < end:
        byte = data[at]
        if byte < 0x80:
            if open_rules:
                if at >= judged and _bad(data, at, 1, end, open_rules & t.second[t.kinds[byte]], t):
                    judged = _line_end(data, at, end)
                    if _mojibake(data, start, at, judged, t):
                        return True
                open_rules = np.uint64(0)
            at = _end_of_plain(data, at, end, t.bytes_)
            if at == end or data[at] >= 0x80:
                continue
            if t.bytes_[data[at]] == CHANGING:
                return True
            if not protected and _entity(data, at, end):
                protected = _markup(data, start, end)
                if not protected:
                    return True
            at += 1
            continue
        code, size = code_point(data, at)
        kind = t.kinds[code]
        if kind >= MARK:
            if kind == CHANGES or _composes(data, start, at, code, t):
                return True
            kind = np.uint8(0)
        if open_rules & t.second[kind] and at >= judged and _bad(data, at, size, end, open_rules & t.second[kind], t):
            judged = _line_end(data, at, end)
            if _mojibake(data, start, at, judged, t):
                return True
        open_rules = t.first[kind]
        at += size
    return False


@compiled
def _end_of_plain(data: Uint8s, at: int, end: int, kinds: Uint8s) -> int:
    """Where the run of bytes that need no look ends; many at a time where they are letters and the like."""
    while at + _WIDE <= end:
        window = data[at : at + _WIDE]
        seen = False
        for step in range(_WIDE):
            byte = window[step]
            seen |= ((byte < 0x20) & (byte != _NEWLINE)) | (byte >= 0x7F) | (byte == _AMPERSAND)
        if seen:
            break
        at += _WIDE
    while at < end and kinds[data[at]] == PLAIN:
        at += 1
    return at


@compiled
def _entity(data: Uint8s, at: int, end: int) -> bool:
    """Whether "&" at `at` begins "&name;" or "&#number;"."""
    at += 1
    if at < end and data[at] == ord("#"):
        at += 1
    first = at
    while at < end and at - first <= 24:
        byte = data[at]
        if byte == ord(";"):
            return at > first
        if not (ord("0") <= byte <= ord("9") or ord("a") <= (byte | 0x20) <= ord("z")):
            return False
        at += 1
    return False


@compiled
def _markup(data: Uint8s, at: int, end: int) -> bool:
    """Whether the text holds the start of a tag: "<" and a letter, "/", "!" or "?"."""
    while at + 1 < end:
        if data[at] == ord("<"):
            byte = data[at + 1]
            if ord("a") <= (byte | 0x20) <= ord("z") or byte == ord("/") or byte == ord("!") or byte == ord("?"):
                return True
        at += 1
    return False


# --- marks --------------------------------------------------------------------------------------------------------


@compiled
def _composes(data: Uint8s, start: int, at: int, code: int, t: Tables) -> bool:
    """Whether NFC may move the mark at `at` or join it with what stands before it."""
    if at == start:
        return False
    before, _ = code_point(data, previous(data, at))
    own, other = t.combining[code], t.combining[before]
    if own and other > own:
        return True  # out of order
    if not t.composing[code]:
        return False
    if other:
        return bool(other < own)  # may reach the base over it; an equal or lower class is blocked by it
    if own and t.trailing[before] > own:
        return True  # belongs in between: é + dot below is ẹ + acute
    key = before << 21 | code
    found = np.searchsorted(t.pairs, key)
    return bool(found < len(t.pairs) and t.pairs[found] == key)


# --- mojibake -----------------------------------------------------------------------------------------------------


@compiled
def _bad(data: Uint8s, at: int, size: int, end: int, rules: np.uint64, t: Tables) -> bool:
    """Whether one of the rules is met; their second character is at `at`, `size` bytes long."""
    if not rules or data[at] == _NEWLINE:
        return False
    after = at + size
    if after >= end or data[after] == _NEWLINE:
        return bool(rules & t.pairs_only)
    code, _ = code_point(data, after)
    return bool(rules & t.third[t.kinds[code]])


@compiled
def _line_end(data: Uint8s, at: int, end: int) -> int:
    while at < end and data[at] != _NEWLINE:
        at += 1
    return at


@compiled
def _mojibake(data: Uint8s, start: int, at: int, line_end: int, t: Tables) -> bool:
    """Whether some decoding fits the line around `at`."""
    while at > start and data[at - 1] != _NEWLINE:
        at -= 1
    if line_end - at > LONGEST_LINE:  # is repaired in pieces, and a decoding may fit just one of them
        return True
    for number in range(_ENCODINGS):
        if _fits(data, at, line_end, np.uint64(number * FIELD_BITS), t):
            return True
    return _has_clue(data, at, line_end, np.uint64(_ENCODINGS * FIELD_BITS), t)


@compiled
def _field(code: int, shift: np.uint64, t: Tables) -> int:
    """What the character is in one encoding; blank and "?" may stand for lost bytes."""
    if code < 0x80:
        return CONTINUES if code in (_BLANK, _QUESTION) else 0
    if code > 0xFFFF:
        return 0
    return int(t.garbled[code] >> shift) & 31


@compiled
def _following(field: int) -> int:
    """How many continuation characters the lead asks for; 0: no lead."""
    if field & LEAD:
        return 1
    if field & LEAD << 1:
        return 2
    return 3 if field & LEAD << 2 else 0


@compiled
def _fits(data: Uint8s, at: int, end: int, shift: np.uint64, t: Tables) -> bool:
    """Whether the line is in this encoding and its bytes there are UTF-8, or were before some were lost."""
    missing = 0
    leads = 0
    while at < end:
        code, size = code_point(data, at)
        field = _field(code, shift, t)
        at += size
        if code >= 0x80 and not field & THERE:
            return False
        if missing:
            if not field & CONTINUES:
                return False
            missing -= 1
        elif code >= 0x80 and code != 0xFFFD:
            missing = _following(field)
            leads += 1
            if not missing:
                return False
    return missing == 0 and leads > 0


@compiled
def _has_clue(data: Uint8s, at: int, end: int, shift: np.uint64, t: Tables) -> bool:
    """Whether somewhere in the line a lead has all its continuation characters, by ftfy's clues.

    A character may be several things at once. Bit n of `waiting`: some lead still needs n + 1 characters.
    """
    waiting = np.int64(0)
    while at < end:
        code, size = code_point(data, at)
        field = _field(code, shift, t)
        at += size
        if field & CONTINUES:
            if waiting & 1:
                return True
            waiting >>= 1
        else:
            waiting = np.int64(0)
        waiting |= field // LEAD & 7
    return False
