"""Dates are read as Vietnamese articles write them, and nothing else is taken for one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.articles.dates import parse_date


@pytest.mark.parametrize(
    "text",
    [
        "2024-07-12",
        "2024-07-12T08:30:00+07:00",
        "2024-7-12",
        "12/07/2024",
        "12/7/2024",
        "12-7-2024",
        "12.07.2024",
        "Thứ sáu, 12/07/2024",
        "THỨ SÁU, 12/07/2024",
        "T6, 12/07/2024",
        "Chủ nhật | 08:30 | 12/07/2024",
        "12/07/2024 8h30",
        "12/07/2024 - 08:30:15 (GMT+7)",
        "8 giờ 30 phút, ngày 12/7/2024",
        "ngày 12 tháng 7 năm 2024",
        "12 tháng Bảy, 2024",
        "Đăng lúc: 12/07/2024 08:30 AM",
        "Ngày đăng: 12/07/2024",
        "Lạng Sơn, ngày 12 tháng 7 năm 2024",
    ],
)
def test_the_same_day_is_read_in_every_form(text: str) -> None:
    assert parse_date(text) == date(2024, 7, 12)


def test_months_may_be_words_of_two_syllables() -> None:
    assert parse_date("ngày 3 tháng mười hai năm 2010") == date(2010, 12, 3)
    assert parse_date("ngày 3 tháng Mười năm 2010") == date(2010, 10, 3)


@pytest.mark.parametrize(
    "text",
    ["", "hôm nay", "2024", "12/07", "12/07/24", "31/02/2024", "07/25/2024", "12/07-2024",
     "trước ngày 12/07/2024", "12/07/2024 là thứ sáu", "năm 2010 Đảng bộ dự định"],
)  # fmt: skip
def test_what_is_no_whole_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@given(st.dates())
def test_every_iso_date_comes_back(day: date) -> None:
    assert parse_date(day.isoformat()) == day


@given(st.text(alphabet="12/07-2024 ,|ngàythángăm:", max_size=80))
def test_any_text_is_a_date_or_none(text: str) -> None:
    assert isinstance(parse_date(text), date | None)
