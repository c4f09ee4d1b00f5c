"""A network that can go away: a relay on 127.0.0.1 between the bot and the server of the Bot API.

with Gate(api_port) as gate:
    gate.shut()     # connections end, and new ones are refused
    gate.freeze()   # connections stand, and nothing comes through
    gate.open()
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

CHUNK = 1 << 16


class Gate:
    """Relays every connection to a port of this machine, while it is open."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gate")

    def __enter__(self) -> Gate:
        self._thread.start()
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def open(self) -> None:
        """Let everything through."""
        self._do(self._open())

    def shut(self) -> None:
        """End all connections, and refuse new ones."""
        self._do(self._shut())

    def freeze(self) -> None:
        """Let nothing through, and end nothing."""
        self._do(self._freeze())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self) -> None:
        self._flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._relay, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()

    async def _freeze(self) -> None:
        self._flows.clear()

    async def _end(self) -> None:
        await self._shut()
        self._flows.set()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
            self._writers.add(back)
            both = [self._pump(reader, back), self._pump(there, writer)]
            await asyncio.gather(*both, return_exceptions=True)
            self._writers.discard(back)
        self._writers.discard(writer)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(CHUNK):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()
