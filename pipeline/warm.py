"""Compiles every kernel once, into the cache beside the code, so that no run and no worker pays for it."""

import sys
from pathlib import Path

from pipeline.config import Settings, TailsSettings
from pipeline.single import clean
from pipeline.sources.json_array import json_values
from pipeline.sources.json_columns import json_batches
from pipeline.sources.records import Fields
from pipeline.sources.rows import Task

_RULES = Path(__file__).parents[1] / "configs" / "rules"  # beside the code in a checkout
_LINE = "Words enough to stand for a paragraph that could start a block by itself, number {}, and to be read twice.\n\n"


def main() -> int:
    """Runs the whole plan on a few lines, some of them out of order or garbled, and reads a little JSON."""
    text = "".join(_LINE.format(number) for number in (1, 2, 3, 1, 2)) + "e\u0301 &amp; Ã©\nÏðèâåò, ìèð\n"
    tails = TailsSettings(rules=str(_RULES), enabled=_RULES.is_dir())
    clean(text, Settings(tails=tails))
    task = Task(0, "", "", "jsonl", "", 0, 0, 0)
    list(json_batches(b'{"text": "\\u00e9", "more": 1}', task, Fields(), 1))
    list(json_values(iter([b'[{"text": "one"}]']), task, Fields()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
