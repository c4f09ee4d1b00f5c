"""Saved web pages: the article without what surrounds it."""

from __future__ import annotations

import pytest

from retrieval.articles import load_bytes
from retrieval.errors import EmptyFile
from retrieval.model import Article
from tests.retrieval.articles import samples
from tests.retrieval.test_decoding import windows_1258

FIRST, SECOND = samples.PARAGRAPHS


def load(data: bytes) -> Article:
    return load_bytes(data, "trang.html").articles[0]


def test_menus_and_footers_are_left_out() -> None:
    text = load(samples.make_html()).text
    assert "Trang chủ" not in text
    assert "Bản quyền" not in text


def test_the_copyright_year_is_no_date() -> None:
    page = samples.make_html().replace(b"2024-07-12T08:30:00+07:00", b"")
    assert load(page).published is None


def test_the_canonical_address_is_the_source() -> None:
    assert load(samples.make_html()).source == samples.SOURCE


@pytest.mark.parametrize(
    "comment",
    [
        "<!-- saved from url=(0027)https://example.org/tin/a -->",
        "<!--\n Page saved with SingleFile \n url: https://example.org/tin/a \n-->",
    ],
)
def test_a_saved_page_remembers_where_it_came_from(comment: str) -> None:
    page = (
        samples.make_html().decode().replace(f'<link rel="canonical" href="{samples.SOURCE}">', "")
    )
    assert load(page.replace("<html", f"{comment}<html", 1).encode()).source == (
        "https://example.org/tin/a"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1258"])
@pytest.mark.parametrize("xml", ["", '<?xml version="1.0" encoding="{}"?>'])
def test_pages_are_read_in_every_encoding(encoding: str, xml: str) -> None:
    page = xml.format(encoding) + samples.make_html().decode().replace("utf-8", encoding)
    page = page.replace("©", "&copy;")
    data = windows_1258(page) if encoding == "windows-1258" else page.encode(encoding)
    article = load(data)
    assert FIRST in article.text
    assert article.title == samples.TITLE


def test_a_short_notice_is_still_read() -> None:
    page = "<html><head><title>Tin</title></head><body><p>Nghỉ họp.</p></body></html>"
    assert load(page.encode()).text.strip() == "Nghỉ họp."


def test_the_date_and_byline_printed_on_the_page_are_used_without_metadata() -> None:
    page = (
        f"<html><body><div class='menu'><a href='/'>Trang chủ</a></div><article><h1>{samples.TITLE}"
        f"</h1><p>Thứ sáu, 12/07/2024</p><p>{FIRST}</p><p>{SECOND}</p><p>{FIRST} {SECOND}</p>"
        f"<p><strong>{samples.AUTHOR}</strong></p></article></body></html>"
    )
    article = load(page.encode())
    assert article.published == samples.PUBLISHED
    assert article.author == samples.AUTHOR


def test_the_date_printed_above_the_text_is_used_not_the_current_one_further_up() -> None:
    page = (
        "<html><body><div class='top'>Thứ tư, 01/01/2025</div><h1>Tin</h1>"
        f"<div><i>08:30 | 12/07/2024</i></div><article><p>{FIRST}</p><p>{SECOND}</p></article>"
        "<div>Thứ năm, 02/01/2025</div></body></html>"
    )
    assert load(page.encode()).published == samples.PUBLISHED


def test_a_lede_that_stands_apart_from_the_main_text_is_read() -> None:
    lede = "Chi bộ thôn Chợ vừa họp bàn việc làm đường bê tông liên thôn."
    page = samples.make_html().decode()
    page = page.replace("</head>", f'<meta name="description" content="{lede}"></head>')
    apart = page.replace("<article>", f"<div class='x'><span>{lede}</span></div><article>")
    assert load(page.encode()).text.count(lede) == 0
    assert load(apart.encode()).text.count(lede) == 1


def test_a_page_laid_out_as_a_table_is_read_line_by_line() -> None:
    page = (
        "<html><body><table><tr><td><a href='/'>Trang chủ</a></td></tr><tr><td>"
        f"<div>Thứ sáu, 12/07/2024</div><div>{samples.TITLE}</div>"
        f"<div>{FIRST}<br>{SECOND}<br>{SECOND}</div><div>{samples.AUTHOR}</div>"
        "</td></tr></table></body></html>"
    )
    article = load(page.encode())
    assert {FIRST, SECOND} <= set(article.text.split("\n"))
    assert (article.author, article.published) == (samples.AUTHOR, samples.PUBLISHED)


def test_a_table_of_data_keeps_its_rows() -> None:
    table = (
        "<table><tr><td>Thôn Chợ</td><td>32</td></tr><tr><td>Thôn Nà</td><td>18</td></tr></table>"
    )
    page = samples.make_html().decode().replace("</article>", f"{table}</article>")
    assert "| Thôn Chợ | 32 |" in load(page.encode()).text


@pytest.mark.parametrize("page", ["<html></html>", "<html><body> <img src=a> </body></html>", " "])
def test_a_page_without_words_is_empty(page: str) -> None:
    with pytest.raises(EmptyFile, match=r"^trang\.html: holds no text$"):
        load(page.encode())
