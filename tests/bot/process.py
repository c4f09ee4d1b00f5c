"""The bot as people start it: `hoibao bot`, in a process of its own.

with started(api, corpus, folder, HOIBAO_WATCH="true") as bot:
    bot.log -> what it wrote to its terminal
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bot.running import ADMIN
from tests.telegram import BotApi


class Bot:
    """The process, and what it wrote to its terminal."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def reload_process(self) -> int:
        """The id of the process that does the reload, once there is one."""
        found: list[int] = []
        eventually(lambda: found.extend(children_of(self.process.pid)) or found)
        return found[0]

    def kill(self) -> None:
        """Have it end at once, which `started` then takes for a good end."""
        self.process.kill()
        self.process.wait()
        self.process.returncode = 0

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def children_of(process: int) -> list[int]:
    """The processes that a bot has started for reloads, once they run."""
    lists = Path(f"/proc/{process}/task").glob("*/children")
    children = (int(child) for each in lists for child in each.read_text().split())
    # stopped before that, a child would hold up its parent, which waits to hear of its start
    return [child for child in children if b"bot.reloading" in command_of(child)]


def halt(process: int) -> None:
    """Stop a process and its group; until it has met that, any other signal may overtake it."""
    os.killpg(process, signal.SIGSTOP)
    eventually(lambda: _status(process, "State:") == "T")


def is_asked_to_end(process: int) -> bool:
    """Whether a stopped process has been sent SIGTERM, which it will meet when it goes on."""
    return bool(int(_status(process, "ShdPnd:"), 16) & 1 << (signal.SIGTERM - 1))


def _status(process: int, field: str) -> str:
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(line.split()[1] for line in lines if line.startswith(field))


def command_of(process: int) -> bytes:
    """The command line of a process; nothing once it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def eventually(found: object, timeout: float = 20) -> None:
    """Waits for something that no message tells of."""
    limit = time.monotonic() + timeout
    while not found():
        assert time.monotonic() < limit
        time.sleep(0.01)


@contextmanager
def started(api: BotApi, corpus: Path, folder: Path, **variables: str) -> Iterator[Bot]:
    """`hoibao bot`, from its start until it has ended."""
    log = folder / "bot.log"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HOIBAO_")},
        "HOIBAO_TELEGRAM_TOKEN": api.token,
        "HOIBAO_TELEGRAM_BASE_URL": api.base_url,
        "HOIBAO_ADMIN_IDS": str(ADMIN),
        "HOIBAO_STATE": str(folder / "bot.sqlite"),
        **variables,
    }
    places = ["--corpus", str(corpus), "--index", str(folder / "index")]
    with log.open("a", encoding="utf-8") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "bot", *places],
            cwd=folder,
            env=environment,
            stderr=stream,
            stdout=stream,
            text=True,
        )
    try:
        yield Bot(process, log)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0, log.read_text(encoding="utf-8")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert api.token not in log.read_text(encoding="utf-8")
