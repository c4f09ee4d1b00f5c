"""The methods of the Bot API that answer at once: METHODS["sendMessage"](state, params).

Each takes the state, already locked, and the request's parameters, and gives the `result`
or raises a Refusal with Telegram's words. Methods that wait (getUpdates) live in the server.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.telegram import profile
from tests.telegram.errors import bad_request
from tests.telegram.formatting import (
    Entity,
    Formatted,
    detect_entities,
    parse_html,
    tidy,
    utf16_len,
)
from tests.telegram.keyboards import checked_markup
from tests.telegram.model import Chat, Content, Json, Message
from tests.telegram.params import Params
from tests.telegram.state import State, as_list

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
CALLBACK_ANSWER_CHARACTERS = 200

# --- parts of requests


def _formatted(params: Params, text: str, mode_name: str, entities_name: str) -> Formatted:
    mode = params.text(mode_name).lower()
    if mode == "html":
        return parse_html(text)
    if mode:
        raise bad_request("unsupported parse_mode")
    given = as_list(params.json(entities_name, "message entities"))
    return tidy(text, tuple(_entity(entity) for entity in given))


def _entity(given: Json) -> Entity:
    optional = {name: given.get(name) for name in ("url", "language", "custom_emoji_id")}
    user_id = (given.get("user") or {}).get("id")
    return Entity(given["type"], given["offset"], given["length"], **optional, user_id=user_id)


def message_text(params: Params) -> Formatted:
    """The text of a message, formatted and within its limits."""
    text = params.text("text")
    if not text:
        raise bad_request("message text is empty")
    plain, entities = _formatted(params, text, "parse_mode", "entities")
    if not plain:
        raise bad_request("text must be non-empty")
    if utf16_len(plain) > TEXT_UNITS:
        raise bad_request("message is too long")
    return plain, detect_entities(plain, entities)


def caption(params: Params) -> Formatted:
    """The caption of a file, formatted and within its limits."""
    plain, entities = _formatted(params, params.text("caption"), "parse_mode", "caption_entities")
    if utf16_len(plain) > CAPTION_UNITS:
        raise bad_request("message caption is too long")
    return plain, detect_entities(plain, entities)


def _markup(params: Params) -> Json | None:
    return checked_markup(params.json("reply_markup", "reply keyboard markup"))


def _thread(params: Params, chat: Chat) -> int | None:
    thread_id = params.integer("message_thread_id")
    if thread_id and thread_id not in chat.topics:
        raise bad_request("message thread not found")
    return thread_id


def _reply(params: Params, chat: Chat) -> tuple[Message | None, str | None]:
    """The message replied to, and the quote from it."""
    given = params.json("reply_parameters", "reply parameters") or {
        "message_id": params.integer("reply_to_message_id"),
        "allow_sending_without_reply": params.flag("allow_sending_without_reply"),
    }
    if not given.get("message_id"):
        return None, None
    target = chat.messages.get(int(given["message_id"]))
    if target is None or target.deleted:
        if given.get("allow_sending_without_reply"):
            return None, None
        raise bad_request("message to be replied not found")
    quote = given.get("quote")
    if quote and given.get("quote_parse_mode", "").lower() == "html":
        quote = parse_html(quote)[0]
    if quote and quote not in target.text:
        raise bad_request("QUOTE_TEXT_INVALID")
    return target, quote


def _say(state: State, params: Params, content: Callable[[], Content]) -> Json:
    chat = state.writable_chat(params.text("chat_id"))
    thread_id = _thread(params, chat)
    reply_to, quote = _reply(params, chat)
    ready = content()
    if state.limits:
        state.limits.count(chat)
    message = state.post(
        chat, state.bot, ready, thread_id=thread_id, reply_to=reply_to, quote=quote
    )
    message.request = params.record()
    return message.json()


# --- messages


def send_message(state: State, params: Params) -> Json:
    return _say(state, params, lambda: Content(*message_text(params), _markup(params)))


def _target(state: State, params: Params, missing: str) -> Message:
    """The message that a request is about."""
    inline_id = params.text("inline_message_id")
    if inline_id:
        if inline_id not in state.sent_inline:
            raise bad_request("MESSAGE_ID_INVALID")
        return state.sent_inline[inline_id]
    chat = state.writable_chat(params.text("chat_id"))
    message_id = params.integer("message_id")
    if not message_id:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(message_id)
    if message is None or message.deleted:
        raise bad_request(missing)
    return message


def _edit(state: State, params: Params, change: Callable[[Message], Content]) -> Json | bool:
    message = _target(state, params, "message to edit not found")
    inline = bool(params.text("inline_message_id"))
    if message.sender is not state.bot and not inline:
        raise bad_request("message can't be edited")
    content = change(message)
    if content == message.content:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly"
            " the same as a current content and reply markup of the message"
        )
    state.rewrite(message, content)
    return True if inline else message.json()


def edit_message_text(state: State, params: Params) -> Json | bool:
    def change(message: Message) -> Content:
        if message.content.media:
            raise bad_request("there is no text in the message to edit")
        return Content(*message_text(params), _markup(params))

    return _edit(state, params, change)


def edit_message_caption(state: State, params: Params) -> Json | bool:
    def change(message: Message) -> Content:
        if not message.content.media:
            raise bad_request("there is no caption in the message to edit")
        return Content(*caption(params), _markup(params), message.content.media)

    return _edit(state, params, change)


def edit_message_reply_markup(state: State, params: Params) -> Json | bool:
    def change(message: Message) -> Content:
        now = message.content
        return Content(now.text, now.entities, _markup(params), now.media)

    return _edit(state, params, change)


def delete_message(state: State, params: Params) -> bool:
    message = _target(state, params, "message to delete not found")
    may = message.sender is state.bot or message.chat.type == "private"
    if not may and message.chat.bot_status != "administrator":
        raise bad_request("message can't be deleted for everyone")
    message.deleted = True
    return True


def answer_callback_query(state: State, params: Params) -> bool:
    query = state.callback_queries.get(params.text("callback_query_id"))
    if query is None or query.expired or query.answer is not None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = params.text("text")
    if len(text) > CALLBACK_ANSWER_CHARACTERS:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answer = {"text": text, "show_alert": params.flag("show_alert")}
    return True


CHAT_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def send_chat_action(state: State, params: Params) -> bool:
    chat = state.writable_chat(params.text("chat_id"))
    thread_id = params.integer("message_thread_id")
    if thread_id and thread_id not in chat.topics | {1: "General"}:
        raise bad_request("message thread not found")
    action = params.text("action")
    if action not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    state.chat_actions.append((chat, action, thread_id))
    return True


METHODS: dict[str, Callable[[State, Params], Any]] = {
    "getMe": profile.get_me,
    "logOut": profile.done,
    "close": profile.done,
    "setWebhook": profile.set_webhook,
    "deleteWebhook": profile.delete_webhook,
    "getWebhookInfo": profile.get_webhook_info,
    "setMyCommands": profile.set_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "getMyCommands": profile.get_my_commands,
    "setMyName": profile.profile_setter("name"),
    "getMyName": profile.profile_getter("name"),
    "setMyDescription": profile.profile_setter("description"),
    "getMyDescription": profile.profile_getter("description"),
    "setMyShortDescription": profile.profile_setter("short_description"),
    "getMyShortDescription": profile.profile_getter("short_description"),
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback_query,
    "sendChatAction": send_chat_action,
}
