"""Timings and quality on real or planted text, as plain tables; no part of the tests. `python -m benchmarks --help`."""
