"""What of a subject is asked, and the words that tell it."""

import pytest

from retrieval.language.aspects import telling_words
from retrieval.text import syllables


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Bệnh cúm có biểu hiện ra sao?", "sốt"),
        ("benh cum co dau hieu gi", "sốt"),
        ("What are the symptoms of flu?", "sốt"),
        ("Viêm gan B lây qua đâu?", "đường máu"),
        ("Người bị gút nên kiêng gì?", "hải sản"),
        ("Sỏi thận chữa thế nào?", "phẫu thuật"),
        ("Metformin có tác dụng phụ gì?", "buồn nôn"),
        ("quen uong mot lieu thi sao, co phai uong bu khong", "kế tiếp"),
        ("Bà bầu uống ibuprofen được không?", "thai nhi"),
        ("How should insulin be stored?", "tủ lạnh"),
        ("Chức năng của tuyến giáp là gì?", "hormone"),
    ],
)
def test_what_is_asked_about_health_has_words_that_tell_it(question: str, word: str) -> None:
    assert tuple(syllables(word)) in telling_words(syllables(question))


@pytest.mark.parametrize(
    "question",
    [
        "Ai là Bí thư Đảng uỷ xã?",
        "chua Mot Cot o dau",  # chùa, not chữa
        "Xã thuộc tỉnh nào?",  # "thuộc", not "thuốc"
        "Ai được bầu làm chủ tịch?",  # not "bà bầu"
        "Đội nào vô địch bao nhiêu lần?",
        "",
    ],
)
def test_nothing_is_made_of_other_questions(question: str) -> None:
    assert telling_words(syllables(question)) == ()


def test_words_of_two_aspects_are_put_together_once() -> None:
    symptoms = set(telling_words(syllables("triệu chứng của lao")))
    spread = set(telling_words(syllables("lao lây ra sao")))
    both = telling_words(syllables("triệu chứng của lao và lao lây ra sao"))
    assert set(both) == symptoms | spread
    assert len(both) == len(set(both)) < len(symptoms) + len(spread)
