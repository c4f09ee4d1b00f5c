"""Whether both engines rank alike: `python -m tests.benchmark.alike SQUAD_FILE`.

Indexes the file's articles, asks every question of both, and prints how many first ten differ
and the largest relative difference of scores.
"""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from retrieval import update_index
from retrieval.engines import LARGE, REFERENCE
from retrieval.index import Snapshot
from retrieval.terms import parse_question

TOP = 10


def main(squad: Path) -> None:
    """Compare and print."""
    entries = json.loads(squad.read_text("utf-8"))["data"]
    with tempfile.TemporaryDirectory() as work:
        corpus, index = Path(work, "corpus"), Path(work, "index")
        corpus.mkdir()
        for number, entry in enumerate(entries):
            text = "\n\n".join(paragraph["context"] for paragraph in entry["paragraphs"])
            (corpus / f"{number}.txt").write_text(text, "utf-8")
        update_index([corpus], index)
        with closing(Snapshot(index, REFERENCE)) as small, closing(Snapshot(index, LARGE)) as large:
            questions = [
                qa["question"] for e in entries for p in e["paragraphs"] for qa in p["qas"]
            ]
            different, widest = 0, 0.0
            for question in questions:
                query = parse_question(question, small.engine.rarities).terms
                expected, found = (one.engine.search(query, TOP) for one in (small, large))
                different += [hit.id for hit in found] != [hit.id for hit in expected]
                for one, other in zip(found, expected, strict=True):
                    widest = max(widest, abs(one.score - other.score) / other.score)
    print(  # noqa: T201
        f"{len(questions)} questions: {different} with other first {TOP};"
        f" scores differ by at most {widest:.1e}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
