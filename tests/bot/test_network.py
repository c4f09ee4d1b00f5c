"""An hour without the network costs no message, and none is sent twice; without an hour's wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.network import PATIENCE, STEP, PatientRequest, PollingRequest, insist, passes
from bot.vitals import Vitals

HOUR = 3600.0
SEND, EDIT = "http://127.0.0.1/bot1:a/sendMessage", "http://127.0.0.1/bot1:a/editMessageText"


class Network:
    """One that is down until a time; `wait` lets time pass."""

    def __init__(self, trouble: Callable[[], httpx.Response], until: float) -> None:
        self.now = 0.0
        self.delivered = 0
        self._trouble = trouble
        self._until = until
        self.transport = httpx.MockTransport(self._handle)

    async def wait(self, seconds: float) -> None:
        self.now += seconds

    def _handle(self, _: httpx.Request) -> httpx.Response:
        if self.now < self._until:
            return self._trouble()
        self.delivered += 1
        return httpx.Response(200, json={"ok": True, "result": True})


def refused() -> httpx.Response:
    raise httpx.ConnectError("no route to host")


def cut() -> httpx.Response:
    raise httpx.ReadError("the connection ended")


def unavailable() -> httpx.Response:
    return httpx.Response(502, text="<html>Bad Gateway</html>")


def requested(network: Network, url: str, *, ending: bool = False) -> tuple[int, bytes]:
    async def run() -> tuple[int, bytes]:
        request = PatientRequest(network.wait, httpx_kwargs={"transport": network.transport})
        if ending:
            request.give_up()
        async with request:
            return await request.do_request(url, "POST")

    return asyncio.run(run())


@pytest.mark.parametrize("trouble", [refused, unavailable])
def test_a_message_is_sent_once_the_network_is_back_after_an_hour(
    trouble: Callable[[], httpx.Response],
) -> None:
    network = Network(trouble, HOUR)
    assert requested(network, SEND)[0] == 200
    assert network.delivered == 1
    assert HOUR <= network.now < HOUR + 60


def test_an_edit_is_made_once_the_network_is_back_after_an_hour() -> None:
    network = Network(cut, HOUR)
    assert requested(network, EDIT)[0] == 200
    assert network.now >= HOUR


def test_a_message_that_may_have_been_posted_is_not_sent_again() -> None:
    network = Network(cut, HOUR)
    with pytest.raises(NetworkError):
        requested(network, SEND)
    assert network.now == 0


def test_patience_has_an_end() -> None:
    network = Network(refused, 100 * HOUR)
    with pytest.raises(NetworkError):
        requested(network, SEND)
    assert network.now >= PATIENCE


def test_a_bot_that_ends_does_not_wait_for_the_network() -> None:
    network = Network(refused, HOUR)
    with pytest.raises(NetworkError):
        requested(network, SEND, ending=True)
    assert network.now == 0


@pytest.mark.parametrize("trouble", [refused, cut, unavailable])
def test_updates_are_fetched_soon_after_a_short_trouble(
    trouble: Callable[[], httpx.Response],
) -> None:
    network, vitals = Network(trouble, 5.0), Vitals()

    async def run() -> int:
        options = {"transport": network.transport}
        request = PollingRequest(vitals, network.wait, httpx_kwargs=options)
        async with request:
            return (await request.do_request("http://127.0.0.1/bot1:a/getUpdates", "POST"))[0]

    assert asyncio.run(run()) == 200
    assert network.now < 8


def test_a_poll_that_goes_on_failing_is_given_back_to_the_library() -> None:
    network = Network(refused, HOUR)

    async def run() -> None:
        request = PollingRequest(
            Vitals(), network.wait, httpx_kwargs={"transport": network.transport}
        )
        async with request:
            await request.do_request("http://127.0.0.1/bot1:a/getUpdates", "POST")

    with pytest.raises(NetworkError):
        asyncio.run(run())
    assert network.now < 10  # the bot may have been told to end


@pytest.mark.parametrize("looks", [0, 3])
def test_updates_are_not_confirmed_before_they_are_settled(looks: int) -> None:
    network, vitals, left = Network(refused, 0.0), Vitals(), list(range(looks))

    def settled() -> bool:
        if left:
            left.pop()
            assert network.delivered == 0
            return False
        return True

    async def run() -> int:
        options = {"transport": network.transport}
        request = PollingRequest(vitals, network.wait, settled, httpx_kwargs=options)
        async with request:
            return (await request.do_request("http://127.0.0.1/bot1:a/getUpdates", "POST"))[0]

    assert asyncio.run(run()) == 200
    assert network.delivered == 1
    assert network.now == pytest.approx(looks * STEP)


def test_a_poll_that_is_held_back_for_long_is_given_back_to_the_library() -> None:
    network = Network(refused, 0.0)

    async def run() -> None:
        options = {"transport": network.transport}
        request = PollingRequest(Vitals(), network.wait, lambda: False, httpx_kwargs=options)
        async with request:
            await request.do_request("http://127.0.0.1/bot1:a/getUpdates", "POST")

    with pytest.raises(TimedOut):  # which it takes for no news, and asks again
        asyncio.run(run())
    assert network.delivered == 0
    assert network.now <= 5  # the bot may have been told to end


@pytest.mark.parametrize(
    ("errors", "done"),
    [
        ([], True),
        ([NetworkError("down")] * 5, True),
        ([BadRequest("chat not found")], True),
        ([TelegramError("Invalid server response")] * 10_000, False),
        ([MemoryError(), RuntimeError("can't start new thread"), OSError(12, "x")], True),
        ([NetworkError("down")] * 10_000, False),
    ],
)
def test_what_may_be_done_twice_is_insisted_on(errors: list[Exception], done: bool) -> None:
    left = list(errors)

    async def act() -> None:
        if left:
            raise left.pop()

    async def run() -> bool:
        network = Network(refused, HOUR)
        return await insist(PatientRequest(network.wait), act)

    assert asyncio.run(run()) is done
    assert not left or not done


# the library warns of an attribute of its own
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
def test_a_flood_that_telegram_complains_of_is_no_refusal_for_good() -> None:
    assert passes(RetryAfter(1))
