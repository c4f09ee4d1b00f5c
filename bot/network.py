"""Requests to Telegram that come through a bad moment of the network, and are carried out once.

request = PatientRequest(connection_pool_size=8)
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import httpx
from httpx import codes
from telegram.error import NetworkError
from telegram.request import HTTPXRequest

from bot.vitals import Vitals

PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds before each repetition
# from a proxy before the server, or from a server that is being restarted
UNAVAILABLE: Final = frozenset({502, 503, 504})
# these failed before anything was sent
UNSENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class PatientRequest(HTTPXRequest):
    """Repeats what was not carried out, or may be carried out twice.

    When a connection ends after a message was sent, nobody can tell whether it was posted; it is
    not sent again. An edit, or an answer to a button, may be.
    """

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Status and body of the response, after up to `len(PAUSES)` repetitions."""
        for pause in PAUSES:
            try:
                status, body = await super().do_request(url, *args, **kwargs)
                if status not in UNAVAILABLE:
                    return status, body
            except NetworkError as error:
                if posts(url) and not isinstance(error.__cause__, UNSENT):
                    raise
            await asyncio.sleep(pause)
        return await super().do_request(url, *args, **kwargs)


class PollingRequest(HTTPXRequest):
    """Tells of every getUpdates that begins and ends."""

    def __init__(self, vitals: Vitals, **options: Any) -> None:
        super().__init__(**options)
        self._vitals = vitals

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Status and body of the response."""
        self._vitals.poll_moved()
        try:
            status, body = await super().do_request(*args, **kwargs)
        finally:
            self._vitals.poll_moved()
        if status == codes.OK:
            self._vitals.got_on()
        return status, body


def posts(url: str) -> bool:
    """Whether the request, carried out twice, would post twice.

    >>> posts("https://api.telegram.org/bot1:a/sendMessage"), posts("sendChatAction")
    (True, False)
    """
    method = url.rpartition("/")[2]
    return method.startswith("send") and method != "sendChatAction"
