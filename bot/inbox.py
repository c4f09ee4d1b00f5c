"""The updates between Telegram and the handlers: none is lost on the way, and never too many.

Whoever fetches an update, by polling or by a webhook, puts it here before telling Telegram that
it has arrived. That waits while too many are at work, so that a flood stays with Telegram and not
in memory; and it notes which messages want an answer, for the case that the bot is killed.

Telegram is told once that is written down or the answer is there. The note goes when the handlers
have ended well; when they have not, once the person was told so.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from telegram import ReplyParameters, Update
from telegram.error import NetworkError
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
LOOK: Final = 0.05  # seconds between looks whether an update may be confirmed


@dataclass(slots=True)
class Note:
    """A message at work. Its marks take no memory to set, for when there is none."""

    update: Update
    receipt: Receipt
    reached: bool = False  # the handlers; until then nobody has seen to it
    failed: bool = False  # and nothing was said about that
    over: bool = False  # nobody is at work on it any more,
    closing: bool = False  # but on what is left to do then


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
        self._at_one = False  # the application has got one, and has not asked for the next
        self._desk = desk
        self._bot = bot
        self._room = asyncio.Semaphore(room)
        self._notes: dict[int, Note] = {}

    async def put(self, item: object) -> None:
        """Take it in, once there is room; what is no update is a signal, and needs none.

        Raises `NetworkError` when Telegram is to deliver it again: there was no memory to note it,
        or a webhook's could be neither written down nor answered before the end.
        """
        if not isinstance(item, Update):
            await super().put(item)
            return
        await self._room.acquire()
        try:
            self._try_to_note(item)
            if self.empty():
                self._taken = self._clock()
            await super().put(item)
        except MemoryError:
            self._refuse(item)
            raise NetworkError("there is no memory to take an update") from None
        if self._desk.settings.webhook_url:
            # Telegram takes the end of this as its receipt; that of a poll is the next poll
            await self._until_settled(item)

    async def get(self) -> object:
        """The next one, once there is one."""
        self._at_one = False
        item = await super().get()
        self._at_one = isinstance(item, Update)
        self._taken = self._clock()
        return item

    @property
    def is_stuck(self) -> bool:
        """Whether some wait, or one was taken, and for so long none was that none will be."""
        waits = self._at_one or not self.empty()
        return waits and self._clock() - self._taken > STUCK

    def reached(self, update: Update) -> None:
        """The handlers have it."""
        if note := self._note_of(update):
            note.reached = True

    def failed(self, update: Update) -> None:
        """Whoever waits for the answer has to be told that there is none."""
        if note := self._note_of(update):
            note.failed = True

    def told(self, update: Update) -> None:
        """They were, or cannot be told anything."""
        if note := self._note_of(update):
            note.failed = False

    async def done(self, update: Update) -> None:
        """Nobody is at work on it any more, however that ended."""
        self._room.release()
        if note := self._note_of(update):
            note.over = True
            with suppress(MemoryError):  # nobody need be told of that: it is done later
                await self._close(note)

    async def tidy(self, pause: float = PAUSE) -> None:
        """Do what could not be done when an update was over, for want of memory; now and then."""
        while True:
            await asyncio.sleep(pause)
            for note in [each for each in self._notes.values() if each.over and not each.closing]:
                await self._close(note)

    async def _until_settled(self, update: Update) -> None:
        while not self._desk.receipts.settled(update.update_id):
            if not await self._request.rest(LOOK):
                raise NetworkError("the bot ends before an update is settled")

    @property
    def _request(self) -> PatientRequest:
        assert isinstance(self._bot.request, PatientRequest)  # the bot was built with it
        return self._bot.request

    def _refuse(self, update: Update) -> None:
        self._room.release()
        if self._note_of(update):
            del self._notes[update.update_id]
            self._desk.receipts.forget(update.update_id)

    def _try_to_note(self, update: Update) -> None:
        try:
            self._note(update)
        except MemoryError:
            raise
        except Exception as error:
            log.error("a message could not be noted", exc_info=error)

    def _note(self, update: Update) -> None:
        message, user = update.message or update.edited_message, update.effective_user
        if message is None or update.update_id in self._notes:
            return
        place, preferences = message.chat.id, self._desk.preferences
        if wants_answer(message, self._bot.bot) and not preferences.is_silent(place):
            code = user.language_code if user else None
            language = preferences.language(place) or language_of(code)
            receipt = Receipt(update.update_id, place, message.message_id, language)
            self._notes[update.update_id] = Note(update, receipt)
            self._desk.receipts.take(receipt)

    def _note_of(self, update: Update) -> Note | None:
        note = self._notes.get(update.update_id)
        # one that was delivered twice was noted once
        return note if note and note.update is update else None

    async def _close(self, note: Note) -> None:
        note.closing = True
        try:
            if note.failed or not note.reached:
                if self._request.ending or not await self._excuse(note.receipt):
                    return  # the next run has to
                note.reached, note.failed = True, False
            self._desk.receipts.done(note.receipt.update_id)
            del self._notes[note.receipt.update_id]
        finally:
            note.closing = False

    async def _excuse(self, receipt: Receipt) -> bool:
        return await insist(self._request, partial(excuse, self._bot, receipt, "failed"))


class Processor(BaseUpdateProcessor):
    """Handles up to so many updates at a time, and tells the inbox of each that is done."""

    def __init__(self, updates: int, inbox: Inbox) -> None:
        super().__init__(updates)
        self._inbox = inbox

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handle it."""
        try:
            await coroutine
        except Exception as error:  # in the library: what fails in a handler is seen to there
            if isinstance(update, Update):
                self._inbox.failed(update)
            with suppress(MemoryError):
                log.error("an update could not be handled", exc_info=error)
        # one that was cancelled is not done
        if isinstance(update, Update):
            await self._inbox.done(update)

    async def initialize(self) -> None:
        """Nothing to begin with."""

    async def shutdown(self) -> None:
        """Nothing to end with."""


async def excuse_cut_off(bot: ExtBot[Any], desk: Desk, grace: float = GRACE) -> None:
    """Tell everybody whose answer an earlier run did not get to send; once for each chat."""
    await asyncio.sleep(grace)
    latest = {receipt.chat: receipt for receipt in await _left(desk)}
    # one that cannot be told now does not keep the others waiting
    async with asyncio.TaskGroup() as group:
        for receipt in latest.values():
            group.create_task(_excuse_chat(bot, desk, receipt))


async def _excuse_chat(bot: ExtBot[Any], desk: Desk, latest: Receipt) -> None:
    request = bot.request
    assert isinstance(request, PatientRequest)  # the bot was built with it
    if not await insist(request, partial(excuse, bot, latest, "cut_off")):
        return  # the next start tells them
    for receipt in await _left(desk):
        if receipt.chat == latest.chat:
            desk.receipts.done(receipt.update_id)


async def excuse(bot: ExtBot[Any], receipt: Receipt, why: str) -> None:
    """Answer a message with the text of that key, when there is nothing better to say."""
    pointed = ReplyParameters(receipt.message, allow_sending_without_reply=True)
    text = render.html(why, receipt.language)
    await bot.send_message(receipt.chat, text, reply_parameters=pointed)


async def _left(desk: Desk) -> list[Receipt]:
    while True:
        try:
            return desk.receipts.left()
        except sqlite3.Error as error:
            log.warning("the state cannot be read now: %s", error)
            await asyncio.sleep(PAUSE)
