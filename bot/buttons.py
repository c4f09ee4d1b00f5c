"""Inline buttons, and the callback data that they carry.

Callback data holds no state of the bot: the question is read again from the message that the
answer replies to, and asked again. That costs a millisecond or two, and it survives a restart
and a reload, needs no store that grows, and always shows what the corpus says now. What the
question alone cannot tell is which quote the button meant, once the corpus has changed; so the
data carries the page, the index generation it was counted in, and a mark of the article.

    Press("page", 1, 7, "3fa9c2d1").encode() -> "page:1:7:3fa9c2d1"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from hmac import compare_digest
from typing import Final

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from bot.links import share_link
from bot.texts import TEXTS, plain
from retrieval.model import Answer

PAGE: Final = "page"
COUNT: Final = "count"
UP: Final = "up"
DOWN: Final = "down"
NEAR: Final = "near"
PARAGRAPH: Final = "para"
LIST: Final = "list"
LANGUAGE: Final = "lang"
SHARE: Final = "share"
ANSWERS: Final = "answers"
STOP: Final = "stop"
RETRY: Final = "again"
ADD: Final = "add"
REMOVALS: Final = "shelf"
PICK: Final = "pick"
REMOVE: Final = "out"
UNDO: Final = "undo"
CANCEL: Final = "cancel"

LANGUAGES: Final = tuple(TEXTS)
SEAL: Final = 16  # hexadecimal digits

# numbers as long as ours are; a client that is not Telegram's own may send others
_DATA = re.compile(r"([a-z]+):(\d{1,18}):(\d{1,19}):([0-9a-f]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Press:
    """What a button asks for: an action on the quote at `page` (from 0) of an answer.

    `generation` is that of the index the pages were counted in, `mark` names the article.
    At most 64 bytes when encoded, as Telegram demands.
    """

    action: str
    page: int
    generation: int
    mark: str

    def encode(self) -> str:
        """As callback data."""
        return f"{self.action}:{self.page}:{self.generation}:{self.mark}"

    @classmethod
    def decode(cls, data: str | None) -> Press | None:
        """From callback data; None when it is none of ours.

        >>> Press.decode("page:1:7:3fa9c2d1")
        Press(action='page', page=1, generation=7, mark='3fa9c2d1')
        """
        found = _DATA.fullmatch(data or "")
        if not found:
            return None
        action, page, generation, mark = found.groups()
        return cls(action, int(page), int(generation), mark)


def sealed(press: Press, key: bytes, user: int) -> Press:
    """The press with a seal behind its mark, that only the bot can make, for one user."""
    return replace(press, mark=press.mark + _seal(press, key, user))


def unsealed(press: Press, key: bytes, user: int) -> Press | None:
    """The press without its seal; None when the seal is not that user's, or forged."""
    bare = replace(press, mark=press.mark[:-SEAL])
    whole = compare_digest(press.mark[-SEAL:], _seal(bare, key, user))
    return bare if whole else None


def _seal(press: Press, key: bytes, user: int) -> str:
    told = f"{press.encode()}:{user}".encode()
    return blake2b(told, key=key, digest_size=SEAL // 2).hexdigest()


def mark_of(article_id: str) -> str:
    """Eight characters that stand for an article id of any length.

    >>> mark_of("a") != mark_of("b")
    True
    """
    return blake2b(article_id.encode("utf-8", "replace"), digest_size=4).hexdigest()


def find_page(answer: Answer, press: Press) -> int | None:
    """The page that a press means in the answer as it is now; None when it quotes that no more.

    That is where it was, unless another article is there by now; then wherever the article went.
    """
    marks = [mark_of(quote.source.article_id) for quote in answer.quotes]
    if press.page < len(marks) and marks[press.page] == press.mark:
        return press.page
    return marks.index(press.mark) if press.mark in marks else None


def with_quote_of(answer: Answer, deeper: Answer, press: Press) -> tuple[Answer, int | None]:
    """The answer, its last quote replaced by the one that a press means among deeper ones."""
    for quote in deeper.quotes:
        if mark_of(quote.source.article_id) == press.mark:
            kept = answer.quotes[: max(0, len(answer.quotes) - 1)]
            return replace(answer, quotes=(*kept, quote)), len(kept)
    return answer, None


def answer_keyboard(
    answer: Answer,
    page: int,
    generation: int,
    language: str,
    *,
    votable: bool = True,
    vote: bool | None = None,
) -> InlineKeyboardMarkup | None:
    """◀ 1/3 ▶ under an answer with several quotes; the quote's context and 👍 👎 under any.

    The arrows go round at the ends, so that they stay under the same thumb. `vote` is the
    thumb that is up or down already.
    """
    if answer.abstained:
        return None
    pages = len(answer.quotes)

    def button(label: str, action: str, target: int) -> InlineKeyboardButton:
        mark = mark_of(answer.quotes[target].source.article_id)
        return _button(label, Press(action, target, generation, mark))

    paging = [
        button("◀", PAGE, (page - 1) % pages),
        button(f"{page + 1}/{pages}", COUNT, page),
        button("▶", PAGE, (page + 1) % pages),
    ]
    more = [
        button(plain("button_near", language), NEAR, page),
        button(plain("button_share", language), SHARE, page),
    ]
    thumbs = [
        button(f"{label} ✓" if vote is up else label, action, page)
        for label, action, up in (("👍", UP, True), ("👎", DOWN, False))
    ]
    rows = [paging] * (pages > 1) + [more] + [thumbs] * votable
    return InlineKeyboardMarkup(rows)


def context_keyboard(press: Press, more: bool, language: str) -> InlineKeyboardMarkup:
    """Back to the quote; and on to its whole paragraph, while there is more of that."""
    actions = [("button_back", PAGE), ("button_paragraph", PARAGRAPH)][: 1 + more]
    return InlineKeyboardMarkup(
        [[_button(plain(key, language), replace(press, action=to)) for key, to in actions]]
    )


def share_keyboard(press: Press, text: str, address: str, language: str) -> InlineKeyboardMarkup:
    """Copy a quote as text or as a link, or send it to somebody; and back to its buttons."""

    def copy(key: str, what: str) -> InlineKeyboardButton:
        return InlineKeyboardButton(plain(key, language), copy_text=CopyTextButton(what))

    send = InlineKeyboardButton(plain("button_send", language), url=share_link(address, text))
    back = _button(plain("button_back", language), replace(press, action=PAGE))
    return InlineKeyboardMarkup(
        [[copy("button_copy_text", text), copy("button_copy_link", address)], [send, back]]
    )


def answers_keyboard(silent: bool, language: str) -> InlineKeyboardMarkup:
    """Whether a group wants answers; what holds now is ticked."""
    labels = [plain("button_answers_on", language), plain("button_answers_off", language)]
    labels[silent] += " ✓"
    row = [_button(label, Press(ANSWERS, number, 0, "")) for number, label in enumerate(labels)]
    return InlineKeyboardMarkup([row])


def change_keyboard(
    rows: Sequence[Sequence[tuple[str, Press]]], key: bytes, user: int
) -> InlineKeyboardMarkup:
    """Buttons that work for one admin only."""
    return InlineKeyboardMarkup(
        [[_button(label, sealed(press, key, user)) for label, press in row] for row in rows]
    )


def list_keyboard(page: int, more: bool, generation: int) -> InlineKeyboardMarkup | None:
    """◀ ▶ under a list, as far as it goes either way."""
    targets = [("◀", page - 1)] * (page > 0) + [("▶", page + 1)] * more
    row = [_button(label, Press(LIST, target, generation, "")) for label, target in targets]
    return InlineKeyboardMarkup([row]) if row else None


def language_keyboard(language: str) -> InlineKeyboardMarkup:
    """The languages by their own names, and the one that Telegram speaks."""
    names = [plain("language_name", code) for code in LANGUAGES]
    names.append(plain("button_automatic", language))
    return InlineKeyboardMarkup(
        [[_button(name, Press(LANGUAGE, number, 0, ""))] for number, name in enumerate(names)]
    )


def retry_keyboard(language: str) -> InlineKeyboardMarkup:
    """Asks again what could not be answered."""
    label = plain("button_retry", language)
    return InlineKeyboardMarkup([[_button(label, Press(RETRY, 0, 0, ""))]])


def stop_keyboard(language: str) -> InlineKeyboardMarkup:
    """Ends the reload that it is under."""
    return InlineKeyboardMarkup([[_button(plain("button_stop", language), Press(STOP, 0, 0, ""))]])


def _button(label: str, press: Press) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=press.encode())
