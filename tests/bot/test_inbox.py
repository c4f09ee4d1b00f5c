"""No message is forgotten and no flood is let in, whatever happens to the bot meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from telegram import Update
from telegram.error import NetworkError
from telegram.ext import CallbackContext

from bot import render
from bot.app import build
from bot.desk import Desk
from bot.inbox import Inbox, Processor, excuse_cut_off
from bot.network import PatientRequest
from bot.receipts import Receipt, Receipts
from bot.settings import Settings
from bot.vitals import Vitals
from tests.bot.process import eventually, started
from tests.bot.running import QUESTION, QUOTES, UNLIMITED, FakeIndex, running_bot
from tests.bot.test_state import locked
from tests.telegram import BotApi, Chat, User

FLOOD = 300  # messages
MARKET_DAY = "Chợ phiên Bắc Sơn họp ngày nào?"


@pytest.fixture
def market(tmp_path: Path) -> Path:
    """A corpus that answers `MARKET_DAY`."""
    corpus = tmp_path / "articles"
    corpus.mkdir()
    (corpus / "cho.txt").write_text("Chợ\n\nChợ phiên Bắc Sơn họp vào ngày mùng hai.", "utf-8")
    return corpus


def test_whoever_was_cut_off_by_a_kill_is_told_so(
    api: BotApi, market: Path, tmp_path: Path, an: User, chat: Chat
) -> None:
    with started(api, market, tmp_path) as bot:
        api.wait_until_ready(30)
        with api.hold("sendMessage") as arrived:
            question = api.send(chat, an, MARKET_DAY)
            arrived()
            api.wait_until_fetched()  # Telegram will not deliver it again
            bot.kill()
            api.drop_next("sendMessage")  # nor did the answer get through
    with started(api, market, tmp_path):
        told = api.next_message(chat, 30)
    assert told.reply_to is question
    assert told.text == render.html("cut_off", "vi")
    assert Receipts(tmp_path / "bot.sqlite").left() == []


def test_a_bot_that_ends_does_not_wait_for_a_network_that_says_nothing(
    api: BotApi, market: Path, tmp_path: Path, an: User, chat: Chat
) -> None:
    with started(api, market, tmp_path) as bot:
        api.wait_until_ready(30)
        with api.hold("sendMessage") as arrived:
            question = api.send(chat, an, MARKET_DAY)
            arrived()
            assert bot.terminate() == 0
    with started(api, market, tmp_path):
        told = api.next_message(chat, 30)
    assert told.reply_to is question
    assert told.text == render.html("cut_off", "vi")


def test_what_could_not_be_written_down_is_delivered_again_after_a_kill(
    api: BotApi, market: Path, tmp_path: Path, an: User, chat: Chat
) -> None:
    with started(api, market, tmp_path) as bot:
        api.wait_until_ready(30)
        with api.hold("sendMessage") as arrived, locked(tmp_path / "bot.sqlite"):
            question = api.send(chat, an, MARKET_DAY)
            arrived()
            bot.kill()
    with started(api, market, tmp_path):
        answer = api.next_message(chat, 30)
    assert answer.reply_to is question
    assert "mùng hai" in answer.text
    assert Receipts(tmp_path / "bot.sqlite").left() == []


def test_a_chat_that_cannot_be_told_keeps_no_other_from_it(
    index: FakeIndex, tmp_path: Path
) -> None:
    state = tmp_path / "bot.sqlite"
    before = Receipts(state, run=1)
    for number in (1, 2):
        before.take(Receipt(number, number, 70, "vi"))
    before.close()
    desk = Desk(Settings(telegram_token="1:a", state=state), index)  # type: ignore[arg-type]
    told: list[int] = []

    class Deaf:
        request = PatientRequest(lambda _: asyncio.sleep(0))

        async def send_message(self, chat: int, *_: object, **__: object) -> None:
            if chat == 1:
                raise NetworkError("down")
            told.append(chat)

    async def run() -> None:
        await excuse_cut_off(Deaf(), desk, grace=0.0)  # type: ignore[arg-type]
        await desk.close()

    asyncio.run(run())
    assert told == [2]
    assert Receipts(state, run=3).left() == [Receipt(1, 1, 70, "vi")]


class Room:
    """An inbox and what it notes, for messages without a bot that runs."""

    def __init__(self, api: BotApi, index: FakeIndex, state: Path, **settings: Any) -> None:
        given = {"telegram_token": api.token, "telegram_base_url": api.base_url, "state": state}
        self.desk = Desk(Settings(**given, **settings), index)  # type: ignore[arg-type]
        self.bot = build(self.desk, api.token, UNLIMITED).bot
        assert isinstance(self.bot.request, PatientRequest)
        self.request = self.bot.request
        self.inbox = Inbox(self.desk, self.bot, room=2)
        self.processor = Processor(2, self.inbox)

    def run(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async def whole() -> None:
            async with self.bot:
                await asyncio.wait_for(work(), 20)
            await self.desk.close()

        asyncio.run(whole())

    def update(self, api: BotApi, chat: Chat, an: User) -> Update:
        """A question, as it is delivered."""
        api.send(chat, an, QUESTION)
        return Update.de_json(api.state.updates[-1], self.bot)


def left_in(state: Path) -> list[int]:
    """The messages of which the next run would tell that they were cut off."""
    receipts = Receipts(state)
    try:
        return [one.message for one in receipts.left()]
    finally:
        receipts.close()


class Scarce(Receipts):
    """Finds no memory, so many times."""

    lacks: dict[str, int]

    def take(self, receipt: Receipt) -> None:
        self._find("take")
        super().take(receipt)

    def done(self, update_id: int) -> None:
        self._find("done")
        super().done(update_id)

    def _find(self, what: str) -> None:
        if self.lacks.get(what):
            self.lacks[what] -= 1
            raise MemoryError


def scarce(desk: Desk, state: Path, **lacks: int) -> None:
    """Let there be no memory to take a receipt, or to delete one, so many times."""
    desk.receipts.close()
    desk.receipts = receipts = Scarce(state)
    receipts.lacks = lacks


def test_an_update_that_there_is_no_memory_to_note_is_not_taken(
    api: BotApi, index: FakeIndex, an: User, chat: Chat, tmp_path: Path
) -> None:
    state = tmp_path / "bot.sqlite"
    room = Room(api, index, state)
    scarce(room.desk, state, take=3)

    async def work() -> None:
        update = room.update(api, chat, an)
        for _ in range(3):  # which is more than there is room for
            with pytest.raises(NetworkError):
                await room.inbox.put(update)
        assert room.inbox.empty()
        await room.inbox.put(update)
        assert room.inbox.get_nowait() is update
        assert left_in(state) == [update.message.message_id]

    room.run(work)


@pytest.mark.parametrize("reached", [True, False])
def test_a_receipt_that_there_is_no_memory_to_delete_is_deleted_later(
    api: BotApi, index: FakeIndex, an: User, chat: Chat, tmp_path: Path, reached: bool
) -> None:
    state = tmp_path / "bot.sqlite"
    room = Room(api, index, state)
    scarce(room.desk, state, done=2)

    async def handle(update: Update) -> None:
        if reached:
            room.inbox.reached(update)

    async def work() -> None:
        update = room.update(api, chat, an)
        await room.inbox.put(update)
        await room.processor.process_update(room.inbox.get_nowait(), handle(update))
        with pytest.raises(MemoryError):
            await room.inbox.tidy(0.0)
        tidying = asyncio.create_task(room.inbox.tidy(0.0))
        while left_in(state):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
        tidying.cancel()

    room.run(work)
    # and nobody is told twice
    assert len(api.messages(chat)) == (0 if reached else 1)


def test_a_message_whose_handling_is_cancelled_is_for_the_next_run(
    api: BotApi, index: FakeIndex, an: User, chat: Chat, tmp_path: Path
) -> None:
    state = tmp_path / "bot.sqlite"
    room = Room(api, index, state)

    async def handle(update: Update) -> None:
        room.inbox.reached(update)
        await asyncio.sleep(60)

    async def work() -> None:
        update = room.update(api, chat, an)
        await room.inbox.put(update)
        task = asyncio.create_task(
            room.processor.process_update(room.inbox.get_nowait(), handle(update))
        )
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert left_in(state) == [update.message.message_id]

    room.run(work)
    assert left_in(state) != []


def test_a_webhook_call_ends_once_the_message_is_settled(
    api: BotApi, index: FakeIndex, an: User, chat: Chat, tmp_path: Path
) -> None:
    state = tmp_path / "bot.sqlite"
    hook = {"webhook_url": "https://127.0.0.1/x", "webhook_secret": "s"}
    room = Room(api, index, state, **hook)

    async def handle(update: Update) -> None:
        room.inbox.reached(update)

    async def work() -> None:
        update = room.update(api, chat, an)
        with locked(state):
            call = asyncio.create_task(room.inbox.put(update))
            taken = await room.inbox.get()
            assert not call.done()
            await room.processor.process_update(taken, handle(update))
            await call  # it is answered

    room.run(work)


def test_a_webhook_call_for_what_is_not_settled_at_the_end_fails(
    api: BotApi, index: FakeIndex, an: User, chat: Chat, tmp_path: Path
) -> None:
    state = tmp_path / "bot.sqlite"
    hook = {"webhook_url": "https://127.0.0.1/x", "webhook_secret": "s"}
    room = Room(api, index, state, **hook)

    async def work() -> None:
        update = room.update(api, chat, an)
        with locked(state):
            call = asyncio.create_task(room.inbox.put(update))
            await room.inbox.get()
            room.request.give_up()
            with pytest.raises(NetworkError):  # so that Telegram delivers it again
                await call

    room.run(work)


def test_an_apology_that_fails_is_made_by_the_inbox(
    api: BotApi, index: FakeIndex, an: User, chat: Chat, tmp_path: Path
) -> None:
    vitals = Vitals()
    vitals.errors = NoMemory()  # type: ignore[assignment]
    index.answers = {QUESTION: RuntimeError("broken")}  # type: ignore[dict-item]
    with running_bot(api, index, vitals, state=tmp_path / "bot.sqlite") as desk:
        question = api.send(chat, an, QUESTION)
        told = api.next_message(chat)
        eventually(lambda: not left_in(tmp_path / "bot.sqlite"))
        assert desk.receipts.settled()
    assert told.reply_to is question
    assert told.text == render.html("failed", "vi")
    assert len(api.messages(chat)) == 1


class NoMemory:
    """Counts nothing."""

    def inc(self) -> None:
        raise MemoryError


def test_an_update_that_the_library_cannot_handle_is_apologised_for(
    api: BotApi,
    index: FakeIndex,
    an: User,
    chat: Chat,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_: object) -> None:
        raise MemoryError

    with running_bot(api, index, state=tmp_path / "bot.sqlite"):
        api.wait_until_ready()
        with monkeypatch.context() as patch:
            patch.setattr(CallbackContext, "from_update", refused)
            question = api.send(chat, an, QUESTION)
            told = api.next_message(chat)
        assert told.reply_to is question
        assert told.text == render.html("failed", "vi")
        eventually(lambda: not left_in(tmp_path / "bot.sqlite"))
        api.send(chat, an, QUESTION)
        assert api.next_message(chat).text.startswith(QUOTES[0].text)


def test_one_chat_is_told_once_of_all_that_was_cut_off(
    api: BotApi, index: FakeIndex, an: User, chat: Chat, tmp_path: Path
) -> None:
    state = tmp_path / "bot.sqlite"
    before = Receipts(state, run=1)
    messages = [api.send(chat, an, f"/unknown{number}") for number in range(3)]
    api.state.updates.clear()
    for number, message in enumerate(messages):
        before.take(Receipt(number, chat.id, message.id, "vi"))
    before.close()
    with running_bot(api, index, state=state):
        told = api.next_message(chat)
        assert told.reply_to is messages[-1]
        api.send(chat, an, QUESTION)
        assert api.next_message(chat).text.startswith(QUOTES[0].text)
    assert len(api.messages(chat)) == 2


def test_receipts_are_for_what_wants_an_answer_only(
    api: BotApi, index: FakeIndex, an: User, chat: Chat, tmp_path: Path
) -> None:
    state = tmp_path / "bot.sqlite"
    group = api.group("Tổ dân phố", [an])
    api.state.privacy = False  # the bot sees all that is said in the group
    with running_bot(api, index, state=state) as desk:
        api.wait_until_ready()
        with api.hold("sendMessage") as arrived:
            api.send(group, an, "Chào cả nhà")
            asked = api.send(chat, an, QUESTION)
            arrived()
            other = Receipts(state)
            assert [(one.chat, one.message) for one in other.left()] == [(chat.id, asked.id)]
        api.next_message(chat)
        eventually(lambda: not other.left())
        assert desk.receipts.left() == []
        other.close()


def test_of_a_flood_no_more_is_in_memory_than_there_is_room_for(
    api: BotApi, index: FakeIndex, tmp_path: Path
) -> None:
    desk = Desk(Settings(telegram_token=api.token, state=tmp_path / "bot.sqlite"), index)  # type: ignore[arg-type]
    bot = build(desk, api.token).bot

    async def flood() -> None:
        inbox = Inbox(desk, bot, room=10)
        for number in range(10):
            await asyncio.wait_for(inbox.put(Update(number)), 5)
        eleventh = asyncio.create_task(inbox.put(Update(10)))
        await asyncio.sleep(0)
        assert not eleventh.done()  # Telegram keeps it, and those behind it
        assert inbox.qsize() == 10
        await Processor(2, inbox).process_update(inbox.get_nowait(), asyncio.sleep(0))
        await asyncio.wait_for(eleventh, 5)
        # a signal to end is never held up
        await asyncio.wait_for(inbox.put(object()), 5)

    asyncio.run(flood())
    asyncio.run(desk.close())


def test_one_who_floods_keeps_nobody_waiting(
    api: BotApi, index: FakeIndex, an: User, chat: Chat
) -> None:
    flooder = api.user(66, "Lũ")
    room = api.private_chat(flooder)
    with running_bot(api, index, questions_per_minute=4):
        for number in range(FLOOD):
            api.send(room, flooder, ("/help", QUESTION, "/sources")[number % 3])
        api.send(chat, an, QUESTION)
        assert api.next_message(chat).text.startswith(QUOTES[0].text)
    assert len(api.messages(room)) <= 4 * 5 + 2
    assert len(index.asked) <= 6
    assert sum(each.text == render.html("slow_down", "vi") for each in api.messages(room)) <= 2
