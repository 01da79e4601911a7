r"""Rule packs: named patterns, as data, with their reasons and examples.

A pack is YAML. `parts` are pieces of patterns that stand in the rules as `{name}`; `rules` is the list:

    parts:
      email: '[\w.+-]+@[\w-]+(?:\.[\w-]+)+'
    rules:
      - id: contact-label-en          # kebab case, unique over all packs
        kind: contact                 # what the ledger says of it: one of KINDS
        languages: [en]               # or [any]; for readers, a rule is tried on every document
        where: tail                   # tail, head, or glued: what stands behind the last sentence of a paragraph
        sure: false                   # whether a match decides alone; without, a second evidence must agree
        block: part                   # first or part of a block that goes as a whole or not at all: see tail_blocks.py
        pattern: '(?i)^contact: .*{email}'
        why: A label with an address behind it tells the reader where to write.
        matches: [two paragraphs or more that match]
        keeps: [two or more that look alike and must not match]

    cues:                             # see pipeline/text/cues.py

Patterns are RE2: they run in linear time, so no rule can hang a run; look-around and back-references do not exist.
A glued rule says what goes, up to the end (`$`), or its first group does; its matches have a `|` where the text ends.
"""

import functools
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import re2

from pipeline.errors import SettingsError
from pipeline.strict_yaml import load_yaml
from pipeline.text.cues import NO_CUES, Cue, CueFinder, cue_of
from pipeline.text.entries import (
    FEWEST_EXAMPLES,
    KINDS,
    check_complete,
    check_keys,
    choice,
    hint,
    identifier,
    opened,
    string,
    strings,
)
from pipeline.text.loose import Screen, options, screen
from pipeline.text.sentences import begin, check_behind, fits_behind

PLACES = ("tail", "head", "glued")
LONGEST_PATTERN = 4096  # bytes; a longer one is a list of words that wants a rule of its own
# Bytes that RE2 may take for the automaton of one pattern, and of many in their loose form.
PATTERN_MEMORY = 32 << 20
SCREEN_MEMORY = 64 << 20

_PART = re.compile(r"(?<!\\p)(?<!\\P)(?<!\\x)\{([a-z_]+)\}")  # `\p{...}` and `\x{...}` are RE2's own
_KEYS = ("id", "kind", "languages", "where", "sure", "block", "pattern", "why", "matches", "keeps")
_OPTIONAL = frozenset({"sure", "block"})


@dataclass(frozen=True, slots=True)
class Rule:
    """A named pattern with its reason and its examples; `pattern` has its parts filled in."""

    id: str
    kind: str
    languages: tuple[str, ...]
    where: str
    sure: bool
    pattern: str
    why: str
    matches: tuple[str, ...]
    keeps: tuple[str, ...]
    file: str
    block: str = ""


@dataclass(frozen=True, slots=True)
class Finder:
    """The rules of one place: screened at once, and each compiled (2 ms) when it is a suspect for the first time."""

    rules: tuple[Rule, ...]
    screen: Screen
    _compiled: dict[int, Any] = field(default_factory=dict)

    def hits(self, paragraph: str | bytes) -> list[Rule]:
        """The rules that match, in pack order; bytes are UTF-8. A break inside a hard-wrapped paragraph is a space."""
        text = _unwrapped(paragraph.encode() if isinstance(paragraph, str) else paragraph)
        return [self.rules[at] for at in self.screen.suspects(text) if self._pattern(at).search(text) is not None]

    def suspected(self, paragraphs: Sequence[bytes]) -> list[int]:
        """The numbers of the paragraphs in which there may be hits, in order: in the others there are none."""
        return self.screen.suspected([_unwrapped(each) for each in paragraphs])

    def found(self, text: str) -> list[tuple[Rule, int]]:
        """The rules that match, in pack order, with the code point where the match of each, or its group, begins."""
        hits = [(at, self._pattern(at).search(text)) for at in self.screen.suspects(text.encode())]
        return [(self.rules[at], begin(match)) for at, match in hits if match is not None]

    def _pattern(self, at: int) -> Any:
        if at not in self._compiled:
            self._compiled[at] = _compiled(self.rules[at])
        return self._compiled[at]


NO_RULES = Finder((), Screen(()))


@dataclass(frozen=True, slots=True)
class RulePack:
    """All rules and cues, by file name and then as written.

    `digest` changes when a rule may decide otherwise: with ids, kinds, places, patterns, not with words or examples.
    """

    rules: tuple[Rule, ...]
    digest: str
    tail: Finder
    head: Finder
    cue: CueFinder = NO_CUES
    glued: Finder = NO_RULES

    def cues(self, text: str) -> list[Cue]:
        """The cues in a paragraph, in pack order: weak evidence, which removes nothing by itself."""
        return self.cue.hits(text)


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that does not come out as its rule or cue says."""

    rule: Rule | Cue
    example: str
    expected: str  # match, keep


@functools.lru_cache(maxsize=2)
def pack_of(files: tuple[tuple[str, str], ...]) -> RulePack:
    """The pack of these files (name, YAML text): read once a process, for the fingerprint and for every shard."""
    return load_pack(dict(files))


def load_pack(files: Mapping[str, str]) -> RulePack:
    """The pack of these files (name -> YAML text). SettingsError says file, rule, what is wrong and what to do."""
    rules: list[Rule] = []
    cues: list[Cue] = []
    for name in sorted(files):
        found = _content(name, files[name])
        rules += found[0]
        cues += found[1]
    _check_namesakes([*rules, *cues])
    tail, head, glued = (_finder(rules, place) for place in PLACES)
    return RulePack(tuple(rules), _digest(rules, cues), tail, head, CueFinder(tuple(cues)), glued)


def examples(pack: RulePack) -> list[Failure]:
    """The examples that fail, rule by rule; each rule is tried alone on its own."""
    failures: list[Failure] = []
    for rule in pack.rules:
        pattern = _compiled(rule)
        for expected, given in (("match", rule.matches), ("keep", rule.keeps)):
            failures += [
                Failure(rule, example, expected)
                for example in given
                if _fits(rule, pattern, example, expected) != (expected == "match")
            ]
    for cue in pack.cue.cues:
        alone = CueFinder((cue,))
        for expected, given in (("match", cue.matches), ("keep", cue.keeps)):
            failures += [
                Failure(cue, example, expected)
                for example in given
                if bool(alone.hits(example)) != (expected == "match")
            ]
    return failures


def _fits(rule: Rule, pattern: Any, example: str, expected: str) -> bool:
    if rule.where == "glued":
        return fits_behind(pattern, example, marked=expected == "match")
    return pattern.search(example) is not None


def _finder(rules: Sequence[Rule], where: str) -> Finder:
    mine = tuple(rule for rule in rules if rule.where == where)
    try:
        finder = Finder(mine, screen([rule.pattern for rule in mine], SCREEN_MEMORY))
    except re2.error:
        said = f"need more than {SCREEN_MEMORY >> 20} MiB; write shorter patterns"
        raise SettingsError(f"the {len(mine)} {where} rules together {said}") from None
    for rule in finder.hits(b""):
        said = "the pattern matches the empty text, so it would take every line; anchor it"
        raise SettingsError(f"{rule.file}: rule `{rule.id}`: {said}")
    return finder


def _unwrapped(paragraph: bytes) -> bytes:
    return paragraph.replace(b"\n", b" ")


def _compiled(rule: Rule) -> Any:
    try:
        return re2.compile(rule.pattern, options(PATTERN_MEMORY))
    except re2.error as error:
        raise SettingsError(f"{rule.file}: rule `{rule.id}`: {_refused(error)}") from None


def _digest(rules: Sequence[Rule], cues: Sequence[Cue]) -> str:
    decisive = [[rule.id, rule.kind, rule.where, rule.sure, rule.block, rule.pattern] for rule in rules]
    decisive += [[cue.id, cue.kind, list(cue.languages), cue.at, list(cue.phrases)] for cue in cues]
    return hashlib.sha256(json.dumps(decisive, ensure_ascii=False).encode()).hexdigest()


def _check_namesakes(named: Sequence[Rule | Cue]) -> None:
    known: dict[str, str] = {}
    for each in named:
        if each.id in known:
            raise SettingsError(f"{each.file}: rule `{each.id}` has a namesake in {known[each.id]}; rename one of them")
        known[each.id] = each.file


def _content(name: str, text: str) -> tuple[list[Rule], list[Cue]]:
    content = load_yaml(text, name)
    if not isinstance(content, dict):
        raise SettingsError(f"{name}: expected `rules:` with a list of rules; see the head of pipeline/text/rules.py")
    check_keys(content, ("parts", "rules", "cues"), name)
    parts = content.get("parts") or {}
    if not isinstance(parts, dict) or not all(isinstance(part, str) for part in parts.values()):
        raise SettingsError(f"{name}: `parts` must map names to pieces of patterns")
    rules, cues = (_list(content, key, name) for key in ("rules", "cues"))
    if not rules and not cues:
        raise SettingsError(f"{name}: `rules` must be a list of at least one rule; remove the file if it has none")
    return (
        [_rule(entry, name, number, parts) for number, entry in enumerate(rules, 1)],
        [cue_of(entry, name, number) for number, entry in enumerate(cues, 1)],
    )


def _list(content: Mapping[str, object], key: str, name: str) -> list[object]:
    value = content.get(key, [])
    if not isinstance(value, list) or (key in content and not value):
        raise SettingsError(f"{name}: `{key}` must be a list of at least one {key[:-1]}; remove what has none")
    return value


def _rule(given: object, name: str, number: int, parts: Mapping[str, str]) -> Rule:
    entry, where = opened(given, name, "rule", number)
    check_complete(entry, _KEYS, _OPTIONAL, where)
    rule_id = identifier(entry, where)
    sure = entry.get("sure", False)
    if not isinstance(sure, bool):
        raise SettingsError(f"{where}: `sure` must be true or false")
    rule = Rule(
        id=rule_id,
        kind=choice(entry, "kind", KINDS, where),
        languages=strings(entry, "languages", where, 1),
        where=choice(entry, "where", PLACES, where),
        sure=sure,
        pattern=_pattern(string(entry, "pattern", where), parts, where),
        why=string(entry, "why", where),
        matches=strings(entry, "matches", where, FEWEST_EXAMPLES),
        keeps=strings(entry, "keeps", where, FEWEST_EXAMPLES),
        file=name,
        block=choice(entry, "block", ("first", "part"), where) if "block" in entry else "",
    )
    try:
        re2.Set.SearchSet(options(PATTERN_MEMORY)).Add(rule.pattern)  # only reads it: to compile all takes 0.2 s
    except re2.error:
        _compiled(rule)  # says what is wrong with it
    if rule.where == "glued":
        check_behind(rule.pattern, rule.matches, where)
    return rule


def _pattern(written: str, parts: Mapping[str, str], where: str) -> str:
    """The pattern with its parts filled in."""

    def part(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in parts:
            raise SettingsError(f"{where}: no part `{{{name}}}` in this file; {hint(name, sorted(parts))}")
        return f"(?:{parts[name]})"

    pattern = _PART.sub(part, written)
    size = len(pattern.encode())
    if size > LONGEST_PATTERN:
        raise SettingsError(f"{where}: the pattern has {size} bytes of at most {LONGEST_PATTERN}; make two rules of it")
    return pattern


def _refused(error: Exception) -> str:
    said = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
    if "(?" in said and any(sign in said for sign in ("(?=", "(?!", "(?<")):
        return f"look-around does not exist in RE2 ({said}); put what must stay in another, narrower pattern"
    return f"the pattern is not RE2 ({said}); see github.com/google/re2/wiki/Syntax"
