"""Each fault by itself: what is asked while it holds is answered, then or once it has passed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bot.process import eventually
from tests.chaos.faults import FAULTS, World
from tests.chaos.people import PLACES, kind_of
from tests.chaos.run import world_in
from tests.telegram import Chat, Message

PATIENCE = 90.0  # seconds
REFUSED = {"failed", "cut_off"}
# what leaves the bot all that it needs to answer
HARMLESS = (
    "state locked",
    "disk full",
    "index gone",
    "index replaced",
    "index read-only",
    "update killed",
    "flood",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("world")) as world:
        world.api.wait_until_ready(60)
        yield world
        assert world.keeper.terminate() == 0
        assert not world.keeper.overdue


@pytest.fixture
def chat(world: World) -> Chat:
    number = 1000 + len(world.api.state.chats)
    return world.api.private_chat(world.api.user(number, "Người đọc"))


def ask(world: World, chat: Chat) -> Message:
    assert chat.partner is not None
    return world.api.send(chat, chat.partner, f"Chợ phiên {PLACES[0]} họp vào ngày nào?")


def answer_to(world: World, chat: Chat, question: Message) -> Message:
    found: list[Message] = []

    def answered() -> bool:
        world.keeper.tend()
        found.extend(each for each in list(chat.said) if each.reply_to is question)
        return bool(found)

    eventually(answered, PATIENCE)
    return found[0]


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_asked_in_trouble_is_answered_and_trouble_passes(
    world: World, chat: Chat, name: str
) -> None:
    with FAULTS[name].begin(world):
        in_trouble = ask(world, chat)
        if name in HARMLESS:
            assert kind_of(answer_to(world, chat, in_trouble)) == "quoted"
    assert kind_of(answer_to(world, chat, in_trouble)) in {"quoted", *REFUSED}
    later = ask(world, chat)
    assert kind_of(answer_to(world, chat, later)) == "quoted"
