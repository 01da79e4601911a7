"""The output folder: where each thing lies, and the check that the folder is ours."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import IntegrityError, SettingsError
from pipeline.store.files import Json, read_sealed_json, sealed_json, sync_folder, write_synced, writing

FORMAT = 2
_NEW = ".corpus.json.new-"  # what a crash while the store is made may leave behind


@dataclass(frozen=True, slots=True)
class Store:
    """Paths of a store. Only `manifests` says what is current; `gen` holds the data; all else can be made again."""

    root: Path

    @property
    def manifests(self) -> Path:
        """The states of the corpus, one file each: `00000012.json`."""
        return self.root / "manifests"

    @property
    def gen(self) -> Path:
        """What each run added: `g00000012-<run_id>/`."""
        return self.root / "gen"

    @property
    def current(self) -> Path:
        """Link to the view of the newest state."""
        return self.root / "current"

    @property
    def views(self) -> Path:
        """Live files in plain folders: `00000012/`."""
        return self.root / "views"

    @property
    def cache(self) -> Path:
        """May be deleted at any time."""
        return self.root / "cache"

    @property
    def lock(self) -> Path:
        """Held by the one run that writes."""
        return self.root / "lock"

    @property
    def last_run(self) -> Path:
        """How the last run ended."""
        return self.root / "last_run.json"

    @property
    def corpus_json(self) -> Path:
        """Format version and id of the store."""
        return self.root / "corpus.json"


def open_store(root: Path, *, create: bool) -> Store:
    """The store in this folder; with `create`, made if the folder is missing or empty.

    Raises SettingsError for a folder that is not ours (also `/` and the home folder) and for a newer format.
    """
    store = Store(root.absolute())
    _refuse_dangerous(store.root)
    if not store.corpus_json.exists():
        if not create:
            raise SettingsError(
                f"there is no store in {root} (no corpus.json). Give the folder of a store with --output, "
                "or make one with `clean-corpus run`."
            )
        _refuse_foreign(store.root)
        with writing(store.root):
            _create(store)
    check_corpus_json(store)
    if create:
        with writing(store.root):
            for folder in (store.manifests, store.gen, store.views, store.cache):
                folder.mkdir(exist_ok=True)
    return store


def check_corpus_json(store: Store) -> dict[str, Json]:
    """The content of corpus.json: `format` and `store`. SettingsError for a format this program does not know."""
    content = read_sealed_json(store.corpus_json)
    found = content.get("format")
    if not isinstance(found, int) or not isinstance(content.get("store"), str):
        raise IntegrityError(f"{store.corpus_json} lacks `format` or `store`: bring the file back from a backup.")
    if found != FORMAT:
        raise SettingsError(
            f"the store in {store.root} has format {found}; this program knows format {FORMAT}. "
            "Use the version of clean-corpus that wrote it, or another --output."
        )
    return content


def _refuse_dangerous(root: Path) -> None:
    real = Path(os.path.realpath(root))
    if real == Path(real.anchor):
        raise SettingsError(f"the output {root} is the root of the file system: name a folder made for the store.")
    try:
        home = Path(os.path.realpath(Path.home()))
    except RuntimeError:
        return  # no home folder is known, so this is not it
    if real == home:
        raise SettingsError(f"the output {root} is your home folder: name a folder made for the store.")


def _refuse_foreign(root: Path) -> None:
    try:
        strangers = sorted(path.name for path in root.iterdir() if not path.name.startswith(_NEW))
    except FileNotFoundError:
        return
    except NotADirectoryError as error:
        raise SettingsError(f"the output {root} is a file: name a folder.") from error
    except OSError as error:
        raise SettingsError(f"the output {root} cannot be listed: {error.strerror}.") from error
    if strangers:
        raise SettingsError(
            f"the output {root} is not empty and not a store (it has {strangers[0]!r}, but no corpus.json). "
            "Nothing was touched; name an empty or a new folder with --output."
        )


def _create(store: Store) -> None:
    store.root.mkdir(parents=True, exist_ok=True)
    new = store.root / f"{_NEW}{secrets.token_hex(4)}"
    write_synced(new, sealed_json({"format": FORMAT, "store": secrets.token_hex(16)}))
    try:
        store.corpus_json.hardlink_to(new)
    except FileExistsError:
        pass  # another run made it at the same moment: its id is the id
    finally:
        new.unlink()
    sync_folder(store.root)
