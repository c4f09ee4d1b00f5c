"""Methods that make, change and remove messages, and those that answer a press of a button.

Each takes the state, already locked, and the request's parameters, and gives the `result`
or raises a Refusal with Telegram's words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from telegram.constants import ChatAction, MessageEntityType, ReactionEmoji

from tests.telegram.errors import bad_request
from tests.telegram.files import PHOTO_BYTES, document_json, photo_json
from tests.telegram.formatting import (
    Entity,
    Formatted,
    checked_url,
    detect_entities,
    parse_html,
    tidy,
    utf16_len,
)
from tests.telegram.keyboards import checked_markup
from tests.telegram.model import Chat, Content, Json, Message, StoredFile
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
    return tidy(text, tuple(_entity(entity, utf16_len(text)) for entity in given))


# What each kind of given entity must bring along.
_ENTITY_FIELDS = {
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
}
ENTITY_TYPES = frozenset(kind.value for kind in MessageEntityType)


def _entity(given: Json, size: int) -> Entity:
    kind, offset, length = str(given.get("type")), given.get("offset"), given.get("length")
    if kind not in ENTITY_TYPES:
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    needed = _ENTITY_FIELDS.get(kind)
    if needed and needed not in given:
        raise bad_request(f"can't parse MessageEntity: Can't find field \"{needed}\"")
    if not isinstance(offset, int) or offset < 0:
        raise bad_request(f"receive an entity with incorrect offset {offset}")
    if not isinstance(length, int) or length < 0:
        raise bad_request(f"receive an entity with incorrect length {length}")
    if offset > size:
        raise bad_request(f"entity begins after the end of the text at UTF-16 offset {offset}")
    if offset + length > size:
        raise bad_request(
            f"entity beginning at UTF-16 offset {offset} ends after the end of the text"
            f" at UTF-16 offset {offset + length}"
        )
    return Entity(
        kind,
        offset,
        length,
        url=_entity_url(given["url"]) if kind == "text_link" else None,
        language=given.get("language"),
        user_id=given["user"].get("id") if kind == "text_mention" else None,
        custom_emoji_id=given.get("custom_emoji_id"),
    )


def _entity_url(url: str) -> str:
    try:
        return checked_url(url)
    except ValueError as reason:
        raise bad_request(f"entity URL '{url}' is invalid: {reason}") from None


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


def _say(state: State, params: Params, content: Content) -> Json:
    chat = state.writable_chat(params.text("chat_id"))
    thread_id = _thread(params, chat)
    reply_to, quote = _reply(params, chat)
    if state.limits:
        state.limits.count(chat)
    message = state.post(
        chat, state.bot, content, thread_id=thread_id, reply_to=reply_to, quote=quote
    )
    message.request = params.record()
    return message.json()


# --- messages


def send_message(state: State, params: Params) -> Json:
    return _say(state, params, Content(*message_text(params), _markup(params)))


def _upload(state: State, params: Params, kind: str) -> StoredFile:
    """The file of a request: uploaded with it, or known by its file_id."""
    given = params.text(kind)
    upload = params.files.get(given.removeprefix("attach://") if given else kind)
    if upload is None:
        if not given:
            raise bad_request(f"there is no {kind} in the request")
        if given not in state.files:
            raise bad_request("wrong remote file identifier specified: Wrong string length")
        return state.files[given]
    if not upload.content:
        raise bad_request("file must be non-empty")
    return state.store(upload.content, upload.name, upload.mime_type)


def send_document(state: State, params: Params) -> Json:
    content = Content(*caption(params), _markup(params))
    file = _upload(state, params, "document")
    return _say(state, params, replace(content, media={"document": document_json(file)}))


def send_photo(state: State, params: Params) -> Json:
    content = Content(*caption(params), _markup(params))
    file = _upload(state, params, "photo")
    if len(file.content) > PHOTO_BYTES:
        raise bad_request("too big for a photo")
    return _say(state, params, replace(content, media={"photo": [photo_json(file)]}))


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
    content = Content(*message_text(params), _markup(params))

    def change(message: Message) -> Content:
        if message.content.media:
            raise bad_request("there is no text in the message to edit")
        return content

    return _edit(state, params, change)


def edit_message_caption(state: State, params: Params) -> Json | bool:
    text, markup = caption(params), _markup(params)

    def change(message: Message) -> Content:
        if not message.content.media:
            raise bad_request("there is no caption in the message to edit")
        return Content(*text, markup, message.content.media)

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
        raise bad_request("message can't be deleted")
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


CHAT_ACTIONS = frozenset(action.value for action in ChatAction)
REACTIONS = frozenset(emoji.value for emoji in ReactionEmoji)


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


def set_message_reaction(state: State, params: Params) -> bool:
    message = _target(state, params, "message to react not found")
    given = as_list(params.json("reaction", "reaction"))
    emojis = tuple(str(reaction.get("emoji")) for reaction in given)
    if len(emojis) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if not REACTIONS.issuperset(emojis):
        raise bad_request("REACTION_INVALID")
    message.reactions = emojis
    return True
