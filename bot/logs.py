"""What the bot logs: lines for people or for machines, without secrets and without questions.

log_to_stderr(settings)   # then logging.getLogger(__name__).info("…")
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Final

from telegram.error import TelegramError

from bot.settings import Settings
from retrieval.errors import HoiBaoError

# Their words are known. Those of others may be what somebody wrote: `KeyError: 'bí thư'`.
PLAIN_SPOKEN: Final = (HoiBaoError, TelegramError, OSError)
LAYOUT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# what the Telegram library says before it repeats an update that it cannot read
DATA: Final = "Received data was"
# these tell every request, whose addresses hold the token
CHATTY: Final = ("httpx", "httpcore")

_Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class DiscreetFormatter(logging.Formatter):
    """Formats as usual, then takes the secrets out, wherever in the record they stood.

    Of an error it tells where it came up, and its words only when they cannot be a question.
    """

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        super().__init__(LAYOUT)
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The record as one text, tracebacks included."""
        record.exc_text = None  # another formatter may have left its own there
        if DATA in str(record.msg) and record.args:
            record.msg, record.args = f"{str(record.msg).partition(DATA)[0]}{DATA} withheld", ()
        text = self.layout(record)
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return text

    def layout(self, record: logging.LogRecord) -> str:
        """The same, secrets included."""
        return super().format(record)

    def formatException(self, ei: _Failure) -> str:  # noqa: N802 - the library's name
        """Where the error came up, and what led to it."""
        return "".join(_told(ei[1])).rstrip() if ei[1] else ""


class JsonFormatter(DiscreetFormatter):
    """One JSON object a line: time, level, logger, message, and error if there is one."""

    def layout(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


FORMATS: Final = {"text": DiscreetFormatter, "json": JsonFormatter}


def log_to_stderr(settings: Settings) -> None:
    """Send all logging of this process to standard error, as the settings say."""
    secrets = (settings.telegram_token, settings.webhook_secret)
    handler = logging.StreamHandler()
    handler.setFormatter(
        FORMATS[settings.log_format](
            tuple(secret.get_secret_value() for secret in secrets if secret)
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _told(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before:
        yield from _told(before)
        yield "\nwhich led to:\n\n"
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    yield type(error).__qualname__
    yield f": {error}\n" if isinstance(error, PLAIN_SPOKEN) else "\n"
