from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.texts import TEXTS
from tests.bot.running import ADMIN, FakeIndex, known_answers, known_articles, running_bot
from tests.bot.scenes import PLACES, House, Scene, enter, opened
from tests.telegram import BotApi, Chat, User


@pytest.fixture
def index() -> FakeIndex:
    return FakeIndex(known_answers(), known_articles())


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as api:
        api.private_chat(api.user(ADMIN, "Admin"))
        yield api
        # how Telegram answers a second tap, and a request that is repeated after trouble
        fine = ("not modified", "query is too old")
        refused = [call for call in api.refusals if not any(w in call.description for w in fine)]
        assert not refused


@pytest.fixture
def an(api: BotApi) -> User:
    return api.user(7, "An", language_code="vi")


@pytest.fixture
def chat(api: BotApi, an: User) -> Chat:
    return api.private_chat(an)


@pytest.fixture(params=list(TEXTS))
def language(request: pytest.FixtureRequest) -> str:
    """Whoever asks for it is tested in every language that the bot speaks."""
    return str(request.param)


@pytest.fixture
def admin(api: BotApi, language: str) -> User:
    return api.user(ADMIN, "Admin", language_code=language)


@pytest.fixture
def office(api: BotApi, admin: User) -> Chat:
    return api.private_chat(admin)


@pytest.fixture
def reader(api: BotApi, language: str) -> User:
    return api.user(9, "Reader", language_code=language)


@pytest.fixture
def room(api: BotApi, reader: User) -> Chat:
    return api.private_chat(reader)


@pytest.fixture
def _bot(api: BotApi, index: FakeIndex) -> Iterator[None]:
    with running_bot(api, index, admin_ids=str(ADMIN)):
        yield


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for all the tests of a file."""
    with opened(tmp_path_factory.mktemp("house")) as house:
        yield house
        assert not house.api.refusals


@pytest.fixture(params=PLACES)
def scene(house: House, language: str, request: pytest.FixtureRequest) -> Scene:
    """Whoever asks for it is tested in every kind of chat, in every language."""
    return enter(house, str(request.param), language)
