"""The address for those who watch over the bot, and the bot that watches over its polling."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prometheus_client.parser import text_string_to_metric_families
from telegram.error import InvalidToken
from telegram.ext import ApplicationBuilder, ExtBot

from bot.vitals import STUCK, Vitals
from bot.watchdog import guard_polling, watch_webhook
from tests.bot.ports import free_port
from tests.bot.running import QUESTION, QUOTES, FakeIndex, running_bot
from tests.bot.test_vitals import Clock
from tests.telegram import BotApi, Chat, User


@contextmanager
def fetched(port: int, page: str, method: str = "GET") -> Iterator[tuple[int, str]]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{page}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            yield response.status, response.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            yield refused.code, refused.read().decode()


def test_health_tells_of_progress_and_of_what_is_served(
    api: BotApi, index: FakeIndex, an: User, chat: Chat
) -> None:
    port = free_port()
    with running_bot(api, index, health_port=port):
        api.send(chat, an, QUESTION)
        api.next_message(chat)
        with fetched(port, "health") as (status, body):
            assert status == 200
            told = json.loads(body)
    assert told.pop("last_progress")
    assert told == {"healthy": True, "trouble": None, "last_reload": None, "generation": 1}


def test_a_bot_that_gets_no_updates_is_not_healthy(
    api: BotApi, index: FakeIndex, an: User, chat: Chat
) -> None:
    port, clock = free_port(), Clock()
    with running_bot(api, index, Vitals(clock), health_port=port):
        api.wait_until_ready()
        with api.hold("getUpdates"):
            api.send(chat, an, QUESTION)
            api.next_message(chat)
            clock.now += STUCK + 1
            with fetched(port, "health") as (status, body):
                assert status == 503
                assert "no updates" in json.loads(body)["trouble"]
            with fetched(port, "health", "HEAD") as (status, body):
                assert (status, body) == (503, "")


def test_metrics_count_and_tell_nothing_about_anybody(
    api: BotApi, index: FakeIndex, an: User, chat: Chat
) -> None:
    port = free_port()
    with running_bot(api, index, health_port=port):
        for question in (QUESTION, "Giá vàng?"):
            api.send(chat, an, question)
            api.next_message(chat)
        with fetched(port, "metrics") as (status, body):
            assert status == 200
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
    }
    assert samples["hoibao_updates_total", "message"] == 2
    assert samples["hoibao_answers_total", "quoted"] == 1
    assert samples["hoibao_answers_total", "abstained"] == 1
    assert samples["hoibao_passages",] == 42
    assert samples["hoibao_generation",] == 1
    assert samples["process_resident_memory_bytes",] > 0
    told = {*index.asked, api.token, str(an.id), an.first_name, str(chat.id)}
    assert not {value for key in samples for value in key[1:]} & told


def test_another_page_is_not_there(api: BotApi, index: FakeIndex) -> None:
    port = free_port()
    with running_bot(api, index, health_port=port), fetched(port, "") as (status, _):
        assert status == 404


def test_polling_that_hangs_is_started_anew(
    api: BotApi, index: FakeIndex, an: User, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    vitals = Vitals(hangs=1.0)
    api.delay_next("getUpdates", 3600)
    with running_bot(api, index, vitals):
        api.send(chat, an, QUESTION)
        assert api.next_message(chat).text.startswith(QUOTES[0].text)
    assert "starting it anew" in caplog.text
    assert vitals.metrics.get_sample_value("hoibao_polling_restarts_total")
    assert len(api.messages(chat)) == 1


def test_silence_of_a_webhook_is_no_trouble_while_nothing_waits(api: BotApi) -> None:
    clock = Clock()
    vitals = Vitals(clock)
    clock.now += STUCK + 1
    assert vitals.trouble()

    async def checked() -> None:
        async with ExtBot(api.token, base_url=api.base_url) as bot:
            task = asyncio.create_task(watch_webhook(bot, vitals))
            await asyncio.to_thread(api.wait_for, lambda: api.calls("getWebhookInfo"))
            # its answer is on the way; the next request comes after it
            await bot.get_me()
            task.cancel()

    asyncio.run(asyncio.wait_for(checked(), 20))
    assert vitals.trouble() is None


def test_a_token_that_is_revoked_ends_the_watch(api: BotApi, clock_hung: Vitals) -> None:
    async def refused() -> None:
        raise InvalidToken

    async def checked() -> None:
        application = ApplicationBuilder().bot(ExtBot(api.token, base_url=api.base_url)).build()
        async with application:
            await application.start()
            try:
                await guard_polling(application, clock_hung, refused)
            finally:
                await application.stop()

    with pytest.raises(InvalidToken):
        asyncio.run(asyncio.wait_for(checked(), 20))


@pytest.fixture
def clock_hung() -> Vitals:
    """Of a bot whose polling hangs."""
    clock = Clock()
    vitals = Vitals(clock, hangs=0.1)
    vitals.poll_moved()
    clock.now += 1
    return vitals
