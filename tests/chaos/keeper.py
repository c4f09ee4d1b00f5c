"""The bot as a service manager keeps it: started again whenever it ends, and looked at.

with Keeper(folder, environment) as keeper:
    keeper.kill()
    keeper.look() -> Sample(pid=…, memory=…, files=…, threads=…)
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Root is held to permissions like everybody else: without the capabilities to pass them by.
BOUND = """
import ctypes, os, sys
for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
os.execv(sys.argv[1], sys.argv[1:])
"""
RESTART = 0.5  # seconds until it is started again
PATIENCE = 40.0  # seconds that it gets to end


@dataclass(frozen=True)
class Sample:
    """A look at a process: `memory` in bytes; `files` are those that are no sockets."""

    pid: int
    at: float
    memory: int
    files: int
    sockets: int
    threads: int


class Keeper:
    """Runs `hoibao bot` until the block ends."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.log = folder / "bot.log"
        self.pid = 0  # of the bot, or of the one that ran last
        self.starts = 0
        self.ends: list[int] = []  # exit statuses, those that were asked for included
        self.overdue = 0  # how often it did not end in time when it was told to
        self._folder = folder
        self._environment = environment
        self._due = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Keeper:
        self.tend()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def tend(self) -> None:
        """Start the bot when it does not run, after a short while."""
        if self._process is not None and (status := self._process.poll()) is not None:
            self.ends.append(status)
            self._process, self._due = None, time.monotonic() + RESTART
        if self._process is None and time.monotonic() >= self._due:
            self._start()

    def kill(self) -> None:
        """End it at once."""
        self._signal(signal.SIGKILL)

    def terminate(self) -> int | None:
        """Ask it to end; the exit status, or None when it took too long and was killed."""
        self._signal(signal.SIGTERM)
        try:
            return self._process.wait(PATIENCE) if self._process else 0
        except subprocess.TimeoutExpired:
            self.kill()
            self.overdue += 1
            return None

    def look(self) -> Sample | None:
        """How large it is now."""
        pid = self.pid
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            links = [str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir()]
        except OSError:
            return None
        facts = dict(re.findall(r"^(\w+):\s+(\d+)", status, re.MULTILINE))
        if "VmRSS" not in facts:
            return None  # it ends just now
        sockets = sum(link.startswith("socket:") for link in links)
        return Sample(
            pid,
            time.monotonic(),
            1024 * int(facts["VmRSS"]),
            len(links) - sockets,
            sockets,
            int(facts["Threads"]),
        )

    def _start(self) -> None:
        self.starts += 1
        with self.log.open("ab") as stream:
            self._process = subprocess.Popen(
                [sys.executable, "-c", BOUND, sys.executable, "-m", "bot", "bot"],
                cwd=self._folder,
                env=dict(self._environment),
                stdout=stream,
                stderr=stream,
            )
        self.pid = self._process.pid

    def _signal(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
