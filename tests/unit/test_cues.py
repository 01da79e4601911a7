from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.text.cues import LONGEST_CUED, PLACES, CueFinder
from pipeline.text.rules import load_pack

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "rules"
PACK = load_pack({path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))})

CUE = """
cues:
  - id: cue-share-line-de
    kind: share
    languages: [de]
    at: line
    phrases: artikel teilen, drucken
    why: Buttons under an article.
    matches: ['Artikel teilen', 'Drucken']
    keeps: ['Artikel 5 teilen sich zwei Richter.', 'Drucken will er nicht.']
"""
# Words of many sentences, which say something of a page only alone or beside the name of a network.
PROSE = (
    "By the time the boats came back the lamps were lit.",
    "Related to the seal is the walrus.",
    "Source of all this was a spring above the mill.",
    "Von den neun Booten kamen acht zurück.",
    "Par exemple, le moulin tourne encore.",
    "Por la noche volvieron los barcos.",
    "По вечерам на реке пели.",
    "他说，港口明年开放。",
    "記者は三日後に帰った。",
    "Na jioni boti zilirudi.",
)


def found(at: str, phrases: str, text: str) -> bool:
    pack = load_pack({"a": changed("at: line", f"at: {at}").replace("artikel teilen, drucken", phrases)})
    assert pack.cues(text) == pack.cue.hits(text)
    return bool(pack.cues(text))


def changed(old: str, new: str) -> str:
    assert old in CUE
    return CUE.replace(old, new)


def test_a_line_is_the_phrase_dressed_with_marks_and_numbers() -> None:
    for text in (
        "Artikel teilen",
        "» ARTIKEL  TEILEN:",
        "12 Artikel teilen (3)",
        "_Artikel_teilen_",
        "artikel\u00a0teilen",
    ):
        assert found("line", "artikel teilen", text), text
    for text in ("Artikel 5 teilen", "Diesen Artikel teilen", "Artikel teilen sie", "Artikelteilen", "", "12", "»"):
        assert not found("line", "artikel teilen", text), text


@pytest.mark.parametrize(
    ("at", "text", "matches"),
    [
        ("start", "Artikel teilen mit Freunden", True),
        ("start", "» 3. Artikel teilen auf x", True),
        ("start", "Jetzt Artikel teilen", False),
        ("start", "Artikel teilende Leser", False),
        ("end", "Jetzt Artikel teilen »", True),
        ("end", "Jetzt Artikel teilen 12", True),
        ("end", "Artikel teilen geht nicht", False),
        ("end", "Zeitungsartikel teilen", False),
        ("within", "Hier kann man Artikel teilen und lesen.", True),
        ("within", "Hier kann man Zeitungsartikel teilen.", False),
    ],
)
def test_elsewhere_a_phrase_stands_at_the_borders_of_words(at: str, text: str, matches: bool) -> None:
    assert found(at, "artikel teilen", text) is matches


@pytest.mark.parametrize("at", ["start", "end", "within"])
def test_a_single_word_counts_only_where_no_sentence_ends_and_the_line_is_short(at: str) -> None:
    assert found(at, "teilen", "Teilen")
    assert not found(at, "teilen", "Teilen.")
    assert not found(at, "teilen", "x" * 50 + " teilen " + "x" * 50)
    assert found(at, "gern teilen", "Gern teilen.")


def test_scripts_without_spaces_have_no_borders_of_words() -> None:
    assert found("within", "微信公众号", "请关注港口的微信公众号了解")
    assert found("start", "责任编辑", "【责任编辑 陈明】")
    assert not found("start", "责任编辑", "他是责任编辑")
    assert found("end", "查看更多", "新闻查看更多>>")
    assert not found("end", "更多", "更多的船")
    assert not found("within", "编辑", "他问编辑，编辑不知道。")  # two letters in a sentence


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("l'auteur", "L’auteur"),
        ("iletişim", "İLETİŞİM"),
        ("paylaş", "PAYLAŞ"),
        ("ещё", "Еще"),
        ("διαβάστε επίσης", "ΔΙΑΒΑΣΤΕ ΕΠΙΣΗΣ"),
        ("بیشتر بخوانید", "بيشتر بخوانيد"),
        ("اقرأ أيضا", "اقرا ايضا"),
        ("şi", "și"),
        ("e-mail", "E‑Mail"),
    ],
)
def test_spellings_that_stand_for_each_other(phrase: str, text: str) -> None:
    assert found("line", f'"{phrase}"', text)


def test_signs_for_vowels_do_not_end_a_word() -> None:
    assert found("line", "शेयर", "शेयर")
    assert not found("start", "शेयर", "शेयरों की बात")


def test_a_long_paragraph_has_no_cues() -> None:
    assert not found("within", "artikel teilen", "artikel teilen " + "x" * LONGEST_CUED)


@pytest.mark.parametrize("text", PROSE)
def test_shipped_cues_leave_prose_alone(text: str) -> None:
    assert [cue.id for cue in PACK.cues(text)] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (changed("at: line", "at: middle"), "`at` is `middle`"),
        (changed("phrases: artikel teilen, drucken", "phrases: ©"), "no word in the phrase"),
        (changed("    why: Buttons under an article.\n", ""), "`why` missing; every cue has them"),
        (changed("kind: share", "kind: shares"), "did you mean `share`?"),
        ("cues: []", "`cues` must be a list of at least one cue"),
        ("cues: [1]", "cue 1 is not a mapping"),
    ],
)
def test_a_wrong_cue_is_refused_with_file_and_remedy(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_pack({"words": text})
    assert said in str(caught.value)
    assert str(caught.value).startswith("words:")


def test_cues_move_the_digest_with_their_phrases_and_not_with_their_reasons() -> None:
    digest = load_pack({"a": CUE}).digest
    assert load_pack({"a": changed("Buttons", "Words")}).digest == digest
    assert load_pack({"a": changed("drucken", "merken").replace("'Drucken'", "'Merken'")}).digest != digest
    assert load_pack({"a": changed("at: line", "at: start")}).digest != digest


def test_no_cue_is_a_pack_without_cues() -> None:
    assert CueFinder(()).hits("Share") == []
    assert load_pack({}).cues("Share") == []


def test_forty_languages_have_cues_of_every_kind_that_is_promised() -> None:
    by_kind = {
        kind: {language for cue in PACK.cue.cues if cue.kind == kind for language in cue.languages}
        for kind in ("contact", "copyright", "share", "newsletter", "related", "navigation", "byline", "other")
    }
    for kind, languages in by_kind.items():
        assert len(languages) >= 40, kind
    assert {cue.at for cue in PACK.cue.cues} == set(PLACES)
