"""Reloading by itself when files of the corpus change, or the index is gone or another.

HOIBAO_WATCH=true: an article that is saved is found some seconds later.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Final

from watchfiles import awatch

from bot.desk import Desk
from retrieval import is_stale
from retrieval.database import current_folder
from retrieval.errors import HoiBaoError, IndexLocked, IndexProblem
from retrieval.index import place_of

log = logging.getLogger(__name__)

QUIET: Final = (
    500  # milliseconds without a change, after which all that changed is reloaded at once
)
LONGEST: Final = 10_000  # milliseconds that a reload waits for such quiet
LOOK: Final = 5_000  # milliseconds after which it is seen that the folder itself was exchanged
PAUSE: Final = 5.0  # seconds until something that is in the way is tried again; then twice that,
LONGEST_PAUSE: Final = 300.0  # and at last so many


class Patience:
    """How long to wait after something failed; the longer the more often it did."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pause = PAUSE
        self._until: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether something has failed and is due again."""
        return self._until is not None and self._clock() >= self._until

    def note(self, done: bool) -> None:
        """It was done, or it failed."""
        self._until = None if done else self._clock() + self._pause
        self._pause = PAUSE if done else min(2 * self._pause, LONGEST_PAUSE)


async def watch(desk: Desk) -> None:
    """Bring the index up to date whenever the corpus has changed; until it is cancelled."""
    told = ""
    while True:
        try:
            await _watch_folder(desk)
        except OSError as error:
            if told != str(error):
                told = str(error)
                log.warning("the articles cannot be watched just now: %s", told)
            await asyncio.sleep(PAUSE)


async def _watch_folder(desk: Desk) -> None:
    """The same for as long as the folder is there, and the same one."""
    corpus = desk.settings.corpus
    folder = corpus.stat().st_ino
    changes = awatch(
        corpus,
        watch_filter=lambda _, path: not is_hidden(path, corpus),
        step=QUIET,
        debounce=LONGEST,
        rust_timeout=LOOK,
        yield_on_timeout=True,
    )
    async with aclosing(changes):
        seen: object = ""  # files may have changed before the watch began
        patience = Patience()
        async for changed in changes:
            here = place_of_index(desk.settings.index)
            if changed or here != seen or patience.is_over:
                patience.note(await _bring_up_to_date(desk))
                here = place_of_index(desk.settings.index)
            seen = here
            if corpus.stat().st_ino != folder:
                return


def is_hidden(path: str, corpus: Path) -> bool:
    """Whether the index leaves out that file, as the one that an editor writes beside it.

    >>> is_hidden("/articles/.tin.md.swp", Path("/articles"))
    True
    """
    return any(part.startswith(".") for part in Path(path).parts[len(corpus.absolute().parts) :])


def place_of_index(index: Path) -> object:
    """What tells the index from another in its place; None for one that is gone or damaged."""
    try:
        return place_of(current_folder(index))
    except (IndexProblem, OSError):
        return None


async def _bring_up_to_date(desk: Desk) -> bool:
    """Whether the index is up to date then."""
    await desk.reload.wait()
    if not await _is_stale(desk):
        return True
    if not desk.reload.running:
        desk.reload.start(_reload(desk))
    await desk.reload.wait()
    return not await _is_stale(desk)


async def _is_stale(desk: Desk) -> bool:
    try:
        return await asyncio.to_thread(is_stale, [desk.settings.corpus], desk.settings.index)
    except HoiBaoError as problem:
        log.warning("the articles cannot be reloaded: %s", problem)
        return False


async def _reload(desk: Desk) -> None:
    try:
        report = await desk.update(lambda _: None)
    except IndexLocked:
        # another process is at it: whatever it does not see yet is due afterwards
        await asyncio.sleep(PAUSE)
        await _reload(desk)
    except HoiBaoError as problem:
        log.warning("the articles could not be reloaded: %s", problem)
    else:
        log.info(
            "the articles changed, and were reloaded: %d added, %d changed, %d removed, %d failed",
            *(report.added, report.changed, report.removed, len(report.failed)),
        )
