"""What Telegram refuses is refused, in Telegram's words, to the real client library."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    MessageEntity,
    ReplyParameters,
)
from telegram.error import (
    BadRequest,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from tests.telegram import BotApi
from tests.telegram.conftest import World

MISSING = 999_999_999
STALE = "query is too old and response timeout expired or query ID is invalid"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def keyboard(text: str = "▶", **fields: Any) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(text, **fields)]])


def article(
    result_id: str = "1", text: str = "Vi Văn Dụng", title: str = "Bí thư"
) -> InlineQueryResultArticle:
    content = InputTextMessageContent(text, parse_mode="HTML")
    return InlineQueryResultArticle(result_id, title, content)


class Refused(NamedTuple):
    """A request and what Telegram says to it (after "Bad Request: ")."""

    name: str
    call: Callable[[Bot, World], Awaitable[Any]]
    reason: str


def html(name: str, text: str, reason: str) -> Refused:
    return Refused(
        name,
        lambda bot, world: bot.send_message(world.chat.id, text, parse_mode="HTML"),
        f"can't parse entities: {reason}",
    )


def text(name: str, words: str, reason: str, **more: Any) -> Refused:
    return Refused(name, lambda bot, world: bot.send_message(world.chat.id, words, **more), reason)


def button(name: str, reason: str, label: str = "▶", **fields: Any) -> Refused:
    return Refused(
        name,
        lambda bot, world: bot.send_message(
            world.chat.id, "x", reply_markup=keyboard(label, **fields)
        ),
        reason,
    )


def entity(name: str, reason: str, kind: str, offset: int, length: int, **more: Any) -> Refused:
    marks = [MessageEntity(kind, offset, length, **more)]
    return text(name, "xin chào", reason, entities=marks)


def inline(name: str, results: list[Any], reason: str, **more: Any) -> Refused:
    def call(bot: Bot, world: World) -> Awaitable[Any]:
        query = world.api.inline(world.an, "ai")
        return bot.answer_inline_query(query.id, results, **more)

    return Refused(name, call, reason)


def commands(name: str, reason: str, *given: tuple[str, str], **more: Any) -> Refused:
    return Refused(
        name,
        lambda bot, world: bot.set_my_commands([BotCommand(*g) for g in given], **more),
        reason,
    )


async def edit_without_change(bot: Bot, world: World) -> None:
    sent = await bot.send_message(world.chat.id, "<b>một</b>", parse_mode="HTML")
    await bot.edit_message_text("<strong>một</strong>", world.chat.id, sent.id, parse_mode="HTML")


async def edit_keyboard_without_change(bot: Bot, world: World) -> None:
    sent = await bot.send_message(world.chat.id, "một", reply_markup=keyboard(callback_data="p:1"))
    await bot.edit_message_reply_markup(
        world.chat.id, sent.id, reply_markup=keyboard(callback_data="p:1")
    )


async def answer_twice(bot: Bot, world: World) -> None:
    sent = await bot.send_message(world.chat.id, "x", reply_markup=keyboard(callback_data="p"))
    query = world.api.press(world.an, world.chat.messages[sent.id], "▶")
    await bot.answer_callback_query(query.id)
    await bot.answer_callback_query(query.id)


async def answer_too_late(bot: Bot, world: World) -> None:
    query = world.api.inline(world.an, "ai")
    world.api.expire(query)
    await bot.answer_inline_query(query.id, [])


async def answer_at_length(bot: Bot, world: World) -> None:
    sent = await bot.send_message(world.chat.id, "x", reply_markup=keyboard(callback_data="p"))
    query = world.api.press(world.an, world.chat.messages[sent.id], "p")
    await bot.answer_callback_query(query.id, "x" * 201)


async def edit_deleted(bot: Bot, world: World) -> None:
    sent = await bot.send_message(world.chat.id, "x")
    await sent.delete()
    await bot.edit_message_text("y", world.chat.id, sent.id)


async def edit_text_of_document(bot: Bot, world: World) -> None:
    sent = await bot.send_document(world.chat.id, b"x", filename="a.txt")
    await bot.edit_message_text("y", world.chat.id, sent.id)


async def download_large(bot: Bot, world: World) -> None:
    sent = world.api.send_document(world.chat, world.an, b"x", "a.pdf", size=20 * 2**20 + 1)
    await bot.get_file(sent.content.media["document"]["file_id"])


async def delete_of_others(bot: Bot, world: World) -> None:
    group = world.api.group("Tổ 1", [world.an])
    message = world.api.send(group, world.an, "xin chào")
    await bot.delete_message(group.id, message.id)


REFUSED = [
    # HTML
    html("end-tag-missing", "<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    html("unknown-tag", "é<script>x</script>", 'Unsupported start tag "script" at byte offset 2'),
    html("comment", "x<!-- y -->", 'Unsupported start tag "!--" at byte offset 1'),
    html("line-break", "x<br>y", 'Unsupported start tag "br" at byte offset 1'),
    html("paragraph", "<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
    html("bare-less-than", "1 < 2", 'Unsupported start tag "" at byte offset 2'),
    html("bare-less-than-at-end", "1 <2", "Unclosed start tag at byte offset 2"),
    html("start-tag-cut", "x <b", "Unclosed start tag at byte offset 2"),
    html("attribute-cut", '<a href="x', "Unclosed start tag at byte offset 0"),
    html(
        "attribute-nameless",
        '<a ="x">y</a>',
        'Empty attribute name in the tag "a" at byte offset 0',
    ),
    html(
        "attribute-unquoted", "<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"
    ),
    html(
        "span-without-class",
        "<span>x</span>",
        'Tag "span" must have class "tg-spoiler" at byte offset 0',
    ),
    html("end-tag-alone", "x</b>", "Unexpected end tag at byte offset 1"),
    html("end-tag-cut", "<b>x</b", "Unclosed end tag at byte offset 4"),
    html(
        "tags-crossed",
        "<b><i>é</b></i>",
        'Unmatched end tag at byte offset 8, expected "</i>", found "</b>"',
    ),
    html(
        "quote-in-quote",
        "<blockquote>x<blockquote>y</blockquote></blockquote>",
        "Nested blockquotes are unsupported at byte offset 13",
    ),
    html(
        "emoji-id",
        '<tg-emoji emoji-id="9999999999999999999">😀</tg-emoji>',
        "Invalid custom emoji identifier specified",
    ),
    # texts
    text("text-empty", "", "message text is empty"),
    text("text-blank", " \n ", "text must be non-empty"),
    text("text-only-markup", "<b></b>", "text must be non-empty", parse_mode="HTML"),
    text("text-long", "x" * 4097, "message is too long"),
    text("text-long-in-utf16", "😀" * 2049, "message is too long"),
    text("parse-mode-unknown", "x", "unsupported parse_mode", parse_mode="BBCode"),
    Refused(
        "caption-long",
        lambda bot, world: bot.send_document(world.chat.id, b"x", "x" * 1025, filename="a.txt"),
        "message caption is too long",
    ),
    # entities given by offset
    entity("entity-kind", "can't parse MessageEntity: Unsupported type specified", "big", 0, 1),
    entity("entity-negative", "receive an entity with incorrect offset -1", "bold", -1, 1),
    entity(
        "entity-beyond",
        "entity begins after the end of the text at UTF-16 offset 99",
        "bold",
        99,
        1,
    ),
    entity(
        "entity-too-long",
        "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 99",
        "bold",
        0,
        99,
    ),
    entity(
        "entity-url", "entity URL 'tệp' is invalid: Wrong HTTP URL", "text_link", 0, 1, url="tệp"
    ),
    entity(
        "entity-url-missing",
        "can't parse MessageEntity: Can't find field \"url\"",
        "text_link",
        0,
        1,
    ),
    # chats, replies, topics
    Refused("chat-unknown", lambda bot, _: bot.send_message(MISSING, "x"), "chat not found"),
    Refused("chat-by-name", lambda bot, _: bot.send_message("@nowhere", "x"), "chat not found"),
    Refused("chat-empty", lambda bot, _: bot.send_message("", "x"), "chat_id is empty"),
    text(
        "reply-to-missing",
        "x",
        "message to be replied not found",
        reply_parameters=ReplyParameters(MISSING),
    ),
    Refused(
        "quote-not-in-message",
        lambda bot, world: bot.send_message(
            world.chat.id, "x", reply_parameters=ReplyParameters(world.question.id, quote="Vàng")
        ),
        "QUOTE_TEXT_INVALID",
    ),
    text("topic-missing", "x", "message thread not found", message_thread_id=MISSING),
    Refused(
        "action-unknown",
        lambda bot, world: bot.send_chat_action(world.chat.id, "thinking"),
        "wrong parameter action in request",
    ),
    # buttons
    button("callback-data-long", "BUTTON_DATA_INVALID", callback_data="x" * 65),
    button("callback-data-long-in-bytes", "BUTTON_DATA_INVALID", callback_data="ố" * 22),
    button(
        "button-does-nothing",
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    button(
        "callback-data-empty",
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        callback_data="",
    ),
    button("button-blank", "inline keyboard button text must be non-empty", " ", callback_data="x"),
    button(
        "button-url",
        "inline keyboard button URL 'localhost' is invalid: Wrong HTTP URL",
        url="localhost",
    ),
    button(
        "button-url-scheme",
        "inline keyboard button URL 'ftp://example.org' is invalid: Unsupported URL protocol",
        url="ftp://example.org",
    ),
    button("copy-text-long", "BUTTON_COPY_TEXT_INVALID", copy_text=CopyTextButton("x" * 257)),
    button("copy-text-empty", "BUTTON_COPY_TEXT_INVALID", copy_text=CopyTextButton("")),
    text(
        "buttons-too-many",
        "x",
        "reply markup is too long",
        reply_markup=InlineKeyboardMarkup(
            [[InlineKeyboardButton(str(n), callback_data=str(n))] for n in range(101)]
        ),
    ),
    # edits, deletions, answers
    Refused("edit-unchanged", edit_without_change, NOT_MODIFIED),
    Refused("edit-keyboard-unchanged", edit_keyboard_without_change, NOT_MODIFIED),
    Refused(
        "edit-missing",
        lambda bot, world: bot.edit_message_text("x", world.chat.id, MISSING),
        "message to edit not found",
    ),
    Refused("edit-deleted", edit_deleted, "message to edit not found"),
    Refused(
        "edit-of-others",
        lambda bot, world: bot.edit_message_text("x", world.chat.id, world.question.id),
        "message can't be edited",
    ),
    Refused(
        "edit-text-of-document",
        edit_text_of_document,
        "there is no text in the message to edit",
    ),
    Refused(
        "edit-inline-missing",
        lambda bot, _: bot.edit_message_text("x", inline_message_id="AAAA"),
        "MESSAGE_ID_INVALID",
    ),
    Refused(
        "delete-missing",
        lambda bot, world: bot.delete_message(world.chat.id, MISSING),
        "message to delete not found",
    ),
    Refused("delete-of-others", delete_of_others, "message can't be deleted"),
    Refused("callback-unknown", lambda bot, _: bot.answer_callback_query("1"), STALE),
    Refused("callback-answered-twice", answer_twice, STALE),
    Refused("callback-answer-long", answer_at_length, "MESSAGE_TOO_LONG"),
    Refused(
        "reaction-unknown",
        lambda bot, world: bot.set_message_reaction(world.chat.id, world.question.id, "🦄🦄"),
        "REACTION_INVALID",
    ),
    # files
    Refused(
        "file-unknown",
        lambda bot, _: bot.get_file("nope"),
        "wrong file_id or the file is temporarily unavailable",
    ),
    Refused("file-too-big", download_large, "file is too big"),
    Refused(
        "file-empty",
        lambda bot, world: bot.send_document(world.chat.id, b"", filename="a.txt"),
        "file must be non-empty",
    ),
    Refused(
        "photo-of-text",
        lambda bot, world: bot.send_photo(world.chat.id, b"no picture"),
        "IMAGE_PROCESS_FAILED",
    ),
    Refused(
        "photo-too-wide",
        lambda bot, world: bot.send_photo(
            world.chat.id, PNG + (9000).to_bytes(4, "big") + (1001).to_bytes(4, "big")
        ),
        "PHOTO_INVALID_DIMENSIONS",
    ),
    # inline results
    inline("inline-too-many", [article(str(n)) for n in range(51)], "RESULTS_TOO_MUCH"),
    inline("inline-twice", [article("1"), article("1")], "RESULT_ID_DUPLICATE"),
    inline("inline-id-long", [article("x" * 65)], "RESULT_ID_INVALID"),
    inline(
        "inline-html",
        [article(text="<b>x")],
        "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    ),
    inline("inline-long", [article(text="x" * 4097)], "message is too long"),
    inline(
        "inline-untitled",
        [article(title="")],
        "can't parse inline query result: Can't find field \"title\"",
    ),
    inline("inline-offset-long", [article()], "NEXT_OFFSET_INVALID", next_offset="x" * 65),
    inline(
        "inline-start-parameter",
        [],
        "START_PARAM_INVALID",
        button=InlineQueryResultsButton("Hỏi riêng", start_parameter="hỏi"),
    ),
    Refused("inline-too-late", answer_too_late, STALE),
    # commands, webhook
    commands("command-capital", "BOT_COMMAND_INVALID", ("Start", "x")),
    commands("command-long", "command length must not exceed 32", ("x" * 33, "x")),
    commands("command-empty", "command must be non-empty", ("", "x")),
    commands("command-undescribed", "command description must be non-empty", ("x", "")),
    commands(
        "command-described-at-length",
        "command description length must not exceed 256",
        ("x", "x" * 257),
    ),
    commands("commands-too-many", "BOT_COMMANDS_TOO_MUCH", *[(f"c{n}", "x") for n in range(101)]),
    commands("language-code", "invalid language code specified", ("x", "x"), language_code="vie"),
    commands(
        "scope-unknown-chat", "chat not found", ("x", "x"), scope=BotCommandScopeChat(MISSING)
    ),
    Refused(
        "webhook-secret",
        lambda bot, _: bot.set_webhook("https://example.org/", secret_token="mật khẩu"),
        "secret token contains unallowed characters",
    ),
    Refused(
        "webhook-secret-long",
        lambda bot, _: bot.set_webhook("https://example.org/", secret_token="x" * 257),
        "secret token is too long",
    ),
    Refused(
        "webhook-plain-http",
        lambda bot, _: bot.set_webhook("http://example.org/"),
        "bad webhook: An HTTPS URL must be provided for webhook",
    ),
]


@pytest.mark.parametrize("row", REFUSED, ids=[row.name for row in REFUSED])
def test_refused_with_telegrams_words(world: World, row: Refused) -> None:
    with pytest.raises(BadRequest):
        world.ask(lambda bot: row.call(bot, world))
    refusal = world.api.refusals[-1]
    assert (refusal.status, refusal.description) == (400, f"Bad Request: {row.reason}")


def test_every_refusal_row_has_its_own_name() -> None:
    names = [row.name for row in REFUSED]
    assert len(set(names)) == len(names)


FORBIDDEN = {
    "kicked": "Forbidden: bot was kicked from the supergroup chat",
    "left": "Forbidden: bot is not a member of the supergroup chat",
}


@pytest.mark.parametrize(("status", "reason"), FORBIDDEN.items())
def test_group_without_the_bot_is_forbidden(world: World, status: str, reason: str) -> None:
    group = world.api.group("Tổ 1", [world.an], bot_status=status)
    with pytest.raises(Forbidden):
        world.ask(lambda bot: bot.send_message(group.id, "x"))
    assert world.api.refusals[-1].description == reason


def test_blocking_user_is_forbidden_until_unblocked(world: World) -> None:
    world.api.block(world.an)
    with pytest.raises(Forbidden):
        world.ask(lambda bot: bot.send_message(world.chat.id, "x"))
    assert world.api.refusals[-1].description == "Forbidden: bot was blocked by the user"
    world.api.unblock(world.an)
    assert world.say("x").text == "x"


def test_bot_cannot_write_first(world: World) -> None:
    binh = world.api.private_chat(world.api.user(8, "Bình"), started=False)
    with pytest.raises(Forbidden):
        world.ask(lambda bot: bot.send_message(binh.id, "x"))
    reason = "Forbidden: bot can't initiate conversation with a user"
    assert world.api.refusals[-1].description == reason


def test_wrong_token_is_unauthorized(world: World) -> None:
    with pytest.raises(InvalidToken):
        world.ask(lambda bot: bot.get_me(), token="1:wrong")
    call = world.api.calls()[-1]
    assert (call.status, call.description) == (401, "Unauthorized")


def test_unknown_method_is_not_found(world: World) -> None:
    with pytest.raises(EndPointNotFound):
        world.ask(lambda bot: bot.do_api_request("writePoem"))
    call = world.api.calls()[-1]
    assert (call.method, call.status, call.description) == ("writePoem", 404, "Not Found")


def test_reply_to_a_missing_message_is_sent_alone_when_allowed(world: World) -> None:
    reply = ReplyParameters(MISSING, allow_sending_without_reply=True)
    assert world.say("x", reply_parameters=reply).reply_to is None


@pytest.mark.parametrize("chat_kind", ["private", "group"])
def test_rate_limits_are_kept_when_asked_for(
    chat_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    with BotApi(rate_limits=True) as api:
        an = api.user(7, "An")
        chat = api.private_chat(an) if chat_kind == "private" else api.group("Tổ 1", [an])
        world = World(api, an, chat, api.send(chat, an, "?"))

        async def twice(bot: Bot) -> None:
            await bot.send_message(chat.id, "một")
            await bot.send_message(chat.id, "hai")

        with pytest.raises(RetryAfter) as caught:
            world.ask(twice)
        assert caught.value.retry_after == timedelta(seconds=1)
        assert [message.text for message in api.messages(chat)] == ["một"]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("x" * 4096, "x" * 4096),
        ("😀" * 2048, "😀" * 2048),
        (f"<b>{'x' * 4096}</b>", "x" * 4096),
        (" \n xin chào \n", "xin chào"),
        ("a\r\nb\0c", "a\nb c"),
        ("&lt;b&gt; &amp; &quot;x&quot; &#7897; &#x1F600; &nbsp;", '<b> & "x" ộ 😀 &nbsp;'),
    ],
    ids=["limit", "limit-in-utf16", "limit-after-parsing", "trimmed", "control", "references"],
)
def test_text_arrives_as_people_see_it(world: World, words: str, shown: str) -> None:
    assert world.say(words, parse_mode="HTML").text == shown


def test_limits_are_inclusive(world: World) -> None:
    markup = keyboard(callback_data="x" * 64)
    copying = keyboard(copy_text=CopyTextButton("x" * 256))
    assert world.say("x", reply_markup=markup).button("▶").data == "x" * 64
    assert world.say("x", reply_markup=copying).button("▶").copied == "x" * 256
    assert not world.api.refusals


def test_telegram_error_never_holds_the_token(world: World) -> None:
    with pytest.raises(TelegramError) as caught:
        world.ask(lambda bot: bot.send_message(MISSING, "x"))
    assert world.api.token not in repr(caught.value)
    assert world.api.token not in repr(world.api.calls()) + repr(world.api)
