"""How the bot treats people who ask much, ask twice, or wait long.

allowance = Allowance(limit=20)
allowance.excess(user_id) -> 0     # as long as it is within the limit
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final, Generic, TypeVar

from telegram import Message
from telegram.constants import ChatAction
from telegram.error import BadRequest, TelegramError

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# words of the Bot API
UNCHANGED: Final = "not modified"
TOO_LATE: Final = "too old"

WINDOW: Final = 60.0  # seconds that an allowance is for
SLOW: Final = 0.5  # seconds after which an answer is worth announcing
TYPING: Final = 4.5  # seconds; Telegram shows the action for five


class Allowance:
    """At most `limit` times a minute for each key.

    The minutes are those of the clock, so that nothing is kept about anyone for longer.
    """

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._window = 0.0
        self._used: dict[Hashable, int] = {}

    def excess(self, *keys: Hashable) -> int:
        """Count one more for each key; how many that is over the limit, for the worst of them.

        1 is the first time over it: when to say so.
        """
        window = self._clock() // WINDOW
        if window != self._window:
            self._window, self._used = window, {}
        for key in set(keys):
            self._used[key] = self._used.get(key, 0) + 1
        return max(0, *(self._used[key] - self._limit for key in keys))


class Recent(Generic[K, V]):
    """A mapping that forgets its oldest entries when it holds more than `size`.

    >>> recent = Recent[str, int](1)
    >>> recent.put("a", 1); recent.put("b", 2); recent.get("a"), recent.get("b")
    (None, 2)
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """What is remembered under that key."""
        return self._entries.get(key)

    def put(self, key: K, value: V) -> None:
        """Remember it."""
        self._entries[key] = value
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)


class Turns:
    """One at a time for each key; of those who wait meanwhile, only the newest gets its turn."""

    def __init__(self) -> None:
        self._locks: dict[Hashable, asyncio.Lock] = {}
        self._newest: dict[Hashable, object] = {}

    @asynccontextmanager
    async def turn(self, key: Hashable) -> AsyncIterator[bool]:
        """Wait for the turn; False when somebody newer came in meanwhile."""
        ticket = self._newest[key] = object()
        lock = self._locks.setdefault(key, asyncio.Lock())
        begins = not lock.locked()
        async with lock:
            try:
                yield begins or self._newest[key] is ticket
            finally:
                # the lock serves in order of arrival, so nobody waits behind the newest
                if self._newest[key] is ticket:
                    del self._locks[key], self._newest[key]


@asynccontextmanager
async def typing_when_slow(message: Message) -> AsyncIterator[None]:
    """Show that the bot is typing, once the answer takes longer than half a second."""
    task = asyncio.create_task(_keep_typing(message))
    try:
        yield
    finally:
        task.cancel()


@contextmanager
def ignoring(words: str) -> Iterator[None]:
    """Ignore Telegram's refusal in those words: what was asked for is so already, or too late."""
    try:
        yield
    except BadRequest as refused:
        if words not in refused.message:
            raise


async def _keep_typing(message: Message) -> None:
    await asyncio.sleep(SLOW)
    while True:
        # only a courtesy: the answer does not depend on it
        with suppress(TelegramError):
            await message.reply_chat_action(ChatAction.TYPING)
        await asyncio.sleep(TYPING)
