"""Raw keystrokes are read back; whatever is no keystrokes is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.evaluation import NOISES
from retrieval.keystrokes import decode_keystrokes
from retrieval.text import nfc, syllables


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("bis thuw ddangr uyr xax Yeen Phucs", "bí thư đảng uỷ xã Yên Phúc"),
        ("Xax Yeen Phucs thuoocj huyeenj naof?", "Xã Yên Phúc thuộc huyện nào?"),
        ("Ngayf 5 thangs 6, ngwowif", "Ngày 5 tháng 6, người"),
        ("bi1 thu7 d9ang3 uy3 xa4", "bí thư đảng uỷ xã"),
        ("AI LAF BIS THUW", "AI LÀ BÍ THƯ"),
        ("quoocs gia nafo", "quốc gia nào"),
    ],
)
def test_telex_and_vni_are_read_back(keys: str, text: str) -> None:
    decoded = decode_keystrokes(keys)
    assert decoded is not None
    assert syllables(decoded) == syllables(text)


@pytest.mark.parametrize(
    "question",
    [
        "who is the party secretary",
        "what was planned for 2010",
        "bi thu dang uy xa yen phuc la ai",
        "Ai là Bí thư Đảng uỷ xã Yên Phúc?",
        "Los Angeles Rams chơi ở đâu?",
        "Barack Obama was born where",
        "",
        "12/07/2024",
    ],
)
def test_what_is_no_keystrokes_stays(question: str) -> None:
    assert decode_keystrokes(question) is None


@pytest.mark.parametrize("noise", ["telex", "vni"])
def test_a_question_typed_with_the_keyboard_off_comes_back_whole(noise: str) -> None:
    question = "Trường trung học đầu tiên của huyện được thành lập vào năm nào?"
    assert syllables(decode_keystrokes(NOISES[noise](question, 0)) or "") == syllables(question)


@given(st.text(max_size=80))
def test_any_text_is_decoded_or_left_without_a_crash(text: str) -> None:
    decoded = decode_keystrokes(nfc(text))
    assert decoded is None or decoded != text
