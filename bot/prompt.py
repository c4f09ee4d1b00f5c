"""The prompt of `hoibao ask` without a question: line editing and a history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.history import FileHistory, History, InMemoryHistory

HISTORY = Path("~/.local/state/hoibao/history")


def typed_questions(history: Path = HISTORY) -> Iterator[str]:
    """The questions typed on this terminal until Ctrl-D; Ctrl-C clears the line."""
    session: PromptSession[str] = PromptSession("Hỏi: ", history=_kept(history.expanduser()))
    while True:
        try:
            question = session.prompt()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        if question.strip():
            yield question


def _kept(path: Path) -> History:
    """The history in that file; in memory alone when the file cannot be written."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(path)
