"""The small address that tells whether the bot is getting on: /health and /metrics.

GET /health  -> 200, or 503 when it has been stuck for too long, with JSON
GET /metrics -> the same in numbers, as Prometheus reads them
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from bot.desk import Desk
from bot.settings import PREFIX
from retrieval.errors import HoiBaoError, SettingsError

# of a request, to this and to the webhook alike: an update is some kilobytes
MOST: Final = 1 << 20  # bytes of a body
HEADERS: Final = 1 << 14  # bytes of its headers
SLOWEST: Final = 10.0  # seconds that a body may take
IDLE: Final = 60.0  # seconds that a connection may say nothing
STUCK: Final = 503  # what load balancers and containers take for "not now"


class _Page(RequestHandler):
    def initialize(self, desk: Desk) -> None:
        self.desk = desk

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")

    async def get(self) -> None:
        await self.tell()

    async def head(self) -> None:
        await self.tell()

    async def tell(self) -> None:
        raise NotImplementedError


class _Health(_Page):
    async def tell(self) -> None:
        told = self.desk.vitals.report() | {"generation": self.desk.index.generation}
        self.set_status(200 if told["healthy"] else STUCK)
        self.write(told)


class _Metrics(_Page):
    async def tell(self) -> None:
        try:
            self.desk.vitals.show_index(await self.desk.run(self.desk.index.status))
        except HoiBaoError:
            self.desk.vitals.errors.inc()  # the other numbers are still true
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.write(generate_latest(self.desk.vitals.metrics))


def limit_requests() -> None:
    """Hold every HTTP server that this process starts from now on to small, quick requests."""
    HTTPServer.configure(
        None,
        max_body_size=MOST,
        max_buffer_size=MOST + HEADERS,
        max_header_size=HEADERS,
        body_timeout=SLOWEST,
        idle_connection_timeout=IDLE,
    )


def serve_health(desk: Desk, port: int) -> HTTPServer:
    """Begin to listen, in the running event loop, where the settings say; `stop()` ends it.

    On the bot's own loop, on purpose: when that is held up, there is no answer either.
    """
    pages = Application(
        [("/health", _Health, {"desk": desk}), ("/metrics", _Metrics, {"desk": desk})],
        log_function=lambda _: None,
    )
    server = HTTPServer(pages)
    try:
        server.listen(port, desk.settings.health_host)
    except OSError as error:
        raise SettingsError(
            f"{PREFIX}HEALTH_PORT", f"cannot listen there: {error}", "choose another port"
        ) from error
    return server
