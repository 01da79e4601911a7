"""Stages `names`, `equals`, `wanted`, `quotes`, `named`: what documents are called, and looking twins up."""

from pipeline.flow import Batches
from pipeline.stages.cuts import quoted_spans
from pipeline.stages.schemas import DOCUMENTS, NAMES, QUOTES, SPANS
from pipeline.stages.tables import batch, numbers, whole


def names(documents: Batches, *, taken: frozenset[str], by_file: str) -> Batches:
    """The name of every readable document (schema NAMES), unique in the store; a second "a" is "a~2".

    `taken`: names of earlier runs. `by_file`: "file" where given ids are unique only inside a file, else "store".
    """
    used = set(taken)
    for rows in documents:
        good = rows.filter(rows.column("reason").is_null())
        given = good.column("doc_id").to_pylist()
        if by_file == "file":
            given = [f"{path}#{name}" if name != path else name for path, name in zip(good.column("path").to_pylist(), given, strict=True)]
        chosen = []
        for name in given:
            fresh, count = name, 1
            while fresh in used:
                count += 1
                fresh = f"{name}~{count}"
            used.add(fresh)
            chosen.append(fresh)
        yield batch(NAMES, {"doc": good.column("doc"), "doc_id": chosen})


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

# Twins that must be looked at again, since what goes beside them is not similar by itself.
WANTED_SQL = """
SELECT DISTINCT twin_doc AS doc, twin_start AS start, twin_end AS stop
FROM repeats
WHERE evidence IN ('figures', 'gap') AND kind = 'repeat_across'
ORDER BY doc, start
"""

NAMED_SQL = """
SELECT
    repeats.doc, repeats.paragraph, repeats.kind, repeats.evidence, repeats.shared, repeats.union,
    repeats.twin_doc, repeats.twin_start, repeats.twin_end, repeats.block,
    names.doc_id AS twin_doc_id, quotes.text AS quote
FROM repeats
JOIN names ON names.doc = repeats.twin_doc
LEFT JOIN quotes
    ON quotes.doc = repeats.twin_doc AND quotes.start = repeats.twin_start
    AND repeats.evidence IN ('figures', 'gap') AND repeats.kind = 'repeat_across'
ORDER BY repeats.doc, repeats.paragraph
"""


def quotes(documents: Batches, wanted: Batches) -> Batches:
    """The texts of spans (schema QUOTES), in order."""
    texts, spans = whole(documents, DOCUMENTS), whole(wanted, SPANS)
    if len(spans) == 0:
        return
    text = quoted_spans(texts, numbers(spans, "doc"), numbers(spans, "start"), numbers(spans, "stop"))
    yield batch(QUOTES, {**{name: spans[name] for name in SPANS.names}, "text": text})
