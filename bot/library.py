"""What admins do to the corpus from the chat: send a file to add it, /remove, /undo.

Nothing is kept in between: a file to be added is read again from the message that brought it,
one to be removed is named by a mark, and both stand in buttons that are sealed for one admin.
"""

from __future__ import annotations

from functools import wraps
from pathlib import PurePosixPath
from typing import Final

from telegram import CallbackQuery, Document, InlineKeyboardMarkup, Message, Update
from telegram.constants import FileSizeLimit

from bot import buttons, render
from bot.admin import Board, update_on
from bot.buttons import Press, change_keyboard, stop_keyboard, unsealed
from bot.desk import Desk
from bot.handlers import (
    Action,
    Command,
    Context,
    desk_of,
    language_for,
    on_question,
    words_after,
)
from bot.links import article_mark
from bot.shelf import Change
from bot.texts import plain
from retrieval.errors import HoiBaoError, UnreadableFile
from retrieval.reading import Look
from retrieval.text import printable

LISTED: Final = 8  # files on a page of /remove
LARGEST: Final = int(FileSizeLimit.FILESIZE_DOWNLOAD)


async def on_document(update: Update, context: Context) -> None:
    """A file: from an admin, one to add; shown first as the articles that it will be."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None or not desk_of(context).is_admin(user.id):
        await on_question(update, context)
        return
    language = language_for(update, context)
    document = message.document
    assert document is not None  # the handler is for documents only
    if (document.file_size or 0) > LARGEST:
        size = render.size(LARGEST, language)
        await message.reply_html(render.html("file_too_large", language, size=size))
        return
    try:
        look, _ = await _read(document, desk_of(context))
    except HoiBaoError as problem:
        await message.reply_html(render.refusal("file_unreadable", problem, language))
        return
    shown = render.look(_name(document), look, language)
    keyboard = _confirm("button_add", Press(buttons.ADD, 0, 0, ""), user.id, context, language)
    asked = render.html("file_ask", language)
    await message.reply_html(f"{shown}\n\n{asked}", reply_markup=keyboard)


async def add(query: CallbackQuery, press: Press, context: Context, language: str) -> None:
    """The file was looked at and is wanted: put it into the corpus."""
    message, desk = query.message, desk_of(context)
    sent = message.reply_to_message if isinstance(message, Message) else None
    if not isinstance(message, Message) or sent is None or sent.document is None:
        await query.answer(plain("toast_file_gone", language), show_alert=True)
        return
    await query.answer()
    try:
        look, data = await _read(sent.document, desk)
        source = look.first[0].source
        change = await desk.run(desk.shelf.add, data, _name(sent.document), source)
    except HoiBaoError as problem:
        await message.edit_text(render.refusal("change_failed", problem, language))
        return
    if change is None:
        await message.edit_text(render.html("file_known", language))
    else:
        head = render.html("file_added", language, name=printable(change.name))
        await _take_in(message, head, change, query.from_user.id, context, language)


async def remove(message: Message, context: Context, language: str) -> None:
    """/remove: the files of the corpus, to choose one; with words, those that have them."""
    user = message.from_user
    assert user is not None  # the command is for admins only
    try:
        text, keyboard = await _removals(words_after(message), 0, user.id, context, language)
    except HoiBaoError as problem:
        text, keyboard = render.refusal("change_failed", problem, language), None
    await message.reply_html(text, reply_markup=keyboard)


async def turn_removals(
    query: CallbackQuery, press: Press, context: Context, language: str
) -> None:
    """◀ ▶ under /remove."""
    message = query.message
    asked = message.reply_to_message if isinstance(message, Message) else None
    words = words_after(asked) if asked else ""
    await query.answer()
    text, keyboard = await _removals(words, press.page, query.from_user.id, context, language)
    await query.edit_message_text(text, reply_markup=keyboard)


async def pick(query: CallbackQuery, press: Press, context: Context, language: str) -> None:
    """A file of the list: show what it holds, and ask whether to remove it."""
    desk = desk_of(context)
    await query.answer()
    name = await desk.run(_named, desk, press.mark)
    path = await desk.run(desk.shelf.path, name) if name else None
    if name is None or path is None:
        await query.edit_message_text(render.html("file_gone", language))
        return
    try:
        shown = render.look(name, await desk.look_at(path, name), language)
    except HoiBaoError as problem:
        # what cannot be read is just what one may want to remove
        shown = render.refusal("file_unreadable", problem, language)
    wanted = Press(buttons.REMOVE, 0, 0, press.mark)
    keyboard = _confirm("button_remove", wanted, query.from_user.id, context, language)
    asked = render.html("remove_ask", language)
    await query.edit_message_text(f"{shown}\n\n{asked}", reply_markup=keyboard)


async def take_out(query: CallbackQuery, press: Press, context: Context, language: str) -> None:
    """Remove the file that was picked."""
    desk, message = desk_of(context), query.message
    assert isinstance(message, Message)  # it had the button a moment ago
    await query.answer()
    try:
        name = await desk.run(_named, desk, press.mark)
        change = await desk.run(desk.shelf.remove, name) if name else None
    except HoiBaoError as problem:
        await message.edit_text(render.refusal("change_failed", problem, language))
        return
    if change is None:
        await message.edit_text(render.html("file_gone", language))
    else:
        head = render.html("file_removed", language, name=printable(change.name))
        await _take_in(message, head, change, query.from_user.id, context, language)


async def undo(message: Message, context: Context, language: str) -> None:
    """/undo: take back the last change to the corpus."""
    if desk_of(context).reload.running:
        await message.reply_html(render.html("reload_refused", language))
        return
    text, change = await _undo(None, context, language)
    sent = await message.reply_html(text)
    if change:
        await _take_in(sent, text, None, 0, context, language)


async def undo_button(query: CallbackQuery, press: Press, context: Context, language: str) -> None:
    """Take back the change that the button is under, if no other has come since."""
    message = query.message
    assert isinstance(message, Message)  # it had the button a moment ago
    await query.answer()
    text, change = await _undo(press.page, context, language)
    if change:
        await _take_in(message, text, None, 0, context, language)
    else:
        await message.edit_text(text)


async def cancel(query: CallbackQuery, press: Press, context: Context, language: str) -> None:
    """Leave everything as it is."""
    await query.answer()
    await query.edit_message_text(render.html("change_cancelled", language))


COMMANDS: Final = (
    Command("remove", remove, admins_only=True),
    Command("undo", undo, admins_only=True),
)


def _for_its_admin(action: Action, changes: bool = False) -> Action:
    """The action, refused to everybody but the admin for whom its button was sealed."""

    @wraps(action)
    async def run(query: CallbackQuery, press: Press, context: Context, language: str) -> None:
        desk, user = desk_of(context), query.from_user.id
        bare = unsealed(press, desk.button_key(), user) if desk.is_admin(user) else None
        if bare is None:
            await query.answer(plain("toast_not_yours", language), show_alert=True)
        elif changes and desk.reload.running:
            await query.answer(plain("toast_reloading", language), show_alert=True)
        else:
            await action(query, bare, context, language)

    return run


ACTIONS: Final[dict[str, Action]] = {
    buttons.ADD: _for_its_admin(add, changes=True),
    buttons.REMOVALS: _for_its_admin(turn_removals),
    buttons.PICK: _for_its_admin(pick),
    buttons.REMOVE: _for_its_admin(take_out, changes=True),
    buttons.UNDO: _for_its_admin(undo_button, changes=True),
    buttons.CANCEL: _for_its_admin(cancel),
}


async def _read(document: Document, desk: Desk) -> tuple[Look, bytes]:
    """What a file that was sent holds, and its bytes. Raises ArticleError."""
    file = await document.get_file()
    data = bytes(await file.download_as_bytearray())
    name = _name(document)
    look = await desk.look_at(data, name)
    if not look.articles:
        reasons = "; ".join(failure.reason for failure in look.failures[:1])
        raise UnreadableFile(name, reasons or "no article in it", "mend it and send it again")
    return look, data


def _name(document: Document) -> str:
    """The name that a file was sent under, without any folder."""
    return printable(PurePosixPath((document.file_name or "").replace("\\", "/")).name)


def _confirm(
    label: str, press: Press, user: int, context: Context, language: str
) -> InlineKeyboardMarkup:
    no = (plain("button_cancel", language), Press(buttons.CANCEL, 0, 0, ""))
    row = [(plain(label, language), press), no]
    return change_keyboard([row], desk_of(context).button_key(), user)


async def _removals(
    words: str, page: int, user: int, context: Context, language: str
) -> tuple[str, InlineKeyboardMarkup]:
    """A page of /remove, and its buttons: a number for each file, and ◀ ▶."""
    desk, first = desk_of(context), page * LISTED
    names = await desk.run(desk.shelf.files, words)
    shown = names[first : first + LISTED]
    titled = [(name, await desk.run(_title, desk, name)) for name in shown]
    numbers = [
        (str(number), Press(buttons.PICK, 0, 0, article_mark(name)))
        for number, name in enumerate(shown, first + 1)
    ]
    turns = [("◀", page - 1)] * (page > 0) + [("▶", page + 1)] * (len(names) > first + LISTED)
    arrows = [(label, Press(buttons.REMOVALS, target, 0, "")) for label, target in turns]
    no = [(plain("button_cancel", language), Press(buttons.CANCEL, 0, 0, ""))]
    rows = [row for row in (numbers[: LISTED // 2], numbers[LISTED // 2 :], arrows, no) if row]
    keyboard = change_keyboard(rows, desk.button_key(), user)
    return render.removals(titled, first + 1, words, language), keyboard


def _title(desk: Desk, name: str) -> str:
    """What a file's article is called, where the file is one article."""
    article = desk.index.article(name)
    return article.title if article else ""


def _named(desk: Desk, mark: str) -> str | None:
    return next((name for name in desk.shelf.files() if article_mark(name) == mark), None)


async def _undo(number: int | None, context: Context, language: str) -> tuple[str, Change | None]:
    """Take a change back: what to say of it, and the change if it was."""
    desk = desk_of(context)
    try:
        change = await desk.run(desk.shelf.undo, number)
    except HoiBaoError as problem:
        return render.refusal("change_failed", problem, language), None
    if change is None:
        return render.html("undo_nothing", language), None
    key = "undone_added" if change.added else "undone_removed"
    return render.html(key, language, name=printable(change.name)), change


async def _take_in(
    message: Message, head: str, change: Change | None, user: int, context: Context, language: str
) -> None:
    """Reload in the message that told of a change; at last it offers to undo that."""
    desk, stop = desk_of(context), stop_keyboard(language)
    keyboard = None
    if change is not None:
        label = plain("button_undo", language)
        row = [(label, Press(buttons.UNDO, change.number, 0, ""))]
        keyboard = change_keyboard([row], desk.button_key(), user)
    begun = render.html("reload_started", language)
    await message.edit_text(f"{head}\n\n{begun}", reply_markup=stop)
    # another reload may have begun since; it may have come too early for this change
    while desk.reload.running:
        await desk.reload.wait()
    desk.reload.start(update_on(Board(message, stop), desk, language, head, keyboard))
