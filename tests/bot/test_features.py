"""Every feature in every kind of chat, in every language, through the strict server."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.chart import draw
from bot.handlers import Command
from bot.journal import Day
from bot.manners import Allowance
from bot.menus import COMMANDS
from bot.questions import ASK
from bot.texts import TEXTS
from tests.bot.process import children_of, eventually, halt
from tests.bot.running import write_records
from tests.bot.scenes import (
    DATES,
    IN_VAIN,
    LONG_QUESTION,
    OTHER_QUESTION,
    QUESTION,
    SECRETARY,
    SOLD,
    WRITTEN,
    House,
    Scene,
    before_admin,
    enter,
    languages_of,
)
from tests.retrieval.articles.samples import make_mhtml
from tests.telegram import Message

PICTURE = draw([Day(date(2024, 7, 12), asked=1)])


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
        scene.house.at_rest()
        scene.command(addressed, scene.admin if command.admins_only else scene.head)
    scene.house.at_rest()
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
    code = "" if scene.language == "vi" else "en"
    everybodys = scene.api.commands(f"all_{'private' if scene.alone else 'group'}_chats", code)
    assert everybodys.get(command.name) == (
        None if command.admins_only else scene.text(f"menu_{command.name}")
    )
    office = scene.api.private_chat(scene.admin)
    assert command.name in scene.api.command_menu(office, scene.admin)
    menus = scene.api.commands(f"chat:{office.id}", code)
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


def a_long_quote_folds_and_a_title_leads_to_its_address(scene: Scene) -> None:
    answer = scene.ask(LONG_QUESTION)
    assert answer.marked("bold") == ["Hoàng Văn Páo"]
    (quote,) = answer.marked("expandable_blockquote")
    assert quote == scene.house.index.article("lop-hoc.md").text.strip()
    (title,) = (each for each in answer.entities if each.type == "text_link")
    assert (title.of(answer.text), title.url) == ("Lớp học trên núi", "https://example.org/lop-hoc")


def a_question_in_english_is_answered(scene: Scene) -> None:
    assert SECRETARY in scene.ask("Who is the party secretary?").marked("blockquote")[0]


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
    assert scene.api.messages(scene.chat) == [answer]


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
    assert scene.api.messages(scene.chat) == [answer]


def what_the_articles_do_not_answer_is_said_to_be_so(scene: Scene) -> None:
    answer = scene.ask(IN_VAIN)
    assert answer.text.startswith(scene.text("abstained"))
    assert not answer.marked("blockquote")
    assert not answer.keyboard


def a_question_typed_otherwise_is_told_as_it_was_read(scene: Scene) -> None:
    answer = scene.ask("bis thuw ddangr uyr xax yeen phucs laf ai")
    told, nothing, *_ = answer.text.split("\n")
    assert told == scene.text("understood").format(question="bí thư đảng uỷ xã yên phúc là ai")
    assert not nothing
    assert answer.marked("bold") == [SECRETARY]
    assert scene.ask("bi thu dang uy xa yen phuc la ai").marked("bold") == [SECRETARY]


def an_edited_question_gets_its_answer_edited(scene: Scene) -> None:
    asked = scene.question(IN_VAIN)
    answer = scene.hear(asked)
    scene.api.edit(asked, asked.text.replace(IN_VAIN, QUESTION))
    assert scene.api.next_edit(answer).marked("bold") == [SECRETARY]
    assert scene.api.messages(scene.chat) == [answer]


def words_under_a_picture_are_answered(scene: Scene) -> None:
    _answers_words_under(scene, scene.api.send_photo, PICTURE)


def words_under_a_file_are_answered(scene: Scene) -> None:
    _answers_words_under(scene, scene.api.send_document, b"x", "a.txt")


def _answers_words_under(scene: Scene, send: Callable[..., Message], *what: object) -> None:
    call = "" if scene.alone else "@hoibao_bot "
    before = None if scene.alone else scene.ask(OTHER_QUESTION)
    for caption, reply_to in ((call + QUESTION, None), (QUESTION, before)):
        asked = send(
            scene.chat,
            scene.person,
            *what,
            caption=caption,
            reply_to=reply_to,
            topic=scene.topic,
        )
        answer = scene.hear(asked)
        assert answer.text.startswith(scene.text("read_caption"))
        assert answer.marked("bold") == [SECRETARY]


def what_has_no_words_is_told_what_the_bot_reads(scene: Scene) -> None:
    before = None if scene.alone else scene.ask(OTHER_QUESTION)
    for key, send, *what in (
        ("only_text_picture", scene.api.send_photo, PICTURE),
        ("only_text_file", scene.api.send_document, b"x", "a.txt"),
    ):
        sent = send(scene.chat, scene.person, *what, reply_to=before, topic=scene.topic)
        if scene.alone:
            assert scene.hear(sent).text == scene.text(key)
        else:
            # a picture in reply is no question, but one may ask about it
            bare = scene.say("@hoibao_bot", scene.head, reply_to=sent)
            assert scene.hear(bare).text == scene.text(key)


def what_is_forwarded_is_read_as_a_question_where_that_is_meant(scene: Scene) -> None:
    scene.api.state.privacy = False  # as for an admin, who gets to see all that is forwarded
    try:
        sent = scene.api.forward(scene.chat, scene.person, QUESTION, topic=scene.topic)
        if not scene.alone:
            for call in ("@hoibao_bot", "/ask"):
                scene.say(call, scene.head, reply_to=sent)
                _is_read_as_forwarded(scene, scene.hear(sent))
            mention = f"@hoibao_bot {QUESTION}"
            sent = scene.api.forward(scene.chat, scene.person, mention, topic=scene.topic)
        _is_read_as_forwarded(scene, scene.hear(sent))
    finally:
        scene.api.state.privacy = True


def _is_read_as_forwarded(scene: Scene, answer: Message) -> None:
    assert answer.text.startswith(f"{scene.text('read_forwarded')}\n\n")
    assert answer.marked("bold") == [SECRETARY]
    assert "2/3" in scene.turn(answer, "▶").buttons
    assert answer.text.startswith(scene.text("read_forwarded"))


def a_voice_is_told_that_the_bot_only_reads(scene: Scene) -> None:
    before = None if scene.alone else scene.ask(QUESTION)
    voice = scene.api.send_voice(scene.chat, scene.person, reply_to=before, topic=scene.topic)
    assert scene.hear(voice).text == scene.text("only_text_voice")
    other = scene.api.send_voice(scene.chat, scene.head, topic=scene.topic)
    if scene.alone:
        assert scene.hear(other).text == scene.text("only_text_voice")
    bare = scene.say("@hoibao_bot", reply_to=other)
    assert scene.hear(bare).text == scene.text("only_text_voice")


def a_link_is_told_that_the_bot_only_reads(scene: Scene) -> None:
    assert scene.ask("https://example.org/bai").text == scene.text("only_text_link")


def the_articles_are_listed_newest_first(scene: Scene) -> None:
    listed = scene.command("/sources")
    assert listed.buttons == ["▶"]
    shown = listed.text
    newest = [scene.house.index.article("dang-bo-xa-yen-phuc.txt").title, "Phiên chợ số 9"]
    at = [shown.index(title) for title in (*newest, "Phiên chợ số 8", "Phiên chợ số 3")]
    assert at == sorted(at)
    assert DATES[scene.language] in shown
    shown += scene.turn(listed, "▶").text
    assert listed.buttons == ["◀"]
    assert all(title in shown for title, _ in WRITTEN.values())
    assert shown.count("Phiên chợ số") == len(SOLD)
    assert scene.turn(listed, "◀").buttons == ["▶"]
    assert scene.api.messages(scene.chat) == [listed]


def the_articles_are_found_by_title_and_opened(scene: Scene) -> None:
    found = scene.command("/sources cau khanh khe")
    assert WRITTEN["cau"][0] in found.text
    assert WRITTEN["truong"][0] not in found.text
    (address,) = (str(e.url) for e in found.entities if e.of(found.text) == "1.")
    shown = scene.command(f"/start {parse_qs(urlsplit(address).query)['start'][0]}")
    assert shown.marked("blockquote") == [WRITTEN["cau"][1]]
    nothing = scene.command("/sources zzz")
    assert nothing.text == scene.text("sources_none").format(query="zzz")
    many = scene.command("/sources phien cho")
    assert "9. " in scene.turn(many, "▶").text


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


def who_asks_nothing_is_told_how_to(scene: Scene) -> None:
    if scene.alone:
        assert scene.command("/nothing").text == scene.text("unknown_command")
        return
    for bare in ("@hoibao_bot", "/ask", "/ask@hoibao_bot"):
        assert scene.command(bare).text == scene.text("ask_how")


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
    choice = scene.command("/language", scene.head)
    shown = scene.turn(choice, TEXTS[other]["button_automatic"], scene.head)
    assert shown.text == scene.text("language_chosen")
    assert scene.ask(IN_VAIN).text.startswith(scene.text("abstained"))


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
        answer = scene.ask(QUESTION)
        assert scene.ask(QUESTION).text == scene.text("slow_down")
        scene.question(QUESTION)
        assert scene.press(answer, "▶") == scene.text("toast_slow_down")
        scene.command("/help")
    finally:
        desk.allowance = unhurried


def typing_is_shown_in_its_topic_only_when_an_answer_takes_long(scene: Scene) -> None:
    scene.ask(OTHER_QUESTION)
    before = scene.api.chat_actions
    scene.ask(QUESTION)
    assert scene.api.chat_actions == before
    with scene.house.index.shut():
        asked = scene.question(QUESTION)
        shown = (scene.chat, "typing", scene.topic)
        scene.api.wait_for(lambda: shown in scene.api.chat_actions)
        assert not scene.api.messages(scene.chat)[2:]
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


def a_button_whose_question_is_gone_says_so(scene: Scene) -> None:
    answer = scene.ask(QUESTION)
    assert answer.reply_to
    scene.api.delete(answer.reply_to)
    with scene.house.index.shut():
        asked = scene.question(QUESTION)
        shown = (scene.chat, "typing", scene.topic)
        scene.api.wait_for(lambda: shown in scene.api.chat_actions)
        scene.api.delete(asked)
    late = scene.api.next_message(scene.chat)
    assert (late.reply_to, late.thread_id) == (None, scene.topic)
    for message in (answer, late):
        for button in ("▶", "button_near", "button_share", "👎"):
            assert scene.press(message, button) == scene.text("toast_question_gone")
        assert message.marked("bold") == [SECRETARY]
        assert len(message.versions) == 1


def old_buttons_work_after_a_reload_and_say_kindly_what_is_gone(scene: Scene) -> None:
    stays, goes = scene.ask(QUESTION), scene.ask(OTHER_QUESTION)
    shared = scene.turn(scene.ask(OTHER_QUESTION), "button_share")
    (payload,) = parse_qs(
        urlsplit(shared.button(scene.text("button_copy_link")).copied or "").query
    )["start"]
    file = scene.house.corpus / "cho-phien.md"
    written = file.read_bytes()
    file.unlink()
    try:
        scene.reload()
        near = scene.turn(stays, "button_near")
        assert near.marked("bold") == [SECRETARY]
        assert "1/3" in scene.turn(near, "button_back").buttons
        for button, message in (("button_near", goes), ("button_back", shared)):
            assert scene.press(message, button) == scene.text("toast_corpus_changed")
            scene.api.next_edit(message)
            assert message.text.startswith(scene.text("abstained"))
            assert "mùng hai" not in message.text
        assert scene.command(f"/start {payload}").text == scene.text("link_gone")
    finally:
        file.write_bytes(written)
        scene.reload()
    assert "mùng hai" in scene.command(f"/start {payload}").text


def the_state_of_the_articles_is_told_to_admins(scene: Scene) -> None:
    scene = before_admin(scene)
    told = scene.command("/status", scene.admin).text
    status = scene.house.index.status()
    lines = {line.rpartition(" ")[2] for line in told.splitlines()}
    assert {str(status.articles), str(status.passages), str(status.generation)} <= lines
    assert status.engine in told


def a_file_is_taken_out_after_a_second_look_and_comes_back(scene: Scene) -> None:
    others = scene.person
    scene = before_admin(scene)
    listed = scene.command("/remove cho", scene.admin)
    assert scene.turn(listed, "button_cancel", scene.admin).text == scene.text("change_cancelled")
    listed = scene.command("/remove cho", scene.admin)
    assert listed.marked("code") == ["cho-phien.md"]
    if not scene.alone:
        assert scene.press(listed, "1", others) == scene.text("toast_not_yours")
    scene.turn(listed, "1", scene.admin)
    assert WRITTEN["cho-phien"][1] in listed.marked("blockquote")
    assert listed.text.endswith(scene.text("remove_ask"))
    scene.press(listed, "button_remove", scene.admin)
    scene.wait_for(listed, "file_removed")
    scene.wait_for(listed, "reload_done")
    assert listed.buttons == [scene.text("button_undo")]
    assert not (scene.house.corpus / "cho-phien.md").exists()
    assert scene.ask(OTHER_QUESTION).text.startswith(scene.text("abstained"))
    undone = scene.command("/undo", scene.admin)
    scene.wait_for(undone, "undone_removed")
    scene.wait_for(undone, "reload_done")
    scene.house.at_rest()
    assert "mùng hai" in scene.ask(OTHER_QUESTION).marked("blockquote")[0]


def a_reload_shows_how_far_it_is(scene: Scene) -> None:
    scene = before_admin(scene)
    files = [_write_many(scene, f"nhieu-{number}.jsonl", 300) for number in range(4)]
    board = scene.command("/reload", scene.admin)
    scene.wait_for(board, "reload_done")
    for file in files:
        file.unlink()
    scene.house.at_rest()
    assert not board.buttons
    steps = [version.text for version in board.versions]
    assert steps[0] == scene.text("reload_started")
    bar = scene.text("reload_progress").partition("{")[0]
    assert all(step.startswith(bar) and "▓" in step for step in steps[1:-1])
    assert steps[1:-1]
    assert scene.api.messages(scene.chat)[-1] is board
    scene.reload()


def _write_many(scene: Scene, name: str, articles: int) -> Path:
    texts = (f"Bài số {number}." for number in range(articles))
    return write_records(scene.house.corpus / name, texts)


def a_reload_is_stopped_by_its_button(scene: Scene) -> None:
    scene = before_admin(scene)
    file = _write_many(scene, "nhieu.jsonl", 3000)
    board = scene.command("/reload", scene.admin)
    if not scene.alone:
        assert scene.press(board, "button_stop", scene.head) == scene.text("toast_admins_only")
    started: list[int] = []
    eventually(lambda: started.extend(children_of(os.getpid())) or started)
    halt(started[0])
    assert scene.command("/reload", scene.admin).text == scene.text("reload_refused")
    scene.press(board, "button_stop", scene.admin)
    os.killpg(started[0], signal.SIGCONT)
    scene.wait_for(board, "reload_cancelled")
    file.unlink()
    scene.house.at_rest()


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
    a_long_quote_folds_and_a_title_leads_to_its_address,
    a_question_in_english_is_answered,
    pages_turn_within_the_message,
    a_quote_is_seen_in_its_context_then_its_paragraph_and_back,
    a_quote_is_shared_as_text_and_as_a_link_that_opens_it,
    thumbs_are_taken_and_taken_back,
    what_the_articles_do_not_answer_is_said_to_be_so,
    a_question_typed_otherwise_is_told_as_it_was_read,
    an_edited_question_gets_its_answer_edited,
    words_under_a_picture_are_answered,
    words_under_a_file_are_answered,
    what_has_no_words_is_told_what_the_bot_reads,
    what_is_forwarded_is_read_as_a_question_where_that_is_meant,
    a_voice_is_told_that_the_bot_only_reads,
    a_link_is_told_that_the_bot_only_reads,
    the_articles_are_listed_newest_first,
    the_articles_are_found_by_title_and_opened,
    the_questions_of_help_are_answered,
    privacy_is_told,
    who_asks_nothing_is_told_how_to,
    the_language_is_chosen_by_who_decides_for_the_chat,
    a_group_silences_the_bot_and_calls_it_back,
    who_asks_too_much_is_told_so_once,
    typing_is_shown_in_its_topic_only_when_an_answer_takes_long,
    of_many_questions_at_once_the_newest_wins,
    a_button_whose_question_is_gone_says_so,
    old_buttons_work_after_a_reload_and_say_kindly_what_is_gone,
    the_state_of_the_articles_is_told_to_admins,
    a_file_is_taken_out_after_a_second_look_and_comes_back,
    a_reload_shows_how_far_it_is,
    a_reload_is_stopped_by_its_button,
    what_was_asked_in_vain_and_disliked_is_told_to_admins,
)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.__name__)
def test_every_feature_in_every_kind_of_chat(
    scene: Scene, feature: Callable[[Scene], None]
) -> None:
    feature(scene)


# --- what only one kind of chat has


@pytest.mark.parametrize("name", ["den.txt", "den.html", "den.mhtml"])
def test_a_file_is_shown_added_and_taken_back_in_private(
    house: House, language: str, name: str
) -> None:
    scene = before_admin(enter(house, "private", language))
    title, fact = "Ngôi đền Kỳ Cùng", "Ngôi đền Kỳ Cùng ở Lạng Sơn thờ quan lớn Tuần Tranh."
    body = f"<h1>{title}</h1><p>{fact}</p><p>Lễ hội của ngôi đền mở vào tháng giêng hằng năm.</p>"
    page = f"<html><head><title>{title}</title></head><body><article>{body}</article></body></html>"
    data = {
        "den.txt": f"{title}\n\n{fact}\n".encode(),
        "den.html": page.encode(),
        "den.mhtml": make_mhtml(page.encode()),
    }[name]
    sent = house.api.send_document(scene.chat, scene.admin, data, name)
    shown = scene.hear(sent)
    assert title in shown.text
    assert scene.text("file_length").split()[-1] in shown.text
    assert fact in shown.marked("blockquote")[0]
    assert shown.buttons == [scene.text("button_add"), scene.text("button_cancel")]
    assert scene.turn(shown, "button_cancel").text == scene.text("change_cancelled")
    again = scene.hear(house.api.send_document(scene.chat, scene.admin, data, name))
    scene.press(again, "button_add")
    scene.wait_for(again, "reload_done")
    house.at_rest()
    assert "Tuần Tranh" in scene.ask("Đền Kỳ Cùng thờ ai?").marked("blockquote")[0]
    scene.press(again, "button_undo")
    scene.wait_for(again, "undone_added")
    scene.wait_for(again, "reload_done")
    house.at_rest()
