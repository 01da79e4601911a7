"""The scorer of planted corpora counts as the shared one does, and tells what an edit changed."""

import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import edited, quality, repeats_alone, rival_steps, rivals
from benchmarks.__main__ import main
from benchmarks.corpus import shared, write
from benchmarks.options import parsed
from benchmarks.planted import Document, Paragraph, change_of, planted
from benchmarks.scorer import Score, document_score, kept_of_ids, kept_of_texts, paragraph_score

WORDS = (
    "harbour",
    "council",
    "figures",
    "winter",
    "market",
    "bridge",
    "river",
    "teacher",
    "season",
    "report",
    "garden",
)
CONTACT = ("contact", "contact-eng", "vary")


def sentence(dice: random.Random, words: int) -> str:
    return " ".join(dice.choice(WORDS) for _ in range(words)).capitalize() + f" {dice.randrange(1000, 9999)}."


def edited_copy(text: str, rate: str) -> str:
    words = text.split(" ")
    changed = {"0.02": [*words[:-1], "17."], "0.05": ["Another", "opening", *words[2:]], "fmt": [text.upper()]}
    return " ".join(changed.get(rate, words))


def planted_corpus(folder: Path, seed: int) -> Path:
    """A small corpus in the form of `plant_corpus.py`, with a copy of every kind."""
    dice, cluster = random.Random(seed), 0
    truths: list[dict[str, Any]] = []
    records: list[dict[str, str]] = []

    def add(name: str, lines: list[tuple[list[Any], str]], **more: Any) -> None:
        truth = {"id": name, "lang": "eng", "kind": "clean", "dc": 0, "dr": "", "orig": {}} | more
        truths.append(truth | {"p": [[*kind, len(text)] for kind, text in lines]})
        records.append({"id": name, "lang": "eng", "text": "\n".join(text for _, text in lines)})

    for number in range(12):
        body = [sentence(dice, dice.choice((3, 20))) for _ in range(6)]
        names = range(cluster + 1, cluster + 7)
        cluster += 6
        whole = {"dc": number + 1, "dr": "orig"} if number % 2 else {}
        own = [(["orig", name, ""], text) for name, text in zip(names, body, strict=True)]
        rate = dice.choice(("exact", "0.02", "0.05"))
        printed = [(["rep", name, rate], edited_copy(text, rate)) for name, text in zip(names, body, strict=True)]
        line = [(["refrain", 0, ""], "And so they sang.")] * 2 + [(["base", 0, ""], sentence(dice, 15))]
        foot = [(list(CONTACT), f"Contact the desk at {dice.randrange(10**6)}")]
        add(f"donor-{number}", [*own, *line, *foot, *([] if whole else printed)], **whole)
        taken = [(["doc" if whole else "syn", name, rate], edited_copy(text, rate)) for (_, name, _), text in own]
        more = {"kind": "doccopy", "dc": number + 1, "dr": rate} if whole else {"kind": "host"}
        add(f"copy-{number}", [*taken, (["moji", 0, "utf8"], "CafÃ© 12")], **more, orig={"6": "Café 12"})
    write(folder / "docs" / "part-0.jsonl", records)
    (folder / "truth.jsonl").write_text("".join(json.dumps(truth) + "\n" for truth in truths), encoding="utf-8")
    return folder


def theirs(corpus: Path, *arguments: str) -> dict[str, Any]:
    tool = shared() / "tools" / "score_planted.py"
    if not tool.is_file():
        pytest.skip(f"{tool} is not here: set CORPUS_SHARED")
    out = corpus / "score.json"
    out.unlink(missing_ok=True)
    subprocess.run([sys.executable, str(tool), str(corpus), *arguments, "--out", str(out)], check=True)
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def same_paragraphs(ours: Score, scored: dict[str, Any]) -> None:
    pooled = {name: ours.pooled(name) for name in {name for name, _ in ours.there}}
    assert {name: n for name, (n, _) in pooled.items()} == scored["n"]
    assert {name: round(100 * gone / n, 1) for name, (n, gone) in pooled.items()} == scored["recall"]
    removed = {name: round(100 * ours.removed[name] / n, 2) for name, n in ours.staying.items()}
    assert removed == scored["removed_pct"]
    right = ours.gone.total()
    wrong = ours.wrong("base_long", "base_short", "refrain")
    assert (right, wrong, ours.lost, ours.clusters) == tuple(
        scored[name] for name in ("tp", "fp", "lost_clusters", "clusters")
    )
    assert round(100 * right / (right + ours.wrong("base_long")), 1) == scored["precision_long"]


@pytest.mark.parametrize("seed", range(3))
def test_kept_ids_are_scored_as_the_shared_scorer_does(seed: int, tmp_path: Path) -> None:
    corpus = planted_corpus(tmp_path, seed)
    documents, dice = planted(corpus), random.Random(seed)
    ids = [f"{each.id}#{at}" for each in documents for at in range(len(each.paragraphs)) if dice.random() < 0.4]
    (corpus / "kept").write_text("\n".join(ids), encoding="utf-8")
    ours = paragraph_score(documents, kept_of_ids(documents, frozenset(ids)))
    same_paragraphs(ours, theirs(corpus, "--kept", str(corpus / "kept")))
    assert ours.lost > 0


@pytest.mark.parametrize("seed", range(3))
def test_clean_texts_are_scored_as_the_shared_scorer_does(seed: int, tmp_path: Path) -> None:
    corpus = planted_corpus(tmp_path / "corpus", seed)
    documents, dice = planted(corpus), random.Random(seed)
    texts = {}
    for each in documents:
        if dice.random() < 0.7:
            lines = [each.originals.get(at, text) for at, text in enumerate(each.text.split("\n"))]
            texts[each.id] = "\n".join(line for line in lines if dice.random() < 0.6)
    (tmp_path / "clean").mkdir()
    pq.write_table(
        pa.table({"doc_id": list(texts), "text": list(texts.values())}), tmp_path / "clean" / "documents.parquet"
    )
    scored = theirs(corpus, "--clean", str(tmp_path / "clean"))
    same_paragraphs(paragraph_score(documents, kept_of_texts(documents, texts)), scored)
    whole = document_score(documents, frozenset(texts))
    recall = {rate: round(100 * whole.documents_gone[rate] / n, 1) for rate, n in whole.documents.items()}
    assert recall == scored["doc_recall"]


def test_scores_add_up_and_tell_figures_from_words(tmp_path: Path) -> None:
    documents = planted(planted_corpus(tmp_path, 0))
    nothing = paragraph_score(documents, kept_of_ids(documents, frozenset()))
    pool = Score()
    for _ in range(2):
        pool.add(nothing)
    assert pool.there.total() == 2 * nothing.there.total() > 0
    for name, change in (("exact", "same"), ("0.02", "figures"), ("0.05", "words")):
        assert {cell[1] for cell in pool.there if cell[0].endswith(name)} == {change}
    rows = {str(row[0]): row for row in quality.recall_rows(pool)}
    n, gone = pool.pooled("rep:0.05")
    assert rows["rep:0.05"] == ("rep:0.05", n, gone, "100.00", 0, 0, "-", n, gone, "100.00", 0, 0, "-")


def test_the_sums_of_a_score() -> None:
    score = Score(there=Counter({("syn:0.02", "words"): 8, ("syn:0.02", "figures"): 2}), lost=1)
    score.gone[("syn:0.02", "words")] = 6
    score.removed.update(base_long=3, base_short=4, refrain=1)
    assert score.sums() == [
        ("precision, wrong if long", 10, 6),
        ("precision", 15, 6),
        ("recall", 10, 6),
        ("recall, figures-only aside", 8, 6),
    ]


def test_equal_lines_are_kept_in_order() -> None:
    lines = [Paragraph("base", 0, "", long=False, text=text) for text in ("Yes.", "No.", "yes", "And?")]
    document = Document("a", "", 0, "", tuple(lines), {3: "Why?"})
    assert kept_of_texts([document], {"a": "No.\nYes."}) == {"a": [False, True, True, False]}
    assert kept_of_texts([document], {"a": "Yes.\nwhy"}) == {"a": [True, False, False, True]}
    assert kept_of_texts([document], {}) == {"a": [False] * 4}


def test_what_an_edit_changed() -> None:
    assert change_of("Up 3 % on Monday", "up 3 %, on MONDAY") == "same"
    assert change_of("Up 3 % on 2018-06-08", "Up 7 % on 9/6/2019") == "figures"
    assert change_of("Up 3 % on Monday", "Up 7 % on Friday") == "words"


def test_repeats_alone_keeps_what_a_run_keeps(tmp_path: Path) -> None:
    corpus = planted_corpus(tmp_path, 1)
    repeats_alone.main(corpus / "docs" / "part-0.jsonl", tmp_path / "alone.json")
    told = json.loads((tmp_path / "alone.json").read_text(encoding="utf-8"))
    assert told["cpu"] > 0
    assert told["peak_mb"] > 1
    arguments = ["run", str(corpus / "docs"), "--output", str(tmp_path / "store"), "--workers", "1"]
    settings = [part for each in quality.SETTINGS for part in ("--set", each)]
    subprocess.run([sys.executable, "-m", "pipeline", *arguments, *settings], check=True, capture_output=True)
    documents = planted(corpus)
    table = pq.read_table(tmp_path / "store" / "current" / "documents", columns=["doc_id", "text"]).to_pylist()
    texts = {row["doc_id"]: row["text"] for row in table}
    kept = frozenset(told["kept"])
    assert kept_of_ids(documents, kept) == kept_of_texts(documents, texts)
    assert {each.id for each in documents} & kept == set(texts)


def test_lines_of_a_wrapped_paragraph_go_together() -> None:
    texts = ["one\ntwo\n\nthree", "one\ntwo"]
    rows = [(0, 0, 0, 7), (0, 1, 9, 14), (1, 0, 0, 7)]
    paragraphs = [dict(zip(("doc", "paragraph", "start", "end"), row, strict=True)) for row in rows]
    gone = [{"doc": 0, "paragraph": 0}, {"doc": 1, "paragraph": -1}]
    assert repeats_alone.kept(texts, paragraphs, []) == ([(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)], [0, 1])
    assert repeats_alone.kept(texts, paragraphs, gone) == ([(0, 2)], [0])


@pytest.mark.slow
def test_rivals_without_a_python_that_has_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = planted_corpus(tmp_path, 2)
    assert main(["rivals", "--runs", "1", "--planted", str(corpus)]) == 0
    told = capsys.readouterr().out
    assert "clean-corpus" in told
    assert "gaoya" not in told
    assert "rep:exact same" in told


def test_rivals_are_called_by_names_that_there_are(tmp_path: Path) -> None:
    assert set(rival_steps.RIVALS) == set(rivals.RIVALS)
    assert [tool.name for tool in rivals.tools_of("python3")] == ["clean-corpus", *rivals.RIVALS]
    assert parsed(["rivals", "--planted", "a,b"], tmp_path).planted == (Path("a"), Path("b"))


def test_clusters_are_led_by_the_earliest() -> None:
    leader = list(range(5))
    for one, other in ((3, 4), (1, 3), (4, 1)):
        rival_steps._join(leader, one, other)
    assert [at for at, lead in enumerate(leader) if lead == at] == [0, 1, 2]


def test_pairs_are_counted_by_ratio_and_change() -> None:
    long = "a sentence that is long enough to stand for a paragraph by itself, with a number, and it is 1"
    pairs = [
        {"text": long, "text2": long + " more", "ratio": 0.93},
        {"text": long, "text2": long[:-1] + "2", "ratio": 0.98},
        {"text": "short", "text2": "shorter", "ratio": 0.91},
        {"text": long, "text2": "quite another sentence " + long, "ratio": 0.85},
    ]
    rows = edited.pair_rows(pairs, {"0", "2"})
    assert rows == [
        ("0.8", 0, 0, "-", 1, 0, "0.00", 0, 0, "-"),
        ("0.9", 0, 0, "-", 1, 1, "100.00", 1, 0, "0.00"),
    ]
    assert edited.pair_record({"text": "a\nb", "text2": "c"}, 7) == {"id": "7", "text": "a b\nc"}
