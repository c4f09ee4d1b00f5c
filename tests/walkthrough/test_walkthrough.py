"""The walk-through in docs/ shows what the bot really says."""

import pytest

from tests.telegram import Entity
from tests.walkthrough.conversations import play
from tests.walkthrough.page import PAGE, PICTURES, page
from tests.walkthrough.stage import Chapter, html_of

AGAIN = "write it again: python -m tests.walkthrough --pictures"


@pytest.fixture(scope="module")
def chapters(tmp_path_factory: pytest.TempPathFactory) -> list[Chapter]:
    return play(tmp_path_factory.mktemp("walkthrough"))


def test_the_page_shows_what_the_bot_says(chapters: list[Chapter]) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(chapters), AGAIN


def test_every_conversation_has_its_picture(chapters: list[Chapter]) -> None:
    taken = {picture.stem for picture in PICTURES.glob("*.png")}
    assert taken == {chapter.name for chapter in chapters}, AGAIN


def test_entities_become_tags_by_their_utf16_offsets() -> None:
    entities = [Entity("blockquote", 0, 10), Entity("bold", 3, 2), Entity("hashtag", 6, 4)]
    assert html_of("😀 Vũ #báo\n<x>", entities) == (
        "<blockquote>😀 <b>Vũ</b> #báo</blockquote>&lt;x&gt;"
    )
