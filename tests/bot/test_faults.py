"""Every kind of trouble with every kind of request: no answer is lost, none is sent twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bot import app
from bot.texts import TEXTS
from tests.bot.scenes import (
    IN_VAIN,
    OTHER_QUESTION,
    QUESTION,
    SECRETARY,
    House,
    Scene,
    enter,
    opened,
)
from tests.telegram import BotApi, Message

# the library warns of an attribute of its own
pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

WAIT = 2.0  # seconds that the bot gives a request here

Trouble = Callable[[BotApi, str], None]

# the request is surely not carried out, and the bot knows
REFUSED: dict[str, Trouble] = {
    "429": lambda api, method: api.fail_next(
        method, 429, "Too Many Requests: retry after 1", retry_after=1
    ),
    "502": lambda api, method: api.bad_gateway(method),
}
# the bot cannot know whether it is carried out
UNCERTAIN: dict[str, Trouble] = {
    "timeout": lambda api, method: api.delay_next(method, 1.5 * WAIT),
    "dropped": lambda api, method: api.drop_next(method),
    "carried out, receipt lost": lambda api, method: api.lose_answer(method),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "WAIT", WAIT)
        with opened(tmp_path_factory.mktemp("house")) as house:
            yield house


@pytest.fixture
def alone(house: House) -> Scene:
    return enter(house, "private", "vi")


def answers(scene: Scene) -> list[Message]:
    """The answers in the chat, once one more message of it has been seen to."""
    scene.api.wait_until_fetched()
    asked = scene.say("/privacy")
    scene.api.wait_for(lambda: scene.chat.said and scene.chat.said[-1].reply_to is asked, 30)
    return [each for each in scene.api.messages(scene.chat) if each.marked("bold") == [SECRETARY]]


def wait_for_refusal(scene: Scene) -> None:
    """Until the bot knows that it may not write there."""
    told = (str(scene.chat.id), 403)
    scene.api.wait_for(
        lambda: (
            told
            in [
                (str(call.params["chat_id"]), call.status)
                for call in scene.api.calls("sendMessage")
            ]
        )
    )


@pytest.mark.parametrize("trouble", REFUSED)
def test_an_answer_that_was_refused_is_sent_once(scene: Scene, trouble: str) -> None:
    REFUSED[trouble](scene.api, "sendMessage")
    asked = scene.question(QUESTION)
    assert scene.hear(asked).marked("bold") == [SECRETARY]
    assert len(answers(scene)) == 1


@pytest.mark.parametrize("trouble", UNCERTAIN)
def test_an_answer_that_may_have_been_lost_is_not_sent_again_but_one_press_away(
    scene: Scene, trouble: str
) -> None:
    UNCERTAIN[trouble](scene.api, "sendMessage")
    asked = scene.question(QUESTION)
    apology = scene.hear(asked)
    if trouble == "carried out, receipt lost":
        assert apology.marked("bold") == [SECRETARY]
        apology = scene.hear(asked)
        assert len(answers(scene)) == 1
        return
    assert apology.text == scene.text("maybe_lost")
    assert answers(scene) == []
    assert scene.turn(apology, "button_retry").marked("bold") == [SECRETARY]
    assert answers(scene) == [apology]


@pytest.mark.parametrize("trouble", [*REFUSED, *UNCERTAIN])
def test_a_page_turns_and_the_button_stops_waiting(alone: Scene, trouble: str) -> None:
    answer = alone.ask(QUESTION)
    first = answer.text
    for method in ("editMessageText", "answerCallbackQuery"):
        (REFUSED | UNCERTAIN)[trouble](alone.api, method)
    press = alone.api.press(alone.person, answer, "▶")
    assert alone.api.next_edit(answer, 30).text != first
    assert alone.api.answer_to(press, 30)
    assert answers(alone) == []
    assert len(answer.versions) == 2


@pytest.mark.parametrize("trouble", [*REFUSED, *UNCERTAIN])
def test_an_edited_question_gets_its_answer_edited(alone: Scene, trouble: str) -> None:
    asked = alone.question(IN_VAIN)
    answer = alone.hear(asked)
    (REFUSED | UNCERTAIN)[trouble](alone.api, "editMessageText")
    alone.api.edit(asked, QUESTION)
    assert alone.api.next_edit(answer, 30).marked("bold") == [SECRETARY]
    assert answers(alone) == [answer]


@pytest.mark.parametrize("trouble", [*REFUSED, *UNCERTAIN])
def test_inline_results_come(alone: Scene, trouble: str) -> None:
    (REFUSED | UNCERTAIN)[trouble](alone.api, "answerInlineQuery")
    query = alone.api.inline(alone.person, QUESTION)
    assert alone.api.answer_to(query, 30)["results"]


@pytest.mark.parametrize("trouble", [*REFUSED, *UNCERTAIN, "409"])
def test_polling_goes_on_and_nothing_is_answered_twice(alone: Scene, trouble: str) -> None:
    if trouble == "409":
        words = "Conflict: terminated by other getUpdates request"
        alone.api.fail_next("getUpdates", 409, words, times=2)
    else:
        (REFUSED | UNCERTAIN)[trouble](alone.api, "getUpdates")
    first, second = alone.question(QUESTION), alone.question(OTHER_QUESTION)
    replied = {alone.api.next_message(alone.chat, 30).reply_to for _ in range(2)}
    assert replied == {first, second}
    assert len(answers(alone)) == 1


def test_an_update_that_is_delivered_twice_is_answered_once(scene: Scene) -> None:
    answer = scene.ask(QUESTION)
    for update in scene.api.updates[-1:] * 2:
        scene.api.repeat(update)
    assert answers(scene) == [answer]


def test_a_press_that_is_delivered_twice_counts_once(alone: Scene) -> None:
    answer = alone.ask(QUESTION)
    alone.turn(answer, "👍")
    alone.api.repeat()
    alone.command("/privacy")
    assert "👍 ✓" in answer.buttons


def test_updates_out_of_order_are_all_answered(scene: Scene) -> None:
    other = enter(scene.house, scene.place, scene.language)
    with scene.api.out_of_order():
        first, second = scene.question(QUESTION), other.question(OTHER_QUESTION)
    assert scene.hear(first).marked("bold") == [SECRETARY]
    assert "mùng hai" in other.hear(second).text


def test_an_edit_that_comes_before_its_question_is_what_is_answered(scene: Scene) -> None:
    with scene.api.out_of_order():
        asked = scene.question(IN_VAIN)
        scene.api.edit(asked, asked.text.replace(IN_VAIN, QUESTION))
    answer = scene.hear(asked)
    assert answers(scene) == [answer]
    assert answer.marked("bold") == [SECRETARY]


def test_who_blocks_the_bot_is_written_to_again_when_that_is_over(
    alone: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    alone.ask(QUESTION)
    other = enter(alone.house, "private", "vi")
    alone.api.block(alone.person)
    alone.question(QUESTION)
    assert other.ask(QUESTION).marked("bold") == [SECRETARY]
    wait_for_refusal(alone)
    alone.api.unblock(alone.person)
    assert alone.ask(OTHER_QUESTION).text != TEXTS["vi"]["maybe_lost"]
    assert "an update failed" not in caplog.text


def test_a_group_that_removes_the_bot_is_no_error(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    scene = enter(house, "supergroup", "vi")
    with house.index.shut():
        scene.question(QUESTION)
        house.api.wait_until_fetched()
        house.api.set_bot_status(scene.chat, scene.head, "kicked")
    wait_for_refusal(scene)
    other = enter(house, "private", "vi")
    assert other.ask(QUESTION).marked("bold") == [SECRETARY]
    assert "an update failed" not in caplog.text
