"""Commands `rules test` and `rules list`: what the rules are, and whether their own examples hold."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipeline.errors import SettingsError
from pipeline.text.rules import RulePack, examples, load_pack

HOLDS, FAILS = 0, 2  # a rule that fails its own examples is a wrong setting


def pack_files(folder: Path) -> dict[str, str]:
    """Name -> YAML text of every `*.yaml` in the folder."""
    if not folder.is_dir():
        raise SettingsError(f"{folder}: no such folder of rule packs; set tails.rules to the one to use")
    files: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            files[path.name] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise SettingsError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
        except OSError as error:
            raise SettingsError(f"{path}: cannot be read ({error.strerror}); check its permissions") from None
    if not files:
        raise SettingsError(f"{folder}: no rule pack (*.yaml) in it; set tails.rules, or tails.enabled=false")
    return files


def tested(files: Mapping[str, str]) -> tuple[str, int]:
    """(what to print, exit code) of running every example of every rule."""
    pack = load_pack(files)
    lines = []
    for failure in examples(pack):
        said = "does not match, but should" if failure.expected == "match" else "matches, but must stay"
        lines.append(f"{failure.rule.file}: rule `{failure.rule.id}`: {said}: {failure.example}")
    count = sum(len(rule.matches) + len(rule.keeps) for rule in pack.rules)
    if lines:
        return "\n".join([*lines, f"{len(lines)} of {count} examples fail"]), FAILS
    return f"{len(pack.rules)} rules, {count} examples, all as they should be", HOLDS


def listed(files: Mapping[str, str]) -> str:
    """One line a rule with tabs between id, kind, languages, place and why; then the number of rules of each kind."""
    pack = load_pack(files)
    lines = ["\t".join(row) for row in _rows(pack)]
    return "\n".join([*lines, _counted(pack)])


def rules_test(folder: Path, console: Console) -> int:
    """Prints what `tested` says; the exit code."""
    text, code = tested(pack_files(folder))
    console.print(text, markup=False, highlight=False, soft_wrap=True)
    return code


def rules_list(folder: Path, console: Console) -> int:
    """Prints the rules: a table on a terminal, else lines with tabs; exit code 0."""
    files = pack_files(folder)
    if not console.is_terminal:
        console.print(listed(files), markup=False, highlight=False, soft_wrap=True)
        return HOLDS
    pack = load_pack(files)
    table = Table("rule", "kind", "languages", "where", "why", title=_counted(pack))
    for row in _rows(pack):
        table.add_row(*row)
    console.print(table, markup=False)
    return HOLDS


def _rows(pack: RulePack) -> list[tuple[str, str, str, str, str]]:
    return [
        (rule.id, rule.kind, " ".join(rule.languages), rule.where, " ".join(rule.why.split())) for rule in pack.rules
    ]


def _counted(pack: RulePack) -> str:
    kinds = Counter(rule.kind for rule in pack.rules)
    return f"{len(pack.rules)} rules: " + ", ".join(f"{kind} {kinds[kind]}" for kind in sorted(kinds))
