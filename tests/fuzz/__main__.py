"""`make fuzz`: every target gets an equal share of the seconds; what breaks one is shrunk, shown, and ends with code 1.

Hypothesis keeps what it found in `.hypothesis/`, and tries that first the next time.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence

from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.targets import TARGETS, Target

_EXAMPLES = 200  # between two looks at the clock


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the targets; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)} (default: all)")
    parser.add_argument("--seconds", type=float, default=300.0, help="in all (default: 300)")
    parsed = parser.parse_args(arguments)
    unknown = sorted(set(parsed.targets) - set(TARGETS))
    if unknown:
        parser.error(f"no such target: {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    names = parsed.targets or list(TARGETS)
    failed = [name for name in names if not _held(name, TARGETS[name], parsed.seconds / len(names))]
    _say(
        f"{len(names) - len(failed)} of {len(names)} targets held"
        + (f"; broken: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


def _held(name: str, target: Target, seconds: float) -> bool:
    """Whether the target held for so long."""
    tried = 0

    def counted(value: object) -> None:
        nonlocal tried
        tried += 1
        target.check(value)

    started = time.monotonic()
    try:
        while time.monotonic() - started < seconds:
            _try(target, counted, until=started + seconds)
    except Exception as error:
        notes = "".join(f"\n  {note}" for note in getattr(error, "__notes__", ()))
        _say(f"{name}: BROKEN after {tried} inputs: {type(error).__name__}: {error}{notes}")
        return False
    _say(f"{name}: {tried} inputs in {time.monotonic() - started:.0f} s, all held")
    return True


def _try(target: Target, check: Callable[[object], None], until: float) -> None:
    phases = (Phase.reuse, Phase.generate, Phase.target, Phase.shrink)
    chosen = settings(
        max_examples=_EXAMPLES,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )

    def run(value: object) -> None:
        if time.monotonic() < until:
            check(value)

    chosen(given(target.inputs)(run))()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
