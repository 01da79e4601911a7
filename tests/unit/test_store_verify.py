import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.store.folder import Store, open_store
from pipeline.store.manifest import load_manifest, manifest_bytes, sealed
from pipeline.store.verify import verify
from pipeline.store.verify_promises import _row_wrongs
from tests.store_kit import MIDDLE, OPENING, Row, first_night, rewrite, run, second_night, twin

Rows = list[Row]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    run(tmp_path / "store", first_night(), "n1")
    return open_store(tmp_path / "store", create=False)


def committed_files(store: Store) -> list[Path]:
    files = [path for folder in (store.manifests, store.gen) for path in folder.rglob("*") if path.is_file()]
    return sorted([*files, store.corpus_json])


def test_a_flipped_bit_in_any_committed_file_is_found(store: Store) -> None:
    run(store.root, second_night(), "n2")
    files = committed_files(store)
    assert len(files) >= 12
    for path in files:
        content = path.read_bytes()
        path.chmod(0o644)
        for at in {0, len(content) // 3, len(content) // 2, len(content) - 1}:
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            named = [finding.where for finding in verify(store, deep=True)]
            assert str(path) in named, (path, at)
        path.write_bytes(content)
    assert verify(store, deep=True) == []


def test_a_missing_cut_or_longer_file_is_found(store: Store) -> None:
    run(store.root, second_night(), "n2")
    for path in committed_files(store):
        content = path.read_bytes()
        path.chmod(0o644)
        for wrong in (None, b"", content[:-1], content + b"\n", b"\0" * len(content)):
            path.unlink()
            if wrong is not None:
                path.write_bytes(wrong)
            named = " ".join(finding.where for finding in verify(store, deep=True))
            if wrong is None and path.parent == store.manifests:
                assert (str(store.current) in named) == (path.name == "00000002.json")  # the oldest one may go
            else:
                assert str(path) in named, (path, wrong)
            path.write_bytes(content)


def document(doc_id: str, /, **changes: object) -> Callable[[Rows], Rows]:
    return lambda rows: [row | changes if row["doc_id"] == doc_id else row for row in rows]


def removal(doc_id: str, kind: str, /, **changes: object) -> Callable[[Rows], Rows]:
    def change(rows: Rows) -> Rows:
        assert any((row["doc_id"], row["kind"]) == (doc_id, kind) for row in rows)
        return [row | changes if (row["doc_id"], row["kind"]) == (doc_id, kind) else row for row in rows]

    return change


def text_of(kind: str, doc_id: str) -> str:
    return next(str(row["text"]) for row in first_night()[kind] if row["doc_id"] == doc_id)


def longer_span(rows: Rows) -> Rows:
    return [row | {"end": row["end"] + 1} if row["kind"] == "contact" else row for row in rows]


def moved(rows: Rows) -> Rows:
    (contact,) = (row for row in rows if row["kind"] == "contact")
    return removal("a", "contact", start=contact["start"] - 5, end=contact["end"] - 5)(rows)


def doubled(rows: Rows) -> Rows:
    return [*rows, copy.copy(rows[0])]


def retargeted(rows: Rows) -> Rows:
    """The near copy leans on another paragraph, with that one's true similarity."""
    whole = f"{OPENING}\n{MIDDLE}"
    return [twin(row, "a", whole, MIDDLE, "near") if row["kind"] == "repeat_across" else row for row in rows]


def removed_twin(rows: Rows) -> Rows:
    """The near copy leans on the second printing in `a`, which was removed."""
    again = next(row for row in rows if row["kind"] == "repeat_within")
    place = {"twin_start": again["start"], "twin_end": again["end"]}
    return removal("b", "repeat_across", **place)(rows)


def swapped_texts(rows: Rows) -> Rows:
    texts = [row["text"] for row in rows]
    return [row | {"text": text} for row, text in zip(rows, texts[1:] + texts[:1], strict=True)]


ACROSS = ("b", "repeat_across")
WITHIN = ("a", "repeat_within")
DUPLICATE = ("d", "duplicate")

# name -> (table, what is done to it, what must be said)
MUTANTS: dict[str, tuple[str, Callable[[Rows], Rows], str]] = {
    "document removed": ("documents", lambda rows: rows[1:], "in the ledger and nowhere else"),
    "last document removed": ("documents", lambda rows: rows[:-1], "says documents = 3; the tables hold 2"),
    "document doubled": ("documents", doubled, "is there twice"),
    "duplicate removed": ("duplicates", lambda rows: [], "says duplicates = 1; the tables hold 0"),
    "duplicate also in documents": ("duplicates", document("d", doc_id="c", duplicate_of="c"), "is there twice"),
    "texts of documents swapped": ("documents", swapped_texts, "cannot be put together again"),
    "one letter of a text": ("documents", document("c", text="Plain_text."), "do not make the text that was read"),
    "text cut": ("documents", document("c", text="Plain text"), "do not make the text that was read"),
    "chars_in": ("documents", document("c", chars_in=12), "characters in and"),
    "chars_out": ("documents", document("a", chars_out=1), "characters in and"),
    "digest": ("documents", document("c", text_sha256="0" * 64), "do not make the text that was read"),
    "removed lists nothing": ("documents", document("a", removed=[]), "says that [] removed something"),
    "null text": ("documents", document("c", text=None), "makes no sense"),
    "null digest": ("documents", document("c", text_sha256=None), "do not make the text that was read"),
    "text of a duplicate": ("duplicates", document("d", text="Plain_text."), "is not the one that was read"),
    "duplicate of nothing": ("duplicates", document("d", duplicate_of="b"), "is a duplicate of 'b' by its row"),
    "duplicate with other similarity": ("duplicates", document("d", similarity=0.9), "is a duplicate of"),
    "duplicate that came out": ("duplicates", document("d", chars_out=11), "is kept out, so it has"),
    "repeat row removed": ("ledger", lambda rows: rows[1:], "lies behind the end of the text"),
    "tail row removed": ("ledger", lambda rows: [*rows[:1], *rows[2:]], "do not make the text that was read"),
    "row of the duplicate removed": ("ledger", lambda rows: rows[:-1], "must have its whole text in one row"),
    "row doubled": ("ledger", doubled, "begins before the end of the span before it"),
    "row of an unknown document": ("ledger", removal("a", "contact", doc_id="z"), "in the ledger and nowhere else"),
    "removed text changed": ("ledger", removal("a", "contact", text="\nContact: desk@example.com"), "do not make"),
    "removed texts swapped": ("ledger", swapped_texts, "cannot be put together again"),
    "span longer than its text": ("ledger", longer_span, "cannot be put together again"),
    "span moved": ("ledger", moved, "cannot be put together again"),
    "span out of range": ("ledger", removal("b", "tracking", start=900, end=911), "lies behind the end"),
    "null span": ("ledger", removal("a", "contact", start=None), "makes no sense"),
    "unknown kind": ("ledger", removal("a", "contact", kind="noise"), "has the kind 'noise'"),
    "kind of a duplicate": ("ledger", removal(*WITHIN, kind="duplicate"), "has the kind 'duplicate'"),
    "no rule": ("ledger", removal("a", "contact", rule=""), "was removed without a rule"),
    "another rule": ("ledger", removal("a", "contact", rule="footer"), "removed something; the ledger says"),
    "repeat without twin": ("ledger", removal(*ACROSS, twin_doc_id=None), "without a kept copy"),
    "duplicate without twin": ("ledger", removal(*DUPLICATE, twin_doc_id=None), "without a kept copy"),
    "twin that is not there": ("ledger", removal(*ACROSS, twin_doc_id="z"), "but is not there"),
    "twin that is a duplicate": ("ledger", removal(*ACROSS, twin_doc_id="d"), "but is itself kept out"),
    "twin is another document": ("ledger", removal(*ACROSS, twin_doc_id="c", twin_end=11), "in the ledger and"),
    "twin is another paragraph": ("ledger", retargeted, "was removed as near with"),
    "twin was removed": ("ledger", removed_twin, "where text was removed"),
    "twin out of range": ("ledger", removal(*ACROSS, twin_end=9999), "has its kept copy at 0-9999"),
    "twin is empty": ("ledger", removal(*ACROSS, twin_end=0), "has its kept copy at 0-0"),
    "twin without span": ("ledger", removal(*ACROSS, twin_start=None), "has its kept copy at None-"),
    "twin behind": ("ledger", removal(*WITHIN, twin_start=194, twin_end=291), "which is not before it"),
    "within said across": ("ledger", removal(*WITHIN, kind="repeat_across"), "is a repeat_across with"),
    "across said within": ("ledger", removal(*ACROSS, kind="repeat_within"), "is a repeat_within with"),
    "similarity a little off": ("ledger", removal(*ACROSS, similarity=0.8095), "has similarity 0.8095 in the ledger"),
    "similarity missing": ("ledger", removal(*ACROSS, similarity=None), "has similarity None"),
    "near said equal": ("ledger", removal(*ACROSS, evidence="equal"), "removed as equal, but the two texts are not"),
    "no evidence": ("ledger", removal(*ACROSS, evidence=None), "is a repeat by None"),
    "gap that nothing carries": ("ledger", removal(*ACROSS, evidence="gap"), "in which nothing repeats by itself"),
    "duplicate of another": ("ledger", removal(*DUPLICATE, twin_doc_id="b"), "was kept out as equal to b"),
    "index entry removed": ("index", lambda rows: rows[:-1], "is not in the index with this text"),
    "index entry of another text": ("index", document("a", text_sha256="0"), "is not in the index with this text"),
    "quarantine row removed": ("quarantine", lambda rows: [], "quarantine rows = 1 but rows in quarantine files = 0"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_content_that_breaks_a_promise_is_found_when_every_digest_is_right(store: Store, name: str) -> None:
    kind, change, said = MUTANTS[name]
    rewrite(store, kind, change)
    assert [finding for finding in verify(store, deep=False) if str(store.current) not in finding.where] == []
    told = [f"{finding.where}: {finding.what}" for finding in verify(store, deep=True)]
    assert any(said in line for line in told), told


def test_the_shares_of_the_manifest_are_those_that_count(store: Store) -> None:
    from tests import store_kit

    run_settings = {
        "repeats": {"threshold": 0.9, "novelty": 0.2, "novelty_unspaced": 0.1, "containment": 0.9, "novel_tokens": 8}
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_kit, "SETTINGS", run_settings)
        run(store.root.parent / "strict", first_night(), "n1")
        patch.setattr(store_kit, "SETTINGS", {})
        run(store.root.parent / "silent", first_night(), "n1")
    (strict,) = verify(open_store(store.root.parent / "strict", create=False), deep=True)
    assert "near with 17 of 21 shingles shared and" in strict.what
    assert "by threshold 0.9" in strict.what
    (silent,) = verify(open_store(store.root.parent / "silent", create=False), deep=True)
    assert "settings do not say what is near" in silent.what


def test_a_broken_chain_is_found(store: Store) -> None:
    run(store.root, second_night(), "n2")
    run(store.root, {kind: [] for kind in first_night()}, "n3")
    first, second = store.manifests / "00000001.json", store.manifests / "00000002.json"
    kept = second.read_bytes()
    second.unlink()
    assert [finding.where for finding in verify(store, deep=True)] == [str(second)]
    second.write_bytes(kept)
    first.unlink()
    assert verify(store, deep=True) == []  # the oldest may go


def test_a_manifest_that_was_written_anew_is_found(store: Store) -> None:
    run(store.root, second_night(), "n2")
    first = store.manifests / "00000001.json"
    manifest = load_manifest(store, 1)
    first.unlink()
    first.write_bytes(manifest_bytes(sealed(replace(manifest, next_file=77))))
    (finding,) = verify(store, deep=True)
    assert finding.where == str(first)
    assert "is not the manifest on which generation 2 was built" in finding.what


def test_a_shortened_copy_carries_what_stands_in_a_gap() -> None:
    why = {"kind": "repeat_within", "rule": "repeat-within", "twin_doc_id": "a", "block": 7}
    short = {**why, "start": 0, "end": 9, "evidence": "contained"}
    gap = {**why, "start": 9, "end": 20, "evidence": "gap"}
    row = {"doc_id": "a", "removed": ["repeat-within"]}
    assert list(_row_wrongs(row, [short, gap])) == []
    assert len(list(_row_wrongs(row, [gap]))) == 1
