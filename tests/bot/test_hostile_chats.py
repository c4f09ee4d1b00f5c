"""Clients that are not Telegram's own may send any callback data, under any message of the bot."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import buttons
from bot.buttons import Press
from bot.presses import ACTIONS
from bot.texts import TEXTS
from tests.bot.running import ADMIN, QUESTION, QUOTES, FakeIndex, running_bot
from tests.bot.test_handlers_library import names, reloaded, serving
from tests.telegram import BotApi, Chat, Message, User

FORGED = [
    "page:" + "9" * 5000 + ":1:",
    "page:" + "9" * 18 + ":1:00000000",
    "list:" + "9" * 18 + ":1:",
    "shelf:" + "9" * 18 + ":0:",
    "lang:" + "9" * 18 + ":0:",
    "page:-1:0:",
    "page:1:1:../../etc",
    "page:１:1:",
    "::::",
    "",
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "cho.txt").write_text("Chợ\n\nChợ phiên Bắc Sơn họp ngày mùng hai.\n", "utf-8")
    (folder / "cau.txt").write_text("Cầu\n\nCầu dài bốn mươi mét.\n", "utf-8")
    return folder


@pytest.fixture
def bình(api: BotApi) -> User:
    return api.user(8, "Bình", language_code="vi")


def asked(api: BotApi, chat: Chat, user: User, text: str) -> Message:
    api.send(chat, user, text)
    return api.next_message(chat)


@pytest.mark.usefixtures("_bot")
@pytest.mark.parametrize("data", FORGED)
def test_forged_data_is_answered_and_does_nothing(
    api: BotApi, an: User, chat: Chat, data: str
) -> None:
    answer = asked(api, chat, an, QUESTION)
    assert "text" in api.answer_to(api.press_data(an, answer, data))
    assert asked(api, chat, an, QUESTION).text == answer.versions[0].text


@pytest.mark.usefixtures("_bot")
def test_data_from_another_chat_shows_nothing_of_that_chat(
    api: BotApi, an: User, chat: Chat, bình: User
) -> None:
    theirs = asked(api, chat, an, QUESTION)
    data = theirs.button("▶").data
    assert data
    room = api.private_chat(bình)
    own = asked(api, room, bình, "một đoạn")
    api.answer_to(api.press_data(bình, own, data))
    assert QUOTES[1].text not in own.text
    assert len(theirs.versions) == 1


def test_no_button_makes_a_member_of_a_group_its_admin(
    api: BotApi, index: FakeIndex, an: User, bình: User, tmp_path: Path
) -> None:
    group = api.group("Tổ dân phố", [an], admins=[bình])
    with running_bot(api, index, corpus=tmp_path, admin_ids=str(ADMIN)) as desk:
        answer = asked(api, group, an, f"@hoibao_bot {QUESTION}")
        for action in ACTIONS:
            pressed = api.press_data(an, answer, Press(action, 1, 1, "0" * 16).encode())
            told = api.answer_to(pressed)
            refused = TEXTS["vi"]["toast_admins_only"]
            assert action != buttons.STOP or told["text"] == refused
        assert desk.preferences.language(group.id) is None
        assert not desk.preferences.is_silent(group.id)
        assert not desk.reload.running
    assert list(tmp_path.glob("*.txt")) == []


def test_a_confirmation_that_is_replayed_adds_nothing_twice(
    api: BotApi, corpus: Path, admin: User, office: Chat, language: str
) -> None:
    with serving(api, corpus):
        api.send_document(office, admin, "Đền\n\nĐền thờ ai.".encode(), "den.txt")
        shown = api.next_message(office)
        data = shown.button(TEXTS[language]["button_add"]).data
        assert data
        api.press_data(admin, shown, data)
        reloaded(api, shown, language, "file_added")
        before = names(corpus)
        api.press_data(admin, shown, data)
        api.wait_for(lambda: shown.text == TEXTS[language]["file_known"])
        assert names(corpus) == before
    assert len(before) == 3


def test_an_admin_who_is_none_any_more_presses_in_vain(
    api: BotApi, corpus: Path, admin: User, office: Chat, language: str
) -> None:
    with serving(api, corpus):
        api.send(office, admin, "/remove")
        listed = api.next_message(office)
        api.press(admin, listed, "1")
        confirm = api.next_edit(listed).button(TEXTS[language]["button_remove"]).data
        assert confirm
    with running_bot(api, FakeIndex(), corpus=corpus, admin_ids=str(ADMIN + 1)):
        told = api.answer_to(api.press_data(admin, listed, confirm))
        assert told["text"] == TEXTS[language]["toast_not_yours"]
        api.send_document(office, admin, b"Tin.", "tin.txt")
        assert api.next_message(office).text == TEXTS[language]["only_text_file"]
        api.send(office, admin, "/undo")
        assert api.next_message(office).text == TEXTS[language]["admins_only"]
    assert names(corpus) == {"cho.txt", "cau.txt"}


def test_every_action_of_an_admin_is_sealed_or_asks_who_presses() -> None:
    everybody = {
        buttons.UP, buttons.DOWN, buttons.PAGE, buttons.COUNT, buttons.NEAR, buttons.PARAGRAPH,
        buttons.LIST, buttons.SHARE, buttons.RETRY,
    }  # fmt: skip
    asks = {buttons.ANSWERS, buttons.LANGUAGE, buttons.STOP}
    sealed = {name for name, act in ACTIONS.items() if hasattr(act, "__wrapped__")}
    assert set(ACTIONS) == everybody | asks | sealed
