"""YAML as settings and rule packs may be written: plain mappings, lists and scalars, nothing that does tricks.

Refused: anchors and aliases, merge keys, tags, duplicate keys, keys that are not strings, more than one document,
nesting deeper than 20. Scalars follow YAML 1.2: only `true` and `false` are booleans (`no` is Norwegian, so the words
`yes`, `no`, `on` and `off` must be quoted or replaced), and a date or a time of day is a string.
"""

import re
from dataclasses import dataclass, field

import yaml

from pipeline.errors import SettingsError

DEEPEST = 20
MOST_DIGITS = 300  # Python itself refuses to read integers of thousands of digits

# libyaml is some ten times faster where it came with PyYAML; both give the same events.
_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TWO_MINDED = frozenset({"yes", "no", "on", "off"})


@dataclass(slots=True)
class _Open:
    """A mapping or a list that is being read."""

    value: dict[str, object] | list[object]
    key: str | None = None  # of a mapping, read and waiting for its value
    lines: dict[str, int] = field(default_factory=dict)  # where each key stood


def load_yaml(text: str, where: str) -> object:
    r"""The value of a YAML document: dict, list, str, int, float, bool or None; `where` names it in messages.

    >>> load_yaml("bands: 25\nkinds: [contact, share]", "my.yaml")
    {'bands': 25, 'kinds': ['contact', 'share']}
    """
    reader = _Reader(where)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            reader.take(event)
    except yaml.YAMLError as error:
        raise SettingsError(_syntax(error, text, where)) from None
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise SettingsError(f"{where}:{line}: half of a character pair (a lone surrogate); save it as UTF-8") from None
    return reader.root


def _syntax(error: yaml.YAMLError, text: str, where: str) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        at = f":{mark.line + 1}" if mark else ""
        return f"{where}{at}: not valid YAML ({said}); check indentation, quotes and brackets here"
    line = text.count("\n", 0, getattr(error, "position", 0)) + 1
    reason = getattr(error, "reason", "unreadable")
    return f"{where}:{line}: a character that YAML does not allow ({reason}); remove it or write it as an escape"


def _line(event: yaml.Event) -> int:
    """Line of the event, from 1."""
    return event.start_mark.line + 1 if event.start_mark else 1


def _plain(event: yaml.ScalarEvent) -> bool:
    """Whether the scalar is written without quotes (the two parsers say it in two ways)."""
    return event.style in (None, "")


class _Reader:
    """Builds the value from parser events, with a stack of its own: no depth of nesting can exhaust Python's."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.root: object = None
        self._open: list[_Open] = []
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        self._refuse(event)
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._start(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()

    def _refuse(self, event: yaml.Event) -> None:
        anchor, tag = (getattr(event, name, None) for name in ("anchor", "tag"))
        if isinstance(event, yaml.AliasEvent):
            raise self._error(event, f"alias `*{anchor}`", "write the value out where it is used")
        if anchor:
            raise self._error(event, f"anchor `&{anchor}`", "write the value out where it is used")
        if tag:
            raise self._error(event, f"tag `{tag}`", "remove it; quote the value if it is to be a string")
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._error(event, "a second document (`---`)", "keep one document a file")

    def _start(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        value: dict[str, object] | list[object] = {} if isinstance(event, yaml.MappingStartEvent) else []
        if len(self._open) == DEEPEST:
            raise self._error(event, f"nesting deeper than {DEEPEST}", "flatten it")
        self._put(value, event)
        self._open.append(_Open(value))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._key(top, event)
        else:
            self._put(self._resolved(event), event)

    def _key(self, top: _Open, event: yaml.ScalarEvent) -> None:
        key = event.value
        if _plain(event) and key == "<<":
            raise self._error(event, "merge key `<<`", "write the keys out")
        if _plain(event) and not isinstance(self._resolved(event), str):
            raise self._error(event, f"key `{key}` is not a string", "quote it")
        if key in top.lines:
            raise self._error(event, f"key `{key}` stands here and on line {top.lines[key]}", "keep one of them")
        top.key, top.lines[key] = key, _line(event)

    def _put(self, value: object, event: yaml.Event) -> None:
        if not self._open:
            self.root = value
            return
        top = self._open[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is None:
            raise self._error(event, "a key that is a list or a mapping", "use a string as key")
        else:
            top.value[top.key] = value
            top.key = None

    def _resolved(self, event: yaml.ScalarEvent) -> object:
        """The value of a scalar: quoted ones are strings, plain ones as YAML 1.2 reads them."""
        text: str = event.value
        if not _plain(event):
            return text
        if text in _WORDS:
            return _WORDS[text]
        if text.lower() in _TWO_MINDED:
            raise self._error(event, f"`{text}` can be a word or a truth", "write true or false, or quote the word")
        if _INT.fullmatch(text):
            if len(text) > MOST_DIGITS:
                raise self._error(event, "a number of hundreds of digits", "quote it if it is to be a string")
            return int(text, 0) if text[:2] in ("0x", "0o") else int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        return text

    def _error(self, event: yaml.Event, what: str, remedy: str) -> SettingsError:
        return SettingsError(f"{self.where}:{_line(event)}: {what} is not allowed; {remedy}")
