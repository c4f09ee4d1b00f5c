"""What reading one file may cost, as the system itself enforces it on the process that reads.

impose(Limits(seconds=60)); renew(Limits(seconds=60))    # more than a minute now ends the process
"""

from __future__ import annotations

import os
import re
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NICENESS: Final = 10
OUT_OF_MEMORY: Final = 97
"""The status that a process ends with when it takes more memory than it may."""

_MOST_IN_USE: Final = re.compile(rb"VmHWM:\s+(\d+) kB")


@dataclass(frozen=True, slots=True)
class Limits:
    """For one file: seconds of processor time, seconds on the clock, bytes of memory.

    The clock is for what only waits, like a network drive; a busy machine must not fail a file.
    The memory comes on top of what the process has before its first file. All its articles are
    analysed within `whole` seconds on the clock and `pace` more for each million characters, some
    twenty times what that takes.
    """

    seconds: float = 60
    patience: float = 600
    memory: int = 1 << 30
    whole: float = 600
    pace: float = 10


def affordable(processes: int, wanted: int = Limits().memory) -> int:
    """The bytes that each of so many processes may take beside another one on this machine.

    >>> affordable(10**9) < affordable(1) <= Limits().memory
    True
    """
    if sys.platform == "win32":
        return wanted
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(wanted, machine // (processes + 1))


LIMITS: Final = Limits(memory=affordable(os.cpu_count() or 1))


def impose(limits: Limits) -> int:
    """Limit memory and what is written to files, for good; the most memory to have had in use.

    The system refuses memory only a quarter later: libraries take a refusal for the end of the
    file, and would give what they have as if it were all. So whoever had more in use than this
    returns has exceeded the limit, whatever came of it.
    Where the system knows no such limit, as on Windows, there is none.
    """
    if sys.platform == "win32":
        return sys.maxsize
    import resource

    bounds = (
        (resource.RLIMIT_DATA, _data_in_use() + limits.memory * 5 // 4),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, bound in bounds:
        hard = resource.getrlimit(kind)[1]
        within = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (within, within))
    return most_in_use() + limits.memory


def give_way() -> None:
    """Let who answers questions go first; when memory is short, let this process be ended."""
    if sys.platform != "win32":
        for overtime in (signal.SIGPROF, signal.SIGALRM):
            signal.signal(overtime, signal.SIG_DFL)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")


def renew(limits: Limits) -> None:
    """Start both times anew; running out of one ends the process by its signal."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, limits.seconds)
        signal.setitimer(signal.ITIMER_REAL, limits.patience)


def pause() -> None:
    """Stop both times, while there is nothing to read."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def is_overtime(status: int) -> bool:
    """Whether a process ended with that status for having run out of time."""
    return status in (-_number("SIGPROF"), -_number("SIGALRM"))


def reason(status: int, limits: Limits) -> str:
    """Why a process that read a file ended with that status, and what to do about it.

    >>> reason(OUT_OF_MEMORY, Limits())
    'takes more than 1024 MB of memory to read; split it, or save it as plain text'
    """
    known = {
        OUT_OF_MEMORY: f"takes more than {limits.memory >> 20} MB of memory to read",
        -_number("SIGPROF"): f"takes more than {limits.seconds:g} s to read",
        -_number("SIGALRM"): f"is not read within {limits.patience:g} s",
        -_number("SIGKILL"): "the process that read it was killed, for want of memory most likely",
    }
    crash = f"crashes its reader, perhaps for want of memory ({_name(status)})"
    cause = known.get(status, crash)
    return f"{cause}; split it, or save it as plain text"


def _number(name: str) -> int:
    return int(getattr(signal, name, 0))


def _name(status: int) -> str:
    """How a process ended: -11 -> "SIGSEGV"."""
    with suppress(ValueError):
        return signal.Signals(-status).name
    return f"status {status}"


def most_in_use() -> int:
    """The most bytes of memory that this process has had in use; 0 where nobody knows."""
    with suppress(OSError):
        found = _MOST_IN_USE.search(Path("/proc/self/status").read_bytes())
        return int(found[1]) << 10 if found else 0
    return 0


def _data_in_use() -> int:
    """Bytes of memory that this process may write to, as the limit counts them."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])
    except OSError:
        return 1 << 28  # what the libraries take, about
    return pages * os.sysconf("SC_PAGE_SIZE")
