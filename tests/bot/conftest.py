from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bot.running import ADMIN, FakeIndex, known_answers, known_articles, running_bot
from tests.telegram import BotApi, Chat, User


@pytest.fixture
def index() -> FakeIndex:
    return FakeIndex(known_answers(), known_articles())


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as api:
        api.private_chat(api.user(ADMIN, "Admin"))
        yield api
        # an edit that changes nothing is how Telegram answers a second tap
        assert not [call for call in api.refusals if "not modified" not in call.description]


@pytest.fixture
def an(api: BotApi) -> User:
    return api.user(7, "An", language_code="vi")


@pytest.fixture
def chat(api: BotApi, an: User) -> Chat:
    return api.private_chat(an)


@pytest.fixture
def _bot(api: BotApi, index: FakeIndex) -> Iterator[None]:
    with running_bot(api, index, admin_ids=str(ADMIN)):
        yield
