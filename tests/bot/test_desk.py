"""What runs beside the answers goes on after it has failed."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bot import desk as module
from bot.desk import Desk
from bot.reloading import UpdateFailed, update_beside
from bot.settings import Settings
from tests.bot.running import FakeIndex


def test_what_fails_beside_the_answers_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "AGAIN", 0.0)
    tries: list[int] = []
    told: list[str] = []

    async def run() -> None:
        settings = Settings(telegram_token="1:a", state=tmp_path / "bot.sqlite")
        desk = Desk(settings, FakeIndex())  # type: ignore[arg-type]
        done = asyncio.Event()

        async def work() -> None:
            tries.append(len(tries))
            if len(tries) < 3:
                raise RuntimeError("can't start new thread")
            done.set()

        async def report(error: BaseException) -> None:
            told.append(str(error))

        desk.report = report
        desk.attend(work)
        await asyncio.wait_for(done.wait(), 10)
        await desk.close()

    asyncio.run(run())
    assert tries == [0, 1, 2]
    assert told == ["can't start new thread"] * 2  # to be told once, by who knows what was
    assert caplog.text.count("begins anew") == 2


def test_a_thread_that_cannot_say_that_it_is_done_is_looked_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK", 0.01)

    class Mute(Future[int]):
        def add_done_callback(self, _: object) -> None:
            """For want of memory, nobody is called."""

    class Threads(ThreadPoolExecutor):
        def submit(self, *_: object, **__: object) -> Future[Any]:
            work = Mute()
            asyncio.get_running_loop().call_later(0.02, work.set_result, 5)
            return work

    async def run() -> int:
        settings = Settings(telegram_token="1:a", state=tmp_path / "bot.sqlite")
        desk = Desk(settings, FakeIndex())  # type: ignore[arg-type]
        desk.workers = Threads(1)
        try:
            return await asyncio.wait_for(desk.run(int, "5"), 10)
        finally:
            await desk.close()

    assert asyncio.run(run()) == 5


@pytest.mark.parametrize(
    "trouble",
    [
        OSError(12, "Cannot allocate memory"),
        RuntimeError("Cannot allocate memory for a thread"),
        MemoryError("Cannot allocate memory"),
    ],
)
def test_a_reload_whose_process_cannot_be_started_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    async def refused(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refused)
    with pytest.raises(UpdateFailed, match=r"no process could be started.*Cannot allocate memory"):
        asyncio.run(update_beside(tmp_path, tmp_path / "index", lambda _: None))
