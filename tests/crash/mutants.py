"""The store with its protocol broken on purpose: a harness that sees no faults would let them all pass."""

from collections.abc import Callable

MUTANTS: dict[str, Callable[[], None]] = {}
