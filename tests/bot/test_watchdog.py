"""What cannot be mended from within ends the bot, so that it is started again."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from telegram import Update

from bot import watchdog
from bot.app import build
from bot.desk import Desk
from bot.inbox import STUCK, Inbox
from bot.settings import Settings
from bot.watchdog import watch_inbox
from tests.bot.running import FakeIndex
from tests.bot.test_vitals import Clock

DEAD_THREAD = """
import threading, time
from bot.watchdog import abort, end_with_threads
def fail():
    raise MemoryError("Ai là bí thư?")
end_with_threads(abort)
threading.Thread(target=fail).start()
time.sleep(60)
"""


def test_a_thread_that_dies_ends_the_bot_and_tells_no_question() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", DEAD_THREAD],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        encoding="utf-8",
        timeout=50,
        check=False,
    )
    assert ended.returncode == -9
    assert ended.stderr == "a thread has died; the bot ends, to be started again\n"


def test_an_update_after_which_no_other_is_asked_for_ends_the_bot(tmp_path: Path) -> None:
    settings = Settings(telegram_token="1:a", state=tmp_path / "bot.sqlite")
    desk = Desk(settings, FakeIndex())  # type: ignore[arg-type]
    bot, clock = build(desk, "1:a").bot, Clock()

    async def run() -> None:
        inbox = Inbox(desk, bot, clock=clock)
        await inbox.put(Update(1))
        await inbox.get()
        asking = asyncio.create_task(inbox.get())
        await asyncio.sleep(0)
        clock.now += STUCK + 1
        assert not inbox.is_stuck  # it waits for the next
        await inbox.put(Update(2))
        await asking
        clock.now += STUCK + 1
        assert inbox.is_stuck  # what was taken last went nowhere
        await inbox.put(object())
        await inbox.get()
        clock.now += STUCK + 1
        assert not inbox.is_stuck  # that was the signal to end

    asyncio.run(run())
    asyncio.run(desk.close())


def test_updates_that_nobody_takes_end_the_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "INBOX_CHECK", 0.0)
    settings = Settings(telegram_token="1:a", state=tmp_path / "bot.sqlite")
    desk = Desk(settings, FakeIndex())  # type: ignore[arg-type]
    bot, clock, ended = build(desk, "1:a").bot, Clock(), asyncio.Event()

    async def run() -> None:
        inbox = Inbox(desk, bot, clock=clock)
        watch = asyncio.create_task(watch_inbox(inbox, ended.set))
        clock.now += 2 * STUCK  # nobody writes: no reason to end
        await asyncio.sleep(0.01)
        assert not ended.is_set()
        await inbox.put(Update(1))
        assert not inbox.is_stuck  # it came just now
        await inbox.get()
        await inbox.put(Update(2))
        assert not inbox.is_stuck  # one was taken just now
        clock.now += STUCK + 1
        await asyncio.wait_for(ended.wait(), 10)
        watch.cancel()

    asyncio.run(run())
    asyncio.run(desk.close())
