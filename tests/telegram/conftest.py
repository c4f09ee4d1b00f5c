"""A server with one person, a forum and python-telegram-bot's own Bot, over real HTTP."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from tests.telegram import BotApi, Chat, Message, User

PLAIN = {"verify": False}  # loopback has no TLS; loading certificates for it takes a while


@dataclass
class World:
    """What most tests need: world.ask(lambda bot: bot.get_me())."""

    api: BotApi
    an: User
    chat: Chat
    question: Message

    def ask(self, call: Callable[[Bot], Awaitable[Any]], token: str = "") -> Any:
        """The result of one request of the real library."""

        async def run() -> Any:
            bot = Bot(
                token or self.api.token,
                base_url=self.api.base_url,
                base_file_url=self.api.base_file_url,
                request=HTTPXRequest(httpx_kwargs=PLAIN),
                get_updates_request=HTTPXRequest(httpx_kwargs=PLAIN),
            )
            async with bot:
                return await call(bot)

        return asyncio.run(run())

    def say(self, text: str, **more: Any) -> Message:
        """The message that the bot has sent into the private chat, as people see it."""
        sent = self.ask(lambda bot: bot.send_message(self.chat.id, text, **more))
        return self.chat.messages[sent.message_id]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # the library warns about its older answer
    with BotApi() as api:
        an = api.user(7, "An", username="an_nguyen")
        chat = api.private_chat(an)
        yield World(api, an, chat, api.send(chat, an, "Ai là Bí thư?"))


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
