"""Every command there is, and who is offered which by Telegram.

menus = Menus(admin_ids)
await menus.set_all(bot)
await menus.set_for_late(bot, chat_id)   # an admin's, which was not there before
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any, Final

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot import admin, handlers, insights, library
from bot.questions import ASK
from bot.texts import DEFAULT, TEXTS, plain

log = logging.getLogger(__name__)

COMMANDS: Final = (*handlers.COMMANDS, *admin.COMMANDS, *library.COMMANDS, *insights.COMMANDS)
_EVERYBODYS: Final = [command.name for command in COMMANDS if not command.admins_only]


class Menus:
    """Telegram shows no menu to an admin who never wrote to the bot; those are waited for."""

    def __init__(self, admin_ids: Iterable[int]) -> None:
        self._admins = sorted(admin_ids)
        self._late: set[int] = set()

    async def set_all(self, bot: ExtBot[Any]) -> None:
        """Tell Telegram which commands to offer to whom, in each language."""
        await _offer(bot, BotCommandScopeAllPrivateChats(), _EVERYBODYS)
        await _offer(bot, BotCommandScopeAllGroupChats(), [ASK, *_EVERYBODYS])
        for admin_id in self._admins:
            if not await self._offer_everything(bot, admin_id):
                self._late.add(admin_id)

    async def set_for_late(self, bot: ExtBot[Any], chat: int) -> None:
        """The same for an admin who writes to the bot for the first time, in that chat."""
        if chat in self._late:
            self._late.discard(chat)
            await self._offer_everything(bot, chat)

    async def _offer_everything(self, bot: ExtBot[Any], admin_id: int) -> bool:
        names = [command.name for command in COMMANDS]
        return await _offer(bot, BotCommandScopeChat(admin_id), names)


async def _offer(bot: ExtBot[Any], scope: BotCommandScope, names: Sequence[str]) -> bool:
    """Whether Telegram took the menus of a scope, in all languages."""
    for language in TEXTS:
        lines = [BotCommand(name, plain(f"menu_{name}", language)) for name in names]
        # without a language code: for all who have no menu in their own language
        code = None if language == DEFAULT else language
        try:
            await bot.set_my_commands(lines, scope, code)
        except TelegramError as refused:
            log.warning("no command menu for %s: %s", scope.type, refused)
            return False
    return True
