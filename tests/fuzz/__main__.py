"""Coverage-guided fuzzing: `python -m tests.fuzz TARGET... [--seconds N]`, or `all` of them.

What breaks a target is written to a file, whose path is printed: `--again FILE` tries it alone.
Exit status 1 when something was found: a crash, a hang of over 2 s, or too much memory.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.targets import TARGETS

HANG = 2  # seconds that one input may take
MEMORY = 1024  # MB that a target may grow to, libraries and what is remembered included
START = 300  # seconds that a process may take to begin and to end, on a busy machine
OUTCOMES = {0: "well", 70: "hangs", 71: "takes too much memory"}

_STATISTIC = re.compile(r"stat::(\w+):\s+(\d+)")
_COVERAGE = re.compile(r"cov: (\d+) ft: (\d+)")
_ARTIFACT = re.compile(r"Test unit written to (\S+)")


@dataclass(frozen=True, slots=True)
class Run:
    """What came of fuzzing one target."""

    name: str
    outcome: str
    executions: int
    edges: int
    features: int
    memory: int
    log: str

    @property
    def line(self) -> str:
        """As one line of the report."""
        return (
            f"{self.name:<12} {self.executions:>12,} {self.edges:>7,} {self.features:>9,} "
            f"{self.memory:>7,}  {self.outcome}"
        )


def fuzz(name: str, seconds: int, found: Path) -> Run:
    """Fuzz a target for so long; inputs that break it are written to the folder `found`."""
    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(target.seeds()):
            Path(corpus, str(number)).write_bytes(seed)
        flags = {
            "max_total_time": seconds,
            "max_len": target.longest,
            "timeout": HANG,
            "rss_limit_mb": MEMORY,
            "artifact_prefix": f"{found}/{name.strip('.')}-",
            "print_final_stats": 1,
        }
        arguments = [*(f"-{flag}={value}" for flag, value in flags.items()), corpus]
        child = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.child", name, *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds + START,
            check=False,
        )
    return told(name, child.returncode, child.stdout + child.stderr)


def told(name: str, status: int, log: str) -> Run:
    """A run, as libFuzzer's log tells of it."""
    numbers = {key: int(value) for key, value in _STATISTIC.findall(log)}
    edges, features = (_COVERAGE.findall(log) or [(0, 0)])[-1]
    artifacts = " ".join(_ARTIFACT.findall(log))
    outcome = OUTCOMES.get(status, f"fails with status {status}")
    return Run(
        name,
        f"{outcome}: {artifacts}" if artifacts else outcome,
        numbers.get("number_of_executed_units", 0),
        int(edges),
        int(features),
        numbers.get("peak_rss_mb", 0),
        log,
    )


def main() -> int:
    """Fuzz what is named, print a line for each, and the log of what went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="+", choices=[*TARGETS, "all"], metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--found", type=Path, default=Path(tempfile.gettempdir(), "hoibao-fuzz"))
    parser.add_argument("--again", type=Path, help="only check what is in this file")
    options = parser.parse_args()
    names = list(TARGETS) if "all" in options.targets else options.targets
    if options.again:
        for name in names:
            TARGETS[name].check(options.again.read_bytes())
        return 0
    options.found.mkdir(parents=True, exist_ok=True)
    say(f"{'target':<12} {'executions':>12} {'edges':>7} {'features':>9} {'MB':>7}  outcome")
    runs = []
    for name in names:
        runs.append(fuzz(name, options.seconds, options.found))
        say(runs[-1].line)
    broken = [run for run in runs if run.outcome != OUTCOMES[0]]
    for run in broken:
        say(f"\n== {run.name}\n{run.log[-4000:]}")
    return 1 if broken else 0


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
