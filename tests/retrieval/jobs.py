"""Work for the processes of `retrieval.workers`, which need it by its name; good and bad."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from retrieval.workers import Refused, one_by_one

Item = str | Refused[str]


def told(items: Sequence[Item]) -> list[str]:
    """Do to each item as it says, and tell how that went."""
    return [act(item) for item in one_by_one(items)]


def act(item: Item) -> str:
    if isinstance(item, Refused):
        return f"{item.item}: {item.reason}"
    verb, _, argument = item.partition(" ")
    if verb == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif verb == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif verb == "spin":
        while True:
            pass
    elif verb == "wait":
        signal.pause()
    elif verb == "grow":
        return str(len(bytearray(int(argument) << 20)))
    elif verb == "hide":  # as a library does that takes what it got for all there is
        with suppress(MemoryError):
            held = [bytearray(1 << 20) for _ in range(1 << 20)]
            del held
    elif verb == "fail":
        raise ValueError(argument)
    elif verb == "write":
        Path(argument).write_text("x" * 10_000)
    elif verb == "touch":
        Path(argument).touch()
    elif verb == "print":
        print(argument, flush=True)  # noqa: T201
        print(argument, file=sys.stderr, flush=True)  # noqa: T201
    elif verb == "process":
        return str(os.getpid())
    elif verb == "die-once":  # as if by the system's own doing
        with suppress(FileNotFoundError):
            Path(argument).unlink()
            os.kill(os.getpid(), signal.SIGKILL)
    return f"{item}: done"


def told_too_late(items: Sequence[Item]) -> list[str]:
    """Ends behind its last item, as long as it was allowed to do more than one."""
    done = told(items)
    if sum(isinstance(item, str) for item in items) > 1:
        os._exit(3)
    return done


def broken(items: Sequence[Item]) -> list[str]:
    """Ends before it begins any item."""
    os._exit(3)
