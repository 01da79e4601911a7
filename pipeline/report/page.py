"""The review page: one HTML file that answers "what did it take out, and why?" and "is last night fine?".

It loads nothing and runs nothing: its policy forbids scripts, and all text that came from documents is escaped.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa

from pipeline.errors import SettingsError
from pipeline.report.examples import closest_calls, largest_cuts, most_copied, rules
from pipeline.report.markup import Html, joined, plural, tag
from pipeline.report.numbers import numbers_of
from pipeline.report.overview import accounts, nights, texts_in, verdict
from pipeline.report.parts import quarantine, repeats, sources, templates
from pipeline.report.records import Night, Numbers
from pipeline.report.style import STYLE
from pipeline.report.tables import Files
from pipeline.store.files import replace_file, writing
from pipeline.store.folder import Store
from pipeline.store.kinds import VIEWED
from pipeline.store.manifest import Manifest, generations, live_files_of, load_manifest
from pipeline.store.read import current_manifest, live_files

MOST_NIGHTS = 30

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write_report(store: Store, generation: int | None) -> Path:
    """The page about the corpus as it was after a run (the newest one for None), in `reports/` of the store.

    SettingsError for a run that there is not. Needs no lock.
    """
    manifest = current_manifest(store) if generation is None else _chosen(store, generation)
    files = {kind: live_files(store, kind, manifest) for kind in VIEWED}
    numbers = numbers_of(
        files,
        manifest.counts,
        generation=manifest.generation,
        whole_corpus=True,
        nights=_nights(store, manifest.generation),
    )
    path = store.root / "reports" / f"{manifest.generation:08d}.html"
    with writing(path):
        path.parent.mkdir(exist_ok=True)
        replace_file(path, render(numbers).encode())
    return path


def render_folder(folder: Path, facts: Iterable[pa.RecordBatch], counts: Mapping[str, int], generation: int) -> str:
    """The page about one run, before its commit: of the files of `facts` in its folder, and no others there.

    A worker that died may have left files behind that do not count. `counts` are of this run alone.
    """
    new = live_files_of(facts, folder.name)
    files: Files = {kind: [folder / file.name for file in new if file.kind == kind] for kind in VIEWED}
    return render(numbers_of(files, counts, generation=generation, whole_corpus=False))


def render(numbers: Numbers) -> str:
    """The page."""
    title = (
        f"The corpus after run {numbers.generation}: what was taken out, and why"
        if numbers.whole_corpus
        else f"Run {numbers.generation}: what was taken out, and why"
    )
    head = (
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n"
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n{head}</head>\n<body>\n{_body(numbers, title)}</body>\n</html>\n'
    )


def _body(numbers: Numbers, title: str) -> Html:
    parts = {
        "rules": ("By rule", rules(numbers)),
        "largest": ("Largest", largest_cuts(numbers)),
        "closest": ("Closest calls", closest_calls(numbers)),
        "sources": ("By source", sources(numbers)),
        "templates": ("Templates", templates(numbers)),
        "repeats": ("Repeats", repeats(numbers)),
        "copied": ("Most copied", most_copied(numbers)),
        "quarantine": ("Quarantine", quarantine(numbers)),
        "texts": ("Languages and encodings", texts_in(numbers)),
        "nights": ("Run by run", nights(numbers)),
    }
    links = (Html(f'<a href="#{anchor}">{name}</a>') for anchor, (name, part) in parts.items() if part)
    scope = "all documents of the store" if numbers.whole_corpus else "what this run read"
    header = tag(
        "header",
        tag("p", Html(f"clean-corpus · {scope}"), cls="over"),
        tag("h1", Html(title)),
        verdict(numbers),
        accounts(numbers),
        tag("nav", *links),
    )
    return joined(
        [header, Html("\n<main>\n"), *(part for _, part in parts.values()), Html("</main>\n"), _footer(numbers)]
    )


def _footer(numbers: Numbers) -> Html:
    spans = sum(rule.spans for rule in numbers.rules)
    return Html(
        "<footer><p>Every removed span is in the ledger with its text, rule and evidence "
        f"({plural(spans, 'span')} here); clean text and removed spans together are the text that came in, "
        "to the character. Examples on this page are drawn by a hash of their place, so they are the same "
        "each time.</p>\n"
        '<pre class="command">import pandas\npandas.read_parquet("STORE/current/ledger")     # everything that was '
        "taken out\n"
        "clean-corpus explain DOC_ID --output STORE         # one document, beside the copies that were kept\n"
        "clean-corpus restore DOC_ID --output STORE         # the text as it was before\n"
        "clean-corpus verify --output STORE                 # does every promise hold?</pre></footer>\n"
    )


def _chosen(store: Store, generation: int) -> Manifest:
    numbers = generations(store)
    if generation not in numbers:
        there = f"there are {numbers[0]} to {numbers[-1]}" if numbers else "nothing has been committed yet"
        raise SettingsError(f"there is no run {generation} in {store.root}; {there}.")
    return load_manifest(store, generation)


def _nights(store: Store, last: int) -> tuple[Night, ...]:
    """What each of the latest runs changed, the newest first; other generations brought nothing in."""
    numbers = [number for number in generations(store) if number <= last][-MOST_NIGHTS - 1 :]
    manifests = {number: load_manifest(store, number) for number in numbers}
    counts = {number: manifest.counts for number, manifest in manifests.items()}
    runs = [number for number, manifest in manifests.items() if manifest.made_by in ("run", "forget")]
    shown = [number for number in runs if number == 1 or number - 1 in counts]
    return tuple(_night(number, counts[number], counts.get(number - 1, {})) for number in reversed(shown))


def _night(number: int, after: Mapping[str, int], before: Mapping[str, int]) -> Night:
    names = ("documents_in", "duplicates", "quarantined", "chars_in", "chars_removed")
    return Night(number, *(after[name] - before.get(name, 0) for name in names))
