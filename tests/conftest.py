"""What every test shares: hypothesis profiles, and tools whose absence fails a test instead of skipping it."""

import importlib.util
import os
import shutil
from collections.abc import Callable

import pytest
from hypothesis import settings

# The same examples every time: a red run is red again. `HYPOTHESIS_PROFILE=explore` looks for new ones.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def _program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


# marker -> (is it there?, what to do when it is not)
TOOLS: dict[str, tuple[Callable[[], bool], str]] = {
    "browser": (_program("chromium", "chromium-browser", "google-chrome"), "install Chromium (Debian: chromium)"),
    "crash": (_program("cc"), "install a C compiler (Debian: gcc)"),
    "strace": (_program("strace"), "install strace"),
    "spark": (
        lambda: bool(shutil.which("java")) and importlib.util.find_spec("pyspark") is not None,
        "install Java 17 and pyspark (pip install -e '.[spark]')",
    ),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, (is_there, remedy) in TOOLS.items():
        if item.get_closest_marker(marker) and not is_there():
            pytest.fail(f"a test marked `{marker}` cannot run here: {remedy}", pytrace=False)
