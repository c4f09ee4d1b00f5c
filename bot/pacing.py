"""Messages no faster than Telegram takes them, so that it never has to refuse one.

A refusal makes the library hold back every message to everybody; waiting here holds up one chat.

limiter = PacingRateLimiter(max_retries=5)
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Final

from telegram.constants import FloodLimit
from telegram.ext import AIORateLimiter

from bot.network import posts

MINUTE: Final = 60.0  # seconds; the longest window
MARGIN: Final = 0.05  # seconds; Telegram counts when a message arrives
REMEMBERED: Final = 1000  # chats, before those that are quiet are forgotten


@dataclass(frozen=True, slots=True)
class Limits:
    """How many messages Telegram takes."""

    a_second: int = FloodLimit.MESSAGES_PER_SECOND
    a_second_a_chat: int = FloodLimit.MESSAGES_PER_SECOND_PER_CHAT
    a_minute_a_group: int = FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP


class Pace:
    """When the next message to a chat may be sent; `clock` counts seconds, forward only."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._sent: dict[Hashable, deque[float]] = {}  # by chat; None: to any

    def due(self, chat: int) -> float:
        """Seconds from now until a message to that chat may be sent."""
        limits = self._limits
        # a group's number is negative
        windows = [
            (None, limits.a_second, 1.0),
            (chat, limits.a_second_a_chat, 1.0),
            *([(chat, limits.a_minute_a_group, MINUTE)] if chat < 0 else []),
        ]
        now = self._clock()
        return max(self._free(*window) - now for window in windows)

    def count(self, chat: int) -> None:
        """A message to that chat is sent now."""
        for key, most in (
            (None, self._limits.a_second),
            (chat, max(self._limits.a_second_a_chat, self._limits.a_minute_a_group)),
        ):
            times = self._sent.setdefault(key, deque(maxlen=most))
            times.append(self._clock())
        if len(self._sent) > REMEMBERED:
            quiet = self._clock() - MINUTE - MARGIN
            self._sent = {key: times for key, times in self._sent.items() if times[-1] > quiet}

    def _free(self, key: Hashable, most: int, period: float) -> float:
        """The time from which fewer than `most` were sent within the period."""
        times = self._sent.get(key, ())
        return times[-most] + period + MARGIN if len(times) >= most else 0.0


class PacingRateLimiter(AIORateLimiter):
    """The library's, which repeats what Telegram refused after all; with a pace for each chat."""

    __slots__ = ("_pace",)

    def __init__(self, limits: Limits, max_retries: int) -> None:
        super().__init__(max_retries=max_retries)
        self._pace = Pace(limits)

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """What the request returns, once it is its turn."""
        chat = data.get("chat_id")
        if posts(endpoint) and isinstance(chat, int):
            # others may have taken the place meanwhile
            while (pause := self._pace.due(chat)) > 0:  # noqa: ASYNC110 - nothing but time frees it
                await asyncio.sleep(pause)
            self._pace.count(chat)
        return await super().process_request(
            callback, args, kwargs, endpoint, data, rate_limit_args
        )
