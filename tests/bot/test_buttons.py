from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.buttons import Press, answer_keyboard, find_page, list_keyboard, mark_of
from bot.presses import ACTIONS
from bot.texts import TEXTS
from retrieval.model import Abstention, Answer, Quote, Source, Span


def answer(*articles: str) -> Answer:
    return Answer("?", tuple(Quote(Source(name, name), Span(0, 1), "x") for name in articles), 0.9)


presses = st.builds(
    Press,
    st.sampled_from(sorted(ACTIONS)),
    st.integers(0, 999),
    st.integers(0, 2**62),
    st.text().map(mark_of),
)


@given(presses)
def test_callback_data_round_trips_within_the_64_bytes_of_telegram(press: Press) -> None:
    assert Press.decode(press.encode()) == press
    assert len(press.encode().encode()) <= 64


@given(st.none() | st.text())
def test_no_callback_data_is_too_strange_to_read(data: str | None) -> None:
    press = Press.decode(data)
    assert press is None or Press.decode(press.encode()) == press


def test_marks_are_short_for_ids_of_any_kind() -> None:
    assert len(mark_of("báo/" * 100 + "\ud800")) == 8


@pytest.mark.parametrize(
    ("articles", "page"),
    [
        (("a", "b", "c"), 1),
        (("b", "b", "c"), 1),
        (("a", "c", "b"), 2),
        (("b",), 0),
        (("a", "c"), None),
        ((), None),
    ],
)
def test_a_press_finds_its_article_wherever_it_ranks(
    articles: tuple[str, ...], page: int | None
) -> None:
    assert find_page(answer(*articles), Press("page", 1, 1, mark_of("b"))) == page


def test_an_abstention_has_no_buttons() -> None:
    nothing = Answer("?", answer("a", "b").quotes, 0.1, Abstention.WEAK_MATCH)
    assert answer_keyboard(nothing, 0, 1, "vi") is None


@pytest.mark.parametrize("language", TEXTS)
def test_every_button_of_an_answer_does_something(language: str) -> None:
    keyboard = answer_keyboard(answer("a", "b"), 0, 1, language)
    assert keyboard is not None
    for row in keyboard.inline_keyboard:
        for button in row:
            press = Press.decode(str(button.callback_data))
            assert press is not None
            assert press.action in ACTIONS


@pytest.mark.parametrize(
    ("page", "more", "labels"),
    [(0, False, None), (0, True, ["▶"]), (1, False, ["◀"]), (1, True, ["◀", "▶"])],
)
def test_a_list_turns_as_far_as_it_goes(page: int, more: bool, labels: list[str] | None) -> None:
    keyboard = list_keyboard(page, more, 1)
    row = keyboard and [button.text for button in keyboard.inline_keyboard[0]]
    assert row == labels
