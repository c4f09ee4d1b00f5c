"""What went wrong, told to the admins once for each place in the program, not a hundred times.

Neither the message of an error nor its values are told: they may hold what somebody asked.

incidents.report(error) -> "ValueError, bot/render.py:42"; None when that was told before
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Final

from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

ROOT: Final = Path(__file__).parents[1]


class Incidents:
    """Remembers what was told, until the bot is restarted."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def report(self, error: BaseException) -> str | None:
        """Where it went wrong, when that is new and nothing that passes by itself."""
        # a BadRequest is a kind of NetworkError to the library
        if isinstance(error, Forbidden | NetworkError | RetryAfter) and not isinstance(
            error, BadRequest
        ):
            return None
        found = describe(error)
        if found in self._told:
            return None
        self._told.add(found)
        return found


def describe(error: BaseException) -> str:
    """The kind of an error and the last line of ours that it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    paths = [(Path(frame.filename), frame.lineno) for frame in frames]
    ours = [
        f"{path.relative_to(ROOT).as_posix()}:{line}"
        for path, line in paths
        if path.is_relative_to(ROOT / "bot") or path.is_relative_to(ROOT / "retrieval")
    ]
    return ", ".join([type(error).__name__, *ours[-1:]])
