"""Paragraphs as tokens: what the kernels of folds, shingles and signatures share. Equal to `reference.tokens`.

Three passes over one paragraph. `_read` writes the folded characters, still with what stands between them, and a byte
of flags beside each byte; `_bounds` finds where tokens start and stop, 64 bytes at once; `hash_tokens` hashes them and
joins them to the fold. Only the first looks at code points, and only where a text is not plain ASCII.
"""

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup import letters
from pipeline.dedup.letters import CLASS, DIGIT, NUMERAL, SKIPPED, SPACE, UNSPACED, WORD
from pipeline.text.utf8 import compiled, decoded, eight, inlined, put_eight, signed
from pipeline.text.vectors import bits_set, lowest_bit, matches

U = np.uint64

# FNV-1a (see `reference.token_hash`).
BASIS = U(0xCBF29CE484222325)
PRIME = U(0x100000001B3)
GOLDEN = U(0x9E3779B97F4A7C15)
with np.errstate(over="ignore"):
    NUMBER = (BASIS ^ U(ord("0"))) * PRIME  # the token "0": a masked number

# Flags of a byte of folded text. Those of a character that counts once stand on its first byte only.
IN_WORD, IN_TOKEN, FIRST, LETTER, LONE, FIGURE, BLANK, ODD = (np.uint8(1 << bit) for bit in range(8))
FRONT = U(8)  # where the text starts in its scratch: the byte before it is read as white space

_ONES = U(0x0101010101010101)
_HIGH = U(0x8080808080808080)
_HYPHEN = U(ord("-"))
_BEHIND = 160  # bytes that are touched behind a text, at most


class Scratch(NamedTuple):
    """Room for one paragraph at a time."""

    plain_kinds: NDArray[np.uint8]  # what `_read` made of each byte, if it is ASCII
    plain: NDArray[np.uint8]
    kinds: NDArray[np.uint8]  # flags of the bytes of `text`
    text: NDArray[np.uint8]
    starts: NDArray[np.int32]  # of each token in `text`
    stops: NDArray[np.int32]
    hashes: NDArray[np.uint64]  # of each token
    prefix: NDArray[np.uint64]


def scratch(longest: int) -> Scratch:
    """Room for paragraphs of at most so many bytes; folded ones can be half as long again (2 bytes become 3)."""
    size = longest + longest // 2 + _BEHIND
    plain_kinds, plain, kinds, text = np.zeros((4, size), np.uint8)
    starts, stops = np.zeros((2, size), np.int32)
    return Scratch(plain_kinds, plain, kinds, text, starts, stops, np.empty(size, np.uint64), np.empty(8, np.uint64))


@functools.cache
def entries() -> NDArray[np.uint64]:
    """What `_read` writes for each code point, shape (0x110000,): flags, bytes << 8, folded as UTF-8 << 32.

    What is no part of a token is written as one space, what is skipped not at all.
    """
    kinds, folds = letters.tables()
    found = np.full(letters.SIZE, int(FIRST) | 1 << 8 | ord(" ") << 32, np.uint64)
    found[kinds == SPACE] |= U(BLANK)
    found[kinds == SKIPPED] = FIRST
    at = np.flatnonzero(kinds & CLASS >= WORD)
    cls, code = kinds[at] & CLASS, folds[at]
    flags = FIRST | IN_TOKEN | np.where((cls == WORD) | (cls == DIGIT), IN_WORD, np.uint8(0))
    for flag, where in (
        (LETTER, kinds[at] & letters.LETTER != 0),
        (LONE, cls == UNSPACED),
        (FIGURE, kinds[at] & NUMERAL != 0),
    ):
        flags[where] |= flag
    utf8, size = _utf8(code)
    found[at] = flags | size << U(8) | utf8 << U(32)
    return found


def _utf8(code: NDArray[np.uint32]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """(bytes as one little-endian number, how many) of code points in UTF-8."""
    last, third, second = (code >> shift & 0x3F | 0x80 for shift in (0, 6, 12))
    utf8 = [
        code,
        0xC0 | code >> 6 | last << 8,
        0xE0 | code >> 12 | third << 8 | last << 16,
        0xF0 | code >> 18 | second << 8 | third << 16 | last << 24,
    ]
    size = np.searchsorted([0x80, 0x800, 0x10000], code, side="right")
    return np.choose(size, utf8).astype(np.uint64), (size + 1).astype(np.uint64)


@inlined
def scanned(data: NDArray, start: int, end: int, table: NDArray, room: Scratch) -> tuple[int, int, int]:
    """(tokens, letters, letters of unspaced scripts) of bytes [start, end); fills `room` but for the hashes.

    `table`: `entries`.
    """
    return _bounds(_read(data, U(start), U(end), table, room), room)


@compiled
def _read_ascii(data: NDArray, start: np.uint64, end: np.uint64, kinds: NDArray, text: NDArray) -> None:
    """Flags and folded form of each byte that is ASCII; ODD for others, hyphens and control characters.

    `letters` says the same; as arithmetic on bytes the compiler turns it into vectors.
    """
    for at in range(end - start):
        byte = data[start + at]
        lower = np.uint8(byte | 0x20) if np.uint8(byte - ord("A")) < 26 else byte
        kind = FIRST
        if np.uint8(lower - ord("a")) < 26:
            kind = np.uint8(FIRST | IN_WORD | IN_TOKEN | LETTER)
        if np.uint8(byte - ord("0")) < 10:
            kind = np.uint8(FIRST | IN_WORD | IN_TOKEN | LETTER | FIGURE)
        if (byte == ord("$")) | (byte == ord("%")) | (byte == ord("+")) | (np.uint8(byte - ord("<")) < 3):
            kind = np.uint8(FIRST | IN_TOKEN)
        if byte == ord(" "):
            kind = np.uint8(FIRST | BLANK)
        if (np.uint8(byte - ord(" ")) > ord("~") - ord(" ")) | (byte == ord("-")):
            kind = ODD
        kinds[at] = kind
        text[at] = lower


@inlined
def _read(data: NDArray, start: np.uint64, end: np.uint64, table: NDArray, room: Scratch) -> np.uint64:
    """Writes bytes [start, end), folded, to room.text from FRONT on, and their flags beside; the byte behind them."""
    plain_kinds, plain, kinds, text = room.plain_kinds, room.plain, room.kinds, room.text
    _read_ascii(data, start, end, plain_kinds, plain)
    size = end - start
    plain_kinds[size] = ODD
    kinds[FRONT - U(1)] = BLANK
    at, to = U(0), FRONT
    while True:
        flags = eight(plain_kinds, at)
        put_eight(kinds, to, flags)
        put_eight(text, to, eight(plain, at))
        odd = flags & _HIGH
        run = lowest_bit(odd) >> U(3) if odd else U(8)
        at += run
        to += run
        if not odd:
            continue
        if at >= size:
            break
        code, taken = decoded(data, start + at)
        entry = table[code]
        at += taken
        if code == _HYPHEN and kinds[to - U(1)] & BLANK and at < size:
            follows, _ = decoded(data, start + at)
            if table[follows] & U(FIGURE):  # a minus, since it leans on a number
                entry = U(FIRST | IN_TOKEN) | U(1 << 8) | _HYPHEN << U(32)
        rest = np.uint8(entry & U(IN_WORD | IN_TOKEN | BLANK))
        kinds[to], kinds[to + U(1)], kinds[to + U(2)], kinds[to + U(3)] = np.uint8(entry), rest, rest, rest
        for byte in range(U(4)):
            text[to + byte] = np.uint8(entry >> (U(32) + U(8) * byte))
        to += entry >> U(8) & U(7)
    kinds[to] = FIRST
    return to


@compiled
def _flagged(kinds: NDArray, at: np.uint64, flag: np.uint8) -> np.uint64:
    """Bit i says whether byte at + i has the flag."""
    return ~matches(kinds, at, flag, np.uint8(0))


@inlined
def _bounds(end: np.uint64, room: Scratch) -> tuple[int, int, int]:
    """Fills room.starts and room.stops from the flags before byte `end`; (tokens, letters, lone letters)."""
    kinds, starts, stops = room.kinds, room.starts, room.stops
    letters = lone = started = stopped = before = U(0)
    at = FRONT
    while at < end:
        inside = ~U(0) >> (U(64) - min(end - at, U(64)))
        word, behind = _flagged(kinds, at, IN_WORD), _flagged(kinds, at + U(1), IN_WORD)
        token = _flagged(kinds, at, IN_TOKEN) & inside
        begun = token & _flagged(kinds, at, FIRST) & ~(word & (word << U(1) | before))
        over = token & _flagged(kinds, at + U(1), FIRST) & ~(word & behind)
        while begun:
            starts[started] = at + lowest_bit(begun)
            started += U(1)
            begun &= begun - U(1)
        while over:
            stops[stopped] = at + lowest_bit(over) + U(1)
            stopped += U(1)
            over &= over - U(1)
        letters += bits_set(_flagged(kinds, at, LETTER) & inside)
        lone += bits_set(_flagged(kinds, at, LONE) & inside)
        before = word >> U(63)
        at += U(64)
    return signed(started), signed(letters), signed(lone)


@inlined
def hash_tokens(tokens: int, room: Scratch, fold: NDArray, begin: int) -> tuple[int, np.uint64]:
    """(byte behind the fold, hash with figures masked) of `tokens` tokens in `room`; fills room.hashes.

    The fold is written to `fold` from byte `begin` on; up to 16 bytes behind it are touched.
    """
    kinds, text, starts, stops = room.kinds, room.text, room.starts, room.stops
    after_word = masked = before = U(0)
    to = U(begin)
    for number in range(U(tokens)):
        start, stop = U(starts[number]), U(stops[number])
        size = stop - start
        word = U(kinds[start]) & U(IN_WORD)
        fold[to] = ord(" ")
        to += word & after_word
        after_word = word
        bytes_8 = eight(text, start)
        put_eight(fold, to, bytes_8)
        put_eight(fold, to + U(8), eight(text, start + U(8)))
        for at in range(U(16), size, U(8)):
            put_eight(fold, to + at, eight(text, start + at))
        to += size
        bytes_8 &= ~U(0) >> (U(64) - U(8) * min(size, U(8)))
        if size <= U(8) and not bytes_8 & _HIGH:
            token = _hash_ascii(bytes_8, size, room.prefix)
            figures = _any_digit(bytes_8)
        else:
            token = BASIS
            figures = False
            while start < stop:
                figures |= kinds[start] & FIGURE != 0
                code, taken = decoded(text, start)
                token = (token ^ code) * PRIME
                start += taken
        room.hashes[number] = token
        if figures:
            token = _hash_masked(text, kinds, U(starts[number]), stop)
        if token != NUMBER or before != NUMBER:
            masked = (masked ^ token) * GOLDEN
            masked ^= masked >> U(29)
        before = token
    return signed(to), masked


@compiled
def _hash_ascii(chars: np.uint64, size: np.uint64, prefix: NDArray) -> np.uint64:
    """The hash of the first `size` bytes of a word of eight: all eight are hashed, which takes no branch."""
    token = BASIS
    for at in range(U(8)):
        token = (token ^ (chars >> U(8) * at & U(0xFF))) * PRIME
        prefix[at] = token
    return prefix[size - U(1)]


@compiled
def _any_digit(chars: np.uint64) -> bool:
    """Whether one of eight ASCII bytes is a digit: less than 10 above "0"."""
    above = chars ^ _ONES * U(ord("0"))
    return (above - _ONES * U(10)) & ~above & _HIGH != U(0)


@compiled
def _hash_masked(text: NDArray, kinds: NDArray, at: np.uint64, stop: np.uint64) -> np.uint64:
    """The hash of a token with each run of digits as one 0."""
    token = BASIS
    in_number = False
    while at < stop:
        code, taken = decoded(text, at)
        figure = kinds[at] & FIGURE != 0
        if not (figure and in_number):
            token = (token ^ (U(ord("0")) if figure else code)) * PRIME
        in_number = figure
        at += taken
    return token
