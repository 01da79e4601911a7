"""Blocks at the end of a document that go as a whole or not at all, such as the colophon of a book.

A rule says of its lines that they open such a block (`block: first`) or belong to one (`block: part`). What stands from
the first line to the end goes, with lines between that no rule knows, if FEWEST_PARTS lines below the first belong to
the block and one of the last few does. Otherwise all of it stays: half a colophon is worse than a whole one.
"""

from collections.abc import Sequence

from pipeline.text.tail_lines import Line

FEWEST_PARTS = 3
LAST_FEW = 3


def block_start(lines: Sequence[Line]) -> int | None:
    """The number of the line with which a whole block begins that reaches the end; None if there is none."""
    firsts = [at for at, line in enumerate(lines) if line.rule is not None and line.rule.block == "first"]
    if not firsts:
        return None
    below = [is_of_block(line) for line in lines[firsts[0] + 1 :]]
    return firsts[0] if sum(below) >= FEWEST_PARTS and any(below[-LAST_FEW:]) else None


def is_of_block(line: Line) -> bool:
    """Whether a rule says that the line goes only with its block."""
    return line.rule is not None and line.rule.block != ""
