"""People ask while everything that may go wrong does:
`python -m tests.chaos --minutes 30 --seed 1`.

Exit status 1 when a question was lost, something leaked, or index or journal are not whole.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.chaos.faults import FAULTS
from tests.chaos.run import Plan, report, run_chaos


def main() -> int:
    """Run it, print the figures."""
    plain = Plan()
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=plain.minutes)
    parser.add_argument("--seed", type=int, default=plain.seed)
    parser.add_argument("--keep", type=Path, help="where the bot's log is left")
    parser.add_argument("--only", nargs="+", choices=FAULTS, default=tuple(FAULTS), metavar="FAULT")
    options = parser.parse_args()
    plan = Plan(options.minutes, options.seed, faults=tuple(options.only))
    with tempfile.TemporaryDirectory() as folder:
        try:
            run = run_chaos(Path(folder), plan)
        finally:
            if options.keep:
                shutil.copy(Path(folder) / "bot.log", options.keep)
    print(report(run, plan))  # noqa: T201
    return 1 if run.faults else 0


if __name__ == "__main__":
    sys.exit(main())
