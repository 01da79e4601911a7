"""Commands `rules test` and `rules list`: what the rules are, and whether their own examples hold."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.errors import SettingsError
from pipeline.text.cues import Cue
from pipeline.text.entries import KINDS
from pipeline.text.rules import Rule, examples, load_pack

PackFiles = Iterable[tuple[str, str]]  # (name, YAML text)

HOLDS, FAILS = 0, 2  # a rule that fails its own examples is a wrong setting


def verdict(files: PackFiles) -> tuple[str, int]:
    """(what to print, exit code) of running every example of every rule."""
    pack = load_pack(dict(files))
    lines = []
    for failure in examples(pack):
        said = "does not match, but should" if failure.expected == "match" else "matches, but must stay"
        lines.append(f"{failure.rule.file}: rule `{failure.rule.id}`: {said}: {failure.example}")
    named: list[Rule | Cue] = [*pack.rules, *pack.cue.cues]
    count = sum(len(each.matches) + len(each.keeps) for each in named)
    if lines:
        return "\n".join([*lines, f"{len(lines)} of {count} examples fail"]), FAILS
    return f"{len(pack.rules)} rules, {len(pack.cue.cues)} cues, {count} examples, all as they should be", HOLDS


def listed(files: PackFiles, kind: str | None = None, language: str | None = None) -> str:
    """One line a rule with tabs between id, kind, languages, place and why; then the number of rules of each kind.

    Only those of this kind and this language, if they are given.
    """
    rules = _chosen(files, kind, language)
    return "\n".join([*("\t".join(row) for row in _rows(rules)), _counted(rules)])


def rules_test(files: PackFiles, console: Console | None = None) -> int:
    """Prints what `verdict` says; the exit code."""
    text, code = verdict(files)
    (console or Console()).print(text, markup=False, highlight=False, soft_wrap=True)
    return code


def rules_list(
    files: PackFiles, kind: str | None = None, language: str | None = None, console: Console | None = None
) -> int:
    """Prints the rules: a table on a terminal, else lines with tabs; exit code 0."""
    console = console or Console()
    if not console.is_terminal:
        console.file.write(listed(files, kind, language) + "\n")  # as it is: the console would make spaces of the tabs
        return HOLDS
    rules = _chosen(files, kind, language)
    table = Table("rule", "kind", "languages", "where", "why", title=_counted(rules))
    for row in _rows(rules):
        table.add_row(*map(Text, row))
    console.print(table)
    return HOLDS


def _chosen(files: PackFiles, kind: str | None, language: str | None) -> list[Rule]:
    rules = load_pack(dict(files)).rules
    for given, known, word in (
        (kind, set(KINDS), "kind"),
        (language, {each for rule in rules for each in rule.languages}, "language"),
    ):
        if given is not None and given not in known:
            raise SettingsError(f"no {word} `{given}`; known here: {', '.join(sorted(known))}")
    return [rule for rule in rules if kind in (None, rule.kind) and (language is None or language in rule.languages)]


def _rows(rules: Sequence[Rule]) -> list[tuple[str, str, str, str, str]]:
    return [(rule.id, rule.kind, " ".join(rule.languages), rule.where, " ".join(rule.why.split())) for rule in rules]


def _counted(rules: Sequence[Rule]) -> str:
    kinds = Counter(rule.kind for rule in rules)
    return f"{len(rules)} rules: " + ", ".join(f"{kind} {kinds[kind]}" for kind in sorted(kinds))
