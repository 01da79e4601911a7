"""Compiles every kernel once, into the cache beside the code, so that no run and no worker pays for it."""

import sys

from pipeline.config import Settings, TailsSettings
from pipeline.single import clean

_LINE = "Words enough to stand for a paragraph that could start a block by itself, number {}, and to be read twice.\n\n"


def main() -> int:
    """Runs the whole plan on a few lines, one of them out of order in its accents."""
    text = "".join(_LINE.format(number) for number in (1, 2, 3, 1, 2)) + "e\u0301 &amp; Ã©\n"
    clean(text, Settings(tails=TailsSettings(enabled=False)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
