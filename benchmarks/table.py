"""Plain tables of measurements."""

import statistics
from collections.abc import Iterable, Sequence


def middle(values: Iterable[float]) -> float:
    """The median."""
    return statistics.median(list(values))


def number(value: float | None) -> str:
    """A figure with three digits that count, `-` for None.

    >>> [number(value) for value in (1234.5, 12.345, 0.012345, None)]
    ['1,234', '12.3', '0.012', '-']
    """
    if value is None:
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"


def share(part: int, whole: int) -> str:
    """A percentage with two decimals, `-` of nothing."""
    return f"{100 * part / whole:.2f}" if whole else "-"


def show(title: str, head: Sequence[str], rows: Iterable[Sequence[object]], notes: Iterable[str] = ()) -> None:
    """Prints a table; the first column to the left, figures to the right."""
    cells = [list(map(_cell, row)) for row in rows]
    lines = [list(head), *cells]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    print(f"\n{title}\n")
    for first, *others in lines:
        padded = [first.ljust(widths[0]), *(text.rjust(width) for text, width in zip(others, widths[1:], strict=True))]
        print(("  " + "  ".join(padded)).rstrip())
    for note in notes:
        print(f"  {note}")
    print(flush=True)


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return number(value) if isinstance(value, float) or value is None else str(value)
