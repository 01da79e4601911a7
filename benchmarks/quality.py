"""Recall and precision on corpora with planted repeats, pooled over seeds, each figure with its n."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import command
from benchmarks.corpus import lines, shared
from benchmarks.options import Options
from benchmarks.table import show

DEFAULT_MB = 10.0
STAYS = ("refrain", "base_long", "base_short", "track", "moji")
SETTINGS = ("tails.enabled=false", "brake.enabled=false")


@dataclass(slots=True)
class Pool:
    """Counts over all seeds: how many there were of each kind, and how many were found or removed."""

    there: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    stays: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    sums: Counter[str] = field(default_factory=Counter)

    def add(self, scored: dict[str, Any], truth: Iterable[dict[str, Any]]) -> None:
        """Adds one seed. The scorer tells percentages with one or two digits; with n they give back the counts.

        They do so to half a digit: at n = 10,000 to 5 paragraphs.
        """
        for name, count in scored["n"].items():
            self.there[name] += count
            self.found[name] += round(scored["recall"][name] * count / 100)
        staying = stays(truth)
        for name in STAYS:
            self.stays[name] += staying[name]
            self.removed[name] += round((scored["removed_pct"].get(name) or 0) * staying[name] / 100)
        for name in ("tp", "fp", "lost_clusters", "clusters"):
            self.sums[name] += scored[name]


def stays(truth: Iterable[dict[str, Any]]) -> Counter[str]:
    """Paragraphs of a planted corpus that must stay, by kind; long is what the scorer calls long."""
    found: Counter[str] = Counter()
    for document in truth:
        unspaced = document["lang"] in ("jpn", "zho")
        for kind, _, _, size in document["p"]:
            long = size >= 80 or (size >= 30 and unspaced)
            found[("base_long" if long else "base_short") if kind == "base" else kind] += 1
    return found


def main(options: Options) -> None:
    tools = shared() / "tools"
    if not (tools / "plant_corpus.py").is_file():
        print(f"\nquality: left out, there is no {tools / 'plant_corpus.py'} (set CORPUS_SHARED)\n")
        return
    work, megabytes = options.work / "quality", options.mb or DEFAULT_MB
    source = work / "plain"
    source.mkdir(parents=True)
    for packed in sorted((shared() / "data" / "dev").glob("*.jsonl.zst")):
        rows = (json.dumps(record, ensure_ascii=False) + "\n" for record in lines(packed))
        (source / packed.name.removesuffix(".zst")).write_text("".join(rows), encoding="utf-8")
    command.warm(work)
    pool = Pool()
    for seed in options.seeds:
        corpus, store = work / f"planted-{seed}", work / "store"
        size = ("--mb", f"{megabytes:g}", "--seed", str(seed))
        _tool(tools / "plant_corpus.py", "--src", str(source), *size, "--out", str(corpus))
        command.run(corpus / "docs", store, workers=options.workers[-1], settings=SETTINGS)
        out = work / f"score-{seed}.json"
        _tool(
            tools / "score_planted.py", str(corpus), "--clean", str(store / "current" / "documents"), "--out", str(out)
        )
        with (corpus / "truth.jsonl").open(encoding="utf-8") as truth:
            pool.add(json.loads(out.read_text(encoding="utf-8")), map(json.loads, truth))
    _tell(pool, f"--seeds {','.join(map(str, options.seeds))} --mb {megabytes:g}")


def _tool(script: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, str(script), *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _tell(pool: Pool, arguments: str) -> None:
    made_by = f"made by: python -m benchmarks quality {arguments} (clean-corpus run with {', '.join(SETTINGS)})"
    head = ("kind and rate", "n", "gone", "%")
    found = [(name, n, pool.found[name], _share(pool.found[name], n)) for name, n in sorted(pool.there.items())]
    show("quality: what is planted and should go", head, found, ["short: under 80 letters (30 in jpn and zho)"])
    kept = [
        (name, pool.stays[name], pool.removed[name], _share(pool.removed[name], pool.stays[name])) for name in STAYS
    ]
    show("quality: what should stay (track and moji are the business of other stages)", head, kept)
    right, wrong = pool.sums["tp"], pool.sums["fp"]
    sums = [
        ("precision %", right + wrong, _share(right, right + wrong)),
        ("recall over all %", pool.there.total(), _share(pool.found.total(), pool.there.total())),
        ("clusters without a copy", pool.sums["clusters"], pool.sums["lost_clusters"]),
    ]
    show("quality: over all", ("", "n", ""), sums, [made_by])


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}" if whole else "-"
