"""What the journal tells the admins: /gaps, /stats, and errors as they happen."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final

from telegram import Message
from telegram.constants import MessageLimit
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot import render
from bot.chart import draw
from bot.desk import Desk
from bot.handlers import Command, Context, desk_of
from bot.likeness import group_alike
from bot.texts import DEFAULT, language_of

HOUR: Final = 3600.0  # seconds


async def gaps(message: Message, context: Context, language: str) -> None:
    """/gaps: what was asked in vain, grouped by likeness, and the quotes that got 👎."""
    desk = desk_of(context)
    if not desk.journal.keeps:
        await message.reply_html(render.html("journal_off", language))
        return
    groups = await desk.run(group_alike, desk.journal.unanswered())
    disliked = desk.journal.disliked()
    await message.reply_html(render.gaps(groups, disliked, desk.settings.journal_days, language))


async def stats(message: Message, context: Context, language: str) -> None:
    """/stats: a picture of the last days, its figures as the caption."""
    desk = desk_of(context)
    if not desk.journal.keeps:
        await message.reply_html(render.html("journal_off", language))
        return
    days = desk.journal.days()
    text = render.stats(days, desk.journal.times(), desk.settings.journal_days, language)
    assert len(text) <= MessageLimit.CAPTION_LENGTH
    if days:
        await message.reply_photo(await desk.run(draw, days), caption=text)
    else:
        await message.reply_html(text)


async def expire_hourly(desk: Desk) -> None:
    """Keep to the days that were promised, even when nobody asks anything any more."""
    while True:
        await asyncio.sleep(HOUR)
        desk.journal.expire()


async def report_incident(error: BaseException, bot: ExtBot[Any], desk: Desk) -> None:
    """Tell every admin, in private, what went wrong, if that is new."""
    what = desk.incidents.report(error)
    if what is None:
        return
    for admin in sorted(desk.settings.admin_ids):
        language = desk.preferences.language(admin) or await _language_of(admin, bot)
        # an admin who never wrote to the bot cannot be written to
        with suppress(TelegramError):
            await bot.send_message(admin, render.html("incident", language, what=what))


async def _language_of(admin: int, bot: ExtBot[Any]) -> str:
    """The language that an admin's Telegram speaks: nobody wrote anything here that tells it."""
    try:
        member = await bot.get_chat_member(admin, admin)
    except TelegramError:
        return DEFAULT
    return language_of(member.user.language_code)


COMMANDS: Final = (
    Command("gaps", gaps, admins_only=True),
    Command("stats", stats, admins_only=True),
)
