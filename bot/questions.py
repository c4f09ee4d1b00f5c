"""Which question a message asks, and whether it is meant for the bot at all.

In a private chat every text is a question. In a group it is one when it mentions the bot, answers
one of the bot's messages, or comes with /ask; an empty mention or /ask points to the message that
it answers. All of these reach a bot in privacy mode.

    question_of(message, me) -> Question("Ai là bí thư?", message)
"""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Message, MessageEntity, User
from telegram.constants import ChatType

ASK = "ask"


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
    text, at = message.text or "", 0
    kept = []
    entities = message.parse_entities([MessageEntity.MENTION, MessageEntity.BOT_COMMAND])
    # parse_entities counts in UTF-16; the strings it returns are found again in order
    for entity, found in sorted(entities.items(), key=lambda item: item[0].offset):
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
    entities = message.parse_entities([MessageEntity.MENTION, MessageEntity.BOT_COMMAND])
    return any(
        _is_mention(found, me) or _is_ask(entity, found, me) for entity, found in entities.items()
    )


def wants_answer(message: Message, me: User) -> bool:
    """Whether somebody waits for the bot to say something to this message."""
    return message.via_bot != me and (_is_private(message) or addresses(message, me))


def _is_private(message: Message) -> bool:
    return message.chat.type == ChatType.PRIVATE


def _is_mention(found: str, me: User) -> bool:
    return found.casefold() == f"@{me.username}".casefold()


def _is_ask(entity: MessageEntity, found: str, me: User) -> bool:
    asks = {f"/{ASK}", f"/{ASK}@{me.username}".casefold()}
    return (
        entity.type == MessageEntity.BOT_COMMAND and found.casefold() in asks and not entity.offset
    )
