"""What can change clean text: versions of what we stand on, settings, rules. One store, one fingerprint."""

import unicodedata
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from pipeline.config import Settings
from pipeline.store.files import Json
from pipeline.text.rules import pack_of

# Raised by hand when the code itself comes to other clean text for the same input.
LOGIC = 5
_PACKAGES = ("ftfy", "chardet", "datasketch", "google-re2", "selectolax")
# Settings that decide where input and rules lie, how input is cut into shards, and what a change of a file means for
# documents that it held: never what comes out of a document.
_PLACES = {"input.paths", "input.changed_files", "input.slice_mb", "input.text_extensions", "tails.rules"}


def fingerprint(settings: Settings, rules: Sequence[tuple[str, str]]) -> dict[str, Json]:
    """Names and values of all that can change clean text, sorted."""
    values: dict[str, Json] = {"logic": LOGIC, "unicode": unicodedata.unidata_version}
    values.update({f"package {name}": version(name) for name in _PACKAGES})
    values["rules"] = pack_of(tuple(rules)).digest if rules else ""
    for section in ("input", "normalize", "repeats", "tails"):
        for key, value in getattr(settings, section).model_dump(mode="json").items():
            if f"{section}.{key}" not in _PLACES:
                values[f"{section}.{key}"] = value
    return dict(sorted(values.items()))


def differences(ours: Mapping[str, Json], theirs: Mapping[str, Json]) -> list[str]:
    """One line for each value that differs: the store's, then the one of now."""
    keys = sorted({*ours, *theirs})
    return [
        f"{key}: {ours.get(key)} in the store, {theirs.get(key)} now"
        for key in keys
        if ours.get(key) != theirs.get(key)
    ]
