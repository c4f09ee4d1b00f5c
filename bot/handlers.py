"""What the bot does for everybody: commands, questions, and messages that it cannot read."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest
from telegram.ext import ApplicationHandlerStop, ContextTypes

from bot import buttons, render, surroundings
from bot.desk import Answered, Desk
from bot.links import Target, parse_payload
from bot.manners import UNCHANGED, ignoring, typing_when_slow
from bot.questions import (
    Question,
    addresses,
    is_address,
    question_of,
    reading_note,
    unreadable_part,
    wants_answer,
)
from bot.texts import language_of
from retrieval.model import Answer, Article, Quote

Context = ContextTypes.DEFAULT_TYPE
Run = Callable[[Message, Context, str], Awaitable[None]]
Action = Callable[[CallbackQuery, buttons.Press, Context, str], Awaitable[None]]

LISTED: Final = 8  # articles on a page of /sources


@dataclass(frozen=True, slots=True)
class Command:
    """A command: `/name` runs `run(message, context, language)`."""

    name: str
    run: Run
    admins_only: bool = False


def desk_of(context: Context) -> Desk:
    """The desk that the application was built with."""
    desk: Desk = context.bot_data["desk"]
    return desk


def language_for(update: Update, context: Context) -> str:
    """The language that the chat chose, else that of the person who caused the update."""
    user, chat = update.effective_user, update.effective_chat
    # an inline query has no chat; its user's private chat has the user's number
    place = chat.id if chat else user.id if user else 0
    chosen = desk_of(context).preferences.language(place)
    return chosen or language_of(user.language_code if user else None)


async def start(message: Message, context: Context, language: str) -> None:
    """/start: who the bot is; by a link, what that leads to."""
    target = parse_payload(words_after(message))
    if target is None:
        await message.reply_html(render.html("start", language))
        return
    article = await desk_of(context).article(target.mark)
    await message.reply_html(opened(target, article, language))


def opened(target: Target, article: Article | None, language: str) -> str:
    """What a link shows: the quote where it stands, else its article, as far as it is there."""
    if article is None:
        return render.html("link_gone", language)
    quote = target.quote_in(article)
    if quote is not None:
        around = surroundings.near(article.text, quote.span)
        return render.context(article.text, around, quote, language)
    return render.article(article, target.span is not None, language)


async def help_(message: Message, context: Context, language: str) -> None:
    """/help: how to ask, with questions that get an answer."""
    await message.reply_html(render.help_text(await desk_of(context).examples(), language))


async def privacy(message: Message, context: Context, language: str) -> None:
    """/privacy: what is kept about people, by the settings in force."""
    await message.reply_html(render.privacy(desk_of(context).settings.journal_days, language))


async def language(message: Message, context: Context, language: str) -> None:
    """/language: choose one, for the chat; in groups their admins choose."""
    user = message.from_user
    if user and not await may_choose(message, user.id):
        await message.reply_html(render.html("group_admins_only", language))
        return
    keyboard = buttons.language_keyboard(language)
    await message.reply_html(render.html("language", language), reply_markup=keyboard)


async def sources(message: Message, context: Context, language: str) -> None:
    """/sources: the articles, newest first; with words, those that have them in the title."""
    text, keyboard = await list_page(context, words_after(message), 0, language)
    await message.reply_html(text, reply_markup=keyboard)


async def answers(message: Message, context: Context, language: str) -> None:
    """/answers: whether the bot answers in this group; its admins choose."""
    user = message.from_user
    if message.chat.type == ChatType.PRIVATE:
        await message.reply_html(render.html("answers_private", language))
    elif user and not await may_choose(message, user.id):
        await message.reply_html(render.html("group_admins_only", language))
    else:
        silent = desk_of(context).preferences.is_silent(message.chat.id)
        keyboard = buttons.answers_keyboard(silent, language)
        await message.reply_html(render.html("answers", language), reply_markup=keyboard)


COMMANDS: Final = (
    Command("start", start),
    Command("help", help_),
    Command("sources", sources),
    Command("language", language),
    Command("answers", answers),
    Command("privacy", privacy),
)


async def may_choose(message: Message, user_id: int) -> bool:
    """Whether that user may set what holds for the message's chat."""
    chat = message.chat
    if chat.type == ChatType.PRIVATE:
        return True
    if message.sender_chat and message.sender_chat.id == chat.id:
        # an admin who speaks as the group
        return True
    member = await chat.get_member(user_id)
    return member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


def words_after(message: Message) -> str:
    """What follows a command: "/sources bí thư" -> "bí thư"."""
    return "".join((message.text or "").split(maxsplit=1)[1:]).strip()


async def list_page(
    context: Context, query: str, page: int, language: str
) -> tuple[str, InlineKeyboardMarkup | None]:
    """A page of /sources, and its buttons."""
    desk, first = desk_of(context), page * LISTED
    # one more than is shown tells whether there is another page
    found = await desk.run(desk.index.sources, first, LISTED + 1, query)
    if not found and page:
        # the list has become shorter
        return await list_page(context, query, 0, language)
    text = render.sources(found[:LISTED], first + 1, query, context.bot.username, language)
    more = len(found) > LISTED
    return text, buttons.list_keyboard(page, more, desk.index.generation)


async def on_update(update: Update, context: Context) -> None:
    """Before all else: what Telegram delivers again was seen to, a flood is left alone."""
    desk, user = desk_of(context), update.effective_user
    if desk.updates.get(update.update_id):
        raise ApplicationHandlerStop
    desk.updates.put(update.update_id, True)
    excess = desk.attention.excess(user.id) if user else 0
    if excess == 1:
        await ask_to_slow_down(update, context)
    if excess > 0:
        raise ApplicationHandlerStop


async def ask_to_slow_down(update: Update, context: Context) -> None:
    """A kind word to who sends too much, where the bot is what that is sent to."""
    message = update.effective_message
    if message is None or update.callback_query or not wants_answer(message, context.bot.bot):
        return
    if not desk_of(context).preferences.is_silent(message.chat.id):
        await message.reply_html(render.html("slow_down", language_for(update, context)))


async def on_question(update: Update, context: Context) -> None:
    """Any message, new or edited: answer it, when it is a question to the bot."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return
    desk, language = desk_of(context), language_for(update, context)
    if desk.preferences.is_silent(message.chat.id):
        return
    question, seen = question_of(message, context.bot.bot), album_seen(message, desk)
    if question is None or is_address(question.text):
        if not seen:
            await explain(message, context, language)
        return
    excess = desk.allowance.excess(user.id, message.chat.id)
    if excess == 1:
        await message.reply_html(render.html("slow_down", language))
    if excess:
        return
    async with desk.turns.turn((message.chat.id, user.id)) as newest:
        if newest:
            await send_answer(question, message, context, language)


def album_seen(message: Message, desk: Desk) -> bool:
    """Whether a message goes on with an album: its pictures come one by one, and count as one."""
    album = message.media_group_id
    if album is None:
        return False
    seen = desk.albums.get(album) or False
    desk.albums.put(album, True)
    return seen


async def explain(message: Message, context: Context, language: str) -> None:
    """To what is meant for the bot and holds no question: how to ask, and what the bot reads."""
    desk, me = desk_of(context), context.bot.bot
    alone = message.chat.type == ChatType.PRIVATE
    # what comes by way of the bot is a quote that somebody chose inline
    if message.via_bot == me or message.edit_date or not (alone or addresses(message, me)):
        return
    key = unreadable_part(message, me)
    if not alone and key != "only_text_voice" and not (message.text or message.caption):
        # in a group, a picture or a sticker in reply to the bot is no question
        return
    if question_of(message, me):
        admin = alone and desk.is_admin(message.chat.id)
        key = "link_how" if admin else "only_text_link"
    await message.reply_html(render.html(key or "ask_how", language))


async def send_answer(question: Question, asking: Message, context: Context, language: str) -> None:
    """Answer in reply to the message that holds the question.

    A message that was answered before, and edited since, gets its answer edited.
    """
    desk, begun = desk_of(context), time.monotonic()
    user = asking.from_user.id if asking.from_user else 0
    place, edited = (asking.chat.id, asking.message_id), edited_at(asking)
    known = desk.answers.get(place)
    if known and known.edited > edited:
        # updates may come in another order than they were made
        return
    async with typing_when_slow(asking):
        answer = await desk.ask(question.text)
    text = render.answer(answer, 0, language, reading_note(question.message))
    keyboard = answer_keyboard(desk, answer, 0, question.message, user, language)
    if known and await edit(asking, known.number, text, keyboard):
        desk.answers.put(place, replace(known, edited=edited))
    else:
        sent = await question.message.reply_html(text, reply_markup=keyboard)
        desk.answers.put(place, Answered(sent.message_id, edited))
    desk.journal.record(user, answer, (time.monotonic() - begun) * 1000)


def edited_at(message: Message) -> float:
    """When a message was edited last, in seconds since 1970; 0 when it never was."""
    return message.edit_date.timestamp() if message.edit_date else 0.0


def answer_keyboard(
    desk: Desk, answer: Answer, page: int, asked: Message, user: int, language: str
) -> InlineKeyboardMarkup | None:
    """The buttons under an answer; with the thumb that the user gave, where nobody else sees it."""
    vote = None
    if asked.chat.type == ChatType.PRIVATE and not answer.abstained:
        vote = desk.journal.vote_of(user, place_of(asked, answer.quotes[page]))
    return buttons.answer_keyboard(
        answer, page, desk.index.generation, language, votable=desk.journal.keeps, vote=vote
    )


def place_of(asked: Message, quote: Quote) -> str:
    """What a thumb is for: a quote, as the answer to a message."""
    mark = buttons.mark_of(quote.source.article_id)
    return f"{asked.chat.id}:{asked.message_id}:{mark}:{quote.span.start}"


async def edit(
    message: Message, number: int, text: str, keyboard: InlineKeyboardMarkup | None
) -> bool:
    """Edit another message of the same chat; False when that is not there any more."""
    try:
        with ignoring(UNCHANGED):
            await message.get_bot().edit_message_text(
                text, message.chat.id, number, reply_markup=keyboard
            )
    except BadRequest:
        return False
    return True


async def on_unknown_command(update: Update, context: Context) -> None:
    """A command that is in no table."""
    if update.effective_message:
        text = render.html("unknown_command", language_for(update, context))
        await update.effective_message.reply_html(text)


async def on_migration(update: Update, context: Context) -> None:
    """A group has become a supergroup, by another number: what it chose holds there as well."""
    message = update.effective_message
    if message and message.migrate_to_chat_id:
        desk_of(context).preferences.move(message.chat.id, message.migrate_to_chat_id)
