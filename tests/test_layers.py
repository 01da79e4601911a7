"""Imports point downwards, what is pure stays pure, files and functions stay small.

All of it is read from the source; nothing is imported.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 60

# layer -> what it may import of the package. Modules that are not in the table (run, cli, load, report, ...) stand on
# top: they may import everything, and nothing in the table may import them.
LAYERS: dict[str, set[str]] = {
    "errors": set(),
    "text": {"text", "dedup", "strict_yaml", "errors"},
    "dedup": {"text", "dedup", "errors"},
    "flow": {"errors"},
    "stages.index_schemas": set(),
    "stages.schemas": {"stages.index_schemas"},
    "stages.tables": {"text", "dedup", "stages.schemas", "flow", "errors"},
    "stages.left": {"stages.tables"},
    "stages.live": {"dedup", "stages.schemas", "stages.tables", "flow"},
    "stages.wanted": {"text", "stages.tables"},
    "stages": {
        "text",
        "dedup",
        "stages.schemas",
        "stages.tables",
        "stages.left",
        "stages.live",
        "stages.wanted",
        "flow",
        "errors",
    },
    "engines": {"engines", "flow", "errors"},
    "sources": {"sources", "text", "stages.schemas", "stages.tables", "flow", "errors"},
    "store": {"store", "text", "dedup", "stages.schemas", "flow", "errors"},
    "strict_yaml": {"errors"},
    "config": {"text", "dedup", "strict_yaml", "unattended", "errors"},
    "unattended": set(),
    "plan": {"text", "dedup", "stages", "stages.schemas", "stages.tables", "sources", "config", "flow", "errors"},
}

# Files, settings and processes are the business of the layers above.
PURE = {"text", "dedup"}
IMPURE_MODULES = {
    "pyarrow", "pandas", "duckdb", "pathlib", "os", "io", "shutil", "tempfile", "glob", "subprocess",
    "multiprocessing", "socket", "urllib", "yaml", "pydantic", "rich", "logging",
}  # fmt: skip

# Same input and settings, same bytes: no clock and no dice.
TIMELESS = {"text", "dedup", "stages", "stages.schemas", "stages.tables", "stages.left", "stages.live", "stages.wanted"}
CLOCKS_AND_DICE = {"time", "random", "secrets", "uuid"}


def source_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def module_name(path: Path) -> str:
    """Dotted name below `pipeline`; '' for the package itself."""
    parts = path.relative_to(ROOT / "pipeline").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer(name: str) -> str:
    """The entry of LAYERS that a module belongs to; a name of its own when there is none."""
    parts = name.split(".")
    known = (".".join(parts[:size]) for size in range(len(parts), 0, -1))
    return next((prefix for prefix in known if prefix in LAYERS), name)


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every imported name with its line, wherever in the file it stands; `from a import b` gives `a` and `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def inner_imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The modules of the package that are imported, named below `pipeline`."""
    for name, line in imports(tree):
        if name.startswith("pipeline.") and is_module(name):
            yield name.removeprefix("pipeline."), line


def upward_imports(name: str, tree: ast.AST) -> list[str]:
    """What is wrong with the imports of module `name`."""
    own = layer(name)
    if own not in LAYERS:
        return []
    wrong = []
    for target, line in inner_imports(tree):
        if layer(target) not in LAYERS[own] and not _is_bare_package(target, tree, line):
            wrong.append(f"line {line}: {own} imports {target}; it may import {sorted(LAYERS[own])}")
    return wrong


def _is_bare_package(target: str, tree: ast.AST, line: int) -> bool:
    """Whether `target` is named only on the way to one of its modules, as in `from pipeline.stages import schemas`."""
    return any(other.startswith(f"{target}.") and at == line for other, at in inner_imports(tree))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


PIPELINE = source_files("pipeline")
OURS = source_files("pipeline", "tests", "benchmarks")


@pytest.mark.parametrize("path", PIPELINE, ids=relative)
def test_imports_point_downwards(path: Path) -> None:
    assert upward_imports(module_name(path), tree_of(path)) == []


@pytest.mark.parametrize("path", [path for path in PIPELINE if layer(module_name(path)) in PURE], ids=relative)
def test_pure_layers_know_no_files_and_no_settings(path: Path) -> None:
    found = [(name, line) for name, line in imports(tree_of(path)) if name.split(".")[0] in IMPURE_MODULES]
    assert found == []


@pytest.mark.parametrize("path", [path for path in PIPELINE if layer(module_name(path)) in TIMELESS], ids=relative)
def test_no_clock_and_no_dice(path: Path) -> None:
    tree = tree_of(path)
    found = [(name, line) for name, line in imports(tree) if name.split(".")[0] in CLOCKS_AND_DICE]
    found += dice(tree)
    assert found == []


def dice(tree: ast.AST) -> list[tuple[str, int]]:
    """Uses of numpy's random numbers, but for a RandomState that is given its seed: its stream never changes."""
    seeded = [
        node.func.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "RandomState"
        and [ast.unparse(argument) for argument in node.args] == ["seed"]
    ]
    return [
        (ast.unparse(node), node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and ast.unparse(node) in {"np.random", "numpy.random"}
        and not any(node is each for each in seeded)
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("np.random.RandomState(seed)", 0),
        ("np.random.RandomState()", 1),
        ("np.random.RandomState(None)", 1),
        ("np.random.default_rng(seed)", 1),
        ("np.random.rand(3)", 1),
        ("numpy.random.shuffle(np.random.RandomState(seed))", 1),
    ],
)
def test_dice_are_seen(source: str, found: int) -> None:
    assert len(dice(ast.parse(source))) == found


@pytest.mark.parametrize("path", OURS, ids=relative)
def test_files_and_functions_are_small(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) < MAX_FILE_LINES
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert long == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("text.decode", "from pipeline.stages import schemas"),
        ("dedup.fold", "import pipeline.store.commit"),
        ("stages.cut", "from pipeline.engines import local"),
        ("stages.cut", "from pipeline.stages import repeats"),
        ("stages.tables", "from pipeline.stages.cut import kernel"),
        ("stages.cut", "def f():\n    from pipeline.store import commit"),
        ("engines.local", "from pipeline.stages.schemas import CLEAN"),
        ("store.commit", "from pipeline import config"),
        ("errors", "from pipeline.flow import Dataset"),
    ],
)
def test_an_upward_import_is_seen(name: str, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.is_module", lambda target: not target.split(".")[-1][0].isupper())
    assert upward_imports(name, ast.parse(source))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("stages.cut", "from pipeline.stages import schemas"),
        ("stages.cut", "from pipeline.stages.schemas import CLEAN"),
        ("store.commit", "from pipeline.stages.schemas import CLEAN"),
        ("engines.local", "from pipeline.flow import Dataset"),
        ("cli", "from pipeline.store import commit"),
    ],
)
def test_a_downward_import_is_fine(name: str, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.is_module", lambda target: not target.split(".")[-1][0].isupper())
    assert upward_imports(name, ast.parse(source)) == []
