from __future__ import annotations

import json
import logging
import sys
from datetime import datetime

import pytest
from telegram.error import BadRequest

from bot.logs import FORMATS, DiscreetFormatter, JsonFormatter
from retrieval.errors import CorpusError

TOKEN = "123456:ABC-def"
QUESTION = "Ai là Bí thư?"


def record_of(message: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    try:
        if error:
            raise error
    except BaseException:
        pass_on = sys.exc_info()
    return logging.LogRecord(
        "bot.app", logging.ERROR, __file__, 1, message, args, pass_on if error else None
    )


@pytest.mark.parametrize("formatter", FORMATS.values())
def test_a_secret_is_taken_out_wherever_it_stands(formatter: type[DiscreetFormatter]) -> None:
    error = BadRequest(f"https://api.telegram.org/bot{TOKEN}/getMe")
    told = formatter((TOKEN,)).format(record_of("at %s", f"/bot{TOKEN}/x", error=error))
    assert TOKEN not in told
    assert told.count("[secret]") == 2


@pytest.mark.parametrize("formatter", FORMATS.values())
def test_the_words_of_an_unforeseen_error_are_withheld(formatter: type[DiscreetFormatter]) -> None:
    error = RuntimeError("no way")
    error.__cause__ = KeyError(QUESTION)
    told = formatter().format(record_of("an update failed", error=error))
    assert QUESTION not in told
    assert "no way" not in told
    assert told.index("KeyError") < told.index("RuntimeError")
    assert "record_of" in told


@pytest.mark.parametrize("formatter", FORMATS.values())
def test_the_words_of_known_errors_are_told(formatter: type[DiscreetFormatter]) -> None:
    error = CorpusError("articles", "no such folder", "name another")
    told = formatter().format(record_of("failed", error=error))
    assert "CorpusError: articles: no such folder; name another" in told


def test_a_line_for_machines_is_one_object() -> None:
    told = JsonFormatter().format(record_of("đã nạp %d bài\n", 3, error=OSError("full")))
    assert "\n" not in told
    line = json.loads(told)
    assert datetime.fromisoformat(line.pop("time")).tzinfo
    assert line.pop("error").endswith("OSError: full")
    assert line == {"level": "ERROR", "logger": "bot.app", "message": "đã nạp 3 bài\n"}


def test_a_record_without_an_error_has_none() -> None:
    assert "error" not in json.loads(JsonFormatter().format(record_of("fine")))


@pytest.mark.parametrize("formatter", FORMATS.values())
def test_what_the_library_could_not_read_is_withheld(formatter: type[DiscreetFormatter]) -> None:
    told = formatter().format(record_of("Error! Received data was %r", {"text": QUESTION}))
    assert "Received data was withheld" in told
    assert QUESTION not in told
