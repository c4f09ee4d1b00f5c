"""What the bot does for its admins: /reload and /status."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from telegram import CallbackQuery, InlineKeyboardMarkup, Message
from telegram.error import TelegramError

from bot import render
from bot.buttons import Press, stop_keyboard
from bot.desk import Desk
from bot.handlers import Command, Context, desk_of
from bot.texts import plain
from retrieval.errors import HoiBaoError, IndexLocked
from retrieval.model import Progress

# seconds; Telegram allows 20 messages a minute in a group, edits included
EDIT_EVERY: Final = 3.0


class Board:
    """One message that shows the latest of many states, without an edit for each.

    board.show("1/900"); board.show("2/900")  # one edit, three seconds after the last
    await board.close("done")                 # and without the keyboard
    """

    def __init__(self, message: Message, keyboard: InlineKeyboardMarkup) -> None:
        self._message = message
        self._keyboard = keyboard
        self._next: str | None = None
        self._painter: asyncio.Task[None] | None = None

    def show(self, html: str) -> None:
        """Show this soon, unless something newer comes first."""
        self._next = html
        if self._painter is None or self._painter.done():
            self._painter = asyncio.create_task(self._paint())

    async def close(self, html: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        """Show this last; in a new message, if the old one cannot be edited."""
        if self._painter is not None:
            self._painter.cancel()
            await asyncio.gather(self._painter, return_exceptions=True)
        try:
            await self._message.edit_text(html, reply_markup=keyboard)
        except TelegramError:
            with suppress(TelegramError):
                await self._message.reply_html(html, reply_markup=keyboard)

    async def _paint(self) -> None:
        while self._next is not None:
            html, self._next = self._next, None
            # progress that cannot be shown is no reason to stop
            with suppress(TelegramError):
                await self._message.edit_text(html, reply_markup=self._keyboard)
            await asyncio.sleep(EDIT_EVERY)


async def reload(message: Message, context: Context, language: str) -> None:
    """/reload: bring the index up to date beside the bot, which goes on answering."""
    desk = desk_of(context)
    if desk.reload.running:
        await message.reply_html(render.html("reload_refused", language))
    else:
        desk.reload.start(run_reload(message, desk, language))


async def run_reload(message: Message, desk: Desk, language: str) -> None:
    """The reload from its first message to its last."""
    keyboard = stop_keyboard(language)
    begun = render.html("reload_started", language)
    board = Board(await message.reply_html(begun, reply_markup=keyboard), keyboard)
    await update_on(board, desk, language)


async def update_on(
    board: Board,
    desk: Desk,
    language: str,
    head: str = "",
    keyboard: InlineKeyboardMarkup | None = None,
) -> None:
    """Bring the index up to date, shown on a board; at last below a head, with those buttons."""

    async def end(html: str) -> None:
        await board.close(f"{head}\n\n{html}" if head else html, keyboard)

    def show(progress: Progress) -> None:
        board.show(render.progress(progress, language))

    try:
        report = await desk.update(show)
    except IndexLocked:
        await end(render.html("reload_locked", language))
    except HoiBaoError as problem:
        await end(render.refusal("reload_failed", problem, language))
    except asyncio.CancelledError:
        await end(render.html(desk.reload.why, language))
        raise
    except Exception as error:  # unforeseen: the log and the admins are told by who started this
        await end(render.html("reload_failed", language, reason=type(error).__name__))
        raise
    else:
        await end(render.report(report, language))


async def stop_reload(query: CallbackQuery, press: Press, context: Context, language: str) -> None:
    """The button under a running reload: end it; the index stays as it was."""
    desk = desk_of(context)
    if desk.is_admin(query.from_user.id):
        await query.answer()
        await desk.reload.end("reload_cancelled")
    else:
        await query.answer(plain("toast_admins_only", language), show_alert=True)


async def status(message: Message, context: Context, language: str) -> None:
    """/status: the index as it stands."""
    desk = desk_of(context)
    await message.reply_html(render.status(await desk.run(desk.index.status), language))


COMMANDS: Final = (
    Command("reload", reload, admins_only=True),
    Command("status", status, admins_only=True),
)
