"""Laws of blocks: what goes goes beside a twin that stays and with enough text; only the past decides."""

from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from tests.symbols import (
    NOTHING,
    NUMBERS,
    SHORT,
    STRONG_NUMBERS,
    Decided,
    across,
    documents,
    family,
    leads,
    letters,
    symbols,
    within,
)

SURE = ("equal", "near", "contained", "beside")

texts = documents().map("".join) | symbols.map(lambda text: text or "a")


@given(documents())
def test_a_double_repeats_a_document_that_stays(docs: list[str]) -> None:
    found = across(*docs)
    assert found.doubles is not None
    for at, of in enumerate(found.doubles.of.tolist()):
        if of < 0:
            continue
        assert of < at
        assert found.doubles.of[of] < 0
        there = set(map(leads, docs[of]))
        first = sum(map(len, docs[:at]))
        beside = [
            found.evidence()[first + k] == "beside" and found.owner[found.marks.twin[first + k]] == of
            for k in range(len(docs[at]))
        ]
        repeats = [leads(symbol) in there or also for symbol, also in zip(docs[at], beside, strict=True)]
        shared = sum(letters(symbol) for symbol, again in zip(docs[at], repeats, strict=True) if again)
        total = sum(map(letters, docs[at]))
        assert (found.doubles.shared[at], found.doubles.union[at]) == (shared, total)
        assert shared * 20 >= total * 19
        rest = [symbol for symbol, again in zip(docs[at], repeats, strict=True) if not again]
        assert all(symbol in SHORT + NOTHING + NUMBERS for symbol in rest)
        assert set(found.left[at]) == {"."}


def leader_of(symbol: str, scope: str) -> str:
    return next(each for each in scope if leads(each) == leads(symbol))


def check_twins(found: Decided, docs: list[str], *, inside: bool) -> None:
    flat = "".join(docs)
    out = {at for at, of in enumerate(found.doubles.of.tolist()) if of >= 0} if found.doubles else set()
    for at, why in enumerate(found.evidence()):
        twin = int(found.marks.twin[at])
        if not why:
            assert twin == found.marks.block[at] == -1
            assert found.kept[at] or found.owner[at] in out
            continue
        assert not found.kept[at]
        assert 0 <= twin < at
        assert found.kept[twin]
        mine, theirs = flat[at], flat[twin]
        if why == "equal":
            assert mine == theirs or (mine in NOTHING and theirs in NOTHING)
        elif why in ("near", "contained"):
            assert mine != theirs
            assert theirs == leader_of(mine, docs[found.owner[at]] if inside else flat)
            assert (why == "contained") == (mine == "Ç")
        elif why == "beside":
            assert mine != theirs
            assert family(mine) == family(theirs)
        elif why == "figures":
            assert inside
            assert any(mine in kin and theirs in kin for kin in (NUMBERS, STRONG_NUMBERS))
            assert mine != theirs
        else:
            assert why == "gap"
            assert inside
            assert max(letters(mine), letters(theirs)) < 80


@given(st.lists(texts, min_size=1, max_size=3))
@example(["A0BA1B0C1A"])
def test_inside_a_twin_stays_and_is_what_the_evidence_says(docs: list[str]) -> None:
    found = within(*docs)
    check_twins(found, docs, inside=True)
    for at, twin in enumerate(found.marks.twin.tolist()):
        assert twin < 0 or found.owner[twin] == found.owner[at]


@given(documents())
def test_across_a_twin_stays_and_is_what_the_evidence_says(docs: list[str]) -> None:
    found = across(*docs)
    check_twins(found, docs, inside=False)
    for at, twin in enumerate(found.marks.twin.tolist()):
        assert twin < 0 or found.owner[twin] < found.owner[at]


def lost(docs: list[str], left: list[str], evidence: list[str]) -> set[str]:
    """Families of symbols that went as equal or near and of which no copy is left."""
    flat = "".join(docs)
    gone = {family(symbol) for symbol, why in zip(flat, evidence, strict=True) if why in SURE}
    return gone - set(map(family, "".join(left))) - set(NOTHING)


@given(texts)
def test_inside_one_copy_always_stays(doc: str) -> None:
    found = within(doc)
    assert not lost([doc], found.left, found.evidence())


@given(documents())
def test_across_one_copy_always_stays(docs: list[str]) -> None:
    found = across(*docs)
    assert found.doubles is not None
    whole = {at for at, of in enumerate(found.doubles.of.tolist()) if of >= 0}
    why = [each if at not in whole else "" for at, each in zip(found.owner, found.evidence(), strict=True)]
    assert not lost(docs, found.left, why)
    first = next((at for at, doc in enumerate(docs) if doc), 0)
    assert found.left[first] == docs[first]  # nothing stands before it


def blocks_of(found: Decided, flat: str) -> dict[int, list[int]]:
    """Positions that go, by block."""
    out: dict[int, list[int]] = {}
    for at, why in enumerate(found.evidence()):
        if why:
            out.setdefault(int(found.marks.block[at]), []).append(at)
    assert all(block <= min(places) for block, places in out.items())
    return out


@given(documents())
@example(["bCeCb", "AbBbb", "AbBAb"])
def test_across_a_block_carries_enough(docs: list[str]) -> None:
    found, flat = across(*docs), "".join(docs)
    size = Counter()
    for at, symbol in enumerate(flat):
        size[found.owner[at]] += letters(symbol)
    for places in blocks_of(found, flat).values():
        why = {at: found.evidence()[at] for at in places}
        sure = [at for at in places if why[at] in SURE]
        carried = sum(letters(flat[at]) for at in sure)
        total = sum(letters(flat[at]) for at in places)
        covers = total * 5 >= size[found.owner[places[0]]] * 4
        assert any(letters(flat[at]) >= 80 for at in sure) or (covers and carried >= 240)
        if carried < total:
            assert covers
            assert carried * 3 >= total * 2
            assert carried > 0


@given(texts)
@example("a0bCa1bC0C1")
def test_inside_a_block_carries_enough(doc: str) -> None:
    found = within(doc)
    families = list(map(leads, doc))
    seen = Counter(families)
    for block, places in blocks_of(found, doc).items():
        sure = [at for at in places if found.evidence()[at] in SURE]
        carried = sum(letters(doc[at]) for at in sure)
        total = sum(letters(doc[at]) for at in places)
        before = sum(letters(doc[at]) for at in range(block) if found.kept[at])
        once = before + sum(letters(s) for at, s in enumerate(doc) if at > places[-1] and leads(s) not in families[:at])
        weighs = carried >= 240 or any(letters(doc[at]) >= 80 for at in sure)
        again = weighs and carried * 5 >= before * 4 and before * 5 >= once * 4
        strong = [at for at in sure if letters(doc[at]) >= 80 and seen[leads(doc[at])] < 3]
        assert again or strong
        if not again:
            refrains = [at for at in places if seen[leads(doc[at])] >= 3 and doc[at] not in NOTHING]
            assert not refrains
        assert carried > 0
        refrain = sum(letters(symbol) for symbol in doc if seen[leads(symbol)] >= 3)
        assert (carried + refrain) * 3 >= total * 2


@given(documents(), st.integers(0, 5))
def test_only_the_past_decides(docs: list[str], count: int) -> None:
    whole, part = across(*docs), across(*docs[:count])
    assert whole.doubles is not None
    assert part.doubles is not None
    size = len(part.kept)
    assert whole.kept[:size] == part.kept
    for name in ("kind", "twin", "block"):
        assert getattr(whole.marks, name)[:size].tolist() == getattr(part.marks, name).tolist()
    assert whole.doubles.of[: len(docs[:count])].tolist() == part.doubles.of.tolist()


@given(st.lists(texts, max_size=4))
def test_inside_documents_know_nothing_of_one_another(docs: list[str]) -> None:
    assert within(*docs).left == [within(doc).left[0] for doc in docs]


@given(texts)
def test_inside_a_strong_line_seen_twice_goes(doc: str) -> None:
    seen = Counter(map(leads, doc))
    left = Counter(map(leads, within(doc).left[0]))
    for symbol in "ABC":
        if seen[symbol] == 2:
            assert left[symbol] == 1


@given(st.permutations("ABCDEF"))
def test_any_order_is_found(order: list[str]) -> None:
    assert within("ABCDEF" + "".join(order)).left == ["ABCDEF......"]
    assert across("ABCDEF", "".join(order)).left == ["ABCDEF", "......"]


@given(documents())
def test_a_corpus_read_twice_adds_nothing(docs: list[str]) -> None:
    """Every strong paragraph of the second reading goes, or was seen to stay with all its leader's copies out."""
    found = across(*docs, *docs)
    size = sum(map(len, docs))
    flat = "".join(docs)
    assert found.kept[:size] == across(*docs).kept
    alive = {family(flat[at]) for at in range(size) if found.kept[at]}
    for at in range(size):
        symbol = flat[at]
        first = flat.index(family(symbol)) if family(symbol) in flat else -1
        if letters(symbol) >= 80 and family(symbol) in alive and first >= 0 and found.kept[first]:
            assert not found.kept[size + at]
