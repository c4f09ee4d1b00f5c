from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.links import (
    Target,
    article_payload,
    link,
    parse_payload,
    quote_payload,
    share_link,
)
from bot.render import copied
from retrieval.model import Article, Quote, Source, Span
from tests.bot.running import QUOTES, VAN_QUAN, YEN_PHUC


@given(st.text(), st.text(min_size=1, max_size=1000), st.integers(0, 10**8))
def test_payloads_round_trip_within_what_telegram_allows(id: str, text: str, start: int) -> None:
    quote = Quote(Source(id, ""), Span(start, start + len(text)), text)
    for payload in (article_payload(id), quote_payload(quote)):
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload)
    target = parse_payload(quote_payload(quote))
    assert target is not None
    assert target.span == quote.span
    assert parse_payload(article_payload(id)) == Target(target.mark)


@pytest.mark.parametrize("payload", ["", "inline", "a_", "q_1", "a_" + "g" * 16, "a_" + "a" * 17])
def test_what_is_no_link_of_ours_opens_nothing(payload: str) -> None:
    assert parse_payload(payload) is None


def test_a_forged_link_cannot_ask_for_a_book() -> None:
    assert parse_payload(f"q_{'a' * 16}_0_9999_{'b' * 8}") is None


def test_a_quote_is_found_only_where_it_still_stands() -> None:
    target = parse_payload(quote_payload(QUOTES[0]))
    assert target is not None
    found = target.quote_in(YEN_PHUC)
    assert found is not None
    assert (found.text, found.span, found.source) == (
        QUOTES[0].text,
        QUOTES[0].span,
        QUOTES[0].source,
    )
    assert target.quote_in(VAN_QUAN) is None
    assert target.quote_in(Article("x", "x", "")) is None


def test_addresses() -> None:
    address = link("hoibao_bot", "a_1")
    assert address == "https://t.me/hoibao_bot?start=a_1"
    assert share_link(address, "a & b").endswith("bot%3Fstart%3Da_1&text=a%20%26%20b")


@given(st.text(), st.text())
def test_what_is_copied_fits_into_the_clipboard_button(title: str, text: str) -> None:
    quote = Quote(Source("x", title), Span(0, len(text)), text)
    assert len(copied(quote).encode("utf-16-le", "replace")) // 2 <= 256
