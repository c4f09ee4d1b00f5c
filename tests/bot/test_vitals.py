from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from bot.vitals import SLOW, STUCK, Vitals
from retrieval.errors import IndexLocked
from retrieval.model import Abstention, Answer


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vitals(clock: Clock) -> Vitals:
    return Vitals(clock)


def test_silence_is_trouble_after_a_while(vitals: Vitals, clock: Clock) -> None:
    clock.now += STUCK
    assert vitals.trouble() is None
    clock.now += 1
    assert vitals.trouble() == "no updates could be fetched for 181 s"
    assert not vitals.report()["healthy"]
    vitals.got_on()
    assert vitals.report()["healthy"]


def test_polling_that_never_began_does_not_hang(vitals: Vitals, clock: Clock) -> None:
    clock.now += 10 * vitals.hangs
    assert not vitals.polling_hangs


def test_polling_hangs_when_nothing_is_heard_of_it(vitals: Vitals, clock: Clock) -> None:
    vitals.poll_moved()
    clock.now += vitals.hangs
    assert not vitals.polling_hangs
    clock.now += 1
    assert vitals.polling_hangs
    vitals.poll_moved()
    assert not vitals.polling_hangs


def test_polling_that_fails_does_not_hang_but_is_no_progress(vitals: Vitals, clock: Clock) -> None:
    for _ in range(20):
        clock.now += 10
        vitals.poll_moved()
    assert not vitals.polling_hangs
    assert vitals.trouble()


def test_a_search_that_does_not_end_is_trouble(vitals: Vitals, clock: Clock) -> None:
    with vitals.searching():
        clock.now += SLOW + 1
        assert vitals.trouble() == "a search has not ended for 61 s"
    assert vitals.trouble() is None


def test_searches_are_counted_and_timed(vitals: Vitals, clock: Clock) -> None:
    for abstention in (None, None, Abstention.NO_MATCH):
        with vitals.searching():
            clock.now += 0.02
        vitals.answered(Answer("", (), 0.0, abstention))
    value = vitals.metrics.get_sample_value
    assert value("hoibao_answers_total", {"outcome": "quoted"}) == 2
    assert value("hoibao_answers_total", {"outcome": "abstained"}) == 1
    assert value("hoibao_search_seconds_bucket", {"le": "0.025"}) == 3
    assert value("hoibao_search_seconds_bucket", {"le": "0.01"}) == 0
    assert value("hoibao_searches_in_progress") == 0


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (IndexLocked("index", "busy"), "locked"),
        (asyncio.CancelledError(), "cancelled"),
        (OSError("full"), "failed"),
    ],
)
def test_a_reload_is_remembered_by_how_it_ended(
    vitals: Vitals, error: BaseException, outcome: str
) -> None:
    assert vitals.report()["last_reload"] is None
    with vitals.reloading():
        pass
    assert vitals.report()["last_reload"]["outcome"] == "done"
    with pytest.raises(type(error)), vitals.reloading():
        raise error
    assert vitals.report()["last_reload"]["outcome"] == outcome
    assert vitals.metrics.get_sample_value("hoibao_reloads_total", {"outcome": outcome}) == 1
