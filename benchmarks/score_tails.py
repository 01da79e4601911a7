"""The text of every record of a labelled set of tails, as the rules leave it, ready for the scorer.

    python benchmarks/score_tails.py tails_dev.jsonl OUT.jsonl [--kinds tracking,contact] [--show N]

Reads records with `id` and `text`, takes each line for a paragraph, applies the mastheads and tails of
`configs/rules`, and writes {"id", "text"} lines. `--show N` prints N removals of records with labels that took body.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from pipeline.config import TailsSettings
from pipeline.text.mastheads import HEAD_WINDOW, head_removals
from pipeline.text.rules import RulePack, load_pack
from pipeline.text.tails import TAIL_WINDOW, TailRemoval, tail_removals

RULES = Path(__file__).resolve().parent.parent / "configs" / "rules"


def removals_of(lines: list[str], pack: RulePack, kinds: frozenset[str]) -> dict[int, TailRemoval]:
    """Line number -> its removal; `lines` without empty ones."""
    tail = lines[-TAIL_WINDOW:]
    found = {len(lines) - len(tail) + each.index: each for each in tail_removals(tail, pack, kinds)}
    return found | {each.index: each for each in head_removals(lines[:HEAD_WINDOW], pack, kinds)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--kinds", default=",".join(TailsSettings().kinds))
    parser.add_argument("--show", type=int, default=0)
    args = parser.parse_args()
    pack = load_pack({path.name: path.read_text(encoding="utf-8") for path in RULES.glob("*.yaml")})
    kinds = frozenset(args.kinds.split(","))
    fired: Counter[str] = Counter()
    wrong: list[str] = []
    with args.gold.open(encoding="utf-8") as records, args.out.open("w", encoding="utf-8") as out:
        for record in map(json.loads, records):
            lines = [line for line in record["text"].split("\n") if line.strip()]
            removed = removals_of(lines, pack, kinds)
            fired.update(each.rule for each in removed.values())
            labels = [each["label"] for each in record.get("paragraphs", []) if each["text"].strip()]
            if len(labels) == len(lines):
                hit = [(at, each) for at, each in removed.items() if labels[at] == "body"]
                wrong += [f"{each.rule} {each.score} {record['id']}: {lines[at][:160]}" for at, each in hit]
            kept = [line for at, line in enumerate(lines) if at not in removed]
            out.write(json.dumps({"id": record["id"], "text": "\n".join(kept)}, ensure_ascii=False) + "\n")
    sys.stdout.write("".join(f"{count:6} {rule}\n" for rule, count in fired.most_common()))
    sys.stdout.write(f"body paragraphs taken: {len(wrong)}\n" + "".join(f"  {line}\n" for line in wrong[: args.show]))


if __name__ == "__main__":
    main()
