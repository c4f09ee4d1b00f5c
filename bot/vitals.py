"""Signs of life: when the bot last got on, and what it has done, in numbers.

Nothing here holds a question, a token, or anything about a person.

vitals = Vitals()
vitals.got_on()             # a getUpdates or a webhook call is finished
vitals.trouble() -> None    # or what has not happened for too long
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from retrieval.errors import IndexLocked
from retrieval.model import Answer, IndexStatus

# Seconds. A getUpdates takes up to 40, and a pause between two up to 30; `HANGS` comes before
# `STUCK`, so that polling is started anew before anybody outside restarts the whole bot.
HANGS: Final = 90.0  # a getUpdates of which nothing is heard
STUCK: Final = 180.0  # no progress at all
SLOW: Final = 60.0  # a search that does not end

# first match counts
OUTCOMES: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (asyncio.CancelledError, "cancelled"),
    (IndexLocked, "locked"),
    (Exception, "failed"),
)
BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Vitals:
    """What is known about the life of one bot; `clock` counts seconds, forward only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, hangs: float = HANGS) -> None:
        self.hangs = hangs
        self._clock = clock
        self._progress = clock()
        self._polled: float | None = None  # when a getUpdates last began or ended
        self._searches: dict[object, float] = {}  # those that go on, by when they began
        self.last_reload: dict[str, Any] | None = None

        self.metrics = CollectorRegistry()
        own: dict[str, Any] = {"registry": self.metrics}  # not the one of the whole process
        ProcessCollector(**own)
        self.updates = Counter("hoibao_updates", "Updates received", ["kind"], **own)
        self.errors = Counter("hoibao_errors", "Updates that failed", **own)
        self.restarts = Counter(
            "hoibao_polling_restarts",
            "Times that polling hung and was restarted",
            **own,
        )
        self._answers = Counter("hoibao_answers", "Searches", ["outcome"], **own)
        self._search = Histogram(
            "hoibao_search_seconds", "Time of a search", buckets=BUCKETS, **own
        )
        self._reloads = Counter("hoibao_reloads", "Reloads", ["outcome"], **own)
        self._index = {
            name: Gauge(f"hoibao_{name}", about, **own)
            for name, about in (
                ("articles", "Articles served"),
                ("passages", "Passages served"),
                ("generation", "Generation of the index served"),
            )
        }
        Gauge(
            "hoibao_seconds_since_progress",
            "Seconds since the last finished getUpdates or webhook call",
            **own,
        ).set_function(lambda: self.quiet)
        Gauge("hoibao_searches_in_progress", "Searches that go on", **own).set_function(
            lambda: len(self._searches)
        )

    @property
    def quiet(self) -> float:
        """Seconds since the last progress."""
        return self._clock() - self._progress

    def got_on(self) -> None:
        """Updates were fetched or received, or it is known that there are none."""
        self._progress = self._clock()

    def poll_moved(self) -> None:
        """A getUpdates began, or ended in whatever way."""
        self._polled = self._clock()

    @property
    def polling_hangs(self) -> bool:
        """Whether nothing was heard for too long of a polling that once began."""
        return self._polled is not None and self._clock() - self._polled > self.hangs

    @contextmanager
    def searching(self) -> Iterator[None]:
        """While a search goes on."""
        ticket, began = object(), self._clock()
        self._searches[ticket] = began
        try:
            yield
        finally:
            del self._searches[ticket]
            self._search.observe(self._clock() - began)

    def answered(self, answer: Answer) -> None:
        """A search has ended with that answer."""
        self._answers.labels("abstained" if answer.abstained else "quoted").inc()

    @contextmanager
    def reloading(self) -> Iterator[None]:
        """While a reload goes on; how it ends is remembered."""
        outcome = "done"
        try:
            yield
        except BaseException as error:
            outcome = next(name for kind, name in OUTCOMES if isinstance(error, kind))
            raise
        finally:
            self._reloads.labels(outcome).inc()
            self.last_reload = {"ended": _moment(datetime.now(UTC)), "outcome": outcome}

    def show_index(self, status: IndexStatus) -> None:
        """Let the numbers tell of this index."""
        for name, gauge in self._index.items():
            gauge.set(getattr(status, name))

    def trouble(self) -> str | None:
        """What has not happened for too long."""
        if self.quiet > STUCK:
            return f"no updates could be fetched for {self.quiet:.0f} s"
        now = self._clock()
        longest = max((now - began for began in self._searches.values()), default=0.0)
        return f"a search has not ended for {longest:.0f} s" if longest > SLOW else None

    def report(self) -> dict[str, Any]:
        """All that is to know at a glance, as JSON values."""
        trouble = self.trouble()
        return {
            "healthy": trouble is None,
            "trouble": trouble,
            "last_progress": _moment(datetime.now(UTC) - timedelta(seconds=self.quiet)),
            "last_reload": self.last_reload,
        }


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="seconds")
