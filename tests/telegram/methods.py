"""The table of methods: METHODS["sendMessage"](state, params) gives the `result`.

A method is a function of the locked state and the request's parameters that raises a Refusal
with Telegram's words; methods that wait (getUpdates) live in the server.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.telegram import chats, files, inline, messages, profile
from tests.telegram.params import Params
from tests.telegram.state import State

Method = Callable[[State, Params], Any]

METHODS: dict[str, Method] = {
    "answerCallbackQuery": messages.answer_callback_query,
    "answerInlineQuery": inline.answer_inline_query,
    "close": profile.done,
    "deleteMessage": messages.delete_message,
    "deleteMyCommands": profile.delete_my_commands,
    "deleteWebhook": profile.delete_webhook,
    "editMessageCaption": messages.edit_message_caption,
    "editMessageReplyMarkup": messages.edit_message_reply_markup,
    "editMessageText": messages.edit_message_text,
    "getChat": chats.get_chat,
    "getChatAdministrators": chats.get_chat_administrators,
    "getChatMember": chats.get_chat_member,
    "getChatMemberCount": chats.get_chat_member_count,
    "getFile": files.get_file,
    "getMe": profile.get_me,
    "getMyCommands": profile.get_my_commands,
    "getMyDescription": profile.profile_getter("description"),
    "getMyName": profile.profile_getter("name"),
    "getMyShortDescription": profile.profile_getter("short_description"),
    "getWebhookInfo": profile.get_webhook_info,
    "leaveChat": chats.leave_chat,
    "logOut": profile.done,
    "sendChatAction": messages.send_chat_action,
    "sendDocument": messages.send_document,
    "sendMessage": messages.send_message,
    "sendPhoto": messages.send_photo,
    "setMessageReaction": messages.set_message_reaction,
    "setMyCommands": profile.set_my_commands,
    "setMyDescription": profile.profile_setter("description"),
    "setMyName": profile.profile_setter("name"),
    "setMyShortDescription": profile.profile_setter("short_description"),
    "setWebhook": profile.set_webhook,
}
