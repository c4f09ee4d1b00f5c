"""No message is forgotten and no flood is let in, whatever happens to the bot meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

from telegram import Update

from bot import render
from bot.app import build
from bot.desk import Desk
from bot.inbox import Inbox, Processor
from bot.receipts import Receipt, Receipts
from bot.settings import Settings
from tests.bot.process import eventually, started
from tests.bot.running import QUESTION, QUOTES, FakeIndex, running_bot
from tests.telegram import BotApi, Chat, User

FLOOD = 300  # messages


def test_whoever_was_cut_off_by_a_kill_is_told_so(
    api: BotApi, tmp_path: Path, an: User, chat: Chat
) -> None:
    corpus = tmp_path / "articles"
    corpus.mkdir()
    (corpus / "cho.txt").write_text("Chợ\n\nChợ phiên Bắc Sơn họp vào ngày mùng hai.", "utf-8")
    with started(api, corpus, tmp_path) as bot:
        api.wait_until_ready(30)
        with api.hold("sendMessage") as arrived:
            question = api.send(chat, an, "Chợ phiên Bắc Sơn họp ngày nào?")
            arrived()
            api.wait_until_fetched()  # Telegram will not deliver it again
            bot.process.kill()
            bot.process.wait()
            api.drop_next("sendMessage")  # nor did the answer get through
        bot.process.returncode = 0  # it was meant to end so
    with started(api, corpus, tmp_path):
        told = api.next_message(chat, 30)
    assert told.reply_to is question
    assert told.text == render.html("cut_off", "vi")
    assert Receipts(tmp_path / "bot.sqlite").left() == []


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
