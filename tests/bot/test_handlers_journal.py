"""Thumbs, /gaps, /stats, /privacy and errors told to admins, as people see them."""

from __future__ import annotations

import re

import pytest

from bot import render
from bot.texts import TEXTS
from tests.bot.running import ADMIN, QUESTION, QUOTES, FakeIndex, running_bot
from tests.telegram import BotApi, Chat, User


@pytest.mark.usefixtures("_bot")
def test_a_thumb_is_confirmed_and_shown_and_taken_back(
    api: BotApi, reader: User, room: Chat, language: str
) -> None:
    api.send(room, reader, QUESTION)
    answer = api.next_message(room)
    for button, toast, shown in (
        ("👍", "toast_vote_up", ["👍 ✓", "👎"]),
        ("👎", "toast_vote_down", ["👍", "👎 ✓"]),
        ("👎 ✓", "toast_vote_none", ["👍", "👎"]),
    ):
        press = api.press(reader, answer, button)
        assert api.answer_to(press)["text"] == TEXTS[language][toast]
        assert api.next_edit(answer).text.startswith(QUOTES[0].text)
        assert answer.buttons[-2:] == shown
    assert api.messages(room) == [answer]


@pytest.mark.usefixtures("_bot")
def test_a_thumb_is_for_one_quote(api: BotApi, an: User, chat: Chat) -> None:
    api.send(chat, an, QUESTION)
    answer = api.next_message(chat)
    api.press(an, answer, "👎")
    api.next_edit(answer)
    api.press(an, answer, "▶")
    assert "👎" in api.next_edit(answer).buttons
    api.press(an, answer, "◀")
    assert "👎 ✓" in api.next_edit(answer).buttons


@pytest.mark.usefixtures("_bot")
def test_in_a_group_nobody_sees_the_thumb_of_another(api: BotApi, an: User) -> None:
    group = api.group("Tổ dân phố", [an])
    api.send(group, an, f"/ask {QUESTION}")
    answer = api.next_message(group)
    press = api.press(an, answer, "👍")
    assert api.answer_to(press)["text"] == TEXTS["vi"]["toast_vote_up"]
    assert len(answer.versions) == 1


@pytest.mark.usefixtures("_bot")
def test_gaps_are_grouped_and_counted_with_the_quotes_that_got_a_thumb_down(
    api: BotApi, admin: User, office: Chat, an: User, chat: Chat, language: str
) -> None:
    api.send(office, admin, "/gaps")
    assert api.next_message(office).text == render.html("gaps_none", language, days=30)
    for question in ("Giá vàng hôm nay?", "gia vang hom nay", "Giá vàng hôm nay?", "Thời tiết?"):
        api.send(chat, an, question)
        api.next_message(chat)
    api.send(chat, an, QUESTION)
    answer = api.next_message(chat)
    api.press(an, answer, "👎")
    api.next_edit(answer)
    api.send(office, admin, "/gaps")
    shown = api.next_message(office)
    assert "• 3× Giá vàng hôm nay?\n• 1× Thời tiết?\n" in shown.text
    assert f"• 1× {QUESTION}\n{QUOTES[0].text}\n— Đảng bộ xã Yên Phúc" in shown.text
    assert shown.marked("blockquote") == [QUOTES[0].text]


@pytest.mark.usefixtures("_bot")
def test_stats_are_a_picture_with_its_figures(
    api: BotApi, admin: User, office: Chat, an: User, chat: Chat, language: str
) -> None:
    api.send(office, admin, "/stats")
    assert api.next_message(office).text == render.html("stats_none", language, days=30)
    for question in (QUESTION, "gì?"):
        api.send(chat, an, question)
        api.next_message(chat)
    api.press(an, api.messages(chat)[0], "👍")
    api.next_edit(api.messages(chat)[0])
    api.send(office, admin, "/stats")
    shown = api.next_message(office)
    assert api.file_of(shown).startswith(b"\x89PNG")
    figures = dict(re.findall(r"^(🟩|🟥|🟦 👍|🟧 👎)\D*(\d+)$", shown.text, re.MULTILINE))
    assert figures == {"🟩": "1", "🟥": "1", "🟦 👍": "1", "🟧 👎": "0"}
    assert "50,0%" in shown.text or "50.0%" in shown.text


def test_who_keeps_no_journal_has_no_thumbs_and_no_figures(
    api: BotApi, index: FakeIndex, admin: User, office: Chat, language: str
) -> None:
    with running_bot(api, index, admin_ids=str(ADMIN), journal_days=30):
        api.send(office, admin, QUESTION)
        answer = api.next_message(office)
    with running_bot(api, index, admin_ids=str(ADMIN), journal_days=0):
        press = api.press(admin, answer, "👎")
        assert api.answer_to(press)["text"] == TEXTS[language]["toast_vote_off"]
        api.send(office, admin, QUESTION)
        assert "👍" not in api.next_message(office).buttons
        for command in ("/gaps", "/stats"):
            api.send(office, admin, command)
            assert api.next_message(office).text == TEXTS[language]["journal_off"]


@pytest.mark.parametrize("days", [0, 7])
def test_privacy_tells_what_the_settings_in_force_keep(
    api: BotApi, index: FakeIndex, reader: User, room: Chat, language: str, days: int
) -> None:
    with running_bot(api, index, journal_days=days):
        api.send(room, reader, "/privacy")
        told = api.next_message(room).text
    assert ("👎" in told) == bool(days)
    assert bool(re.search(r"\b7 (ngày|days)\b", told)) == bool(days)
    assert TEXTS[language]["privacy_choices"] in told


@pytest.mark.usefixtures("_bot")
def test_an_error_is_told_to_the_admins_once_and_without_what_was_asked(
    api: BotApi, index: FakeIndex, office: Chat, an: User, chat: Chat
) -> None:
    index.answers = {QUESTION: RuntimeError(QUESTION)}
    for _ in range(3):
        api.send(chat, an, QUESTION)
        assert api.next_message(chat).text == render.html("failed", "vi")
    told = api.next_message(office)
    assert "RuntimeError, bot/" in told.marked("code")[0]
    assert QUESTION not in told.text
    api.send(chat, an, "/help")
    api.next_message(chat)
    assert api.messages(office) == [told]
