"""Two hundred people ask at random while the articles are reloaded:
`python -m tests.load SOURCE`.

SOURCE is a SQuAD file or a corpus, for the questions and for the text that is made from it.
Exit status 1 when an answer was lost, or anything else went wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmark.corpus import read_source
from tests.load.run import Plan, report, run_load


def main() -> int:
    """Run it, print the figures."""
    plain = Plan()
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("source", type=Path, help="a SQuAD file or a corpus")
    parser.add_argument("--passages", type=int, default=plain.passages)
    parser.add_argument("--users", type=int, default=plain.users)
    parser.add_argument("--seconds", type=float, default=plain.seconds)
    parser.add_argument("--pause", type=float, default=plain.pause, help="between questions")
    options = parser.parse_args()
    plan = Plan(options.users, options.seconds, options.passages, options.pause)
    with tempfile.TemporaryDirectory() as folder:
        run = run_load(read_source(options.source), Path(folder), plan)
    print(report(run, plan))  # noqa: T201
    return 1 if run.faults else 0


if __name__ == "__main__":
    sys.exit(main())
