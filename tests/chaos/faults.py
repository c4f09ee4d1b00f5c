"""What goes wrong, by name: each a context, which holds for as long as the fault does.

with FAULTS["network down"].begin(world): ...
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.bot.process import children_of
from tests.chaos.gate import Gate
from tests.chaos.keeper import Keeper
from tests.telegram import BotApi, Chat

FLOOD = 200  # messages
SPARE = 4 << 20  # bytes of memory beyond what the bot has already


@dataclass
class World:
    """All that a fault may touch."""

    api: BotApi
    gate: Gate
    keeper: Keeper
    index: Path
    state: Path
    flooder: Chat
    chance: random.Random


Begin = Callable[[World], AbstractContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """`deadly` when the bot ends by it, or may."""

    begin: Begin
    deadly: bool = False


@contextmanager
def killed(world: World) -> Iterator[None]:
    world.keeper.kill()
    yield


@contextmanager
def stopped(world: World) -> Iterator[None]:
    world.keeper.terminate()
    yield


@contextmanager
def update_killed(world: World) -> Iterator[None]:
    for child in children_of(world.keeper.pid):
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    yield


@contextmanager
def network_down(world: World) -> Iterator[None]:
    world.gate.shut()
    yield
    world.gate.open()


@contextmanager
def network_frozen(world: World) -> Iterator[None]:
    world.gate.freeze()
    yield
    world.gate.open()


@contextmanager
def server_in_trouble(world: World) -> Iterator[None]:
    api, times = world.api, world.chance.randint(1, 5)
    order = world.chance.choice(
        [
            lambda: api.bad_gateway("*", times),
            lambda: api.drop_next("*", times),
            lambda: api.lose_answer("sendMessage", times),
            lambda: api.fail_next("sendMessage", 429, "Too Many Requests", 1, times),
            lambda: api.fail_next("getUpdates", 500, "Internal Server Error", times=times),
            lambda: api.delay_next("sendMessage", 2.0, times),
        ]
    )
    order()
    yield


@contextmanager
def state_locked(world: World) -> Iterator[None]:
    with closing(sqlite3.connect(world.state, timeout=5, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


@contextmanager
def limited(world: World, what: int, limit: int) -> Iterator[None]:
    pid = world.keeper.pid
    with suppress(ProcessLookupError):
        _, most = resource.prlimit(pid, what)
        resource.prlimit(pid, what, (limit, most))
        yield
        with suppress(ProcessLookupError):
            resource.prlimit(pid, what, (most, most))
        return
    yield


def disk_full(world: World) -> AbstractContextManager[None]:
    return limited(world, resource.RLIMIT_FSIZE, 0)


def memory_scarce(world: World) -> AbstractContextManager[None]:
    try:
        pages = int(Path(f"/proc/{world.keeper.pid}/statm").read_text().split()[0])
    except OSError:
        pages = 1 << 16
    return limited(world, resource.RLIMIT_AS, pages * resource.getpagesize() + SPARE)


@contextmanager
def index_gone(world: World) -> Iterator[None]:
    """Either it comes back, or it has to be built anew."""
    away = world.index.with_name("away")
    with suppress(FileNotFoundError):
        world.index.rename(away)
    yield
    if not world.index.exists() and world.chance.random() < 0.5:
        away.rename(world.index)
    shutil.rmtree(away, ignore_errors=True)


@contextmanager
def index_replaced(world: World) -> Iterator[None]:
    """By a copy, made while it may be written to; so that may even be damaged."""
    copy, old = world.index.with_name("copy"), world.index.with_name("old")
    with suppress(OSError, shutil.Error):
        shutil.copytree(world.index, copy)
        world.index.rename(old)
        copy.rename(world.index)
    yield
    for left in (copy, old):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def index_read_only(world: World) -> Iterator[None]:
    _permit(world.index, 0o555, 0o444)
    yield
    _permit(world.index, 0o755, 0o644)


def _permit(index: Path, folders: int, files: int) -> None:
    for path in [index, *index.rglob("*")]:
        with suppress(FileNotFoundError):
            path.chmod(folders if path.is_dir() else files)


@contextmanager
def flooded(world: World) -> Iterator[None]:
    chat = world.flooder
    assert chat.partner is not None
    for number in range(FLOOD):
        world.api.send(chat, chat.partner, f"Chợ phiên số {number} họp ngày nào?")
    yield


FAULTS = {
    "killed": Fault(killed, deadly=True),
    "stopped": Fault(stopped, deadly=True),
    "memory scarce": Fault(memory_scarce, deadly=True),
    "update killed": Fault(update_killed),
    "network down": Fault(network_down),
    "network frozen": Fault(network_frozen),
    "server in trouble": Fault(server_in_trouble),
    "state locked": Fault(state_locked),
    "disk full": Fault(disk_full),
    "index gone": Fault(index_gone),
    "index replaced": Fault(index_replaced),
    "index read-only": Fault(index_read_only),
    "flood": Fault(flooded),
}
