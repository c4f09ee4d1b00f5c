"""Which question a message asks, and whether it is meant for the bot at all.

In a private chat every text is a question, and so are the words under a picture or a file. In a
group it is one when it mentions the bot, answers one of the bot's messages, or comes with /ask; an
empty mention or /ask points to the message that it answers. All of these reach a bot in privacy
mode.

    question_of(message, me) -> Question("Ai là bí thư?", message)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from telegram import Message, MessageEntity, User
from telegram.constants import ChatType

ASK: Final = "ask"

_ADDRESS = re.compile(r"(https?://|www\.|t\.me/)\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the message that holds it, which the answer replies to."""

    text: str
    message: Message


def question_of(message: Message, me: User) -> Question | None:
    """The question that a message puts to the bot, or None when it is meant for others."""
    if message.via_bot == me or not (_is_private(message) or addresses(message, me)):
        # what comes by way of the bot is a quote that somebody chose inline
        return None
    if _is_other_command(message, me):
        return None
    text = question_text(message, me)
    if text:
        return Question(text, message)
    pointed = message.reply_to_message
    if pointed is None or (pointed.from_user and pointed.from_user.id == me.id):
        return None
    text = question_text(pointed, me)
    return Question(text, pointed) if text else None


def question_text(message: Message, me: User) -> str:
    """The text of a message without what only addresses it: `/ask`, and mentions of the bot.

    "@hoibao_bot ai là bí thư?" -> "ai là bí thư?"
    """
    text, at = message.text or message.caption or "", 0
    kept = []
    # the library counts in UTF-16; the strings it returns are found again in order
    for entity, found in sorted(_calls(message).items(), key=lambda item: item[0].offset):
        start = text.index(found, at)
        if _is_mention(found, me) or _is_ask(entity, found, me):
            kept.append(text[at:start])
            at = start + len(found)
    return "".join([*kept, text[at:]]).strip()


def addresses(message: Message, me: User) -> bool:
    """Whether a message is for the bot: it answers it, mentions it, or begins with /ask."""
    answered = message.reply_to_message
    if answered is not None and answered.from_user is not None and answered.from_user.id == me.id:
        return True
    return any(
        _is_mention(found, me) or _is_ask(entity, found, me)
        for entity, found in _calls(message).items()
    )


def wants_answer(message: Message, me: User) -> bool:
    """Whether somebody waits for the bot to say something to this message."""
    return message.via_bot != me and (_is_private(message) or addresses(message, me))


def is_address(text: str) -> bool:
    """Whether a text is nothing but the address of a page.

    >>> is_address("https://example.org/a"), is_address("Ai là bí thư?")
    (True, False)
    """
    return _ADDRESS.fullmatch(text) is not None


def reading_note(message: Message) -> str | None:
    """The key of what is said about how a message was read, where that is not plain to see."""
    if message.caption:
        return "read_caption"
    return "read_forwarded" if message.forward_origin else None


def unreadable_part(message: Message, me: User) -> str | None:
    """The key of what is said about a message without words, or one that a bare call points to.

    None when it has words.
    """
    if not message.text:
        return _kind_of(message) or "only_text"
    pointed = message.reply_to_message
    return _kind_of(pointed) if pointed and pointed.from_user != me else None


def _kind_of(message: Message) -> str | None:
    found = (key for kinds, key in UNREADABLE for kind in kinds if getattr(message, kind))
    return next(found, None)


UNREADABLE: Final = (
    (("voice", "audio", "video_note"), "only_text_voice"),
    (("photo", "video", "animation", "sticker"), "only_text_picture"),
    (("document",), "only_text_file"),
)


def _calls(message: Message) -> dict[MessageEntity, str]:
    """The mentions and commands in the text of a message, or in its caption."""
    kinds: list[str | None] = [MessageEntity.MENTION, MessageEntity.BOT_COMMAND]
    if message.text:
        return message.parse_entities(kinds)
    return message.parse_caption_entities(kinds) if message.caption else {}


def _is_private(message: Message) -> bool:
    return message.chat.type == ChatType.PRIVATE


def _is_mention(found: str, me: User) -> bool:
    return found.casefold() == f"@{me.username}".casefold()


def _is_ask(entity: MessageEntity, found: str, me: User) -> bool:
    asks = {f"/{ASK}", f"/{ASK}@{me.username}".casefold()}
    return (
        entity.type == MessageEntity.BOT_COMMAND and found.casefold() in asks and not entity.offset
    )


def _is_other_command(message: Message, me: User) -> bool:
    return any(
        entity.type == MessageEntity.BOT_COMMAND
        and not entity.offset
        and not _is_ask(entity, found, me)
        for entity, found in _calls(message).items()
    )
