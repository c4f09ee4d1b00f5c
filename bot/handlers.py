"""What the bot does for everybody: commands, questions, and the buttons under answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest
from telegram.ext import ContextTypes

from bot import render
from bot.buttons import COUNT, PAGE, Press, find_page, pager
from bot.desk import Desk
from bot.questions import Question, question_of, question_text
from bot.texts import language_of, plain

Context = ContextTypes.DEFAULT_TYPE
Run = Callable[[Message, Context, str], Awaitable[None]]


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


def language_for(update: Update) -> str:
    """The language of the person who caused an update."""
    user = update.effective_user
    return language_of(user.language_code if user else None)


async def start(message: Message, context: Context, language: str) -> None:
    """/start: who the bot is."""
    await message.reply_html(render.html("start", language))


async def help_(message: Message, context: Context, language: str) -> None:
    """/help: how to ask."""
    await message.reply_html(render.html("help", language))


COMMANDS: Final = (
    Command("start", start),
    Command("help", help_),
)


async def on_question(update: Update, context: Context) -> None:
    """Any text: answer it, when it is a question to the bot."""
    message = update.effective_message
    question = message and question_of(message, context.bot.bot)
    if question:
        await send_answer(question, context, language_for(update))


async def send_answer(question: Question, context: Context, language: str) -> None:
    """Answer in reply to the message that holds the question."""
    desk = desk_of(context)
    answer = await desk.ask(question.text)
    await question.message.reply_html(
        render.answer(answer, 0, language), reply_markup=pager(answer, 0, desk.index.generation)
    )


async def on_unreadable(update: Update, context: Context) -> None:
    """A photo, a file, a voice message: say what the bot can read."""
    if update.effective_message:
        await update.effective_message.reply_html(render.html("only_text", language_for(update)))


async def on_unknown_command(update: Update, context: Context) -> None:
    """A command that is in no table."""
    if update.effective_message:
        text = render.html("unknown_command", language_for(update))
        await update.effective_message.reply_html(text)


async def on_press(update: Update, context: Context) -> None:
    """A button under an answer: ask its question again, then do what the button says."""
    query = update.callback_query
    assert query is not None  # the handler is for callback queries only
    language = language_for(update)
    press = Press.decode(query.data)
    action = ACTIONS.get(press.action) if press else None
    if press is None or action is None:
        await query.answer(plain("toast_old_button", language), show_alert=True)
        return
    asked = query.message.reply_to_message if isinstance(query.message, Message) else None
    text = question_text(asked, context.bot.bot) if asked else ""
    if not text:
        await query.answer(plain("toast_question_gone", language), show_alert=True)
        return
    await action(query, press, text, context, language)


async def turn_page(
    query: CallbackQuery, press: Press, question: str, context: Context, language: str
) -> None:
    """◀ ▶: show another quote in the same message."""
    desk = desk_of(context)
    answer = await desk.ask(question)
    generation = desk.index.generation
    page = find_page(answer, press)
    lost = page is None and press.generation != generation
    await query.answer(plain("toast_corpus_changed", language) if lost else None)
    page = page or 0
    await _edit(query, render.answer(answer, page, language), pager(answer, page, generation))


async def tell_page(
    query: CallbackQuery, press: Press, question: str, context: Context, language: str
) -> None:
    """1/3: say in words which quote is shown."""
    answer = await desk_of(context).ask(question)
    pages = len(answer.quotes)
    page = min(press.page + 1, pages)
    await query.answer(plain("toast_page", language, page=page, pages=pages))


Action = Callable[[CallbackQuery, Press, str, Context, str], Awaitable[None]]
ACTIONS: Final[dict[str, Action]] = {PAGE: turn_page, COUNT: tell_page}


async def _edit(query: CallbackQuery, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
    try:
        await query.edit_message_text(text, reply_markup=keyboard)
    except BadRequest as refused:
        # two quick taps ask for the same page twice
        if "not modified" not in refused.message:
            raise
