"""What goes wrong: told kindly to who asked, where that was, and once to the admins of the bot.

The admins are told in private, in their language; who asked is told in theirs.
"""

from __future__ import annotations

import itertools

import pytest

from bot.texts import TEXTS
from tests.bot.running import ADMIN
from tests.bot.scenes import (
    OTHER_QUESTION,
    QUESTION,
    SECRETARY,
    House,
    Scene,
    before_admin,
    enter,
    languages_of,
)
from tests.telegram import Message

OTHER = {"vi": "en", "en": "vi"}
TIMES = 3

_numbers = itertools.count(1)


def fault() -> Exception:
    """An error that was never told before, and holds what was asked."""
    return type(f"Fault{next(_numbers)}", (RuntimeError,), {})(QUESTION)


def told_of(scene: Scene, error: Exception) -> list[Message]:
    """What the admin was told of an error."""
    office = scene.api.private_chat(scene.admin)
    what = f"{type(error).__name__}, bot/"
    return [each for each in scene.api.messages(office) if what in each.text]


def answer_to(scene: Scene, asked: Message) -> Message:
    """The bot's message in reply to that one, whatever else it says meanwhile."""
    return scene.api.wait_for(
        lambda: next((each for each in asked.chat.said if each.reply_to is asked), None)
    )


def is_told_once(scene: Scene, error: Exception) -> None:
    """Once, and in the admin's own language; nothing of it is said in the chat."""
    scene.api.wait_for(lambda: told_of(scene, error), what="a word to the admin")
    # another error is told after this one, so that nothing of this is still to come
    later = fault()
    other = enter(scene.house, "private", scene.language)
    scene.admin.language_code = OTHER[scene.language]
    with scene.house.index.broken(later):
        other.ask(QUESTION)
    scene.api.wait_for(lambda: told_of(scene, later), what="a word to the admin")
    (told,) = told_of(scene, error)
    assert languages_of(told.text) == {OTHER[scene.language]}
    assert QUESTION not in told.text
    assert not any(type(error).__name__ in each.text for each in scene.chat.said)


@pytest.fixture
def scene(scene: Scene) -> Scene:
    """The same, before an admin who speaks another language."""
    scene.admin.language_code = OTHER[scene.language]
    return scene


def test_a_question(scene: Scene) -> None:
    error = fault()
    with scene.house.index.broken(error):
        for _ in range(TIMES):
            apology = scene.ask(QUESTION)
            assert apology.text == scene.text("failed")
    is_told_once(scene, error)
    assert len(scene.api.messages(scene.chat)) == TIMES
    assert scene.turn(apology, "button_retry").marked("bold") == [SECRETARY]


def test_an_edited_question(scene: Scene) -> None:
    answer = scene.ask(OTHER_QUESTION)
    asked, error = answer.reply_to, fault()
    assert asked
    with scene.house.index.broken(error):
        scene.api.edit(asked, asked.text.replace(OTHER_QUESTION, QUESTION))
        apology = scene.hear(asked)
        assert apology.text == scene.text("failed")
    is_told_once(scene, error)
    assert scene.turn(apology, "button_retry").marked("bold") == [SECRETARY]


def test_a_command(scene: Scene) -> None:
    error = fault()
    with scene.house.index.broken(error):
        for _ in range(TIMES):
            assert scene.command("/sources").text == scene.text("failed")
    is_told_once(scene, error)


@pytest.mark.parametrize("button", ["▶", "button_near", "button_share", "👍"])
def test_a_button(scene: Scene, button: str) -> None:
    answer, error = scene.ask(QUESTION), fault()
    with scene.house.index.broken(error):
        for _ in range(TIMES):
            assert scene.press(answer, button) == scene.text("toast_failed")
    is_told_once(scene, error)
    assert scene.api.messages(scene.chat) == [answer]
    assert len(answer.versions) == 1


@pytest.mark.parametrize("where", ["sender", "private", "group", "supergroup", "channel"])
def test_an_inline_question(house: House, language: str, where: str) -> None:
    scene = enter(house, "private", language)
    scene.admin.language_code = OTHER[language]
    error = fault()
    with house.index.broken(error):
        for _ in range(TIMES):
            given = house.api.answer_to(house.api.inline(scene.person, QUESTION, chat_type=where))
            assert given["results"] == []
            assert given["button"]["text"] == scene.text("inline_failed")
            assert int(given["cache_time"]) == 0
    is_told_once(scene, error)
    answer = scene.command(f"/start {given['button']['start_parameter']}")
    assert answer.text == scene.text("start")


def test_a_reload(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    error = fault()

    async def fail(_: object) -> None:
        raise error

    admins = before_admin(scene)
    scene.admin.language_code = scene.language
    monkeypatch.setattr(scene.house.desk, "update", fail)
    for _ in range(TIMES):
        # in private, what is told to the admin stands among these
        board = answer_to(scene, admins.say("/reload", scene.admin))
        admins.wait_for(board, "reload_failed")
        assert type(error).__name__ in board.text
        assert not board.buttons
        scene.house.at_rest()
    scene.api.wait_for(lambda: told_of(scene, error), what="a word to the admin")
    (told,) = told_of(scene, error)
    assert languages_of(told.text) == {scene.language}


def test_the_admins_are_told_in_the_language_that_they_chose(house: House, language: str) -> None:
    scene, error = enter(house, "private", OTHER[language]), fault()
    office = before_admin(scene)
    office.turn(office.command("/language"), TEXTS[language]["language_name"])
    try:
        with house.index.broken(error):
            scene.ask(QUESTION)
        scene.api.wait_for(lambda: told_of(scene, error), what="a word to the admin")
    finally:
        house.desk.preferences.choose(ADMIN, None)
    (told,) = told_of(scene, error)
    assert languages_of(told.text) == {language}
