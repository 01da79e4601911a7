"""Nothing is lost: what came in is what went out, plus what was taken out, plus what is in quarantine."""

from collections.abc import Iterable, Mapping

from pipeline.errors import IntegrityError
from pipeline.store.manifest import LiveFile

# The counts that every manifest has, over all live files. `documents_in`, `chars_in` and `chars_removed` are counted
# where documents are read and cut, not from the files: that is what makes the comparison worth something.
COUNTS = {
    "documents_in": "records and files that came in",
    "documents": "documents in the clean set",
    "duplicates": "documents kept out as copies of an earlier one",
    "quarantined": "records and files that could not be used, summed-up ones included",
    "quarantine_rows": "rows in quarantine",
    "ledger_rows": "removed spans",
    "index_rows": "documents in the index",
    "chars_in": "characters of all normalized texts",
    "chars_out": "characters of all clean texts",
    "chars_removed": "characters of all removed spans; a duplicate is one whole span",
}


def check_law(counts: Mapping[str, int], files: Iterable[LiveFile]) -> None:
    """Raises IntegrityError, with the numbers, where counts and files do not add up."""
    wrong = law_breaks(counts, files)
    if wrong:
        raise IntegrityError(
            f"documents or characters were lost or made up: {'; '.join(wrong)}. Nothing of this run is published; "
            "this is a bug, please report it with these numbers."
        )


def law_breaks(counts: Mapping[str, int], files: Iterable[LiveFile]) -> list[str]:
    """Every equation that does not hold, with its numbers."""
    missing = sorted(set(COUNTS) - set(counts))
    if missing:
        return [f"the counts lack {', '.join(missing)}"]
    rows, chars = _sums(files)
    sides = [
        ("documents in", counts["documents_in"], "documents + duplicates + quarantined", _out(counts)),
        ("characters in", counts["chars_in"], "clean + removed", counts["chars_out"] + counts["chars_removed"]),
        ("documents", counts["documents"], "rows in documents files", rows["documents"]),
        ("duplicates", counts["duplicates"], "rows in duplicates files", rows["duplicates"]),
        ("quarantine rows", counts["quarantine_rows"], "rows in quarantine files", rows["quarantine"]),
        ("ledger rows", counts["ledger_rows"], "rows in ledger files", rows["ledger"]),
        ("index rows", counts["index_rows"], "rows in index files", rows["index"]),
        ("clean characters", counts["chars_out"], "characters in documents files", chars["documents"]),
        ("removed characters", counts["chars_removed"], "characters in ledger files", chars["ledger"]),
    ]
    wrong = [f"{left} = {one:,} but {right} = {other:,}" for left, one, right, other in sides if one != other]
    if counts["quarantine_rows"] > counts["quarantined"]:
        wrong.append(f"quarantine rows = {counts['quarantine_rows']:,} but quarantined = {counts['quarantined']:,}")
    return wrong


def _out(counts: Mapping[str, int]) -> int:
    return counts["documents"] + counts["duplicates"] + counts["quarantined"]


def _sums(files: Iterable[LiveFile]) -> tuple[dict[str, int], dict[str, int]]:
    rows = dict.fromkeys(("documents", "duplicates", "ledger", "quarantine", "index"), 0)
    chars = dict(rows)
    for file in files:
        if file.kind in rows:
            rows[file.kind] += file.rows
            chars[file.kind] += file.chars
    return rows, chars
