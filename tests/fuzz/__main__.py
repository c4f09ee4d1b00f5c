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
import time
from dataclasses import dataclass, replace
from pathlib import Path

from tests.fuzz.targets import TARGETS

HANG = 2  # seconds that one input may take
MEMORY = 1024  # MB that a target may grow to, libraries and what is remembered included
START = 300  # seconds that a process may take to begin and to end, on a busy machine
_HUNG = 70
OUTCOMES = {0: "well", _HUNG: "hangs", 71: "takes too much memory"}

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
    seconds: float = 0.0
    slow: Path | None = None  # an input that hangs, on the clock at least

    @property
    def line(self) -> str:
        """As one line of the report."""
        return (
            f"{self.name:<12} {self.executions:>12,} {self.edges:>7,} {self.features:>9,} "
            f"{self.memory:>7,}  {self.outcome}"
        )


def fuzz(name: str, seconds: int, found: Path) -> Run:
    """Fuzz a target for so long; inputs that break it are written to the folder `found`.

    An input that hangs on the clock and takes hardly any processor time met a busy machine: with
    what is left of the time it goes on.
    """
    run = fuzzed(name, seconds, found)
    while run.slow and is_quick(name, run.slow):
        left = seconds - run.seconds
        if left < 1:
            return replace(run, outcome=OUTCOMES[0], slow=None)
        run = together(run, fuzzed(name, int(left), found))
    return run


def fuzzed(name: str, seconds: int, found: Path) -> Run:
    """Fuzz a target until something is found or the time is over."""
    target = TARGETS[name]
    started = time.monotonic()
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
    run = told(name, child.returncode, child.stdout + child.stderr)
    return replace(run, seconds=time.monotonic() - started)


def is_quick(name: str, artifact: Path) -> bool:
    """Whether a target checks that input without the processor time that makes a hang."""
    command = [sys.executable, "-m", "tests.fuzz", name, "--again", str(artifact)]
    try:
        again = subprocess.run(command, capture_output=True, text=True, timeout=START, check=True)
    except subprocess.SubprocessError:
        return False
    return float(again.stdout) < HANG


def together(one: Run, next_one: Run) -> Run:
    """Two runs after each other as one."""
    return replace(
        next_one,
        seconds=one.seconds + next_one.seconds,
        executions=one.executions + next_one.executions,
        edges=max(one.edges, next_one.edges),
        features=max(one.features, next_one.features),
        memory=max(one.memory, next_one.memory),
    )


def told(name: str, status: int, log: str) -> Run:
    """A run, as libFuzzer's log tells of it."""
    numbers = {key: int(value) for key, value in _STATISTIC.findall(log)}
    edges, features = (_COVERAGE.findall(log) or [(0, 0)])[-1]
    artifacts = _ARTIFACT.findall(log)
    outcome = OUTCOMES.get(status, f"fails with status {status}")
    return Run(
        name,
        f"{outcome}: {' '.join(artifacts)}" if artifacts else outcome,
        numbers.get("number_of_executed_units", 0),
        int(edges),
        int(features),
        numbers.get("peak_rss_mb", 0),
        log,
        slow=Path(artifacts[0]) if status == _HUNG and artifacts else None,
    )


def main() -> int:
    """Fuzz what is named, print a line for each, and the log of what went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="+", choices=[*TARGETS, "all"], metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--found", type=Path, default=Path(tempfile.gettempdir(), "hoibao-fuzz"))
    parser.add_argument("--again", type=Path, help="only check that file, and time it")
    options = parser.parse_args()
    names = list(TARGETS) if "all" in options.targets else options.targets
    if options.again:
        for name in names:
            TARGETS[name].check(options.again.read_bytes())  # the first time loads libraries
            started = time.process_time()
            TARGETS[name].check(options.again.read_bytes())
            say(f"{time.process_time() - started:.3f}")
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
