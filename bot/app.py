"""Building, starting and stopping the bot.

run_bot(Settings()) -> 0, after SIGTERM or SIGINT
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from telegram import CallbackQuery, LinkPreviewOptions, Message, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    Defaults,
    ExtBot,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot import buttons, handlers, inline, insights, library, presses, render
from bot.desk import Answered, Desk
from bot.handlers import Command, Context, desk_of, edited_at, language_for
from bot.health import limit_requests, serve_health
from bot.inbox import Inbox, Processor, excuse_cut_off
from bot.logs import log_to_stderr
from bot.menus import COMMANDS, Menus
from bot.network import PatientRequest, PollingRequest, insist
from bot.pacing import Limits, PacingRateLimiter
from bot.preferences import Preferences
from bot.questions import ASK, question_of
from bot.reloading import update_beside
from bot.settings import PREFIX, Settings
from bot.state import sole_user
from bot.texts import plain
from bot.watchdog import abort, end_with_threads, guard_polling, watch_inbox, watch_webhook
from bot.watching import watch
from retrieval import is_stale, open_index
from retrieval.errors import HoiBaoError, IndexProblem, SettingsError
from retrieval.garbage import collect_rarely

if TYPE_CHECKING:
    from retrieval import Index

log = logging.getLogger(__name__)

Bot = Application[Any, Any, Any, Any, Any, Any]
HandlerCallback = Callable[[Update, Context], Coroutine[Any, Any, None]]

RETRIES: Final = 5  # of a request that Telegram asks to repeat later
UPDATES: Final = 256  # handled at a time
WAIT: Final = 20  # seconds that a request waits for a connection, and for a response
POLL: Final = 30  # seconds that the server holds a request when there is nothing new
ALLOWED_UPDATES: Final = [
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
]


class EndingApplication(Application[Any, Any, Any, Any, Any, Any]):
    """An application that does not wait for the network when it ends."""

    async def stop(self) -> None:
        """End, once what is under way is done."""
        assert isinstance(self.bot.request, PatientRequest)  # the bot was built with it
        self.bot.request.give_up()
        await super().stop()

    async def process_error(self, update: object, error: Exception, *args: Any) -> bool:
        """Note first that it failed: the rest may find no memory."""
        if isinstance(update, Update):
            inbox_of(self).failed(update)
        return await super().process_error(update, error, *args)


class QuietBot(ExtBot[int]):
    """A bot whose repr does not tell its token."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}[]"


def inbox_of(application: Bot) -> Inbox:
    """The queue that the application was built with."""
    assert isinstance(application.update_queue, Inbox)
    return application.update_queue


def run_bot(settings: Settings) -> int:
    """Run the bot until SIGTERM or SIGINT; returns the exit status.

    Raises `HoiBaoError` when it cannot start: no token, or no index and no way to make one.
    """
    token = settings.token()
    log_to_stderr(settings)
    with sole_user(settings.state):
        return _run(settings, token)


def _run(settings: Settings, token: str) -> int:
    _check(settings)
    index = _open_up_to_date(settings)
    if index is None:
        return 0
    _warm_up(index)
    desk = Desk(settings, index)
    # the original names the token
    with suppress(InvalidToken):
        _serve(build(desk, token), settings)
        if not desk.lost_token:
            return 0
    raise SettingsError(
        f"{PREFIX}TELEGRAM_TOKEN",
        "Telegram does not know this token",
        "copy it from @BotFather again",
    )


def build(desk: Desk, token: str, limits: Limits | None = None) -> Bot:
    """The application, with everything that it reacts to; `limits` are Telegram's by default."""
    bot = _bot(desk, token, limits or Limits())
    inbox = Inbox(desk, bot)
    application = (
        Application.builder()
        .application_class(EndingApplication)
        .bot(bot)
        .update_queue(inbox)
        .job_queue(None)  # nothing is done by the clock that asyncio cannot do
        .concurrent_updates(Processor(UPDATES, inbox))
        .post_init(_begin)
        .post_stop(_close)
        .build()
    )
    application.bot_data["desk"] = desk
    application.bot_data["menus"] = Menus(desk.settings.admin_ids)
    new = filters.UpdateType.MESSAGE
    alone = filters.ChatType.PRIVATE & new
    said = filters.UpdateType.MESSAGES  # new or edited
    application.add_handler(TypeHandler(Update, count_update), group=-2)
    application.add_handler(TypeHandler(Update, handlers.on_update), group=-1)
    for command in COMMANDS:
        application.add_handler(CommandHandler(command.name, run_command(command), filters=new))
    application.add_handlers(
        [
            CommandHandler(ASK, handlers.on_question, filters=said),
            MessageHandler(filters.COMMAND & alone, handlers.on_unknown_command),
            MessageHandler(filters.StatusUpdate.MIGRATE, handlers.on_migration),
            MessageHandler(filters.Document.ALL & alone, library.on_document),
            MessageHandler(
                ~filters.COMMAND & ~filters.StatusUpdate.ALL & said, handlers.on_question
            ),
            CallbackQueryHandler(presses.on_press),
            InlineQueryHandler(inline.on_inline_query),
        ]
    )
    application.add_error_handler(on_error)
    return application


def run_command(command: Command) -> HandlerCallback:
    """A command as the application calls it; admins' commands are refused to others."""

    async def run(update: Update, context: Context) -> None:
        message, user = update.effective_message, update.effective_user
        assert message is not None  # the handler is for messages only
        language = language_for(update, context)
        if command.admins_only and not (user and desk_of(context).is_admin(user.id)):
            await message.reply_html(render.html("admins_only", language))
        else:
            await command.run(message, context, language)

    return run


async def count_update(update: Update, context: Context) -> None:
    """Whatever comes in is a sign of life."""
    inbox_of(context.application).reached(update)
    vitals = desk_of(context).vitals
    vitals.got_on()
    kind = next((kind for kind in ALLOWED_UPDATES if getattr(update, kind)), "other")
    vitals.updates.labels(kind).inc()
    if update.effective_chat:
        await context.bot_data["menus"].set_for_late(context.bot, update.effective_chat.id)


async def on_error(update: object, context: Context) -> None:
    """Log what went wrong, and tell the person who waits for an answer."""
    if isinstance(context.error, Forbidden):
        log.info("a chat takes no messages: %s", context.error)
        if isinstance(update, Update):
            inbox_of(context.application).told(update)
        return
    desk_of(context).vitals.errors.inc()
    log.error("an update failed", exc_info=context.error)
    if isinstance(update, Update):
        await _admit(update, context)
    if context.error:
        await insights.report_incident(context.error, context.bot, desk_of(context))


async def _admit(update: Update, context: Context) -> None:
    """Apologise, as soon as anything can be said; after the next start, if not before the end."""
    request = context.bot.request
    assert isinstance(request, PatientRequest)  # the bot was built with it
    if await insist(request, lambda: _apologise(update, context)):
        inbox_of(context.application).told(update)


async def _apologise(update: Update, context: Context) -> None:
    language, message = language_for(update, context), update.effective_message
    if update.callback_query:
        await _apologise_for(update.callback_query, language, context.error)
    elif update.inline_query:
        await inline.apologise(update.inline_query, language)
    elif message and (question := question_of(message, context.bot.bot)):
        # the answer is one press away, in the place of the apology
        lost = isinstance(context.error, NetworkError) and not isinstance(context.error, BadRequest)
        text = render.html("maybe_lost" if lost else "failed", language)
        keyboard = buttons.retry_keyboard(language)
        sent = await question.message.reply_html(text, reply_markup=keyboard)
        answered = Answered(sent.message_id, edited_at(message))
        desk_of(context).answers.put((message.chat.id, message.message_id), answered)
    elif message:
        await message.reply_html(render.html("failed", language))


async def _apologise_for(query: CallbackQuery, language: str, error: Exception | None) -> None:
    try:
        await query.answer(plain("toast_failed", language), show_alert=True)
    except BadRequest:
        # the press was answered, and what it asked for failed thereafter
        if isinstance(error, TelegramError) or not isinstance(query.message, Message):
            raise
        await query.message.reply_html(render.html("failed", language))


def _bot(desk: Desk, token: str, limits: Limits) -> QuietBot:
    server = desk.settings.telegram_base_url
    return QuietBot(
        token,
        base_url=f"{server}/bot",
        base_file_url=f"{server}/file/bot",
        request=PatientRequest(
            connection_pool_size=UPDATES,
            pool_timeout=WAIT,
            connect_timeout=WAIT,
            read_timeout=WAIT,
            write_timeout=WAIT,
        ),
        get_updates_request=PollingRequest(
            desk.vitals, settled=desk.receipts.settled, connection_pool_size=1
        ),
        defaults=Defaults(
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            do_quote=True,
            # the question may be deleted before its answer is there
            allow_sending_without_reply=True,
        ),
        rate_limiter=PacingRateLimiter(limits, RETRIES),
    )


def _serve(application: Bot, settings: Settings) -> None:
    collect_rarely()  # again, now that everything is loaded
    limit_requests()
    end_with_threads(abort)
    # -1: wait for the network for as long as it takes
    common: dict[str, Any] = {"bootstrap_retries": -1, "allowed_updates": ALLOWED_UPDATES}
    if settings.webhook_url is None:
        application.run_polling(timeout=POLL, **common)
        return
    assert settings.webhook_secret is not None  # the settings demand it
    application.run_webhook(
        listen=settings.webhook_listen,
        port=settings.webhook_port,
        url_path=urlsplit(settings.webhook_url).path.lstrip("/"),
        webhook_url=settings.webhook_url,
        secret_token=settings.webhook_secret.get_secret_value(),
        **common,
    )


async def _begin(application: Bot) -> None:
    """Start what runs beside the handlers."""
    desk: Desk = application.bot_data["desk"]
    desk.report = partial(insights.report_incident, bot=application.bot, desk=desk)
    if desk.settings.health_port:
        desk.closing(serve_health(desk, desk.settings.health_port).stop)
    if desk.settings.watch:
        desk.attend(lambda: watch(desk))
    desk.attend(lambda: insights.expire_hourly(desk))
    desk.attend(desk.warm_up)
    desk.attend(lambda: excuse_cut_off(application.bot, desk))
    inbox = inbox_of(application)
    desk.attend(lambda: watch_inbox(inbox, abort))
    desk.attend(inbox.tidy)
    desk.attend(desk.settle)
    if desk.settings.webhook_url:
        desk.attend(lambda: watch_webhook(application.bot, desk.vitals))
    else:
        desk.attend(lambda: _guard_polling(application, desk))
    await application.bot_data["menus"].set_all(application.bot)


async def _guard_polling(application: Bot, desk: Desk) -> None:
    updater = application.updater
    assert updater is not None  # it polls
    try:
        await guard_polling(
            application,
            desk.vitals,
            lambda: updater.start_polling(timeout=POLL, allowed_updates=ALLOWED_UPDATES),
        )
    except InvalidToken:
        desk.lost_token = True
        application.stop_running()


async def _close(application: Bot) -> None:
    await application.bot_data["desk"].close()


def _check(settings: Settings) -> None:
    """Find out what cannot work before anything else is done; raises `SettingsError`."""
    Preferences(settings.state).close()
    if settings.health_port:
        _check_port("HEALTH_PORT", settings.health_host, settings.health_port)
    if settings.webhook_url:
        _check_port("WEBHOOK_PORT", settings.webhook_listen, settings.webhook_port)


def _check_port(name: str, host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise SettingsError(
            f"{PREFIX}{name}",
            f"cannot listen on {host}, port {port}: {error.strerror}",
            "choose another port or address, or stop what uses it",
        ) from error


def _open_up_to_date(settings: Settings) -> Index | None:
    """The index, after an update where one is due; None when a signal came in between."""
    problem: HoiBaoError | None = None
    try:
        if is_stale([settings.corpus], settings.index) and not asyncio.run(_update(settings)):
            return None
    except HoiBaoError as error:
        # an index that is out of date is better than no bot
        log.warning("the index could not be brought up to date: %s", error)
        problem = error
    try:
        return open_index(settings.index, threshold=settings.threshold)
    except IndexProblem as unusable:
        raise problem or unusable from None


def _warm_up(index: Index) -> None:
    """Load what the first question needs, so that nobody waits for it."""
    for newest in index.sources(limit=1):
        index.ask(newest.title)


async def _update(settings: Settings) -> bool:
    """Bring the index up to date before the start; False when a signal came in between."""
    log.info("bringing the index up to date")
    task = asyncio.create_task(update_beside(settings.corpus, settings.index, lambda _: None))
    for stop in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(stop, task.cancel)
    try:
        report = await task
    except asyncio.CancelledError:
        return False
    for failure in report.failed:
        log.warning("not indexed: %s: %s", failure.file, failure.reason)
    return True
