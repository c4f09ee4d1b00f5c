"""Round trips between people and a bot made with python-telegram-bot, and the trouble between."""

from __future__ import annotations

import asyncio
import json
import struct
import threading
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, Conflict, NetworkError, RetryAfter, TimedOut
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    filters,
)
from telegram.request import HTTPXRequest

from tests.telegram import BotApi
from tests.telegram.conftest import PLAIN, World

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480)


# --- a small bot ----------------------------------------------------------------------------------


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message
    page = InlineKeyboardMarkup([[InlineKeyboardButton("▶", callback_data="p:2")]])
    text = f"<b>{update.effective_message.text}</b>"
    await update.effective_message.reply_html(text, reply_markup=page, do_quote=True)


async def turn_page(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.callback_query
    await update.callback_query.edit_message_text("trang hai")
    await update.callback_query.answer("đã lật")


async def find(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.inline_query
    content = InputTextMessageContent("<b>Vi Văn Dụng</b>", parse_mode="HTML")
    page = InlineKeyboardMarkup([[InlineKeyboardButton("▶", callback_data="p:2")]])
    result = InlineQueryResultArticle(
        "1", "Bí thư", content, reply_markup=page, description="…là Bí thư"
    )
    await update.inline_query.answer([result], cache_time=0, next_offset="1")


def run_bot(api: BotApi, people: Callable[[], None], webhook: str = "") -> None:
    """Runs the small bot while `people` act, in a thread of their own."""

    async def run() -> None:
        app = (
            Application.builder()
            .token(api.token)
            .base_url(api.base_url)
            .base_file_url(api.base_file_url)
            .request(HTTPXRequest(httpx_kwargs=PLAIN))
            .get_updates_request(HTTPXRequest(httpx_kwargs=PLAIN))
            .build()
        )
        app.add_handler(MessageHandler(filters.TEXT, echo))
        app.add_handler(CallbackQueryHandler(turn_page))
        app.add_handler(InlineQueryHandler(find))
        assert app.updater
        async with app:
            await app.start()
            if webhook:
                await app.updater.start_webhook(
                    "127.0.0.1",
                    int(webhook.rpartition(":")[2]),
                    "hook",
                    webhook_url=f"{webhook}/hook",
                    secret_token="bi-mat",
                )
            else:
                await app.updater.start_polling(timeout=5)
            try:
                await asyncio.to_thread(people)
            finally:
                await app.updater.stop()
                await app.stop()

    asyncio.run(run())


def converse(world: World) -> None:
    answer = world.api.next_message(world.chat)
    assert answer.marked("bold") == ["Ai là Bí thư?"]
    assert answer.reply_to is world.question
    press = world.api.press(world.an, answer, "▶")
    assert world.api.next_edit(answer).text == "trang hai"
    assert answer.versions[0].text == "Ai là Bí thư?"
    assert answer.buttons == []
    assert world.api.answer_to(press) == {"text": "đã lật", "show_alert": False}


def test_polling_bot_answers_and_turns_pages(world: World) -> None:
    run_bot(world.api, lambda: converse(world))
    assert not world.api.refusals


def test_webhook_bot_answers_and_turns_pages(world: World, unused_port: int) -> None:
    run_bot(world.api, lambda: converse(world), f"http://127.0.0.1:{unused_port}")
    assert [call.params["secret_token"] for call in world.api.calls("setWebhook")] == ["bi-mat"]
    assert not world.api.calls("getUpdates")
    assert not world.api.refusals


def test_inline_results_are_offered_and_chosen(world: World) -> None:
    api = world.api

    def people() -> None:
        query = api.inline(world.an, "bí thư")
        assert api.answer_to(query)["next_offset"] == "1"
        assert [(r.title, r.description) for r in query.results] == [("Bí thư", "…là Bí thư")]
        chosen = api.choose(query, 0, world.chat)
        assert chosen.marked("bold") == ["Vi Văn Dụng"]
        api.press(world.an, chosen, "▶")
        assert api.next_edit(chosen).text == "trang hai"

    run_bot(api, people)


def test_updates_out_of_order_and_repeated_all_arrive(world: World) -> None:
    api = world.api

    def people() -> None:
        assert api.next_message(world.chat).text == "Ai là Bí thư?"
        with api.out_of_order():
            api.send(world.chat, world.an, "một")
            api.send(world.chat, world.an, "hai")
        assert [api.next_message(world.chat).text for _ in range(2)] == ["hai", "một"]
        api.repeat()
        again = [api.next_message(world.chat).text for _ in range(2)]
        assert "hai" in again

    run_bot(api, people)


# --- updates --------------------------------------------------------------------------------------


def test_edits_are_not_missed_however_late_one_looks(world: World) -> None:
    async def progress(bot: Bot) -> None:
        sent = await bot.send_message(world.chat.id, "0%")
        await sent.edit_text("50%")
        await sent.edit_text("100%")

    world.ask(progress)
    message = world.api.next_message(world.chat)
    assert world.api.next_edit(message).text == "100%"
    assert [version.text for version in message.versions] == ["0%", "50%", "100%"]


def test_updates_stay_until_confirmed_by_offset(world: World) -> None:
    first, again = (world.ask(lambda bot: bot.get_updates()) for _ in range(2))
    assert first == again
    assert world.ask(lambda bot: bot.get_updates(offset=first[-1].update_id + 1)) == ()


def test_only_allowed_updates_are_delivered(world: World) -> None:
    world.ask(lambda bot: bot.get_updates(allowed_updates=["callback_query"]))
    world.api.send(world.chat, world.an, "không ai nghe")
    texts = [update.message.text for update in world.ask(lambda bot: bot.get_updates())]
    assert texts == ["Ai là Bí thư?"]


def test_limit_is_the_most_updates_at_once(world: World) -> None:
    world.api.send(world.chat, world.an, "hai")
    assert len(world.ask(lambda bot: bot.get_updates(limit=1))) == 1


def test_second_poll_ends_the_first_with_a_conflict(world: World) -> None:
    world.api.state.updates.clear()

    async def two_bots(bot: Bot) -> None:
        first = asyncio.create_task(bot.get_updates(timeout=20))
        await asyncio.to_thread(world.api.wait_until_ready)
        second = asyncio.create_task(bot.get_updates(timeout=20))
        with pytest.raises(Conflict):
            await first
        world.api.send(world.chat, world.an, "xin chào")
        assert [update.message.text for update in await second if update.message] == ["xin chào"]

    world.ask(two_bots)
    conflict = world.api.refusals[-1]
    assert conflict.status == 409
    assert conflict.description == (
        "Conflict: terminated by other getUpdates request;"
        " make sure that only one bot instance is running"
    )


def test_polling_conflicts_with_a_webhook(world: World, unused_port: int) -> None:
    url = f"http://127.0.0.1:{unused_port}/"
    world.ask(lambda bot: bot.set_webhook(url, drop_pending_updates=True))
    assert world.ask(lambda bot: bot.get_webhook_info()).url == url
    with pytest.raises(Conflict):
        world.ask(lambda bot: bot.get_updates())
    world.ask(lambda bot: bot.delete_webhook())
    assert world.ask(lambda bot: bot.get_updates()) == ()


# --- trouble --------------------------------------------------------------------------------------


def test_ordered_error_comes_once_and_nothing_is_sent(world: World) -> None:
    world.api.fail_next("sendMessage", 429, "Too Many Requests: retry after 3", retry_after=3)
    with pytest.raises(RetryAfter):
        world.say("một")
    assert not world.api.messages(world.chat)
    assert world.say("hai").text == "hai"
    assert not world.api.refusals


@pytest.mark.parametrize(
    ("order", "sent"),
    [("bad_gateway", 0), ("drop_next", 0), ("lose_answer", 1)],
)
def test_network_trouble_reaches_the_library(world: World, order: str, sent: int) -> None:
    getattr(world.api, order)("sendMessage")
    with pytest.raises(NetworkError):
        world.say("x")
    assert len(world.api.messages(world.chat)) == sent


def test_held_request_times_out_in_the_library(world: World) -> None:
    with pytest.raises(TimedOut), world.api.hold("sendMessage"):
        world.ask(lambda bot: bot.send_message(world.chat.id, "x", read_timeout=0.05))


def test_held_request_is_answered_after_the_hold(world: World) -> None:
    sent: list[Any] = []
    with world.api.hold("sendMessage") as arrived:
        thread = threading.Thread(target=lambda: sent.append(world.say("x")))
        thread.start()
        arrived()
        assert not world.api.messages(world.chat)
    thread.join()
    assert [message.text for message in sent] == ["x"]


def test_waiting_in_vain_tells_what_the_bot_did(world: World) -> None:
    with pytest.raises(BadRequest):
        world.say("<b>", parse_mode="HTML")
    with pytest.raises(AssertionError, match=r"sendMessage: 400 Bad Request: can't parse"):
        world.api.next_message(world.chat, timeout=0.01)


# --- groups, files, menus -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("Ai là Bí thư?", False),
        ("@hoibao_bot Ai là Bí thư?", True),
        ("@hoibao_botany Ai là Bí thư?", False),
        ("/ask ai", True),
        ("/ask@hoibao_bot ai", True),
        ("/ask@other_bot ai", False),
    ],
)
def test_privacy_mode_hides_what_is_not_meant_for_the_bot(
    world: World, text: str, heard: bool
) -> None:
    group = world.api.group("Tổ 1", [world.an])
    before = len(world.api.updates)
    message = world.api.send(group, world.an, text)
    assert message.delivered is heard
    assert len(world.api.updates) - before == heard


def test_reply_to_the_bot_is_heard_in_its_topic(world: World) -> None:
    forum = world.api.group("Diễn đàn", admins=[world.an], topics=["Chung", "Báo"])
    topic = list(forum.topics)[1]
    sent = world.ask(lambda bot: bot.send_message(forum.id, "xin chào", message_thread_id=topic))
    reply = world.api.send(forum, world.an, "Ai?", reply_to=forum.messages[sent.message_id])
    assert (reply.delivered, reply.thread_id) == (True, topic)
    update = world.ask(lambda bot: bot.get_updates())[-1]
    assert update.message.reply_to_message.from_user.is_bot
    assert update.message.message_thread_id == topic


def test_message_in_a_topic_replies_to_the_topics_opening(world: World) -> None:
    forum = world.api.group("Diễn đàn", admins=[world.an], topics=["Chung"])
    world.api.send(forum, world.an, "/ask ai", topic=next(iter(forum.topics)))
    message = world.ask(lambda bot: bot.get_updates())[-1].message
    assert message.reply_to_message.forum_topic_created.name == "Chung"


def test_admins_of_a_group_are_told(world: World) -> None:
    binh = world.api.user(8, "Bình")
    group = world.api.group("Tổ 1", [binh], admins=[world.an])
    admins = world.ask(lambda bot: bot.get_chat_administrators(group.id))
    assert [(admin.user.id, admin.status) for admin in admins] == [(7, "creator")]
    assert world.ask(lambda bot: bot.get_chat_member(group.id, 8)).status == "member"
    assert world.ask(lambda bot: bot.get_chat(group.id)).title == "Tổ 1"


def test_bot_is_told_that_it_was_removed(world: World) -> None:
    group = world.api.group("Tổ 1", [world.an])
    world.api.set_bot_status(group, world.an, "kicked")
    change = world.ask(lambda bot: bot.get_updates())[-1].my_chat_member
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("member", "kicked")


def test_uploaded_document_is_downloaded_unchanged(world: World) -> None:
    content = "Vi Văn Dụng".encode()
    world.api.send_document(world.chat, world.an, content, "bí thư.txt", caption="đây")

    async def download(bot: Bot) -> bytes:
        message = (await bot.get_updates())[-1].message
        assert message
        assert message.document
        assert (message.caption, message.document.file_name) == ("đây", "bí thư.txt")
        return bytes(await (await message.document.get_file()).download_as_bytearray())

    assert world.ask(download) == content


def test_photo_and_voice_arrive(world: World) -> None:
    world.api.send_photo(world.chat, world.an, PNG, caption="Ai đây?")
    world.api.send_voice(world.chat, world.an)
    photo, voice = world.ask(lambda bot: bot.get_updates())[-2:]
    assert (photo.message.caption, photo.message.photo[-1].width) == ("Ai đây?", 640)
    assert voice.message.voice.duration.seconds == 3


def test_plot_is_shown_with_its_caption(world: World) -> None:
    sent = world.ask(
        lambda bot: bot.send_photo(world.chat.id, PNG, "<b>7</b> câu", parse_mode="HTML")
    )
    message = world.chat.messages[sent.message_id]
    assert message.marked("bold") == ["7"]
    assert message.content.media["photo"][0]["height"] == 480
    assert world.api.file_of(message) == PNG


def test_edited_question_reaches_the_bot(world: World) -> None:
    world.api.edit(world.question, "Ai là Chủ tịch?")
    assert world.ask(lambda bot: bot.get_updates())[-1].edited_message.text == "Ai là Chủ tịch?"


def test_forwarded_message_says_so(world: World) -> None:
    world.api.forward(world.chat, world.an, "Ai?", written_by="Chị Hoa")
    message = world.ask(lambda bot: bot.get_updates())[-1].message
    assert message.forward_origin.sender_user_name == "Chị Hoa"


def test_command_menu_follows_scope_and_language(world: World) -> None:
    async def set_commands(bot: Bot) -> None:
        await bot.set_my_commands([BotCommand("help", "Trợ giúp")])
        await bot.set_my_commands([BotCommand("help", "Help")], language_code="en")
        scope = BotCommandScopeChat(world.chat.id)
        await bot.set_my_commands([BotCommand("reload", "Nạp lại")], scope=scope)

    world.ask(set_commands)
    ben = world.api.user(9, "Ben", language_code="en")
    assert world.api.command_menu(world.chat, world.an) == ["reload"]
    assert world.api.command_menu(world.api.private_chat(ben), ben) == ["help"]
    assert world.api.commands(language="en") == {"help": "Help"}


def test_profile_is_kept_by_language(world: World) -> None:
    world.ask(lambda bot: bot.set_my_description("Hỏi báo, báo đáp"))
    world.ask(lambda bot: bot.set_my_short_description("Ask", language_code="en"))
    assert world.api.profile("description") == "Hỏi báo, báo đáp"
    assert world.api.profile("short_description", "en") == "Ask"


def test_quote_of_a_reply_is_kept(world: World) -> None:
    reply = ReplyParameters(world.question.id, quote="Bí thư")
    assert world.say("Vi Văn Dụng", reply_parameters=reply).quote == "Bí thư"


def test_typing_is_recorded(world: World) -> None:
    world.ask(lambda bot: bot.send_chat_action(world.chat.id, "typing"))
    assert world.api.chat_actions == [(world.chat, "typing", None)]


# --- life -----------------------------------------------------------------------------------------


def test_server_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    with BotApi() as api:
        with urlopen(f"{api.base_url}{api.token}/getMe") as response:
            assert json.load(response)["result"]["username"] == "hoibao_bot"
        assert set(threading.enumerate()) - before
    assert set(threading.enumerate()) == before


def test_server_ends_while_a_bot_polls() -> None:
    statuses: list[int] = []

    def poll(url: str) -> None:
        with pytest.raises(HTTPError) as caught:
            urlopen(url)
        statuses.append(caught.value.code)
        caught.value.close()

    with BotApi() as api:
        poller = threading.Thread(
            target=poll, args=[f"{api.base_url}{api.token}/getUpdates?timeout=50"]
        )
        poller.start()
        api.wait_until_ready()
    poller.join()
    assert statuses == [502]
