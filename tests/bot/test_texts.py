from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import bot
from bot.menus import COMMANDS
from bot.questions import ASK
from bot.texts import EN, PLAIN, TEXTS, VI, language_of, plain
from tests.telegram import parse_html

SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in Path(bot.__file__).parent.glob("*.py")
    if path.name != "texts.py"
)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert list(VI) == list(EN)


@pytest.mark.parametrize("key", VI)
def test_both_languages_have_the_same_placeholders(key: str) -> None:
    assert placeholders(VI[key]) == placeholders(EN[key])


@pytest.mark.parametrize("key", VI)
def test_every_text_is_said_somewhere(key: str) -> None:
    # menu texts belong to commands, which another test holds them to
    assert key.startswith("menu_") or f'"{key}"' in SOURCES


@pytest.mark.parametrize("texts", TEXTS.values(), ids=list(TEXTS))
def test_every_text_is_html_that_telegram_accepts(texts: dict[str, str]) -> None:
    for key, text in texts.items():
        plain, _ = parse_html(text)
        assert plain.strip(), key


@pytest.mark.parametrize("texts", TEXTS.values(), ids=list(TEXTS))
def test_texts_outside_of_messages_are_plain_and_short(texts: dict[str, str]) -> None:
    shown = {key: text for key, text in texts.items() if key.startswith(PLAIN)}
    assert shown
    for key, text in shown.items():
        assert not re.search("[<>&]", text), key
        assert len(text) <= 150, key


def test_every_command_has_its_line_in_the_menu() -> None:
    menus = {key.removeprefix("menu_") for key in VI if key.startswith("menu_")}
    assert menus == {command.name for command in COMMANDS} | {ASK}


def test_the_vietnamese_texts_keep_to_one_form_of_address() -> None:
    for key, text in VI.items():
        assert not re.search(r"\b(tôi|em|quý khách|anh/chị)\b", text, re.IGNORECASE), key


@pytest.mark.parametrize(
    ("code", "language"),
    [("en", "en"), ("en-US", "en"), ("EN", "en"), ("vi", "vi"), ("fr", "vi"), (None, "vi")],
)
def test_english_for_users_whose_telegram_is_english(code: str | None, language: str) -> None:
    assert language_of(code) == language


def test_a_plain_text_is_filled_in() -> None:
    assert plain("toast_page", "vi", page=2, pages=3) == "Đoạn 2 trong 3"
