"""Processes that read what may be hostile, each file within limits; a lost one costs one file.

with Workers(2) as workers:
    result = workers.submit(function, items).result()    # function(items), in another process

The function goes through its items by `one_by_one`. Where one of them exceeds its limits or
crashes the process, the job is done again with `Refused(item, reason)` in its place.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Generic, TypeVar

from retrieval.errors import WorkersLost
from retrieval.workers.limits import LIMITS, Limits, is_overtime, reason
from retrieval.workers.messages import read_message, write_message
from retrieval.workers.program import one_by_one

__all__ = ["LIMITS", "Limits", "Refused", "Workers", "one_by_one"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_ATTEMPTS: Final = 3  # to start a process that gets as far as a first item
_PROGRAM: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from retrieval.workers.program import main; main()"
)


@dataclass(frozen=True, slots=True)
class Refused(Generic[_Item]):
    """An item that exceeded its limits, and a reason with a next step."""

    item: _Item
    reason: str


class _Lost(Exception):
    """A process ended, or failed, at the item of that number; None: before the first.

    `is_certain` when what the process did before that item has no part in it.
    """

    def __init__(self, at: int | None, reason: str, *, is_certain: bool) -> None:
        super().__init__(at, reason)
        self.at = at
        self.reason = reason
        self.is_certain = is_certain


class _Worker:
    """One process, which does one job at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.is_fresh = True
        # `-P`, and the path of this process: a folder that happens to be the working one
        # must not offer its own modules
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._send(limits)

    def do(self, function: Callable[[Any], _Result], items: Sequence[object]) -> _Result:
        """What the function gives. Raises _Lost; the process is then of no more use."""
        self._send((function, items))
        at: int | None = None
        try:
            while isinstance(message := self._receive(), int):
                at = message
        except EOFError:
            status = self._process.wait()
            is_certain = self.is_fresh or is_overtime(status)
            raise _Lost(at, reason(status, self._limits), is_certain=is_certain) from None
        done, outcome = message
        if not done:
            cause = f"broken ({outcome}); save it again, or as plain text"
            raise _Lost(at, cause, is_certain=True)
        self.is_fresh = False
        return outcome  # type: ignore[no-any-return]

    def end(self) -> None:
        """End the process, whatever it is at; from any thread."""
        self._process.kill()

    def close(self) -> None:
        """End the process and let go of its pipes; by the thread that reads from it."""
        self.end()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()

    def _send(self, message: object) -> None:
        with suppress(BrokenPipeError):  # what is read next says how it ended
            write_message(_open(self._process.stdin), message)

    def _receive(self) -> Any:
        return read_message(_open(self._process.stdout))


def _open(pipe: Any) -> BinaryIO:
    assert pipe is not None  # it was asked for
    return pipe  # type: ignore[no-any-return]


class Workers:
    """So many processes at most, started when there is work; all are ended on leaving."""

    def __init__(self, count: int, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="worker")
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._is_closed = False

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._is_closed = True
            for worker in self._all:
                worker.end()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._idle:
            worker.close()

    def submit(
        self, function: Callable[[Sequence[Any]], _Result], items: Sequence[object]
    ) -> Future[_Result]:
        """The function of the items, done in a process; both have to be picklable.

        The future raises WorkersLost when no process gets as far as a first item.
        """
        return self._threads.submit(self._do, function, list(items))

    def _do(self, function: Callable[[Sequence[Any]], _Result], items: list[object]) -> _Result:
        attempts = 0
        while True:
            worker = self._taken()
            try:
                result = worker.do(function, items)
            except _Lost as loss:
                self._drop(worker)
                blamed = _blamed(items, loss)
                if blamed is not None:
                    items[blamed] = Refused(items[blamed], loss.reason)
                elif (attempts := attempts + 1) >= _ATTEMPTS:
                    raise _no_workers(loss) from None
            except BaseException:
                self._drop(worker)
                raise
            else:
                with self._lock:
                    self._idle.append(worker)
                return result

    def _taken(self) -> _Worker:
        with self._lock:
            if self._is_closed:
                raise WorkersLost("reading", "it was stopped", "start it again")
            if self._idle:
                return self._idle.pop()
            worker = _Worker(self._limits)
            self._all.add(worker)
            return worker

    def _drop(self, worker: _Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.close()


def _blamed(items: Sequence[object], loss: _Lost) -> int | None:
    """Which item a loss is laid to: the last that was begun and is not refused yet."""
    if not loss.is_certain or loss.at is None:
        return None
    begun = range(loss.at, -1, -1)
    return next((number for number in begun if not isinstance(items[number], Refused)), None)


def _no_workers(loss: _Lost) -> WorkersLost:
    cause = f"the process that reads files ends before it begins ({loss.reason.split(';')[0]})"
    return WorkersLost("reading", cause, "look whether memory is short, then try again")
