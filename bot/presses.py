"""What the inline buttons do. They edit the message that they are under; none sends another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatType

from bot import admin, buttons, library, render, surroundings
from bot.buttons import LANGUAGES, Press
from bot.handlers import (
    Action,
    Context,
    answer_keyboard,
    desk_of,
    language_for,
    list_page,
    may_choose,
    place_of,
    words_after,
)
from bot.links import link, quote_payload
from bot.manners import TOO_LATE, UNCHANGED, ignoring
from bot.questions import question_text, reading_note
from bot.texts import language_of, plain
from retrieval.model import Answer, Quote, Span

DEEPER: Final = 20  # quotes among which one is looked for that used to be among the best

Widen = Callable[[str, Span], Span]


async def on_press(update: Update, context: Context) -> None:
    """Find out what the button asks for, and do that."""
    query = update.callback_query
    assert query is not None  # the handler is for callback queries only
    language = language_for(update, context)
    press = Press.decode(query.data)
    action = ACTIONS.get(press.action) if press else None
    if press is None or action is None:
        await _tell(query, plain("toast_old_button", language), alert=True)
    elif desk_of(context).allowance.excess(query.from_user.id):
        await _tell(query, plain("toast_slow_down", language))
    else:
        await action(query, press, context, language)


async def turn_page(query: CallbackQuery, press: Press, context: Context, language: str) -> None:
    """◀ ▶: show another quote, or the same without its context."""
    found = await _ask_again(query, press, context, language)
    if found is None:
        return
    answer, page = found
    lost = page is None and press.generation != desk_of(context).index.generation
    await _tell(query, plain("toast_corpus_changed", language) if lost else None)
    await _show_quote(query, answer, page or 0, context, language)


async def retry(query: CallbackQuery, press: Press, context: Context, language: str) -> None:
    """What could not be answered, or not sent: answer it here."""
    found = await _ask_again(query, press, context, language)
    if found is not None:
        await _tell(query)
        await _show_quote(query, found[0], 0, context, language)


async def tell_page(query: CallbackQuery, press: Press, context: Context, language: str) -> None:
    """1/3: say in words which quote is shown."""
    found = await _ask_again(query, press, context, language)
    if found is not None:
        pages = len(found[0].quotes)
        page = min(press.page + 1, pages)
        await _tell(query, plain("toast_page", language, page=page, pages=pages))


async def show_near(query: CallbackQuery, press: Press, context: Context, language: str) -> None:
    """Show the quote between its neighbouring sentences."""
    await _show_context(query, press, surroundings.near, context, language)


async def show_paragraph(
    query: CallbackQuery, press: Press, context: Context, language: str
) -> None:
    """Show the quote in its paragraph."""
    await _show_context(query, press, surroundings.paragraph, context, language)


async def take_vote(query: CallbackQuery, press: Press, context: Context, language: str) -> None:
    """👍 👎: note what the person thinks of the quote; the same again takes it back."""
    desk = desk_of(context)
    if not desk.journal.keeps:
        await _tell(query, plain("toast_vote_off", language))
        return
    found = await _ask_again(query, press, context, language)
    if found is None:
        return
    answer, page = found
    asked = await _asked(query, language)
    if asked is None or page is None:
        await _tell(query, plain("toast_corpus_changed", language))
        await _show_quote(query, answer, 0, context, language)
        return
    quote = answer.quotes[page]
    up = press.action == buttons.UP
    question = question_text(asked, context.bot.bot)
    vote = desk.journal.vote(query.from_user.id, place_of(asked, quote), up, question, quote)
    await _tell(query, plain(VOTED[vote], language))
    if asked.chat.type == ChatType.PRIVATE:
        await _show_quote(query, answer, page, context, language)


async def turn_list(query: CallbackQuery, press: Press, context: Context, language: str) -> None:
    """◀ ▶ under /sources."""
    asked = await _asked(query, language)
    if asked is not None:
        text, keyboard = await list_page(context, words_after(asked), press.page, language)
        await _tell(query)
        await _edit(query, text, keyboard)


async def share(query: CallbackQuery, press: Press, context: Context, language: str) -> None:
    """Offer the quote as text and as a link, in the place of the buttons."""
    found = await _ask_again(query, press, context, language)
    if found is None:
        return
    answer, page = found
    if page is None:
        await _tell(query, plain("toast_corpus_changed", language))
        await _show_quote(query, answer, 0, context, language)
        return
    quote = answer.quotes[page]
    address = link(context.bot.username, quote_payload(quote))
    keyboard = buttons.share_keyboard(press, render.copied(quote), address, language)
    await _tell(query)
    await _edit(query, _answer_text(query, answer, page, language), keyboard)


async def _message_to_choose_for(query: CallbackQuery, language: str) -> Message | None:
    """The message with the buttons, if who pressed may choose for its chat; else they are told."""
    message = query.message
    if isinstance(message, Message) and await may_choose(message, query.from_user.id):
        return message
    await _tell(query, plain("toast_group_admins_only", language), alert=True)
    return None


async def choose_answers(
    query: CallbackQuery, press: Press, context: Context, language: str
) -> None:
    """Answer in this group from now on, or be silent."""
    message = await _message_to_choose_for(query, language)
    if message is None:
        return
    silent = press.page > 0
    desk_of(context).preferences.silence(message.chat.id, silent)
    await _tell(query)
    chosen = render.html("answers_off" if silent else "answers_on", language)
    await _edit(query, chosen, buttons.answers_keyboard(silent, language))


async def choose_language(
    query: CallbackQuery, press: Press, context: Context, language: str
) -> None:
    """Speak the chosen language in this chat from now on."""
    message = await _message_to_choose_for(query, language)
    if message is None:
        return
    # the button behind the last language is that of Telegram's own
    chosen = LANGUAGES[press.page] if press.page < len(LANGUAGES) else None
    desk_of(context).preferences.choose(message.chat.id, chosen)
    spoken = chosen or language_of(query.from_user.language_code)
    await _tell(query)
    await _edit(query, render.html("language_chosen", spoken), None)


VOTED: Final = {True: "toast_vote_up", False: "toast_vote_down", None: "toast_vote_none"}

ACTIONS: Final[dict[str, Action]] = {
    buttons.UP: take_vote,
    buttons.DOWN: take_vote,
    buttons.PAGE: turn_page,
    buttons.RETRY: retry,
    buttons.COUNT: tell_page,
    buttons.NEAR: show_near,
    buttons.PARAGRAPH: show_paragraph,
    buttons.LIST: turn_list,
    buttons.SHARE: share,
    buttons.ANSWERS: choose_answers,
    buttons.LANGUAGE: choose_language,
    buttons.STOP: admin.stop_reload,
    **library.ACTIONS,
}


async def _show_context(
    query: CallbackQuery, press: Press, widen: Widen, context: Context, language: str
) -> None:
    found = await _ask_again(query, press, context, language)
    if found is None:
        return
    desk = desk_of(context)
    answer, page = found
    quote = answer.quotes[page] if page is not None else None
    article = await desk.run(desk.index.article, quote.source.article_id) if quote else None
    if quote is None or article is None or not _stands_in(quote, article.text):
        await _tell(query, plain("toast_corpus_changed", language))
        await _show_quote(query, answer, 0, context, language)
        return
    around = widen(article.text, quote.span)
    whole = surroundings.paragraph(article.text, quote.span)
    more = not (around.start <= whole.start and whole.end <= around.end)
    await _tell(query)
    text = render.context(article.text, around, quote, language)
    await _edit(query, text, buttons.context_keyboard(press, more, language))


def _stands_in(quote: Quote, text: str) -> bool:
    """Whether the article still is the one that was quoted, a moment later."""
    return quote.span.of(text) == quote.text


async def _show_quote(
    query: CallbackQuery, answer: Answer, page: int, context: Context, language: str
) -> None:
    asked = query.message.reply_to_message if isinstance(query.message, Message) else None
    assert asked is not None  # the answer is to what it asks
    keyboard = answer_keyboard(desk_of(context), answer, page, asked, query.from_user.id, language)
    await _edit(query, _answer_text(query, answer, page, language), keyboard)


def _answer_text(query: CallbackQuery, answer: Answer, page: int, language: str) -> str:
    asked = query.message.reply_to_message if isinstance(query.message, Message) else None
    return render.answer(answer, page, language, reading_note(asked) if asked else None)


async def _ask_again(
    query: CallbackQuery, press: Press, context: Context, language: str
) -> tuple[Answer, int | None] | None:
    """The answer to the question as it is now, and where in it the quote of the button is.

    None when the question is gone; the person has been told so then.
    """
    asked = await _asked(query, language)
    if asked is None:
        return None
    question = question_text(asked, context.bot.bot)
    answer = await desk_of(context).ask(question)
    page = None if answer.abstained else buttons.find_page(answer, press)
    if page is None and press.mark and not answer.abstained:
        # its article may be there still, and only not among the best any more
        deeper = await desk_of(context).ask(question, DEEPER)
        return buttons.with_quote_of(answer, deeper, press)
    return answer, page


async def _asked(query: CallbackQuery, language: str) -> Message | None:
    """The message that the button's message answers; None, and told so, when it is gone."""
    asked = query.message.reply_to_message if isinstance(query.message, Message) else None
    # in a topic, what answers no message seems to answer the one that opened the topic
    if asked is None or asked.forum_topic_created:
        await _tell(query, plain("toast_question_gone", language), alert=True)
        return None
    return asked


async def _tell(query: CallbackQuery, text: str | None = None, alert: bool = False) -> None:
    """Answer the press, so that the button stops waiting; with a word, when there is one."""
    # too late for that, after a while without the network: no reason not to do what was asked
    with ignoring(TOO_LATE):
        await query.answer(text, show_alert=alert)


async def _edit(query: CallbackQuery, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
    # two quick taps ask for the same page twice
    with ignoring(UNCHANGED):
        await query.edit_message_text(text, reply_markup=keyboard)
