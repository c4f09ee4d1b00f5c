"""Notices when updates have stopped to come, and gets them going again.

What cannot be mended from within, a thread that died or updates that nobody takes, ends the
process: it is started again from outside, and whoever waited is told.

desk.attend(lambda: guard_polling(application, vitals, start))
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ExtBot, Updater

from bot.inbox import Inbox
from bot.vitals import Vitals

log = logging.getLogger(__name__)

CHECKS: Final = 4  # in the time after which polling is said to hang
PATIENCE: Final = 15.0  # seconds that it gets to stop, and to start
WEBHOOK_CHECK: Final = 60.0  # seconds
INBOX_CHECK: Final = 15.0  # seconds


async def guard_polling(
    application: Application[Any, Any, Any, Any, Any, Any],
    vitals: Vitals,
    start: Callable[[], Awaitable[object]],
) -> None:
    """Whenever polling hangs, stop it and call `start`; until this is cancelled.

    Raises `InvalidToken` when Telegram does not know the bot any more.
    """
    assert application.updater is not None  # it polls
    while True:
        await asyncio.sleep(vitals.hangs / CHECKS)
        if vitals.polling_hangs and application.running:
            log.error("nothing was heard from polling for %.0f s; starting it anew", vitals.hangs)
            vitals.restarts.inc()
            await _restart(application.updater, start)


def end_with_threads(end: Callable[[], object]) -> None:
    """Call `end` when a thread dies of an error, as one does that finds no memory to report it.

    A search that it had begun would never end, and its place among the workers stay empty.
    """

    def ended(_: threading.ExceptHookArgs) -> None:
        os.write(2, b"a thread has died; the bot ends, to be started again\n")
        end()

    threading.excepthook = ended


async def watch_inbox(inbox: Inbox, end: Callable[[], object]) -> None:
    """Call `end` when updates wait that the application does not take any more."""
    while True:
        await asyncio.sleep(INBOX_CHECK)
        if inbox.is_stuck:
            log.critical("nobody takes the updates; the bot ends, to be started again")
            end()


def abort() -> None:
    """End this process at once; nothing in it is worth to be waited for."""
    os.kill(os.getpid(), signal.SIGKILL)


async def _restart(updater: Updater, start: Callable[[], Awaitable[object]]) -> None:
    # not running: an earlier attempt came this far
    with suppress(RuntimeError, TimeoutError, TelegramError):
        async with asyncio.timeout(PATIENCE):
            await updater.stop()
    try:
        async with asyncio.timeout(PATIENCE):
            await start()
    except InvalidToken:
        raise
    except (TelegramError, TimeoutError, RuntimeError) as error:
        log.warning("polling could not be started: %s", error)


async def watch_webhook(bot: ExtBot[Any], vitals: Vitals) -> None:
    """Ask now and then whether updates wait: when none do, their absence is no bad sign."""
    while True:
        with suppress(TelegramError):
            if not (await bot.get_webhook_info()).pending_update_count:
                vitals.got_on()
        await asyncio.sleep(WEBHOOK_CHECK)
