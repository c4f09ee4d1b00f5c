"""Markdown: front matter becomes metadata, the body stays as it is."""

from __future__ import annotations

from datetime import date

import pytest

from retrieval.articles import load_bytes
from retrieval.errors import EmptyFile, UnreadableFile
from retrieval.model import Article, ZoneKind


def load(text: str) -> Article:
    return load_bytes(text.encode(), "ghi-chep.md").articles[0]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_body_is_verbatim_without_the_front_matter(newline: str) -> None:
    body = newline.join(["# Tin", "", "Đoạn *một*.  ", "- mục [a](b)", ""])
    text = newline.join(["---", "author: An", "---", ""]) + body
    assert load(text).text.lstrip() == body
    assert load(text).author == "An"


@pytest.mark.parametrize(
    ("matter", "field", "value"),
    [
        ("title: Tin mới", "title", "Tin mới"),
        ("date: 2024-07-12", "published", date(2024, 7, 12)),
        ("date: 2024-07-12 08:30:00", "published", date(2024, 7, 12)),
        ("published: 12/07/2024", "published", date(2024, 7, 12)),
        ("date: Thứ sáu, 12/07/2024", "published", date(2024, 7, 12)),
        ("author: [An, Bình]", "author", "An, Bình"),
        ("source: Báo Lạng Sơn", "source", "Báo Lạng Sơn"),
        ("url: https://example.org/a", "source", "https://example.org/a"),
        ("tags: [a, b]", "author", None),
        ("author:", "author", None),
    ],
)
def test_front_matter_becomes_metadata(matter: str, field: str, value: object) -> None:
    assert getattr(load(f"---\n{matter}\n---\nNội dung."), field) == value


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("# Tin mới\n\nNội dung.", "Tin mới"),
        ("# Tin mới #\n\nNội dung.", "Tin mới"),
        ("Lời dẫn.\n\nTin mới\n=======\n\nNội dung.", "Tin mới"),
        ("## Mục một\n\n# Tin mới", "Tin mới"),
        ("Chỉ có #hashtag.", "Chỉ có #hashtag."),
    ],
)
def test_the_title_falls_back_to_the_first_heading(body: str, title: str) -> None:
    assert load(body).title == title


def test_the_heading_is_the_title_zone_without_its_marks() -> None:
    article = load("# Tin mới\n\nNội dung.")
    span = article.zone(ZoneKind.TITLE)
    assert span is not None
    assert span.of(article.text) == "Tin mới"


@pytest.mark.parametrize(
    "text",
    ["---\n\nMột đoạn giữa hai vạch.\n\n---\n\nHết.", "---\nkhông đóng: lại\n", "---\n---\nTin."],
)
def test_rules_that_enclose_no_mapping_are_part_of_the_text(text: str) -> None:
    assert load(text).text == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("---\ntitle: a: b\n---\nTin.", "front matter is not valid YAML; put values that hold"),
        ("---\ndate: mai\n---\nTin.", 'front matter: "mai" is not a date; write it as YYYY-MM-DD'),
    ],
)
def test_front_matter_that_cannot_be_read_says_why(text: str, reason: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        load(text)
    assert caught.value.reason.startswith(reason)


def test_front_matter_without_a_body_is_empty() -> None:
    with pytest.raises(EmptyFile):
        load("---\ntitle: Tin\n---\n\n")
