"""Which measure a number has, and which one is asked for."""

from itertools import combinations

import pytest

from retrieval.highlight.asked import read_question
from retrieval.highlight.quoted import read_quote
from retrieval.language.measures import NO_MEASURE, measure_asked, measure_of_sign
from retrieval.language.tables import read_table, split_alternatives
from retrieval.text import syllables


@pytest.mark.parametrize(
    ("quote", "question", "measured"),
    [
        ("Dự án trị giá 2,5 tỷ đồng.", "Dự án tốn bao nhiêu tiền?", "2,5 tỷ đồng"),
        ("Cầu dài 310 m, hết $5 triệu.", "How much did the bridge cost?", "5 triệu"),
        ("Hồ rộng 40 km vuông.", "Diện tích của hồ là bao nhiêu?", "40 km vuông"),
        ("Nước nóng 30 °C.", "Nhiệt độ của nước là bao nhiêu?", "30"),
        ("Lũ kéo dài hai mươi năm.", "Lũ kéo dài bao lâu?", "hai mươi năm"),
        ("Có 27,5% hộ nghèo.", "Tỷ lệ hộ nghèo là bao nhiêu?", "27,5"),
        ("Dài 9 km, tàu chạy 60 km/h.", "Tốc độ của tàu là bao nhiêu?", "60 km/h"),
        ("Tàu chạy 60 km/h, dài 90 m.", "chieu dai la bao nhieu", "90 m"),
    ],
)
def test_a_number_is_told_by_its_unit(quote: str, question: str, measured: str) -> None:
    read, asked = read_quote(quote), read_question(question)
    assert asked.measure != NO_MEASURE
    told = [place for place, one in enumerate(read.measure.tolist()) if one == asked.measure]
    assert quote[read.spans[told[0]].start : read.spans[told[-1]].end] == measured


@pytest.mark.parametrize(
    "quote",
    [
        "Ngày 5 tháng 6 năm 2010, tại nhà 12.",  # dates are no amounts
        "Từ năm 1990, 40 hộ ở lại.",
        "Xã có 5 xy-lanh và mười hai thôn.",
    ],
)
def test_other_numbers_measure_nothing(quote: str) -> None:
    assert set(read_quote(quote).measure.tolist()) == {NO_MEASURE}


def test_a_number_after_a_comma_is_no_date() -> None:
    assert read_quote("Từ năm đó, 40 km nữa.").measure.tolist()[3:5] != [NO_MEASURE] * 2


def test_a_question_asks_for_one_measure_or_none() -> None:
    assert measure_asked(syllables("Ai là Bí thư?")) == NO_MEASURE
    # a syllable without its diacritics means too much: "gia" is "giá", "già", "gia"
    assert measure_asked("gia dinh nao".split(), folded=True) == NO_MEASURE
    assert measure_asked("how much money".split()) == measure_of_sign("€")
    assert measure_of_sign(",") == NO_MEASURE


def test_no_unit_has_two_measures() -> None:
    rows = [set(split_alternatives(units)) for units, _ in read_table("measures.tsv")]
    assert not [one & other for one, other in combinations(rows, 2) if one & other]
