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
        pattern: '(?i)^contact: .*{email}'
        why: A label with an address behind it tells the reader where to write.
        matches: [two paragraphs or more that match]
        keeps: [two or more that look alike and must not match]

Patterns are RE2: they run in linear time, so no rule can hang a run; look-around and back-references do not exist.
A glued rule says what goes, up to the end (`$`), and not what is before it; its matches have a `|` where the text ends.
"""

import difflib
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
from pipeline.text.loose import Screen, options, screen
from pipeline.text.sentences import ends_sentence

KINDS = (
    "tracking",
    "contact",
    "copyright",
    "share",
    "newsletter",
    "related",
    "byline",
    "navigation",
    "masthead",
    "other",
)
PLACES = ("tail", "head", "glued")
LONGEST_PATTERN = 4096  # bytes; a longer one is a list of words that wants a rule of its own
FEWEST_EXAMPLES = 2
# Bytes that RE2 may take for the automaton of one pattern, and of many in their loose form.
PATTERN_MEMORY = 32 << 20
SCREEN_MEMORY = 64 << 20

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PART = re.compile(r"(?<!\\p)(?<!\\P)(?<!\\x)\{([a-z_]+)\}")  # `\p{...}` and `\x{...}` are RE2's own
_KEYS = ("id", "kind", "languages", "where", "sure", "pattern", "why", "matches", "keeps")
_OPTIONAL = frozenset({"sure"})


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


@dataclass(frozen=True, slots=True)
class Finder:
    """The rules of one place: screened at once, and each compiled (2 ms) when it is a suspect for the first time."""

    rules: tuple[Rule, ...]
    screen: Screen
    _compiled: dict[int, Any] = field(default_factory=dict)

    def hits(self, paragraph: str | bytes) -> list[Rule]:
        """The rules that match, in pack order; bytes are UTF-8. A break inside a hard-wrapped paragraph is a space."""
        text = _unwrapped(paragraph.encode() if isinstance(paragraph, str) else paragraph)
        return [self.rules[at] for at in self.screen.suspects(text) if self._matches(at, text)]

    def suspected(self, paragraphs: Sequence[bytes]) -> list[int]:
        """The numbers of the paragraphs in which there may be hits, in order: in the others there are none."""
        return self.screen.suspected([_unwrapped(each) for each in paragraphs])

    def found(self, text: str) -> list[tuple[Rule, int]]:
        """The rules that match, in pack order, with the code point where the first match of each begins."""
        hits = [(at, self._pattern(at).search(text)) for at in self.screen.suspects(text.encode())]
        return [(self.rules[at], match.start()) for at, match in hits if match is not None]

    def _matches(self, at: int, text: bytes) -> bool:
        return self._pattern(at).search(text) is not None

    def _pattern(self, at: int) -> Any:
        if at not in self._compiled:
            self._compiled[at] = _compiled(self.rules[at])
        return self._compiled[at]


@dataclass(frozen=True, slots=True)
class RulePack:
    """All rules, by file name and then as written.

    `digest` changes when a rule may decide otherwise: with ids, kinds, places, patterns, not with words or examples.
    """

    rules: tuple[Rule, ...]
    digest: str
    tail: Finder
    head: Finder
    glued: Finder


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that does not come out as its rule says."""

    rule: Rule
    example: str
    expected: str  # match, keep


@functools.lru_cache(maxsize=2)
def pack_of(files: tuple[tuple[str, str], ...]) -> RulePack:
    """The pack of these files (name, YAML text): read once a process, for the fingerprint and for every shard."""
    return load_pack(dict(files))


def load_pack(files: Mapping[str, str]) -> RulePack:
    """The pack of these files (name -> YAML text). SettingsError says file, rule, what is wrong and what to do."""
    rules: list[Rule] = []
    known: dict[str, str] = {}
    for name in sorted(files):
        for rule in _rules_of(name, files[name]):
            if rule.id in known:
                raise SettingsError(f"{name}: rule `{rule.id}` has a namesake in {known[rule.id]}; rename one of them")
            known[rule.id] = name
            rules.append(rule)
    decisive = [[rule.id, rule.kind, rule.where, rule.sure, rule.pattern] for rule in rules]
    digest = hashlib.sha256(json.dumps(decisive, ensure_ascii=False).encode()).hexdigest()
    return RulePack(tuple(rules), digest, *(_finder(rules, where) for where in PLACES))


def examples(pack: RulePack) -> list[Failure]:
    """The examples that fail, rule by rule; each rule is tried alone on its own."""
    failures = []
    for rule in pack.rules:
        pattern = _compiled(rule)
        for expected, given in (("match", rule.matches), ("keep", rule.keeps)):
            failures += [
                Failure(rule, example, expected)
                for example in given
                if _fits(rule, pattern, example, expected) != (expected == "match")
            ]
    return failures


def _fits(rule: Rule, pattern: Any, example: str, expected: str) -> bool:
    """Whether the pattern matches; a glued one where the bar stands, or, in what must stay, behind a sentence."""
    if rule.where != "glued":
        return pattern.search(example) is not None
    before, _, behind = example.partition("|") if expected == "match" else (example, "", "")
    match = pattern.search(before + behind)
    if match is None:
        return False
    text = (before + behind)[: match.start()].rstrip()
    return text == before if expected == "match" else ends_sentence(text)


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


def _rules_of(name: str, text: str) -> list[Rule]:
    content = load_yaml(text, name)
    if not isinstance(content, dict):
        raise SettingsError(f"{name}: expected `rules:` with a list of rules; see the head of pipeline/text/rules.py")
    _check_keys(content, ("parts", "rules"), name)
    parts = content.get("parts") or {}
    if not isinstance(parts, dict) or not all(isinstance(part, str) for part in parts.values()):
        raise SettingsError(f"{name}: `parts` must map names to pieces of patterns")
    entries = content.get("rules")
    if not isinstance(entries, list) or not entries:
        raise SettingsError(f"{name}: `rules` must be a list of at least one rule; remove the file if it has none")
    return [_rule(entry, name, number, parts) for number, entry in enumerate(entries, 1)]


def _rule(entry: object, name: str, number: int, parts: Mapping[str, str]) -> Rule:
    if not isinstance(entry, dict):
        raise SettingsError(f"{name}: rule {number} is not a mapping; begin it with `id:`")
    where = f"{name}: rule `{entry.get('id', number)}`"
    _check_keys(entry, _KEYS, where)
    missing = [key for key in _KEYS if key not in entry and key not in _OPTIONAL]
    if missing:
        raise SettingsError(f"{where}: {', '.join(f'`{key}`' for key in missing)} missing; every rule has them")
    rule_id = _string(entry, "id", where)
    if not _ID.fullmatch(rule_id):
        raise SettingsError(f"{where}: the id must be kebab case, such as `contact-label-en`")
    sure = entry.get("sure", False)
    if not isinstance(sure, bool):
        raise SettingsError(f"{where}: `sure` must be true or false")
    rule = Rule(
        id=rule_id,
        kind=_choice(entry, "kind", KINDS, where),
        languages=_strings(entry, "languages", where, 1),
        where=_choice(entry, "where", PLACES, where),
        sure=sure,
        pattern=_pattern(_string(entry, "pattern", where), parts, where),
        why=_string(entry, "why", where),
        matches=_strings(entry, "matches", where, FEWEST_EXAMPLES),
        keeps=_strings(entry, "keeps", where, FEWEST_EXAMPLES),
        file=name,
    )
    if rule.where == "glued":
        _check_glued(rule, where)
    try:
        re2.Set.SearchSet(options(PATTERN_MEMORY)).Add(rule.pattern)  # only reads it: to compile all takes 0.2 s
    except re2.error:
        _compiled(rule)  # says what is wrong with it
    return rule


def _check_glued(rule: Rule, where: str) -> None:
    if not rule.pattern.endswith("$"):
        raise SettingsError(f"{where}: a glued rule says what stands at the end of a paragraph; end the pattern in `$`")
    for example in rule.matches:
        if example.count("|") != 1:
            raise SettingsError(
                f"{where}: the match {example!r} needs one `|` where the text ends and what goes begins"
            )


def _check_keys(entry: Mapping[str, object], known: Sequence[str], where: str) -> None:
    for key in entry:
        if key not in known:
            raise SettingsError(f"{where}: unknown key `{key}`; {_hint(key, known)}")


def _hint(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(known)}"


def _string(entry: Mapping[str, object], key: str, where: str) -> str:
    value = entry[key]
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f"{where}: `{key}` must be text (found {value!r}); quote it")
    return value.strip()


def _choice(entry: Mapping[str, object], key: str, known: Sequence[str], where: str) -> str:
    value = _string(entry, key, where)
    if value not in known:
        raise SettingsError(f"{where}: `{key}` is `{value}`; {_hint(value, known)}")
    return value


def _strings(entry: Mapping[str, object], key: str, where: str, fewest: int) -> tuple[str, ...]:
    value = entry[key]
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise SettingsError(f"{where}: `{key}` must be a list of texts; quote each")
    if len(set(value)) < fewest:
        raise SettingsError(f"{where}: `{key}` has {len(set(value))} of at least {fewest}; add more, each different")
    return tuple(value)


def _pattern(written: str, parts: Mapping[str, str], where: str) -> str:
    """The pattern with its parts filled in."""

    def part(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in parts:
            raise SettingsError(f"{where}: no part `{{{name}}}` in this file; {_hint(name, sorted(parts))}")
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
