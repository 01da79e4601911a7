"""Stage `names`, and the queries of `equals` and `named`: what documents are called."""

from pipeline.flow import Batches
from pipeline.stages.schemas import NAMES
from pipeline.stages.tables import batch


def names(documents: Batches, *, scope: str, taken: frozenset[str] = frozenset()) -> Batches:
    """The name of every readable document (schema NAMES), unique in the store; a second "a" is "a~2".

    `scope`: "file" where given ids are unique only inside a file (the path then comes first), else "store".
    `taken`: names that other documents have.
    """
    used = dict.fromkeys(taken, 1)
    for rows in documents:
        good = rows.select(["doc", "doc_id", "path"]).filter(rows.column("reason").is_null())  # no copy of texts
        given = good.column("doc_id").to_pylist()
        if scope == "file":
            paths = good.column("path").to_pylist()
            given = [
                name if name.startswith(path) else f"{path}#{name}" for path, name in zip(paths, given, strict=True)
            ]
        yield batch(NAMES, {"doc": good.column("doc"), "doc_id": [_fresh(name, used) for name in given]})


def _fresh(name: str, used: dict[str, int]) -> str:
    """`name`, or `name~2` and so on where it is taken; `used` remembers how often each was asked for."""
    fresh = name
    while fresh in used:
        used[name] += 1
        fresh = f"{name}~{used[name]}"
    used[fresh] = 1
    return fresh


_EQUALS = """
SELECT doc, twin_doc
FROM (
    SELECT doc, min(doc) OVER (PARTITION BY {key}) AS twin_doc
    FROM documents
    WHERE reason IS NULL AND chars > 0 AND {scope}
) AS firsts
WHERE doc > twin_doc
ORDER BY doc
"""
# Documents equal to an earlier one, by the scope of setting `repeats.across`.
EQUALS_SQL = {
    "corpus": _EQUALS.format(key="text_sha256", scope="1 = 1"),
    "source": _EQUALS.format(key="text_sha256, source", scope="1 = 1"),
    "off": _EQUALS.format(key="text_sha256", scope="1 = 0"),
}

NAMED_SQL = """
SELECT
    repeats.doc, repeats.paragraph, repeats.kind, repeats.evidence, repeats.shared, repeats.union,
    repeats.twin_doc, repeats.twin_start, repeats.twin_end, repeats.block,
    names.doc_id AS twin_doc_id
FROM repeats
JOIN names ON names.doc = repeats.twin_doc
ORDER BY repeats.doc, repeats.paragraph
"""
