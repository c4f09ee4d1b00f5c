"""An update of the index in a process of its own, so that answers go on meanwhile.

A thread would share the bot's interpreter lock with every search, and keep the loaders' memory
after the update; a `multiprocessing` child would run the entry script again. So this module is
started as a program of its own. It writes one JSON object a line: how far it is, and at last
what it did or why it failed. It leads its own process group, which ends as a whole with the bot.

    report = await update_beside(corpus, index, show)
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from retrieval.errors import HoiBaoError, IndexLocked
from retrieval.model import BuildReport, Failure, Progress

NICE: Final = 5  # how far an update stands behind who answers questions
PATIENCE: Final = 5.0  # seconds that an update gets to end by itself
LINE_LIMIT: Final = 2**26  # bytes; a report lists every file that failed


class UpdateFailed(HoiBaoError):
    """The update ended without a new index; the old one stays."""


async def update_beside(corpus: Path, index: Path, show: Callable[[Progress], None]) -> BuildReport:
    """Update the index in a child process; cancelling this ends the child.

    Raises `IndexLocked` when somebody else is updating it, else `UpdateFailed`.
    """
    try:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", __name__, str(corpus), str(index)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_LIMIT,
            start_new_session=True,
        )
    except (OSError, RuntimeError, MemoryError) as error:
        # no memory, or too many processes, threads or files
        cause = f"no process could be started for it ({str(error) or type(error).__name__})"
        raise UpdateFailed("reload", cause, "try again later") from error
    try:
        return await _read_report(child, show)
    finally:
        if child.returncode is None:
            await _end(child)


async def _read_report(
    child: asyncio.subprocess.Process, show: Callable[[Progress], None]
) -> BuildReport:
    assert child.stdout is not None  # it was asked for
    outcome: BuildReport | None = None
    async for line in child.stdout:
        match json.loads(line):
            case {"progress": progress}:
                show(Progress(**progress))
            case {"report": report}:
                failed = tuple(Failure(**each) for each in report.pop("failed"))
                outcome = BuildReport(**report, failed=failed)
            case {"error": arguments, "locked": locked}:
                raise (IndexLocked if locked else UpdateFailed)(*arguments)
    status = await child.wait()
    if outcome is None:
        raise UpdateFailed("reload", f"the process ended unexpectedly, with status {status}")
    return outcome


async def _end(child: asyncio.subprocess.Process) -> None:
    # to the group: the update may have workers of its own
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), PATIENCE)
        os.killpg(child.pid, signal.SIGKILL)
    await child.wait()


def main(corpus: str, index: str) -> int:
    """What the child does: update, and tell on standard output how that goes."""
    from retrieval import update_index

    if hasattr(os, "nice"):
        os.nice(NICE)
    # a library that prints must not break the protocol
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def tell(**message: Any) -> None:
        channel.write(json.dumps(message) + "\n")

    try:
        report = update_index(
            [Path(corpus)], Path(index), progress=lambda now: tell(progress=asdict(now))
        )
    except HoiBaoError as problem:
        tell(error=problem.args, locked=isinstance(problem, IndexLocked))
        return 1
    except Exception as problem:
        tell(error=("reload", f"{type(problem).__name__}: {problem}"), locked=False)
        raise
    tell(report=asdict(report))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
