"""`python -m benchmarks [NAME...]`: runs benchmarks and prints their tables."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    adversaries,
    encodings,
    end_to_end,
    glued,
    growth,
    kernels,
    mojibake,
    nights,
    quality,
    rivals,
    rules,
    tails,
)
from benchmarks.options import Options, parsed

BENCHMARKS: dict[str, Callable[[Options], None]] = {
    "kernels": kernels.main,
    "end-to-end": end_to_end.main,
    "rivals": rivals.main,
    "quality": quality.main,
    "adversaries": adversaries.main,
    "growth": growth.main,
    "encodings": encodings.main,
    "mojibake": mojibake.main,
    "rules": rules.main,
    "tails": tails.main,
    "glued": glued.main,
    "nights": nights.main,
}


def main(arguments: list[str] | None = None) -> int:
    with tempfile.TemporaryDirectory(prefix="clean-corpus-bench-") as folder:
        options = parsed(arguments, Path(folder))
        for name in options.names:
            BENCHMARKS[name](options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
