"""The plan: the list of stages. Read this first, then `stages/schemas.py` for what each dataset holds.

    raw ─ documents ─ paragraphs ─ within ─ templates ─ tails ─ glued ─ folds ─ candidates ─ leaders ─ repeats
        ─ cuts ─ clean

`map` stages see one shard at a time and run side by side; `gather` stages see the whole corpus in order; `query`
stages are portable SQL. Detectors only point; `cuts` gathers what they say, and `clean` cuts, once.
"""

from functools import partial

from pipeline.config import Settings
from pipeline.dedup.method import Method
from pipeline.dedup.reference import Shares
from pipeline.flow import Batches, Kernel, Stage
from pipeline.sources.read import read
from pipeline.sources.records import Fields
from pipeline.stages import schemas
from pipeline.stages.beside import beside
from pipeline.stages.contents import beside_contents, contents
from pipeline.stages.cuts import cuts
from pipeline.stages.documents import documents
from pipeline.stages.folds import candidates, folds, leaders
from pipeline.stages.frozen import absent, frozen
from pipeline.stages.glued import glued
from pipeline.stages.names import EQUALS_SQL, NAMED_SQL, names
from pipeline.stages.paragraphs import paragraphs
from pipeline.stages.repeats import repeats
from pipeline.stages.tails import tails
from pipeline.stages.template_list import LISTED_SQL, template_list
from pipeline.stages.templates import endings, templates_sql
from pipeline.stages.within import within


def plan(settings: Settings, rules: tuple[tuple[str, str], ...], run: int, since: int = 0) -> tuple[Stage, ...]:
    """All stages in order. `rules`: rule packs as (name, YAML text); `run`: number of the generation.

    Documents before number `since` are decided, as dataset `frozen` tells.
    """
    method = method_of(settings)
    kinds = settings.tails.kinds if settings.tails.enabled else ()
    split = partial(paragraphs, method=method)
    repeat_inside = partial(within, method=method)
    by_source = tuple(sorted(settings.tails.kinds_by_source.items())) if settings.tails.enabled else ()
    glue = partial(glued, pack_files=rules if settings.tails.glued else (), kinds=kinds, kinds_by_source=by_source)
    chosen = settings.tails.templates
    counted = settings.tails.enabled and chosen.enabled
    edges = partial(endings, enabled=counted, veto=chosen.veto, confirm=chosen.confirm)
    count = templates_sql(chosen.fewest_documents, chosen.share)
    tail = partial(tails, pack_files=rules, kinds=kinds, kinds_by_source=by_source, model=settings.tails.model)
    propose = partial(candidates, method=method, since=since)
    lead = partial(leaders, method=method)
    look_beside = partial(beside, method=method, since=since)
    settle = partial(repeats, method=method, since=since)
    explain = partial(cuts, run=run)
    tell = partial(template_list, run=run)
    found = ("paragraphs", "within", "tails", "equals")
    return (
        # text
        Stage("documents", "map", reading(settings), ("slices",), schemas.DOCUMENTS),
        Stage("names", "gather", naming(settings), ("documents",), schemas.NAMES),
        Stage("equals", "query", EQUALS_SQL[method.across], ("documents",), schemas.EQUALS),
        Stage("paragraphs", "map", split, ("documents",), schemas.PARAGRAPHS),
        # inside each document: repeats, then tails on what is left, with counts over all documents of the source
        Stage("within", "map", repeat_inside, ("documents", "paragraphs"), schemas.WITHIN),
        Stage("endings", "map", edges, ("documents", "paragraphs", "within"), schemas.ENDINGS),
        Stage("templates", "query", count, ("endings",), schemas.TEMPLATES),
        Stage("tails", "map", tail, ("documents", "paragraphs", "within", "templates"), schemas.TAILS),
        Stage("glued", "map", glue, ("documents", "paragraphs", "within", "tails"), schemas.GLUED),
        # across documents: repeats among what is left, and what earlier runs said of it (here: nothing)
        Stage("frozen", "gather", frozen, ("names",), schemas.FROZEN),
        Stage("absent", "gather", absent, ("names",), schemas.ABSENT),
        Stage("folds", "gather", folds, found, schemas.FOLDS),
        Stage(
            "candidates",
            "gather",
            propose,
            ("folds", "paragraphs", "paragraphs", "frozen", "absent"),
            schemas.CANDIDATES,
        ),
        Stage("contents", "map", contents, ("documents", "paragraphs", "candidates"), schemas.CONTENTS),
        Stage("leaders", "gather", lead, ("contents", "absent"), schemas.LEADERS),
        Stage("beside", "gather", look_beside, (*found, "folds", "leaders", "frozen"), schemas.BESIDE),
        Stage(
            "beside_contents", "map", beside_contents, ("documents", "paragraphs", "beside"), schemas.BESIDE_CONTENTS
        ),
        Stage("repeats", "gather", settle, (*found, "folds", "leaders", "beside_contents", "frozen"), schemas.REPEATS),
        # what goes, with its reasons
        Stage("named", "query", NAMED_SQL, ("repeats", "names"), schemas.NAMED_REPEATS),
        Stage("cuts", "map", explain, ("documents", "paragraphs", "tails", "glued", "named", "names"), schemas.CUTS),
        # for a person to look at
        Stage("listed", "query", LISTED_SQL, ("endings", "templates", "tails"), schemas.LISTED),
        Stage("template_list", "map", tell, ("documents", "paragraphs", "listed", "names"), schemas.TEMPLATE_LIST),
    )


def reading(settings: Settings) -> Kernel:
    """The kernel from slices of files to normalized documents."""
    fields = fields_of(settings)
    return partial(read_documents, fields=fields, keep_uncertain=settings.normalize.uncertain_encoding == "keep")


def fields_of(settings: Settings) -> Fields:
    """The names of fields by these settings."""
    chosen = settings.input
    return Fields(
        text=chosen.text_field,
        id=chosen.id_field,
        source=chosen.source_field,
        url=chosen.url_field,
        date=chosen.date_field,
        lang=chosen.lang_field,
    )


def read_documents(slices: Batches, *, fields: Fields, keep_uncertain: bool) -> Batches:
    """Normalized documents (schema DOCUMENTS) of slices of files (schema SLICES)."""
    return documents(read(slices, fields=fields), keep_uncertain=keep_uncertain)


def naming(settings: Settings) -> Kernel:
    """The kernel from documents to their names."""
    return partial(names, scope=settings.input.id_scope)


def method_of(settings: Settings) -> Method:
    """How repeats are found, by these settings; with `repeats.enabled: false` nothing is."""
    chosen = settings.repeats
    return Method(
        kernel=chosen.kernel,
        seed=chosen.seed,
        permutations=chosen.permutations,
        bands=chosen.bands,
        rows=chosen.rows,
        shares=Shares(
            threshold=chosen.fraction("threshold"),
            novelty=chosen.fraction("novelty"),
            novelty_unspaced=chosen.fraction("novelty_unspaced"),
            containment=chosen.fraction("containment"),
            novel_tokens=chosen.novel_tokens,
        ),
        fewest_tokens=chosen.fewest_tokens,
        strong_letters=chosen.strong_letters,
        strong_letters_unspaced=chosen.strong_letters_unspaced,
        bucket_leaders=chosen.bucket_leaders,
        within=chosen.within and chosen.enabled,
        across=chosen.across if chosen.enabled else "off",
    )
