"""Where compiled kernels are kept: a folder named by the source of all of them.

numba looks only at the file a kernel stands in. A kernel that calls a helper of another file, or uses its constants,
would go on with the old ones after that file changed, and give wrong answers without a word.
"""

import hashlib
import os
import sys
import tempfile
from pathlib import Path

_HOME = Path(__file__).parent
_SOURCES = ("text", "dedup")
VARIABLE = "NUMBA_CACHE_DIR"
OUTSIDE = "CACHE_DIRECTORY"  # what systemd tells a service that may write nowhere else


def source_digest(home: Path = _HOME) -> str:
    """SHA-256 of every Python file that kernels stand in, 16 hex digits."""
    digest = hashlib.sha256(sys.version.encode())
    for folder in _SOURCES:
        for file in sorted((home / folder).rglob("*.py")):
            digest.update(file.relative_to(home).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def use() -> None:
    """Points numba at the folder for this source, unless the environment names one; before any kernel is made."""
    if os.environ.get(VARIABLE):
        return
    name = f"kernels-{source_digest()}"
    inside = _HOME / "__pycache__"
    outside = os.environ.get(OUTSIDE) or Path(tempfile.gettempdir()) / f"clean-corpus-{os.getuid()}"
    chosen = inside / name if _writable(inside) else Path(outside) / name
    os.environ[VARIABLE] = str(chosen)
    if "numba" in sys.modules:  # it read the variable when it was imported
        sys.modules["numba"].config.CACHE_DIR = str(chosen)


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
