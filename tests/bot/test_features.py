"""Every feature in every kind of chat, in every language, through the strict server."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.chart import draw
from bot.handlers import Command
from bot.journal import Day
from bot.manners import Allowance
from bot.menus import COMMANDS
from bot.questions import ASK
from bot.texts import TEXTS
from tests.bot.process import children_of, eventually
from tests.bot.scenes import (
    PLACES,
    WRITTEN,
    House,
    Scene,
    before_admin,
    enter,
    languages_of,
    opened,
)
from tests.telegram import Message

QUESTION = "Ai là Bí thư Đảng uỷ xã Yên Phúc?"
SECRETARY = "Vi Văn Dụng"
OTHER_QUESTION = "Chợ phiên Bắc Sơn họp vào ngày nào?"
IN_VAIN = "Giá vàng SJC hôm nay bao nhiêu?"
DATES = {"vi": "12/07/2024", "en": "12 July 2024"}
PICTURE = draw([Day(date(2024, 7, 12), asked=1)])
GROUPS = PLACES[1:]
INLINE = ("sender", "private", "group", "supergroup", "channel")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("house")) as house:
        yield house
        assert not house.api.refusals


@pytest.fixture(params=PLACES)
def scene(house: House, language: str, request: pytest.FixtureRequest) -> Scene:
    return enter(house, str(request.param), language)


def at_rest(house: House) -> None:
    eventually(lambda: not house.desk.reload.running)


# --- every command, by its row in the table


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_is_answered_where_it_stands_in_the_language_of_who_sends_it(
    scene: Scene, command: Command
) -> None:
    scene = before_admin(scene) if command.admins_only else scene
    answer = scene.command(f"/{command.name}", scene.admin if command.admins_only else scene.head)
    assert languages_of(answer.text) == {scene.language}
    if not scene.alone:
        addressed = f"/{command.name}@hoibao_bot"
        eventually(lambda: not scene.house.desk.reload.running)
        scene.command(addressed, scene.admin if command.admins_only else scene.head)
    at_rest(scene.house)
    assert languages_of(answer.text) == {scene.language}


@pytest.mark.parametrize(
    "command", [c for c in COMMANDS if c.admins_only], ids=lambda command: command.name
)
def test_every_command_of_admins_is_refused_to_others(scene: Scene, command: Command) -> None:
    assert scene.command(f"/{command.name}").text == scene.text("admins_only")
    assert not scene.house.desk.reload.running


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_is_in_the_menus_of_those_who_may_use_it(
    scene: Scene, command: Command
) -> None:
    menu = scene.api.command_menu(scene.chat, scene.person)
    assert (command.name in menu) == (not command.admins_only)
    assert (ASK in menu) == (not scene.alone)
    office = scene.api.private_chat(scene.admin)
    assert command.name in scene.api.command_menu(office, scene.admin)
    menus = scene.api.commands(f"chat:{office.id}", "" if scene.language == "vi" else "en")
    assert menus[command.name] == scene.text(f"menu_{command.name}")


# --- every feature


def a_question_is_answered_by_a_quote_with_its_source(scene: Scene) -> None:
    answer = scene.ask(QUESTION)
    assert answer.marked("bold") == [SECRETARY]
    (quote,) = answer.marked("blockquote")
    article = scene.house.index.article("dang-bo-xa-yen-phuc.txt")
    assert quote in article.text
    assert article.title in answer.text
    assert f"Thanh Đàn · {DATES[scene.language]}" in answer.text
    texts = [scene.text("button_near"), scene.text("button_share")]
    assert answer.buttons == ["◀", "1/3", "▶", *texts, "👍", "👎"]


def pages_turn_within_the_message(scene: Scene) -> None:
    answer = scene.ask(QUESTION)
    first = answer.text
    assert "2/3" in scene.turn(answer, "▶").buttons
    assert answer.text != first
    toast = TEXTS[scene.language]["toast_page"].format(page=2, pages=3)
    assert scene.press(answer, "2/3") == toast
    assert scene.turn(answer, "◀").text == first
    assert scene.api.messages(scene.chat) == [answer]


def a_quote_is_seen_in_its_context_then_its_paragraph_and_back(scene: Scene) -> None:
    answer = scene.ask(QUESTION)
    first = answer.text
    (quote,) = answer.marked("blockquote")
    (near,) = scene.turn(answer, "button_near").marked("blockquote")
    assert len(quote) < len(near)
    assert quote in near
    assert answer.marked("bold") == [SECRETARY]
    if scene.text("button_paragraph") in answer.buttons:
        (whole,) = scene.turn(answer, "button_paragraph").marked("blockquote")
        assert len(near) < len(whole)
    assert scene.turn(answer, "button_back").text == first


def a_quote_is_shared_as_text_and_as_a_link_that_opens_it(scene: Scene) -> None:
    answer = scene.ask(QUESTION)
    (quote,) = answer.marked("blockquote")
    scene.turn(answer, "button_share")
    copied = answer.button(scene.text("button_copy_text")).copied or ""
    assert copied.removeprefix("“")[:80] == quote[:80]
    address = answer.button(scene.text("button_copy_link")).copied or ""
    sent = urlsplit(answer.button(scene.text("button_send")).url or "")
    assert parse_qs(sent.query) == {"url": [address], "text": [copied]}
    assert "1/3" in scene.turn(answer, "button_back").buttons
    (payload,) = parse_qs(urlsplit(address).query)["start"]
    alone = scene.api.private_chat(scene.person)
    scene.api.send(alone, scene.person, f"/start {payload}")
    shown = scene.api.next_message(alone)
    assert quote in shown.marked("blockquote")[0]
    assert DATES[scene.language] in shown.text


def thumbs_are_taken_and_taken_back(scene: Scene) -> None:
    answer = scene.ask(QUESTION)
    for button, toast, shown in (
        ("👍", "toast_vote_up", ["👍 ✓", "👎"]),
        ("👎", "toast_vote_down", ["👍", "👎 ✓"]),
        ("👎", "toast_vote_none", ["👍", "👎"]),
    ):
        assert scene.press(answer, button) == scene.text(toast)
        # in a group nobody sees the thumb of another
        if scene.alone:
            scene.api.next_edit(answer)
        assert answer.buttons[-2:] == (shown if scene.alone else ["👍", "👎"])


def what_the_articles_do_not_answer_is_said_to_be_so(scene: Scene) -> None:
    answer = scene.ask(IN_VAIN)
    assert answer.text.startswith(scene.text("abstained"))
    assert not answer.marked("blockquote")
    assert not answer.keyboard


def a_question_typed_otherwise_is_told_as_it_was_read(scene: Scene) -> None:
    answer = scene.ask("bis thuw ddangr uyr xax yeen phucs laf ai")
    assert answer.text.startswith(scene.text("understood").partition("{")[0])
    assert answer.marked("bold") == [SECRETARY]
    assert scene.ask("bi thu dang uy xa yen phuc la ai").marked("bold") == [SECRETARY]


def an_edited_question_gets_its_answer_edited(scene: Scene) -> None:
    asked = scene.question(IN_VAIN)
    answer = scene.hear(asked)
    scene.api.edit(asked, asked.text.replace(IN_VAIN, QUESTION))
    assert scene.api.next_edit(answer).marked("bold") == [SECRETARY]
    assert scene.api.messages(scene.chat) == [answer]


def words_under_a_picture_are_answered(scene: Scene) -> None:
    call = "" if scene.alone else "@hoibao_bot "
    asked = scene.api.send_photo(
        scene.chat, scene.person, PICTURE, caption=call + QUESTION, topic=scene.topic
    )
    answer = scene.hear(asked)
    assert answer.text.startswith(scene.text("read_caption"))
    assert answer.marked("bold") == [SECRETARY]


def a_voice_is_told_that_the_bot_only_reads(scene: Scene) -> None:
    before = None if scene.alone else scene.ask(QUESTION)
    voice = scene.api.send_voice(scene.chat, scene.person, reply_to=before, topic=scene.topic)
    assert scene.hear(voice).text == scene.text("only_text_voice")


def a_link_is_told_that_the_bot_only_reads(scene: Scene) -> None:
    assert scene.ask("https://example.org/bai").text == scene.text("only_text_link")


def the_articles_are_listed_and_found_and_opened(scene: Scene) -> None:
    listed = scene.command("/sources")
    titles = {title for title, _ in WRITTEN.values()}
    assert all(title in listed.text for title in titles)
    found = scene.command("/sources cau khanh khe")
    assert WRITTEN["cau"][0] in found.text
    assert WRITTEN["truong"][0] not in found.text
    (address,) = (str(e.url) for e in found.entities if e.of(found.text) == "1.")
    shown = scene.command(f"/start {parse_qs(urlsplit(address).query)['start'][0]}")
    assert shown.marked("blockquote") == [WRITTEN["cau"][1]]
    nothing = scene.command("/sources zzz")
    assert nothing.text == scene.text("sources_none").format(query="zzz")


def the_questions_of_help_are_answered(scene: Scene) -> None:
    questions = scene.command("/help").marked("code")
    assert len(questions) == 3
    for question in questions:
        assert scene.ask(question).marked("blockquote")


def privacy_is_told(scene: Scene) -> None:
    told = scene.command("/privacy").text
    days = TEXTS[scene.language]["privacy_journal"].format(days=30)
    assert scene.text("privacy") in told
    assert days.partition("<b>")[0] in told


def the_language_is_chosen_by_who_decides_for_the_chat(scene: Scene) -> None:
    choice = scene.command("/language", scene.head)
    other = "en" if scene.language == "vi" else "vi"
    if not scene.alone:
        assert scene.command("/language").text == scene.text("group_admins_only")
        told = scene.press(choice, TEXTS[other]["language_name"])
        assert told == scene.text("toast_group_admins_only")
    shown = scene.turn(choice, TEXTS[other]["language_name"], scene.head)
    assert shown.text == TEXTS[other]["language_chosen"]
    assert scene.ask(IN_VAIN).text.startswith(TEXTS[other]["abstained"])


def a_group_silences_the_bot_and_calls_it_back(scene: Scene) -> None:
    if scene.alone:
        assert scene.command("/answers").text == scene.text("answers_private")
        return
    assert scene.command("/answers").text == scene.text("group_admins_only")
    choice = scene.command("/answers", scene.head)
    assert scene.turn(choice, "button_answers_off", scene.head).text == scene.text("answers_off")
    scene.question(QUESTION)
    scene.command("/help")
    assert scene.turn(choice, "button_answers_on", scene.head).text == scene.text("answers_on")
    assert scene.ask(QUESTION).marked("bold") == [SECRETARY]


def who_asks_too_much_is_told_so_once(scene: Scene) -> None:
    desk = scene.house.desk
    unhurried, desk.allowance = desk.allowance, Allowance(1, clock=lambda: 0.0)
    try:
        scene.ask(QUESTION)
        assert scene.ask(QUESTION).text == scene.text("slow_down")
        scene.question(QUESTION)
        scene.command("/help")
    finally:
        desk.allowance = unhurried


def typing_is_shown_in_its_topic_when_an_answer_takes_long(scene: Scene) -> None:
    with scene.house.index.shut():
        asked = scene.question(QUESTION)
        shown = (scene.chat, "typing", scene.topic)
        scene.api.wait_for(lambda: shown in scene.api.chat_actions)
    scene.hear(asked)


def of_many_questions_at_once_the_newest_wins(scene: Scene) -> None:
    with scene.house.index.shut():
        first = scene.question(QUESTION)
        shown = (scene.chat, "typing", scene.topic)
        scene.api.wait_for(lambda: shown in scene.api.chat_actions)
        for _ in range(3):
            scene.question(IN_VAIN)
        last = scene.question(OTHER_QUESTION)
        scene.api.wait_until_fetched()
    scene.hear(first)
    assert "mùng hai" in scene.hear(last).text


def a_file_is_taken_out_after_a_second_look_and_comes_back(scene: Scene) -> None:
    scene = before_admin(scene)
    listed = scene.command("/remove cho", scene.admin)
    assert listed.marked("code") == ["cho-phien.md"]
    scene.turn(listed, "1", scene.admin)
    assert WRITTEN["cho-phien"][1] in listed.marked("blockquote")
    assert listed.text.endswith(scene.text("remove_ask"))
    scene.press(listed, "button_remove", scene.admin)
    scene.wait_for(listed, "file_removed")
    scene.wait_for(listed, "reload_done")
    assert not (scene.house.corpus / "cho-phien.md").exists()
    assert scene.ask(OTHER_QUESTION).text.startswith(scene.text("abstained"))
    undone = scene.command("/undo", scene.admin)
    scene.wait_for(undone, "undone_removed")
    scene.wait_for(undone, "reload_done")
    at_rest(scene.house)
    assert "mùng hai" in scene.ask(OTHER_QUESTION).marked("blockquote")[0]


def a_reload_is_stopped_by_its_button(scene: Scene) -> None:
    scene = before_admin(scene)
    lines = (json.dumps({"id": str(number), "text": f"Bài số {number}."}) for number in range(3000))
    (scene.house.corpus / "nhieu.jsonl").write_text("\n".join(lines), "utf-8")
    board = scene.command("/reload", scene.admin)
    started: list[int] = []
    eventually(lambda: started.extend(children_of(os.getpid())) or started)
    os.killpg(started[0], signal.SIGSTOP)
    assert scene.command("/reload", scene.admin).text == scene.text("reload_refused")
    scene.press(board, "button_stop", scene.admin)
    os.killpg(started[0], signal.SIGCONT)
    scene.wait_for(board, "reload_cancelled")
    (scene.house.corpus / "nhieu.jsonl").unlink()
    at_rest(scene.house)


def what_was_asked_in_vain_and_disliked_is_told_to_admins(scene: Scene) -> None:
    scene = before_admin(scene)
    asked = f"zq{abs(scene.chat.id)}{scene.language} khi nào?"
    for _ in range(3):
        scene.ask(asked)
    scene.press(scene.ask(OTHER_QUESTION), "👎")
    told = scene.command("/gaps", scene.admin)
    assert f"3× {asked}" in told.text
    assert OTHER_QUESTION in told.text
    assert any("mùng hai" in quote for quote in told.marked("blockquote"))
    shown = scene.command("/stats", scene.admin)
    assert scene.api.file_of(shown).startswith(b"\x89PNG")
    assert scene.text("stats").partition(" (")[0] in shown.text


FEATURES: tuple[Callable[[Scene], None], ...] = (
    a_question_is_answered_by_a_quote_with_its_source,
    pages_turn_within_the_message,
    a_quote_is_seen_in_its_context_then_its_paragraph_and_back,
    a_quote_is_shared_as_text_and_as_a_link_that_opens_it,
    thumbs_are_taken_and_taken_back,
    what_the_articles_do_not_answer_is_said_to_be_so,
    a_question_typed_otherwise_is_told_as_it_was_read,
    an_edited_question_gets_its_answer_edited,
    words_under_a_picture_are_answered,
    a_voice_is_told_that_the_bot_only_reads,
    a_link_is_told_that_the_bot_only_reads,
    the_articles_are_listed_and_found_and_opened,
    the_questions_of_help_are_answered,
    privacy_is_told,
    the_language_is_chosen_by_who_decides_for_the_chat,
    a_group_silences_the_bot_and_calls_it_back,
    who_asks_too_much_is_told_so_once,
    typing_is_shown_in_its_topic_when_an_answer_takes_long,
    of_many_questions_at_once_the_newest_wins,
    a_file_is_taken_out_after_a_second_look_and_comes_back,
    a_reload_is_stopped_by_its_button,
    what_was_asked_in_vain_and_disliked_is_told_to_admins,
)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.__name__)
def test_every_feature_in_every_kind_of_chat(
    scene: Scene, feature: Callable[[Scene], None]
) -> None:
    feature(scene)


# --- what only one kind of chat has


@pytest.mark.parametrize("name", ["den.txt", "den.html"])
def test_a_file_is_shown_added_and_taken_back_in_private(
    house: House, language: str, name: str
) -> None:
    scene = before_admin(enter(house, "private", language))
    title, fact = "Ngôi đền Kỳ Cùng", "Ngôi đền Kỳ Cùng ở Lạng Sơn thờ quan lớn Tuần Tranh."
    body = f"<h1>{title}</h1><p>{fact}</p><p>Lễ hội của ngôi đền mở vào tháng giêng hằng năm.</p>"
    page = f"<html><head><title>{title}</title></head><body><article>{body}</article></body></html>"
    data = page if name.endswith("html") else f"{title}\n\n{fact}\n"
    sent = house.api.send_document(scene.chat, scene.admin, data.encode(), name)
    shown = scene.hear(sent)
    assert title in shown.text
    assert scene.text("file_length").split()[-1] in shown.text
    assert fact in shown.marked("blockquote")[0]
    assert shown.buttons == [scene.text("button_add"), scene.text("button_cancel")]
    assert scene.turn(shown, "button_cancel").text == scene.text("change_cancelled")
    again = scene.hear(house.api.send_document(scene.chat, scene.admin, data.encode(), name))
    scene.press(again, "button_add")
    scene.wait_for(again, "reload_done")
    at_rest(house)
    assert "Tuần Tranh" in scene.ask("Đền Kỳ Cùng thờ ai?").marked("blockquote")[0]
    scene.press(again, "button_undo")
    scene.wait_for(again, "undone_added")
    scene.wait_for(again, "reload_done")
    at_rest(house)


@pytest.mark.parametrize("scene", GROUPS, indirect=True)
@pytest.mark.parametrize("bare", ["@hoibao_bot", "/ask", "/ask@hoibao_bot"])
def test_a_call_in_reply_to_somebody_answers_that(scene: Scene, bare: str) -> None:
    asked = scene.say(QUESTION, scene.head)
    scene.say(bare, reply_to=asked)
    assert scene.hear(asked).marked("bold") == [SECRETARY]


@pytest.mark.parametrize("scene", GROUPS, indirect=True)
def test_a_reply_to_the_bot_is_a_question(scene: Scene) -> None:
    first = scene.hear(scene.say(f"/ask {QUESTION}"))
    assert "mùng hai" in scene.hear(scene.say(OTHER_QUESTION, reply_to=first)).text


@pytest.mark.parametrize("scene", GROUPS, indirect=True)
def test_talk_among_others_is_left_alone(scene: Scene) -> None:
    scene.api.state.privacy = False  # as for an admin, who gets to see all of this
    try:
        said = scene.say(QUESTION)
        scene.say("ông ấy", scene.head, reply_to=said)
        scene.say(f"@another_bot {QUESTION}")
        scene.say("/nothing")
        scene.command("/help")
    finally:
        scene.api.state.privacy = True
    assert len(scene.api.messages(scene.chat)) == 1


# --- inline


@pytest.mark.parametrize("where", INLINE)
def test_quotes_are_offered_paged_and_posted_anywhere(
    house: House, language: str, where: str
) -> None:
    scene = enter(house, "supergroup", language)
    seen: list[str] = []
    offset: Any = ""
    while offset or not seen:
        query = house.api.inline(scene.person, QUESTION, offset, chat_type=where)
        given = house.api.answer_to(query)
        assert given["button"] is None
        assert int(given["cache_time"]) <= 30
        assert all(result.title and result.description for result in query.results)
        if not offset:
            posted = house.api.choose(query, 0, scene.chat)
            assert posted.marked("bold") == [SECRETARY]
            assert DATES[language] in posted.text
        seen += [result.id for result in query.results]
        offset = given["next_offset"]
    assert len(seen) == len(set(seen)) > 5


@pytest.mark.parametrize("where", INLINE)
@pytest.mark.parametrize(("typed", "key"), [(IN_VAIN, "inline_nothing"), ("", "inline_start")])
def test_without_results_a_button_leads_into_the_private_chat(
    house: House, language: str, where: str, typed: str, key: str
) -> None:
    scene = enter(house, "private", language)
    given = house.api.answer_to(house.api.inline(scene.person, typed, chat_type=where))
    assert given["results"] == []
    assert given["button"]["text"] == scene.text(key)
    answer: Message = scene.command(f"/start {given['button']['start_parameter']}")
    assert answer.text == scene.text("start")
