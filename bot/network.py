"""Requests to Telegram that come through a bad hour of the network, and are carried out once.

request = PatientRequest(connection_pool_size=8)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any, Final

import httpx
from httpx import codes
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from bot.vitals import Vitals

log = logging.getLogger(__name__)

FIRST: Final = 0.5  # seconds before the first repetition; each pause is twice the one before it,
LONGEST: Final = 30.0  # up to so many,
PATIENCE: Final = 2 * 3600.0  # and all of them together
LAST: Final = 3.0  # seconds that a request gets when the bot ends
POLL_PAUSES: Final = (0.5, 1.0, 2.0, 4.0)  # seconds before a getUpdates is repeated
HELD: Final = 5.0  # seconds that one is held back before the library is told so
STEP: Final = 0.05  # seconds between looks whether it still has to be
# from a proxy before the server, or from a server that is being restarted
UNAVAILABLE: Final = frozenset({502, 503, 504})
# Telegram has understood, and will not do it; a BadRequest is a kind of NetworkError to the library
REFUSED: Final = (BadRequest, Forbidden, InvalidToken, ChatMigrated)
# these failed before anything was sent
UNSENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

Wait = Callable[[float], Awaitable[object]]


class PatientRequest(HTTPXRequest):
    """Repeats what was not carried out, or may be carried out twice, for as long as it takes.

    When a connection ends after a message was sent, nobody can tell whether it was posted; it is
    not sent again. An edit, or an answer to a button, may be. `wait` is how time passes between.
    """

    def __init__(self, wait: Wait | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._ending = asyncio.Event()
        self._limits: set[asyncio.Timeout] = set()  # of the requests under way
        self._wait = wait or self._wait_for_ending

    @property
    def ending(self) -> bool:
        """Whether the bot is about to end."""
        return self._ending.is_set()

    async def rest(self, seconds: float) -> bool:
        """Wait so long; False when there is no time left, since the bot is about to end."""
        await self._wait(seconds)
        return not self.ending

    def give_up(self) -> None:
        """The bot is about to end: what fails, or takes long, from now on has failed."""
        if not self.ending:
            self._ending.set()
            for limit in self._limits:
                limit.reschedule(asyncio.get_running_loop().time() + LAST)

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Status and body of the response, after as many repetitions as there is patience for."""
        for pause in pauses():
            try:
                status, body = await self._requested(url, *args, **kwargs)
                if status not in UNAVAILABLE or self.ending:
                    return status, body
            except NetworkError as error:
                unsent = isinstance(error.__cause__, UNSENT)
                if self.ending or (posts(url) and not unsent):
                    raise
            await self.rest(pause)
        return await self._requested(url, *args, **kwargs)

    async def _requested(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(LAST if self.ending else None) as limit:
                self._limits.add(limit)
                try:
                    return await super().do_request(*args, **kwargs)
                finally:
                    self._limits.discard(limit)
        except TimeoutError:
            raise TimedOut("the bot ends before there is an answer") from None

    async def _wait_for_ending(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), seconds)


def pauses() -> Iterator[float]:
    """The seconds before each repetition.

    >>> from itertools import islice
    >>> list(islice(pauses(), 8))
    [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    """
    pause, waited = FIRST, 0.0
    while waited < PATIENCE:
        yield pause
        waited += pause
        pause = min(2 * pause, LONGEST)


class PollingRequest(HTTPXRequest):
    """Tells of every getUpdates that begins and ends, and repeats one that fails some times soon.

    The library itself repeats it ever later, up to half a minute, for which the bot is deaf.

    A getUpdates confirms what the one before has fetched: Telegram forgets that. So none is sent
    as long as `settled` says that something of it would be lost if the bot were killed.
    """

    def __init__(
        self,
        vitals: Vitals,
        wait: Wait = asyncio.sleep,
        settled: Callable[[], bool] = lambda: True,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._vitals = vitals
        self._wait = wait
        self._settled = settled

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Status and body of the response.

        Raises `TimedOut` when it was held back for long; the library begins anew.
        """
        await self._until_settled()
        for pause in POLL_PAUSES:
            try:
                status, body = await self._polled(*args, **kwargs)
                if status < codes.INTERNAL_SERVER_ERROR:
                    return status, body
            except TimedOut:
                raise  # as long as there is nothing new; the library asks again at once
            except NetworkError as error:
                log.info("updates cannot be fetched now: %s", error)
            await self._wait(pause)
        return await self._polled(*args, **kwargs)

    async def _until_settled(self) -> None:
        for _ in range(round(HELD / STEP)):
            if self._settled():
                return
            self._vitals.poll_moved()
            await self._wait(STEP)
        raise TimedOut("what was fetched last can be confirmed neither as written down nor as done")

    async def _polled(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        self._vitals.poll_moved()
        try:
            status, body = await super().do_request(*args, **kwargs)
        finally:
            self._vitals.poll_moved()
        if status == codes.OK:
            self._vitals.got_on()
        return status, body


async def insist(request: PatientRequest, act: Callable[[], Awaitable[object]]) -> bool:
    """Do what may be done twice, as soon as it can be done; False when the bot ends before that.

    What Telegram refuses for good is not tried again.
    """
    for pause in pauses():
        try:
            await act()
            return True
        except TelegramError as refused:
            if not passes(refused):
                log.info("Telegram refuses for good: %s", refused)
                return True
        except (MemoryError, OSError, RuntimeError) as error:  # no memory, no thread
            with suppress(MemoryError):
                log.warning("what must be said cannot be said yet: %s", type(error).__name__)
        if not await request.rest(pause):
            break
    return False


def passes(error: TelegramError) -> bool:
    """Whether an error passes by itself: all but a refusal of what was asked for.

    >>> passes(TelegramError("Invalid server response")), passes(Forbidden("bot was blocked"))
    (True, False)
    """
    return not isinstance(error, REFUSED)


def posts(url: str) -> bool:
    """Whether the request, carried out twice, would post twice.

    >>> posts("https://api.telegram.org/bot1:a/sendMessage"), posts("sendChatAction")
    (True, False)
    """
    method = url.rpartition("/")[2]
    return method.startswith("send") and method != "sendChatAction"
