"""Compiled kernels are kept by the source of all of them."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from pipeline import kernel_cache
from pipeline.kernel_cache import OUTSIDE, VARIABLE, source_digest
from tests.helpers import ROOT


def test_a_change_in_any_kernel_file_is_another_cache(tmp_path: Path) -> None:
    for folder in ("text", "dedup"):
        shutil.copytree(ROOT / "pipeline" / folder, tmp_path / folder)
    assert source_digest(tmp_path) == source_digest(ROOT / "pipeline")
    helper = tmp_path / "dedup" / "align.py"
    helper.write_text(helper.read_text().replace("MOST_SKIPPED = 3", "MOST_SKIPPED = 4"))
    assert source_digest(tmp_path) != source_digest(ROOT / "pipeline")


def test_numba_is_pointed_at_it() -> None:
    import numba

    assert os.environ[VARIABLE] == numba.config.CACHE_DIR


def test_a_service_that_may_not_write_beside_the_code_has_a_cache_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would compile everything again each night, as its temporary files are new ones."""
    monkeypatch.delenv(VARIABLE)
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    monkeypatch.setenv(OUTSIDE, str(tmp_path))
    monkeypatch.setattr(kernel_cache, "_writable", lambda _: False)
    kernel_cache.use()
    assert os.environ[VARIABLE] == str(tmp_path / f"kernels-{source_digest()}")
