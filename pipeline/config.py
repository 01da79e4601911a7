"""Settings: one frozen model a section, defaults here and nowhere else. `docs/settings.md` explains each.

A settings file is YAML; unknown keys, wrong types and impossible combinations stop the run before any work.
"""

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator

from pipeline.errors import SettingsError
from pipeline.strict_yaml import load_yaml
from pipeline.text.entries import KINDS
from pipeline.unattended import BrakeSettings, NotifySettings, Section, Share


def _extension(value: str) -> str:
    if not re.fullmatch(r"\.[^./A-Z]+", value) or value in _NOT_TEXT:
        raise ValueError("expected an ending such as .txt: a dot, small letters, and none of a compressed file")
    return value


def _kind(value: str) -> str:
    if value not in KINDS:
        raise ValueError(f"known kinds are {', '.join(KINDS)}")
    return value


def _source_pattern(value: str) -> str:
    name = value.removeprefix("*.")
    if not name or "*" in name or (name != value and name != name.lower()):
        raise ValueError("expected the name of a source, or `*.` and a domain in small letters, such as *.example.org")
    return value


_NOT_TEXT = frozenset({".gz", ".bz2", ".xz", ".zst"})
Extension = Annotated[str, AfterValidator(_extension)]
Kind = Annotated[str, AfterValidator(_kind)]
SourcePattern = Annotated[str, AfterValidator(_source_pattern)]
MemorySize = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)? ?[KMGT]i?B$")]


class InputSettings(Section):
    """What is read, and which fields mean what. `None` for a field means: guess from the usual names."""

    paths: tuple[str, ...] = ("data/raw",)
    text_extensions: tuple[Extension, ...] = (".txt", ".text")
    text_field: str | None = None
    id_field: str | None = None
    source_field: str | None = None
    url_field: str | None = None
    date_field: str | None = None
    lang_field: str | None = None
    id_scope: Literal["store", "file"] = "store"
    changed_files: Literal["replace", "add"] = "replace"
    slice_mb: Annotated[int, Field(ge=1, le=1024)] = 16


class NormalizeSettings(Section):
    """How bytes become text."""

    uncertain_encoding: Literal["keep", "quarantine"] = "keep"


class RepeatsSettings(Section):
    """What counts as a repeat. See `docs/repeats.md` for why each default is what it is."""

    enabled: bool = True
    kernel: Literal["numba", "datasketch"] = "numba"
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 1
    permutations: Annotated[int, Field(ge=1, le=1024)] = 128
    bands: Annotated[int, Field(ge=1, le=256)] = 25
    rows: Annotated[int, Field(ge=1, le=64)] = 5
    threshold: Annotated[float, Field(gt=0.0, le=1.0)] = 0.45
    novelty: Annotated[float, Field(ge=0.0, le=1.0)] = 0.15
    novelty_unspaced: Annotated[float, Field(ge=0.0, le=1.0)] = 0.05
    novel_tokens: Annotated[int, Field(ge=0)] = 12
    containment: Annotated[float, Field(gt=0.0, le=1.0)] = 0.9
    fewest_tokens: Annotated[int, Field(ge=2)] = 5
    strong_letters: Annotated[int, Field(ge=1)] = 80
    strong_letters_unspaced: Annotated[int, Field(ge=1)] = 40
    within: bool = True
    across: Literal["corpus", "source", "off"] = "corpus"
    bucket_leaders: Annotated[int, Field(ge=1)] = 64

    @model_validator(mode="after")
    def _bands_fit(self) -> "RepeatsSettings":
        if self.bands * self.rows > self.permutations:
            need = self.bands * self.rows
            raise ValueError(
                f"bands x rows = {need} is more than permutations = {self.permutations}: lower one of them"
            )
        return self

    def fraction(self, name: str) -> Fraction:
        """A share of these settings, exactly as it is written."""
        return Fraction(str(getattr(self, name)))


class TemplatesSettings(Section):
    """Which lines count as templates of their source, and which a person has decided about."""

    enabled: bool = False
    fewest_documents: Annotated[int, Field(ge=2)] = 5
    least_share: Share = 0.2
    veto: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()

    @property
    def share(self) -> Fraction:
        """`least_share`, exactly as it is written."""
        return Fraction(str(self.least_share))


class TailsSettings(Section):
    """Which rules cut, and which kinds of tails go."""

    enabled: bool = True
    rules: str = "configs/rules"
    kinds: tuple[Kind, ...] = (
        "tracking",
        "contact",
        "copyright",
        "share",
        "newsletter",
        "related",
        "navigation",
        "masthead",
    )
    kinds_by_source: Mapping[SourcePattern, tuple[Kind, ...]] = {}
    model: bool = True
    glued: bool = True
    templates: TemplatesSettings = TemplatesSettings()


class OutputSettings(Section):
    """Where the store is, and how its Parquet files are written."""

    path: str = "data/clean"
    keep: Annotated[int, Field(ge=1)] = 30
    zstd_level: Annotated[int, Field(ge=1, le=19)] = 3


class EngineSettings(Section):
    """What may change speed and memory, never the result."""

    name: Literal["local"] = "local"
    workers: Annotated[int, Field(ge=0, le=256)] = 0
    memory_limit: MemorySize = "512MB"
    reader_memory: MemorySize = "4GB"
    reader_seconds: Annotated[int, Field(ge=1)] = 600

    @property
    def reader_bytes(self) -> int:
        """`reader_memory` in bytes."""
        number, power, binary = re.fullmatch(r"([0-9.]+) ?([KMGT])(i?)B", self.reader_memory).groups()  # type: ignore[union-attr]
        return int(float(number) * (1024 if binary else 1000) ** ("KMGT".index(power) + 1))

    @property
    def worker_count(self) -> int:
        """The number of workers: as set, else one a core this process may use."""
        return self.workers or len(os.sched_getaffinity(0))


class Settings(Section):
    """All settings of a run."""

    input: InputSettings = InputSettings()
    normalize: NormalizeSettings = NormalizeSettings()
    repeats: RepeatsSettings = RepeatsSettings()
    tails: TailsSettings = TailsSettings()
    output: OutputSettings = OutputSettings()
    engine: EngineSettings = EngineSettings()
    brake: BrakeSettings = BrakeSettings()
    notify: NotifySettings = NotifySettings()


def load_settings(path: Path | None, overrides: Sequence[str] = ()) -> Settings:
    """Settings from a YAML file (or defaults) with `KEY=VALUE` overrides such as `tails.enabled=false`.

    Raises SettingsError with file, key and the nearest known key.
    """
    data: dict[str, Any] = {}
    where = str(path) if path else "settings"
    if path is not None:
        try:
            loaded = load_yaml(path.read_text(encoding="utf-8"), where)
        except OSError as error:
            raise SettingsError(
                f"{where}: cannot read the settings file ({error.strerror}); give one with --config"
            ) from error
        except UnicodeDecodeError as error:
            raise SettingsError(f"{where}: the settings file is not UTF-8 text; save it as UTF-8") from error
        if loaded is not None:
            data = _mapping(loaded, where)
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals:
            raise SettingsError(f"--set {override}: expected KEY=VALUE, such as tails.enabled=false")
        _put(data, key.strip(), load_yaml(value, f"--set {key}"), override)
    return validated(data, where)


def _mapping(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SettingsError(f"{where}: expected sections such as `input:` and `repeats:`, found {type(value).__name__}")
    return {key: {} if inner is None else inner for key, inner in value.items()}  # all its lines are comments


def _put(data: dict[str, Any], key: str, value: object, override: str) -> None:
    *sections, name = key.split(".")
    if not sections:
        raise SettingsError(f"--set {override}: expected SECTION.KEY=VALUE, such as tails.enabled=false")
    inner = data
    for section in sections:
        inner = inner.setdefault(section, {})
        if not isinstance(inner, dict):
            raise SettingsError(f"--set {override}: `{section}` is not a section in the settings file")
    inner[name] = value


def validated(data: Mapping[str, Any], where: str) -> Settings:
    """The settings in `data`; SettingsError says what is wrong, and `where`."""
    try:
        return Settings.model_validate(_tuples(data))
    except ValidationError as error:
        raise SettingsError("\n".join(_said(where, dict(problem)) for problem in error.errors())) from None


def _tuples(value: Any) -> Any:
    """YAML lists as tuples, since settings are frozen."""
    if isinstance(value, dict):
        return {key: _tuples(inner) for key, inner in value.items()}
    return tuple(_tuples(inner) for inner in value) if isinstance(value, list) else value


def _said(where: str, problem: dict[str, Any]) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] != "extra_forbidden":
        return f"{where}: {key or 'settings'}: {problem['msg']} (found {_short(problem['input'])})"
    *above, name = problem["loc"]
    model: Any = Settings
    for section in above:
        model = model.model_fields[str(section)].annotation
    known = sorted(model.model_fields)
    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(known)}"
    return f"{where}: unknown setting `{key}`; {hint}"


def _short(value: object) -> str:
    said = repr(value)
    return said if len(said) <= 200 else said[:200] + "..."
