"""The updates between Telegram and the handlers: none is lost on the way, and never too many.

Whoever fetches an update, by polling or by a webhook, puts it here before telling Telegram that
it has arrived. That waits while too many are at work, so that a flood stays with Telegram and not
in memory; and it notes which messages want an answer, for the case that the bot is killed.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from telegram import ReplyParameters, Update
from telegram.ext import BaseUpdateProcessor, ExtBot

from bot import render
from bot.desk import Desk
from bot.network import PatientRequest, insist
from bot.questions import wants_answer
from bot.receipts import Receipt
from bot.state import PAUSE
from bot.texts import language_of

log = logging.getLogger(__name__)

ROOM: Final = 1000  # updates that are waiting or at work
STUCK: Final = 60.0  # seconds that an update waits to be taken, which it is at once
GRACE: Final = 2.0  # seconds after the start in which Telegram delivers again what it may


class Inbox(asyncio.Queue[object]):
    """The application's queue of updates, with room for so many until they are done."""

    def __init__(
        self,
        desk: Desk,
        bot: ExtBot[Any],
        room: int = ROOM,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._taken = clock()  # when the application last got one, or might have had the next
        self._desk = desk
        self._bot = bot
        self._room = asyncio.Semaphore(room)
        self._noted: dict[int, Update] = {}

    async def put(self, item: object) -> None:
        """Take it in, once there is room; what is no update is a signal, and needs none."""
        if isinstance(item, Update):
            await self._room.acquire()
            try:
                self._note(item)
            except Exception as error:  # for want of memory, say: it is answered all the same
                log.error("a message could not be noted", exc_info=error)
        if self.empty():
            self._taken = self._clock()
        await super().put(item)

    async def get(self) -> object:
        """The next one, once there is one."""
        item = await super().get()
        self._taken = self._clock()
        return item

    @property
    def is_stuck(self) -> bool:
        """Whether some wait, and none was taken for so long that none will be."""
        return not self.empty() and self._clock() - self._taken > STUCK

    def done(self, update: Update) -> None:
        """It was handled, however that ended."""
        self._room.release()
        # one that was delivered twice was noted once
        if self._noted.get(update.update_id) is update:
            del self._noted[update.update_id]
            self._desk.receipts.done(update.update_id)

    def _note(self, update: Update) -> None:
        message, user = update.message or update.edited_message, update.effective_user
        if message is None or update.update_id in self._noted:
            return
        place, preferences = message.chat.id, self._desk.preferences
        if wants_answer(message, self._bot.bot) and not preferences.is_silent(place):
            code = user.language_code if user else None
            language = preferences.language(place) or language_of(code)
            self._noted[update.update_id] = update
            self._desk.receipts.take(Receipt(update.update_id, place, message.message_id, language))


class Processor(BaseUpdateProcessor):
    """Handles up to so many updates at a time, and tells the inbox of each that is done."""

    def __init__(self, updates: int, inbox: Inbox) -> None:
        super().__init__(updates)
        self._inbox = inbox

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handle it."""
        try:
            await coroutine
        finally:
            if isinstance(update, Update):
                self._inbox.done(update)

    async def initialize(self) -> None:
        """Nothing to begin with."""

    async def shutdown(self) -> None:
        """Nothing to end with."""


async def excuse_cut_off(bot: ExtBot[Any], desk: Desk, grace: float = GRACE) -> None:
    """Tell everybody whose answer an earlier run did not get to send; once for each chat."""
    await asyncio.sleep(grace)
    request = bot.request
    assert isinstance(request, PatientRequest)  # the bot was built with it
    latest = {receipt.chat: receipt for receipt in await _left(desk)}
    for receipt in latest.values():
        if not await insist(request, partial(_excuse, bot, receipt)):
            return  # the next start tells them
    for receipt in await _left(desk):
        desk.receipts.done(receipt.update_id)


async def _excuse(bot: ExtBot[Any], receipt: Receipt) -> None:
    pointed = ReplyParameters(receipt.message, allow_sending_without_reply=True)
    text = render.html("cut_off", receipt.language)
    await bot.send_message(receipt.chat, text, reply_parameters=pointed)


async def _left(desk: Desk) -> list[Receipt]:
    while True:
        try:
            return desk.receipts.left()
        except sqlite3.Error as error:
            log.warning("the state cannot be read now: %s", error)
            await asyncio.sleep(PAUSE)
