"""The bot's webhook, as strangers and broken clients meet it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from bot.health import MOST
from bot.settings import LOOPBACK, Settings
from tests.bot.ports import free_port
from tests.bot.process import eventually, started
from tests.telegram import BotApi, Chat, User

SECRET = "only-Telegram-knows"
QUESTION = "Chợ phiên Bắc Sơn họp ngày nào?"
SLOW = 50  # connections
NO_UPDATES = (
    b"",
    b"{",
    b"\xff\xfe",
    b"[]",
    b"[" * 100_000,
    json.dumps({"update_id": "x", "message": {"text": QUESTION}}).encode(),
)


@dataclass(frozen=True)
class Door:
    """The webhook of a running bot."""

    port: int
    health: int

    def post(self, body: bytes, **headers: str) -> int:
        """The status of the response; 0 when the connection ended instead."""
        sent = {"Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            try:
                connection.request("POST", "/updates", body, sent)
                return connection.getresponse().status
            except (ConnectionError, OSError):
                return 0


@pytest.fixture
def door(api: BotApi, tmp_path: Path) -> Iterator[Door]:
    corpus, port, health = tmp_path / "articles", free_port(), free_port()
    corpus.mkdir()
    (corpus / "cho.txt").write_text("Chợ\n\nChợ phiên Bắc Sơn họp vào ngày mùng hai.", "utf-8")
    variables = {
        "HOIBAO_WEBHOOK_URL": f"http://127.0.0.1:{port}/updates",
        "HOIBAO_WEBHOOK_SECRET": SECRET,
        "HOIBAO_WEBHOOK_PORT": str(port),
        "HOIBAO_HEALTH_PORT": str(health),
    }
    with started(api, corpus, tmp_path, **variables) as bot:
        opened = Door(port, health)
        eventually(lambda: opened.post(b"") == 403)  # it listens
        yield opened
    assert SECRET not in bot.log
    assert "Bắc Sơn" not in bot.log


def answered(api: BotApi, chat: Chat, an: User) -> bool:
    api.send(chat, an, QUESTION)
    return "mùng hai" in api.next_message(chat, 30).text


def forged(chat: Chat, an: User) -> bytes:
    """An update as Telegram would send it."""
    message = {"message_id": 1, "date": 0, "chat": chat.json(), "from": an.json(), "text": QUESTION}
    return json.dumps({"update_id": 1, "message": message}).encode()


def test_an_update_without_the_secret_or_with_another_is_refused(
    api: BotApi, door: Door, chat: Chat, an: User
) -> None:
    update = forged(chat, an)
    assert door.post(update) == 403
    assert door.post(update, X_Telegram_Bot_Api_Secret_Token="guessed") == 403
    assert door.post(update, X_Telegram_Bot_Api_Secret_Token=SECRET, Content_Type="a/b") == 403
    assert answered(api, chat, an)
    assert len(api.messages(chat)) == 1


def test_a_body_that_is_no_update_is_refused_and_not_repeated_in_the_log(
    api: BotApi, door: Door, chat: Chat, an: User
) -> None:
    statuses = {
        body: door.post(body, X_Telegram_Bot_Api_Secret_Token=SECRET) for body in NO_UPDATES
    }
    assert not [body for body, status in statuses.items() if status < 400]
    assert answered(api, chat, an)


def test_a_body_that_is_too_large_is_not_read(
    api: BotApi, door: Door, chat: Chat, an: User
) -> None:
    assert door.post(b" " * (MOST + 1), X_Telegram_Bot_Api_Secret_Token=SECRET) in (0, 400, 413)
    assert answered(api, chat, an)


def test_slow_clients_keep_nobody_waiting(api: BotApi, door: Door, chat: Chat, an: User) -> None:
    with ExitStack() as slow:
        for number in range(SLOW):
            one = slow.enter_context(socket.create_connection(("127.0.0.1", door.port), 10))
            one.sendall(b"POST /updates HTTP/1.1\r\nContent-Length: 100\r\n"[: number + 1])
        assert answered(api, chat, an)


def test_nothing_listens_but_on_this_machine(door: Door) -> None:
    assert Settings().health_host in LOOPBACK
    assert Settings().webhook_listen in LOOPBACK
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    rows = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
    places = [row[1].split(":") for row in rows if row[3] == "0A"]  # those that listen
    ports = {f"{port:04X}" for port in (door.port, door.health)}
    loopback = {address for address, port in places if port in ports}
    assert loopback == {"0100007F"}  # 127.0.0.1, as the kernel writes it
