"""The HTTP face: aiohttp on 127.0.0.1, in a thread and an event loop of its own.

with Server(state) as server: server.port -> 40123
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from tests.telegram.errors import Refusal, conflict
from tests.telegram.faults import Fault, Faults
from tests.telegram.methods import METHODS
from tests.telegram.params import Params, Upload
from tests.telegram.state import State, Webhook

_UPLOAD_BYTES = 50 * 2**20
_WEBHOOK_SECONDS = 10.0  # how long a webhook may take to answer
_WEBHOOK_PAUSE = 0.05  # before a refused update is posted again
_CLOSING = Refusal(502, "Bad Gateway")


@dataclass(eq=False)
class _Poll:
    """A getUpdates that waits."""

    news: asyncio.Event = field(default_factory=asyncio.Event)
    ended: Refusal | None = None

    def end(self, why: Refusal) -> None:
        self.ended = why
        self.news.set()


@dataclass(eq=False)
class _Exchange:
    """A request and what became of it."""

    method: str
    params: Params = field(default_factory=lambda: Params({}))
    error: Refusal | None = None
    injected: bool = False


def _refused(refusal: Refusal) -> web.Response:
    # A dropped connection has status 0; its response reaches nobody.
    return web.json_response(refusal.body(), status=refusal.status or 502)


class Server:
    """Serves one State until it is closed."""

    def __init__(self, state: State):
        self.state = state
        self.faults = Faults()
        self.port = 0
        self._poll: _Poll | None = None
        self._waiting: dict[str, Callable[[Params], Awaitable[Any]]] = {
            "getUpdates": self._get_updates,
        }
        self._names = {name.lower(): name for name in [*METHODS, *self._waiting]}
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="bot-api", daemon=True)

    # --- life

    def __enter__(self) -> Server:
        self._thread.start()
        self._ready.wait()
        if self._failure:
            raise self._failure
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Runs a function in the server's loop, soon; nothing once that is over."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *arguments)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._stop, self._posts = asyncio.Event(), asyncio.Event()
        app = web.Application(client_max_size=_UPLOAD_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0)
        try:
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.port = runner.addresses[0][1]
            self.state.on_update = lambda: self.call(self._news)
        except BaseException as error:
            self._failure = error
            raise
        finally:
            self._ready.set()
        delivery = asyncio.create_task(self._post_updates())
        await self._stop.wait()
        delivery.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await delivery
        if self._poll:
            self._poll.end(_CLOSING)
        await runner.cleanup()

    def _news(self) -> None:
        self._posts.set()
        if self._poll:
            self._poll.news.set()

    # --- requests

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        began = time.monotonic()
        written = request.match_info["method"]
        exchange = _Exchange(self._names.get(written.lower(), written))
        response = await self._respond(request, exchange)
        with self.state.changed:
            self.state.record(
                exchange.method, exchange.params.record(), began, exchange.error, exchange.injected
            )
        return response

    async def _respond(self, request: web.Request, exchange: _Exchange) -> web.StreamResponse:
        try:
            self._check_token(request)
            exchange.params = await _read_params(request)
            fault = await self._trouble(exchange.method)
            if fault and not fault.after:
                return self._go_wrong(request, exchange, fault)
            result = await self._carry_out(exchange.method, exchange.params)
            if fault:
                return self._go_wrong(request, exchange, fault)
            return web.json_response({"ok": True, "result": result})
        except Refusal as refusal:
            exchange.error = refusal
        except Exception as failure:  # told to the test as a refusal, with its cause
            exchange.error = Refusal(500, f"Internal Server Error: {failure!r}")
        return _refused(exchange.error)

    def _check_token(self, request: web.Request) -> None:
        if request.match_info["token"] != self.state.token:
            raise Refusal(401, "Unauthorized")

    async def _carry_out(self, method: str, params: Params) -> Any:
        if method in self._waiting:
            return await self._waiting[method](params)
        if method not in METHODS:
            raise Refusal(404, "Not Found")
        with self.state.changed:
            result = METHODS[method](self.state, params)
            self.state.changed.notify_all()
            return result

    async def _trouble(self, method: str) -> Fault | None:
        """Waits where the test holds the method back; the fault that meets the request."""
        hold = self.faults.holds.get(method)
        if hold:
            with self.state.changed:
                self.faults.arrived[method] = self.faults.arrived.get(method, 0) + 1
                self.state.changed.notify_all()
            await hold.wait()
        with self.state.changed:
            fault = self.faults.next_for(method)
        if fault and fault.delay:
            await asyncio.sleep(fault.delay)
        return fault if fault and (fault.status or fault.drop) else None

    @staticmethod
    def _go_wrong(request: web.Request, exchange: _Exchange, fault: Fault) -> web.StreamResponse:
        exchange.error, exchange.injected = fault.refusal(), True
        if fault.drop and request.transport:
            request.transport.abort()
        if fault.html:
            return web.Response(text=fault.html, content_type="text/html", status=fault.status)
        return _refused(exchange.error)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check_token(request)
        except Refusal as refusal:
            return _refused(refusal)
        with self.state.changed:
            files = {file.path: file for file in self.state.files.values()}
        file = files.get(request.match_info["path"])
        if file is None:
            return _refused(Refusal(404, "Not Found"))
        return web.Response(body=file.content, content_type="application/octet-stream")

    # --- methods that wait

    async def _get_updates(self, params: Params) -> list[dict[str, Any]]:
        state = self.state
        with state.changed:
            if state.webhook:
                raise conflict(
                    "can't use getUpdates method while webhook is active;"
                    " use deleteWebhook to delete the webhook first"
                )
            state.allow(params.json("allowed_updates", "allowed updates"))
        if self._poll:
            self._poll.end(
                conflict(
                    "terminated by other getUpdates request;"
                    " make sure that only one bot instance is running"
                )
            )
        poll = self._poll = _Poll()
        self._tell_polling()
        try:
            return await self._poll_updates(poll, params)
        finally:
            if self._poll is poll:
                self._poll = None
                self._tell_polling()

    def _tell_polling(self) -> None:
        with self.state.changed:
            self.state.polling = self._poll is not None
            self.state.changed.notify_all()

    async def _poll_updates(self, poll: _Poll, params: Params) -> list[dict[str, Any]]:
        deadline = self._loop.time() + min(params.integer("timeout") or 0, 50)
        limit = min(params.integer("limit") or 100, 100)
        while True:
            if self.state.webhook:
                raise conflict("terminated by setWebhook request")
            if poll.ended:
                raise poll.ended
            poll.news.clear()
            with self.state.changed:
                updates = self.state.waiting(params.integer("offset") or 0, limit)
            left = deadline - self._loop.time()
            if updates or left <= 0:
                return updates
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(poll.news.wait(), left)

    # --- webhook

    async def _post_updates(self) -> None:
        """Posts updates to the webhook, one after the other, each until it is taken."""
        async with ClientSession(timeout=ClientTimeout(total=_WEBHOOK_SECONDS)) as session:
            while True:
                await self._posts.wait()
                self._posts.clear()
                pause = _WEBHOOK_PAUSE
                while update := self._next_post():
                    if await self._post(session, update):
                        pause = _WEBHOOK_PAUSE
                    else:
                        await asyncio.sleep(pause)
                        pause = min(2 * pause, 1.0)

    def _next_post(self) -> tuple[Webhook, dict[str, Any]] | None:
        with self.state.changed:
            hook, updates = self.state.webhook, self.state.replays or self.state.updates
            return (hook, updates[0]) if hook and updates else None

    async def _post(self, session: ClientSession, post: tuple[Webhook, dict[str, Any]]) -> bool:
        hook, update = post
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret_token}
        try:
            async with session.post(
                hook.url, json=update, headers=headers if hook.secret_token else {}
            ) as response:
                error = "" if response.ok else f"Wrong response from the webhook: {response.status}"
        except (ClientError, TimeoutError) as failure:
            error = str(failure) or type(failure).__name__
        with self.state.changed:
            hook.last_error = error or hook.last_error
            if not error:
                self.state.taken(update)
        return not error


async def _read_params(request: web.Request) -> Params:
    """Query, form, multipart or JSON parameters, as one."""
    values: dict[str, Any] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        body = json.loads(await request.text() or "{}")
        values |= {
            name: json.dumps(value) if isinstance(value, dict | list) else value
            for name, value in body.items()
        }
        return Params(values)
    try:
        form = await request.post()
    except UnicodeDecodeError:
        raise Refusal(400, "Bad Request: strings must be encoded in UTF-8") from None
    except web.HTTPRequestEntityTooLarge:
        raise Refusal(413, "Request Entity Too Large") from None
    for name, value in form.items():
        if isinstance(value, web.FileField):
            files[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            values[name] = value
    return Params(values, files)
