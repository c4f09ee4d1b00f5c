from __future__ import annotations

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, TimedOut

from bot.incidents import Incidents
from bot.render import cut
from bot.texts import plain

SECRET = "what somebody asked"


def caught(work: object, *arguments: object) -> BaseException:
    try:
        work(*arguments)
    except Exception as error:
        return error
    raise AssertionError


def test_an_incident_is_told_once_for_each_place() -> None:
    incidents = Incidents()
    first = incidents.report(caught(cut, None, 3))
    assert first is not None
    assert first.startswith("TypeError, bot/render.py:")
    assert incidents.report(caught(cut, None, 3)) is None
    assert (incidents.report(caught(plain, SECRET, "vi")) or "").startswith("KeyError, bot/texts")


def test_what_somebody_asked_is_not_told() -> None:
    assert SECRET not in str(Incidents().report(caught(plain, SECRET, "vi")))


@pytest.mark.parametrize("error", [NetworkError("x"), TimedOut(), Forbidden("x")], ids=repr)
def test_what_passes_by_itself_is_told_to_nobody(error: Exception) -> None:
    assert Incidents().report(error) is None


def test_what_telegram_refuses_is_told() -> None:
    assert Incidents().report(BadRequest("message is too long")) == "BadRequest"
