"""What only groups and their topics have, in every language, through the strict server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.manners import Allowance
from tests.bot.scenes import OTHER_QUESTION, PLACES, QUESTION, SECRETARY, Scene

GROUPS = PLACES[1:]

in_groups = pytest.mark.parametrize("scene", GROUPS, indirect=True)


@in_groups
@pytest.mark.parametrize("call", ["@hoibao_bot", "/ask", "/ask@hoibao_bot"])
def test_a_question_after_a_call_is_answered(scene: Scene, call: str) -> None:
    asked = scene.say(f"{call} {QUESTION}")
    assert scene.hear(asked).marked("bold") == [SECRETARY]


@in_groups
@pytest.mark.parametrize("call", ["@hoibao_bot", "/ask", "/ask@hoibao_bot"])
def test_a_call_in_reply_to_somebody_answers_that(scene: Scene, call: str) -> None:
    asked = scene.say(QUESTION, scene.head)
    assert not asked.delivered  # in privacy mode the bot gets to see it by the reply only
    scene.say(call, reply_to=asked)
    assert scene.hear(asked).marked("bold") == [SECRETARY]


@in_groups
def test_a_reply_to_the_bot_is_a_question(scene: Scene) -> None:
    first = scene.hear(scene.say(f"/ask {QUESTION}"))
    assert "mùng hai" in scene.hear(scene.say(OTHER_QUESTION, reply_to=first)).text


@in_groups
def test_talk_among_others_is_left_alone(scene: Scene) -> None:
    scene.api.state.privacy = False  # as for an admin, who gets to see all of this
    try:
        said = scene.say(QUESTION)
        scene.say("ông ấy", scene.head, reply_to=said)
        scene.say(f"@another_bot {QUESTION}")
        scene.say("/nothing")
        scene.api.forward(scene.chat, scene.person, QUESTION, topic=scene.topic)
        scene.api.send_voice(scene.chat, scene.person, topic=scene.topic)
        scene.api.edit(said, OTHER_QUESTION)
        scene.command("/help")
    finally:
        scene.api.state.privacy = True
    assert len(scene.api.messages(scene.chat)) == 1


@in_groups
def test_who_writes_fast_to_others_is_left_alone(scene: Scene) -> None:
    desk = scene.house.desk
    unhurried, desk.attention = desk.attention, Allowance(1, clock=lambda: 0.0)
    scene.api.state.privacy = False
    try:
        for _ in range(3):
            scene.say("vâng")
        scene.api.wait_until_fetched()
        # of another, to know that those were seen to
        assert scene.hear(scene.say(f"/ask {QUESTION}", scene.head)).marked("bold") == [SECRETARY]
    finally:
        scene.api.state.privacy = True
        desk.attention = unhurried
    assert len(scene.api.messages(scene.chat)) == 1


@in_groups
def test_who_asks_where_others_asked_too_much_is_told_so_once(scene: Scene) -> None:
    desk = scene.house.desk
    unhurried, desk.allowance = desk.allowance, Allowance(1, clock=lambda: 0.0)
    try:
        scene.ask(QUESTION)
        told = scene.hear(scene.say(f"/ask {QUESTION}", scene.head))
        assert told.text == scene.text("slow_down")
        scene.question(OTHER_QUESTION)
        scene.command("/help")
    finally:
        desk.allowance = unhurried
    assert len(scene.api.messages(scene.chat)) == 3


@in_groups
def test_a_file_from_the_bots_admin_is_none_to_add(scene: Scene) -> None:
    # others would see what is in it, and in privacy mode the bot would not see the file
    before = scene.ask(QUESTION)
    files = set(scene.house.corpus.iterdir())
    for reply_to in (before, None):
        sent = scene.api.send_document(
            scene.chat, scene.admin, b"Tin.", "tin.txt", reply_to=reply_to, topic=scene.topic
        )
        assert sent.delivered == (reply_to is not None)
    scene.command("/help")
    assert len(scene.api.messages(scene.chat)) == 2
    assert set(scene.house.corpus.iterdir()) == files


@pytest.mark.parametrize("scene", ["topic"], indirect=True)
def test_what_is_asked_outside_of_the_topics_is_answered_there(scene: Scene) -> None:
    scene = replace(scene, topic=None)
    answer = scene.ask(QUESTION)
    assert answer.marked("bold") == [SECRETARY]
    assert "2/3" in scene.turn(answer, "▶").buttons
    asked = scene.say(OTHER_QUESTION, scene.head)
    scene.say("@hoibao_bot", reply_to=asked)
    assert "mùng hai" in scene.hear(asked).text
    assert "mùng hai" in scene.hear(scene.say(OTHER_QUESTION, reply_to=answer)).text
    assert scene.command("/sources").buttons == ["▶"]
