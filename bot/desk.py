"""What every handler works with: the index and its workers, what is remembered, the reload.

answer = await desk.ask("Ai là Bí thư Đảng uỷ xã Yên Phúc?")
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from bot.examples import example_questions
from bot.incidents import Incidents
from bot.journal import Journal
from bot.links import article_mark
from bot.manners import Allowance, Recent, Turns
from bot.preferences import Preferences
from bot.receipts import Receipts
from bot.reloading import update_beside
from bot.settings import Settings
from bot.shelf import Shelf
from bot.state import PAUSE
from bot.vitals import Vitals
from retrieval.errors import HoiBaoError
from retrieval.model import Answer, Article, BuildReport, Progress
from retrieval.reading import Look, look_at
from retrieval.workers import LIMITS

if TYPE_CHECKING:
    from retrieval import Index

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

# More threads would only queue at the interpreter lock, which every search holds in part.
WORKERS: Final = min(4, os.cpu_count() or 1)
EVERYTHING: Final = 10**9  # articles
REMEMBERED: Final = 10_000  # entries; each is a few numbers
AGAIN: Final = 5.0  # seconds until what failed beside the answers begins anew
LOOK: Final = 5.0  # seconds between looks at a thread that has not said that it is done
BUSY: Final = 5  # updates for each question that a user may ask


class SingleTask:
    """At most one task at a time, which can be ended.

    The application does not know of it: it awaits the tasks it knows when it stops, and a
    reload may take longer than anyone who stops a bot is willing to wait.
    """

    def __init__(self, alarm: Callable[[BaseException], None] | None = None) -> None:
        self._task: asyncio.Task[None] | None = None
        self._alarm = alarm
        self.why = ""  # it was ended, for the task to tell

    @property
    def running(self) -> bool:
        """Whether the task is still at work."""
        return self._task is not None and not self._task.done()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin; only when nothing is running."""
        assert not self.running
        self._task = asyncio.create_task(work)
        self._task.add_done_callback(self._look_back)

    async def wait(self) -> None:
        """Until nothing is running, however that ended."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def end(self, why: str) -> None:
        """Cancel what is running and wait until it has cleaned up."""
        if self._task is not None and not self._task.done():
            self.why = why
            self._task.cancel()
            await self.wait()

    def _look_back(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error:
            log.error("a task failed", exc_info=error)
            if self._alarm:
                self._alarm(error)


async def _landed(work: Future[T]) -> T:
    """What a thread returns; looked after, since it may find no memory to say that it is done."""
    landing = asyncio.wrap_future(work)
    try:
        while not work.done():
            await asyncio.wait([landing], timeout=LOOK)
        return landing.result() if landing.done() else work.result()
    finally:
        landing.cancel()


@dataclass(frozen=True, slots=True)
class Answered:
    """The message that answers another, as that was when it was edited last; 0: never."""

    number: int
    edited: float


class Desk:
    """Shared by all handlers, for as long as the bot runs."""

    def __init__(self, settings: Settings, index: Index, vitals: Vitals | None = None) -> None:
        self.settings = settings
        self.index = index
        self.vitals = vitals or Vitals()
        self.preferences = Preferences(settings.state)
        self.journal = Journal(settings.state, settings.journal_days)
        self.receipts = Receipts(settings.state)
        self.incidents = Incidents()
        self.shelf = Shelf(settings.corpus)
        self.workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="search")
        # one file at a time: each may take as much memory as its limits allow
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="reader")
        self.limits = LIMITS
        self.reload = SingleTask(self._alarm)
        self.turns = Turns()
        self.allowance = Allowance(settings.questions_per_minute)
        # of whatever a user sends, commands and presses and all
        self.attention = Allowance(BUSY * settings.questions_per_minute)
        # by chat and message that asks
        self.answers = Recent[tuple[int, int], Answered](REMEMBERED)
        self.updates = Recent[int, bool](REMEMBERED)
        self.albums = Recent[str, bool](REMEMBERED)  # by their media_group_id
        # each with the generation of the index that it is of
        self._examples: tuple[int, tuple[str, ...]] = (-1, ())
        self._making = asyncio.Lock()
        self._marks: tuple[int, dict[str, str]] = (-1, {})
        self.lost_token = False  # Telegram does not know the bot any more
        self._beside: set[asyncio.Task[None]] = set()
        self._last: list[Callable[[], object]] = []
        # whom to tell of what fails beside the answers; the bot does, once it runs
        self.report: Callable[[BaseException], Coroutine[Any, Any, None]] | None = None

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do CPU-bound work on a worker thread, so that nobody else has to wait for it."""
        return await _landed(self.workers.submit(work, *args, **kwargs))

    async def look_at(self, file: bytes | Path, name: str) -> Look:
        """What a file holds; another process reads it, and nobody who asks is kept waiting."""
        return await _landed(self._reader.submit(look_at, file, name, self.limits))

    async def ask(self, question: str, top: int = 3) -> Answer:
        """The answer to a question, with at most `top` quotes."""
        with self.vitals.searching():
            answer = await self.run(self.index.ask, question, top)
        self.vitals.answered(answer)
        return answer

    async def update(self, show: Callable[[Progress], None]) -> BuildReport:
        """Bring the index up to date, beside the answers; see `update_beside`."""
        with self.vitals.reloading():
            report = await update_beside(self.settings.corpus, self.settings.index, show)
        # taken up now, so that whoever asks next need not wait for that
        await self.run(self.index.status)
        self.attend(self.warm_up)
        return report

    def attend(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do this beside everything else, until the desk is closed; again, when it fails."""
        task = asyncio.create_task(self._persist(work))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    def closing(self, act: Callable[[], object]) -> None:
        """Do this when the desk is closed."""
        self._last.append(act)

    async def settle(self, pause: float = PAUSE) -> None:
        """Write what is owed to the state, even when nobody asks anything any more."""
        while True:
            await asyncio.sleep(pause)
            self.receipts.settle()
            self.journal.settle()

    async def examples(self) -> tuple[str, ...]:
        """Questions that the corpus, as it is now, answers."""
        # whoever asks while they are made waits for those, instead of making them too
        async with self._making:
            generation = self.index.generation
            if self._examples[0] != generation:
                self._examples = generation, await self.run(example_questions, self.index)
            return self._examples[1]

    async def warm_up(self) -> None:
        """Make the examples, so that nobody waits for them nor for what the first search loads."""
        try:
            await self.examples()
        except HoiBaoError as problem:
            log.warning("no questions for /help: %s", problem)

    async def article(self, mark: str) -> Article | None:
        """The article of a link's mark."""
        return await self.run(self._marked, mark)

    def _marked(self, mark: str) -> Article | None:
        generation = self.index.status().generation
        if self._marks[0] != generation:
            every = self.index.sources(0, EVERYTHING)
            ids = {article_mark(source.article_id): source.article_id for source in every}
            self._marks = generation, ids
        found = self._marks[1].get(mark)
        return self.index.article(found) if found is not None else None

    def button_key(self) -> bytes:
        """What seals the admins' buttons: the same after a restart, and known to the bot alone."""
        return blake2b(self.settings.token().encode(), person=b"hoibao buttons").digest()

    def is_admin(self, user_id: int) -> bool:
        """Whether that user may reload the corpus."""
        return user_id in self.settings.admin_ids

    async def close(self) -> None:
        """End what runs beside, the reload, then the workers, then the index."""
        self.report = None  # there is nobody to do that any more
        for act in self._last:
            act()
        await self._end_beside()
        await self.reload.end("reload_stopped")
        # a reload that was over just then has left something to do
        await self._end_beside()
        self.workers.shutdown()
        self._reader.shutdown(cancel_futures=True)
        self.index.close()
        self.preferences.close()
        self.journal.close()
        self.receipts.close()

    async def _persist(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do that to its end, from the beginning whenever it fails: for want of memory, say."""
        while True:
            try:
                await work()
            except Exception as error:
                with suppress(MemoryError):
                    log.error("what runs beside answers failed, and begins anew", exc_info=error)
                    self._alarm(error)
                await asyncio.sleep(AGAIN)
            else:
                return

    def _alarm(self, error: BaseException) -> None:
        report = self.report
        if report:
            self.attend(lambda: report(error))

    async def _end_beside(self) -> None:
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
