"""Web pages saved whole: the page among its pictures and frames."""

from __future__ import annotations

import pytest

from retrieval.articles import load_bytes
from retrieval.errors import EmptyFile, UnreadableFile
from retrieval.model import Article
from tests.retrieval.articles import samples

CANONICAL = f'<link rel="canonical" href="{samples.SOURCE}">'.encode()


def load(data: bytes) -> Article:
    return load_bytes(data, "trang.mhtml").articles[0]


def test_the_page_is_read_as_if_it_were_saved_alone() -> None:
    alone = load_bytes(samples.make_html(), "trang.html").articles[0]
    whole = load(samples.make_mhtml())
    assert (whole.text, whole.title, whole.zones) == (alone.text, alone.title, alone.zones)


def test_frames_are_left_out() -> None:
    assert "Quảng cáo" not in load(samples.make_mhtml()).text


def test_the_address_that_the_browser_noted_is_the_source() -> None:
    page = samples.make_html().replace(CANONICAL, b"")
    assert load(samples.make_mhtml(page)).source == samples.SOURCE


def test_the_address_that_the_page_tells_comes_first() -> None:
    page = samples.make_html().replace(samples.SOURCE.encode(), b"https://example.org/moi")
    assert load(samples.make_mhtml(page)).source == "https://example.org/moi"


def test_a_place_that_is_no_address_is_no_source() -> None:
    data = samples.make_mhtml(samples.make_html().replace(CANONICAL, b""))
    at = b"Content-Location: " + samples.SOURCE.encode()
    assert load(data.replace(at, b"Content-Location: file:///sdcard/a")).source is None


def test_a_file_that_is_only_the_page_is_read() -> None:
    head = b"Content-Type: text/html\n\n"
    assert load(head + samples.make_html()).title == samples.TITLE


def test_a_page_within_an_alternative_is_found() -> None:
    outer = (
        b'Content-Type: multipart/alternative; boundary="a"\n\n--a\nContent-Type: text/plain\n\nx'
    )
    data = outer + b"\n--a\n" + samples.make_mhtml() + b"\n--a--\n"
    assert load(data).title == samples.TITLE


@pytest.mark.parametrize(
    "data",
    [
        "Tin ngắn.".encode(),
        b"Content-Type: multipart/related\n\n--x\nContent-Type: text/html\n\n<p>x</p>",
        b"Content-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/css\n\np {}",
        b"Content-Type: text/html; " + b"a=b; " * 1000 + b"\n\n<p>x</p>",
    ],
)
def test_a_file_without_a_page_says_what_to_do(data: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"^trang\.mhtml: no page in it; save the page again"):
        load(data)


def test_a_page_that_was_cut_off_before_its_words_is_empty() -> None:
    with pytest.raises(EmptyFile, match=r"^trang\.mhtml: holds no text$"):
        load(b"Content-Type: text/html\n\n<html><body>")
