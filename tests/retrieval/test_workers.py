"""Processes with limits: what one item does to its process is that item's own loss."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from retrieval.errors import WorkersLost
from retrieval.workers import Limits, Workers
from tests.retrieval import jobs

SECONDS = 0.3
MEMORY = 64 << 20
TIGHT = Limits(seconds=SECONDS, patience=60, memory=MEMORY)


@pytest.fixture
def workers() -> Iterator[Workers]:
    with Workers(2, TIGHT) as opened:
        yield opened


def outcome(workers: Workers, *items: str) -> list[str]:
    return workers.submit(jobs.told, items).result()


def pid(workers: Workers) -> int:
    return int(outcome(workers, "process")[0])


def is_alive(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it does not come about"
        time.sleep(0.01)


def test_good_items_are_done_in_one_process_that_lives_on(workers: Workers) -> None:
    assert outcome(workers, "a", "b") == ["a: done", "b: done"]
    assert pid(workers) == pid(workers) != os.getpid()


@pytest.mark.parametrize(
    ("bad", "cause"),
    [
        ("crash", "crashes its reader, perhaps for want of memory (SIGSEGV); split it"),
        ("die", "the process that read it was killed, for want of memory most likely; split it"),
        ("spin", f"takes more than {SECONDS} s to read; split it, or save it as plain text"),
        ("grow 200", "takes more than 64 MB of memory to read; split it"),
        ("hide", "takes more than 64 MB of memory to read; split it"),
        ("fail so", "broken (ValueError: so); save it again"),
    ],
)
def test_a_bad_item_is_refused_with_its_cause_and_the_others_are_done(
    workers: Workers, bad: str, cause: str
) -> None:
    before, told, after = outcome(workers, "a", bad, "b")
    assert (before, after) == ("a: done", "b: done")
    assert told.startswith(f"{bad}: {cause}")
    assert outcome(workers, "c") == ["c: done"]


def test_every_bad_item_of_a_job_is_found(workers: Workers) -> None:
    told = outcome(workers, "crash", "a", "grow 200", "die", "b")
    assert [line.endswith("done") for line in told] == [False, True, False, False, True]


def test_what_ends_a_process_between_items_is_laid_to_one_after_the_other(
    workers: Workers,
) -> None:
    told = workers.submit(jobs.told_too_late, ["a", "b", "c"]).result()
    assert [line.endswith("done") for line in told] == [True, False, False]


def test_what_only_waits_is_ended_by_the_clock() -> None:
    with Workers(1, Limits(seconds=60, patience=0.2)) as workers:
        assert outcome(workers, "wait") == [
            "wait: is not read within 0.2 s; split it, or save it as plain text"
        ]


def test_every_item_has_the_whole_time_for_itself() -> None:
    """The pause between two jobs counts for neither."""
    with Workers(1, Limits(patience=0.5)) as workers:
        first = pid(workers)
        time.sleep(0.8)
        assert pid(workers) == first


def test_what_is_lost_by_the_way_is_tried_again(workers: Workers, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    assert outcome(workers, "a") == ["a: done"]  # the process is not a fresh one any more
    mark.touch()
    assert outcome(workers, f"die-once {mark}") == [f"die-once {mark}: done"]


def test_a_process_that_reads_writes_no_files(workers: Workers, tmp_path: Path) -> None:
    (told,) = outcome(workers, f"write {tmp_path / 'a'}")
    assert "File too large" in told
    assert not (tmp_path / "a").exists() or not (tmp_path / "a").stat().st_size


def test_what_a_library_prints_disturbs_nobody(
    workers: Workers, capfd: pytest.CaptureFixture[str]
) -> None:
    assert outcome(workers, "print \x1b[31m", "a") == ["print \x1b[31m: done", "a: done"]
    assert capfd.readouterr() == ("", "")


def test_a_process_that_cannot_even_begin_ends_the_run(workers: Workers) -> None:
    with pytest.raises(WorkersLost, match="the process that reads files ends before it begins"):
        workers.submit(jobs.broken, ["a"]).result()


def test_processes_end_with_the_block_whatever_they_are_at(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with Workers(2, Limits()) as workers:
        idle, busy = pid(workers), workers.submit(jobs.told, [f"touch {mark}", "spin"])
        wait_until(mark.exists)
    assert not is_alive(idle)
    with pytest.raises(WorkersLost, match="it was stopped"):
        busy.result()


def test_processes_end_with_their_parent_even_if_that_is_killed() -> None:
    script = (
        "import sys; from retrieval.workers import Workers; from tests.retrieval import jobs\n"
        "workers = Workers(1); print(workers.submit(jobs.told, ['process']).result()[0])\n"
        "sys.stdout.flush(); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert is_alive(worker)
        parent.kill()
    wait_until(lambda: not is_alive(worker))


def test_modules_come_from_where_the_parent_has_them(
    workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "retrieval.py").write_text("raise SystemExit")
    (tmp_path / "json.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    assert outcome(workers, "a") == ["a: done"]
