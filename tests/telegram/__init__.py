"""A strict Telegram Bot API server for tests, over real HTTP on 127.0.0.1.

from tests.telegram import BotApi

with BotApi() as api:                                  # api.base_url, api.base_file_url, api.token
    an = api.user(7, "An", language_code="vi")
    chat = api.private_chat(an)
    ...                                                # start the bot: HOIBAO_TELEGRAM_TOKEN=
                                                       # api.token, …_BASE_URL=api.base_url
    api.wait_until_ready()                             # it polls, or has set its webhook
    question = api.send(chat, an, "Ai là Bí thư Đảng uỷ xã Yên Phúc?")
    answer = api.next_message(chat)                    # waits; Message: text, entities, marked(),
    assert answer.reply_to is question                 # keyboard, buttons, reply_to, thread_id,
    assert answer.marked("bold") == ["Vi Văn Dụng"]    # versions (all edits), deleted
    press = api.press(an, answer, "▶")                 # by words, part of them, or callback data
    api.next_edit(answer)                              # waits for an edit after the press
    assert api.answer_to(press)["text"] == ""
    group = api.group("Tổ dân phố", [an], admins=[an], topics=["Chung"])
    api.send(group, an, "@hoibao_bot Ai là Bí thư?", topic=next(iter(group.topics)))
    api.fail_next("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
    assert not api.refusals                            # nothing that Telegram would have refused
"""

from tests.telegram.api import BotApi
from tests.telegram.formatting import Entity, parse_html, utf16_len
from tests.telegram.model import Call, CallbackQuery, Chat, InlineQuery, Message, User

__all__ = [
    "BotApi",
    "Call",
    "CallbackQuery",
    "Chat",
    "Entity",
    "InlineQuery",
    "Message",
    "User",
    "parse_html",
    "utf16_len",
]
