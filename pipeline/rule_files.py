"""The rule packs of a settings file, as text."""

from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import SettingsError

CUES = "cues-"
_HOME = Path(__file__).resolve().parent.parent


def rule_files(settings: Settings) -> tuple[tuple[str, str], ...]:
    """(name, YAML text) of every pack in `tails.rules`, by name; none with `tails.enabled: false`.

    Packs of cues (`cues-*.yaml`) only with `tails.model`: nothing else asks for them, and to load them takes 0.2 s.

    A relative folder is looked for where the command runs, then beside the program.
    """
    packs = packs_in(settings.tails.rules) if settings.tails.enabled else ()
    return tuple(pack for pack in packs if settings.tails.model or not pack[0].startswith(CUES))


def packs_in(folder: str) -> tuple[tuple[str, str], ...]:
    """(name, YAML text) of every pack in a folder, by name. Raises SettingsError where there is none."""
    for place in (Path(folder), _HOME / folder):
        files = sorted(place.glob("*.yaml"))
        if files:
            try:
                return tuple((file.stem, file.read_text(encoding="utf-8")) for file in files)
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(f"{place}: cannot read the rule packs: {error}") from error
    raise SettingsError(f"tails.rules: no *.yaml files in {folder}; name the folder of the rule packs")
