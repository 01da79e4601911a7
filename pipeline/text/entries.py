"""Reading the entries of rule packs: each value as its type, or a SettingsError that says file, entry and remedy."""

import difflib
import re
from collections.abc import Mapping, Sequence

from pipeline.errors import SettingsError

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
FEWEST_EXAMPLES = 2

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def opened(entry: object, name: str, what: str, number: int) -> tuple[Mapping[str, object], str]:
    """(the entry, words for where it stands), for the entry of this number of the list of `what`s in file `name`."""
    if not isinstance(entry, dict):
        raise SettingsError(f"{name}: {what} {number} is not a mapping; begin it with `id:`")
    return entry, f"{name}: {what} `{entry.get('id', number)}`"


def identifier(entry: Mapping[str, object], where: str) -> str:
    """The id, in kebab case."""
    found = string(entry, "id", where)
    if not _ID.fullmatch(found):
        raise SettingsError(f"{where}: the id must be kebab case, such as `contact-label-en`")
    return found


def check_complete(entry: Mapping[str, object], known: Sequence[str], optional: frozenset[str], where: str) -> None:
    """Refuses unknown keys and missing ones."""
    check_keys(entry, known, where)
    missing = [key for key in known if key not in entry and key not in optional]
    if missing:
        what = "rule" if "pattern" in known else "cue"
        raise SettingsError(f"{where}: {', '.join(f'`{key}`' for key in missing)} missing; every {what} has them")


def check_keys(entry: Mapping[str, object], known: Sequence[str], where: str) -> None:
    """Refuses keys that are not known."""
    for key in entry:
        if key not in known:
            raise SettingsError(f"{where}: unknown key `{key}`; {hint(key, known)}")


def hint(word: str, known: Sequence[str]) -> str:
    """Words on what was meant."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(known)}"


def string(entry: Mapping[str, object], key: str, where: str) -> str:
    """A text, not empty."""
    value = entry[key]
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f"{where}: `{key}` must be text (found {value!r}); quote it")
    return value.strip()


def choice(entry: Mapping[str, object], key: str, known: Sequence[str], where: str) -> str:
    """One of the known words."""
    value = string(entry, key, where)
    if value not in known:
        raise SettingsError(f"{where}: `{key}` is `{value}`; {hint(value, known)}")
    return value


def strings(entry: Mapping[str, object], key: str, where: str, fewest: int) -> tuple[str, ...]:
    """At least `fewest` different texts."""
    value = entry[key]
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise SettingsError(f"{where}: `{key}` must be a list of texts; quote each")
    if len(set(value)) < fewest:
        raise SettingsError(f"{where}: `{key}` has {len(set(value))} of at least {fewest}; add more, each different")
    return tuple(value)
