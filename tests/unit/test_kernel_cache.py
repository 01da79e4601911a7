"""Compiled kernels are kept by the source of all of them."""

import os
import shutil
from pathlib import Path

from pipeline.kernel_cache import VARIABLE, source_digest
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
