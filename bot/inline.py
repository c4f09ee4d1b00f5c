"""`@bot question` in any chat: quotes to choose from and send."""

from __future__ import annotations

from typing import Final

from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)

from bot import render
from bot.buttons import mark_of
from bot.handlers import Context, desk_of, language_for
from bot.manners import TOO_LATE, ignoring
from bot.texts import plain
from retrieval.model import Quote

PAGE: Final = 5  # quotes
PAGES: Final = 4
TITLE: Final = 80  # UTF-16 units; clients show one line
EXCERPT: Final = 150  # UTF-16 units; clients show two lines

# Telegram answers a repeated query itself for so long; a reload shows after that at the latest.
CACHE: Final = 30  # seconds


async def on_inline_query(update: Update, context: Context) -> None:
    """Offer the quotes that answer what is typed so far."""
    query = update.inline_query
    assert query is not None  # the handler is for inline queries only
    desk, language = desk_of(context), language_for(update, context)
    first = int(query.offset) if query.offset.isdecimal() else 0
    quotes: tuple[Quote, ...] = ()
    async with desk.turns.turn(("inline", query.from_user.id)) as newest:
        if not newest:
            # every key typed is a query; Telegram shows the results of the last
            return
        if query.query.strip():
            answer = await desk.ask(query.query, PAGE * PAGES)
            quotes = () if answer.abstained else answer.quotes
    shown = quotes[first : first + PAGE]
    key = "inline_nothing" if query.query.strip() else "inline_start"
    # who has typed on, or waited too long, does not need this any more
    with ignoring(TOO_LATE):
        await query.answer(
            [result(quote, language) for quote in shown],
            cache_time=0 if desk.reload.running else CACHE,
            # texts around the quotes are in the user's language
            is_personal=True,
            next_offset=str(first + PAGE) if len(quotes) > first + PAGE else None,
            button=None if quotes else _lead(key, language),
        )


async def apologise(query: InlineQuery, language: str) -> None:
    """Say that something went wrong, where the quotes would stand; the next try is a new one."""
    lead = _lead("inline_failed", language)
    await query.answer([], cache_time=0, is_personal=True, button=lead)


def _lead(key: str, language: str) -> InlineQueryResultsButton:
    """The button above the quotes that opens the private chat."""
    return InlineQueryResultsButton(plain(key, language), start_parameter="inline")


def result(quote: Quote, language: str) -> InlineQueryResultArticle:
    """A quote as one of the results: title and excerpt, and the message that it becomes."""
    return InlineQueryResultArticle(
        id=f"{mark_of(quote.source.article_id)}:{quote.span.start}:{quote.span.end}",
        title=render.cut(quote.source.title, TITLE) or plain("inline_untitled", language),
        description=render.cut(quote.text, EXCERPT),
        input_message_content=InputTextMessageContent(render.quote(quote, language)),
    )
