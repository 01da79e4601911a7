"""What one input record means: which field is the text, which the id, and everything else as metadata."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import orjson

from pipeline.errors import Reason, RecordError

# Usual names, first match wins. A setting such as `input.text_field` replaces the guess.
GUESSES: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "content", "body", "raw_content", "article", "document"),
    "id": ("id", "doc_id", "docid", "_id", "uuid"),
    "source": ("source", "site", "domain", "publisher"),
    "url": ("url", "link", "uri"),
    "date": ("date", "published", "date_published", "publish_date", "timestamp", "created"),
    "lang": ("lang", "language"),
}


# The host of nearly every URL, without the cost of taking the rest apart.
_USUAL_HOST = re.compile(r"https?://(?:www\.)?([a-z0-9.-]+)(?:[/?#]|$)")


@dataclass(frozen=True, slots=True)
class Fields:
    """Names of fields by settings; None = guess."""

    text: str | None = None
    id: str | None = None
    source: str | None = None
    url: str | None = None
    date: str | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One input record, understood. `text` is a string with or without lone surrogates, or bytes."""

    text: str | bytes
    id: str | None
    source: str
    url: str | None
    date: str | None
    lang: str | None
    metadata: str


def understood(data: Mapping[str, Any], fields: Fields, path: str) -> Record:
    """The record that an object of fields holds. Raises RecordError where it has no text."""
    names = field_names(tuple(data), fields)
    text_name = names["text"]
    if text_name is None:
        wanted = fields.text or " or ".join(GUESSES["text"])
        raise RecordError(Reason.NO_TEXT, f"no field {wanted}; fields: {', '.join(sorted(map(str, data)))[:200]}")
    text = data[text_name]
    if text is None:
        raise RecordError(Reason.NO_TEXT, f"field {text_name} is null")
    if not isinstance(text, str | bytes):
        raise RecordError(Reason.TEXT_NOT_STRING, f"field {text_name} is of type {type(text).__name__}, not a string")
    values: dict[str, str | None] = {}
    taken = {text_name}
    for role, name in names.items():
        values[role] = _plain(data[name]) if name is not None and role != "text" else None
        if name is not None and values[role] is not None:
            taken.add(name)
    rest = {str(name): value for name, value in data.items() if name not in taken}
    source = values["source"] or source_of(values["url"], path)
    return Record(text, values["id"], source, values["url"], values["date"], values["lang"], to_json(rest))


def to_json(value: object) -> str:
    """JSON text of any value a reader can bring; what JSON has no form for becomes its string."""
    options = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_SUBCLASS
    try:
        return orjson.dumps(value, default=str, option=options).decode()
    except (TypeError, UnicodeError):  # lone surrogates, integers beyond 64 bits, nesting
        return _by_json(value)


def _by_json(value: object) -> str:
    import json

    try:
        text = json.dumps(value, default=str, ensure_ascii=False)
    except (ValueError, RecursionError) as error:
        raise RecordError(Reason.NOT_A_RECORD, f"fields cannot be written as JSON: {error}"[:200]) from error
    return without_surrogates(text)


def without_surrogates(text: str) -> str:
    """`text` with U+FFFD for every lone surrogate, which no encoding can hold."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@lru_cache(maxsize=256)
def field_names(present: tuple[str, ...], fields: Fields) -> dict[str, str | None]:
    """The field for each role, of the fields that a record has; records of one file mostly have the same."""
    return {role: _name(present, role, getattr(fields, role)) for role in GUESSES}


def _name(present: tuple[str, ...], role: str, given: str | None) -> str | None:
    if given is not None:
        return given if given in present else None
    return next((name for name in GUESSES[role] if name in present), None)


def _plain(value: object) -> str | None:
    """A short value as a string; None for null, empty and nested ones (those stay in the metadata)."""
    if isinstance(value, bool) or value is None or isinstance(value, dict | list | bytes):
        return None
    text = without_surrogates(value) if isinstance(value, str) else str(value)
    return text or None


def source_of(url: str | None, path: str) -> str:
    """The source of a record that names none: the host of its URL, else the folder of its file."""
    return _host(url) or os.path.dirname(path) or "."


def _host(url: str | None) -> str | None:
    if not url:
        return None
    usual = _USUAL_HOST.match(url)
    if usual:
        return usual[1]
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None
