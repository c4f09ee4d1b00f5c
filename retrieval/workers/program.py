"""What a worker process runs: it takes jobs from its standard input until that is closed.

A program of its own, since a `multiprocessing` child would run the entry script again. It says
which item of a job it begins, so that its end can be laid to that one.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from queue import SimpleQueue
from typing import BinaryIO, TypeVar

from retrieval.garbage import collect_rarely
from retrieval.text import printable
from retrieval.workers.limits import (
    OUT_OF_MEMORY,
    Limits,
    give_way,
    impose,
    most_in_use,
    pause,
    renew,
)
from retrieval.workers.messages import read_bytes, read_message, write_message

_Item = TypeVar("_Item")

_LONGEST_REASON = 200  # characters of what went wrong, which may be of what was read


class _Channel:
    """The way back to who gave the job, while there is one; and the limits of each item."""

    def __init__(self) -> None:
        self._pipe: BinaryIO | None = None
        self._limits = Limits()
        self._most = 0

    def open(self, pipe: BinaryIO, limits: Limits) -> None:
        """From now on, tell through that pipe and keep those limits."""
        self._most = impose(limits)
        self._pipe, self._limits = pipe, limits

    def begin(self, number: int) -> None:
        """Tell that an item is begun, whose time starts now."""
        if self._pipe:
            renew(self._limits)
            write_message(self._pipe, number)

    def check(self) -> None:
        """Raise MemoryError when more was in use than may be."""
        if self._pipe and most_in_use() > self._most:
            raise MemoryError


_channel = _Channel()


def one_by_one(items: Iterable[_Item]) -> Iterator[_Item]:
    """The items of a job; each gets the limits for itself, and the blame when it exceeds them."""
    for number, item in enumerate(items):
        _channel.begin(number)
        yield item
        _channel.check()


def main() -> None:
    """Serve until the parent closes the pipe or is gone."""
    requests, replies = _taken_pipes()
    limits: Limits = read_message(requests)
    give_way()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.dont_write_bytecode = True
    jobs: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_receive, args=(requests, jobs), daemon=True).start()
    job = jobs.get()
    function, items = pickle.loads(job)  # loads the libraries too, which the limits do not count
    collect_rarely()
    _channel.open(replies, limits)
    while True:
        _serve(function, items, replies)
        function, items = pickle.loads(jobs.get())


def _taken_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output, out of the way of libraries that print."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    return requests, replies


def _receive(requests: BinaryIO, jobs: SimpleQueue[bytes]) -> None:
    """Take in jobs; the end of the parent is the end of this process, whatever it is at."""
    try:
        while True:
            jobs.put(read_bytes(requests))
    finally:
        os._exit(1)


def _serve(function: object, items: object, replies: BinaryIO) -> None:
    assert callable(function)
    try:
        try:
            outcome = True, function(items)
            _channel.check()
        except MemoryError:
            raise
        except Exception as error:
            outcome = False, printable(f"{type(error).__name__}: {error}"[:_LONGEST_REASON])
        write_message(replies, outcome)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    pause()
