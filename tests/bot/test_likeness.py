from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.likeness import Group, group_alike


def test_questions_in_other_words_are_one_gap() -> None:
    groups = group_alike(
        [
            ("gia vang hom nay la bao nhieu", 2),
            ("Giá vàng hôm nay?", 3),
            ("Thời tiết Lạng Sơn thế nào?", 4),
            ("thoi tiet lang son hom nay", 1),
        ]
    )
    assert groups == [
        Group("Giá vàng hôm nay?", 5, 2),
        Group("Thời tiết Lạng Sơn thế nào?", 5, 2),
    ] or groups == [
        Group("Thời tiết Lạng Sơn thế nào?", 5, 2),
        Group("Giá vàng hôm nay?", 5, 2),
    ]


def test_questions_about_other_things_stay_apart() -> None:
    asked = [("Ai là bí thư xã?", 1), ("Ai là giáo viên trường huyện?", 1)]
    assert len(group_alike(asked)) == 2


def test_questions_of_question_words_alone_are_grouped_by_these() -> None:
    assert len(group_alike([("là gì?", 1), ("ai?", 1), ("Là gì", 1), ("???", 1)])) == 3


@given(st.lists(st.tuples(st.text(), st.integers(1, 9))))
def test_no_question_is_lost(asked: list[tuple[str, int]]) -> None:
    groups = group_alike(asked)
    assert sum(group.number for group in groups) == sum(number for _, number in asked)
    assert sum(group.variants for group in groups) == len(asked)
    assert [group.number for group in groups] == sorted(
        (group.number for group in groups), reverse=True
    )
