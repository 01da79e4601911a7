"""`rules try` says what a run with the rule would take, and writes nothing."""

from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.commands.rules import listed
from pipeline.commands.rules_told import LONGEST_QUOTED, MOST_SOURCES, told
from pipeline.commands.rules_try import EXAMPLES, Trial, trial
from pipeline.config import Settings
from pipeline.errors import SettingsError
from tests.helpers import write_json_lines

PROSE = "The lock was opened on the eve of the feast, and nine boats went through it before the lamps were lit."
END = "Nobody in the lower town was hurt, said the mayor."
PACK = """
rules:
  - id: end-word
    kind: navigation
    languages: [de]
    where: tail
    pattern: '^Nach oben$'
    why: A button.
    matches: ['Nach oben', 'Nach oben']
    keeps: ['Nach oben geht es links.', 'oben']
""".replace("['Nach oben', 'Nach oben']", "['Nach oben', 'x Nach oben']")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.yaml").write_text(PACK, encoding="utf-8")
    documents = [
        {"id": "a", "source": "one", "text": f"Nine boats, one\n\n{PROSE} Once.\n\nMore boats below\n\nNach oben"},
        {"id": "b", "source": "two", "text": f"Nine boats, two\n\n{PROSE} Twice.\n\nMore boats below"},
        {"id": "c", "source": "two", "text": f"More boats below\n\n{PROSE} Thrice.\n\n{END} More boats below deck."},
        {"id": "d", "source": "two", "text": f"Nine boats\n\n{PROSE}\n\n{END} More boats below"},
    ]
    write_json_lines(tmp_path / "in" / "docs.jsonl", documents)
    given = Settings()
    tails = given.tails.model_copy(update={"rules": str(tmp_path / "rules")})
    chosen = given.input.model_copy(update={"paths": (str(tmp_path / "in"),)})
    return given.model_copy(update={"tails": tails, "input": chosen})


def test_lines_that_would_go_are_counted_by_source_and_shown_in_context(settings: Settings) -> None:
    found = trial(settings, "^More boats below$", "related", "tail")
    assert (found.documents.total(), dict(+found.hit_lines)) == (4, {"one": 1, "two": 1})
    text = told(found)
    assert text.startswith("2 lines would go, from 2 of 4 documents (50.00 %)\n")
    assert "\n1  1  1  one\n1  1  3  two\n" in text
    assert f"\na\n    {PROSE} Once.\n  - More boats below\n    end-word takes: Nach oben\n" in text
    assert f"\nb\n    {PROSE} Twice.\n  - More boats below\n" in text


def test_what_matches_and_stays_is_told(settings: Settings) -> None:
    text = told(trial(settings, "More boats below", "related", "tail"))
    assert "matched, but taken by other rules" not in text
    assert "3 lines match and stay" in text
    assert "  c: More boats below\n" in text
    assert f"  c: {END} More boats below deck.\n" in text


def test_lines_of_other_rules_are_told_apart(settings: Settings) -> None:
    text = told(trial(settings, "^Nach", "navigation", "tail"))
    assert text.startswith("0 lines would go, from 0 of 4 documents (0.00 %)\n")
    assert "matched, but taken by other rules: end-word 1\n" in text


def test_glued_and_head_rules_can_be_tried(settings: Settings) -> None:
    text = told(trial(settings, "More boats below$", "related", "glued"))
    assert f"\nd\n    {PROSE}\n    {END}\n  - More boats below\n" in text
    assert "1 lines would go" in text
    found = trial(settings, "^More boats below$", "masthead", "head")
    assert (found.hit_lines.total(), found.staying) == (0, 3)  # of the first three paragraphs


def test_settings_and_files_stay_as_they_are(settings: Settings, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    trial(settings, "^More boats below$", "byline", "tail")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_pattern_that_re2_refuses_is_said_before_anything_is_read(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"input": settings.input.model_copy(update={"paths": ("nowhere",)})})
    for pattern, where, words in (
        ("(?=a)", "tail", "look-around does not exist in RE2"),
        ("a*", "tail", "matches the empty text"),
        ("boats", "glued", "end the pattern in `$`"),
        ("{email}", "tail", "no part `{email}`"),
    ):
        with pytest.raises(SettingsError, match="try: rule `try`") as caught:
            trial(nowhere, pattern, "other", where)
        assert words in str(caught.value)


def test_so_many_examples_are_shown_whatever_the_order(tmp_path: Path, settings: Settings) -> None:
    texts = [f"{PROSE} Number {at}.\n\nMore boats below" for at in range(EXAMPLES + 5)]
    documents = [{"id": str(at), "source": str(at), "text": f"Nine\n\n{text}"} for at, text in enumerate(texts)]
    shown = []
    for name, some in (("up", documents), ("down", documents[::-1])):
        path = write_json_lines(tmp_path / name / "docs.jsonl", some)
        chosen = settings.input.model_copy(update={"paths": (str(path),)})
        shown.append(trial(settings.model_copy(update={"input": chosen}), "^More boats below$", "related", "tail"))
    assert {each.doc_id for each in shown[0].hits} == {each.doc_id for each in shown[1].hits}
    assert len(shown[0].hits) == EXAMPLES
    shown[0].hit_lines.update(str(at) for at in range(100, 100 + MOST_SOURCES))
    assert f"... and {EXAMPLES + 5} more sources" in told(shown[0])


def test_long_lines_are_cut_short_and_nothing_read_is_said(settings: Settings, tmp_path: Path) -> None:
    path = write_json_lines(tmp_path / "long" / "docs.jsonl", [{"id": "a", "text": f"{'w ' * 400}\n\nMore boats"}])
    chosen = settings.input.model_copy(update={"paths": (str(path),)})
    text = told(trial(settings.model_copy(update={"input": chosen}), "^More", "related", "tail"))
    assert max(map(len, text.splitlines())) < LONGEST_QUOTED + 10
    assert told(Trial()) == "0 lines would go, from 0 of 0 documents (nothing was read)\n"


def test_the_command(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sets = ["--set", f"tails.rules={settings.tails.rules}"]
    folder = settings.input.paths[0]
    assert main(["rules", "try", "^More boats below$", folder, "--kind", "related", *sets]) == 0
    assert "2 lines would go" in capsys.readouterr().out
    assert main(["rules", "try", "(?=a)", folder, *sets]) == 2
    assert main(["rules", "list", "--rules", settings.tails.rules, "--kind", "navigation", "--language", "de"]) == 0
    assert "end-word" in capsys.readouterr().out


def test_rules_are_listed_by_kind_and_language() -> None:
    files = [("own", PACK), ("other", PACK.replace("end-word", "other-word").replace("[de]", "[en]"))]
    assert "2 rules" in listed(files, "navigation")
    assert listed(files, None, "en").startswith("other-word")
    assert listed(files, "byline") == "0 rules: "
    with pytest.raises(SettingsError, match="no language `fr`; known here: de, en"):
        listed(files, None, "fr")
    with pytest.raises(SettingsError, match="no kind `byliner`"):
        listed(files, "byliner")
