import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.evaluation.noise import NOISES, SEED

QUESTION = "Bí thư Đảng uỷ xã Hoà Bình là người nào?"

TYPED = {
    "none": QUESTION,
    "no-diacritics": "Bi thu Dang uy xa Hoa Binh la nguoi nao?",
    "nfd": unicodedata.normalize("NFD", QUESTION),
    "tone-placement": "Bí thư Đảng ủy xã Hòa Bình là người nào?",
    "i-y": QUESTION,
    "uppercase": "BÍ THƯ ĐẢNG UỶ XÃ HOÀ BÌNH LÀ NGƯỜI NÀO?",
    "telex": "Bis thuw Ddangr uyr xax Hoaf Binhf laf nguowif naof?",
    "vni": "Bi1 thu7 D9ang3 uy3 xa4 Hoa2 Binh2 la2 nguo7i2 nao2?",
    "chat": "Bí thư Đảng uỷ xã Hoà Bình là ng nào?",
}
WITH_CHANCE = {"partly-diacritics", "typo", "run-together"}

PAIRS = [
    ("tone-placement", "hoà", "hòa"),
    ("tone-placement", "khỏe", "khoẻ"),
    ("tone-placement", "thuỷ thủ", "thủy thủ"),
    ("tone-placement", "HOÁ", "HÓA"),
    ("i-y", "kỹ", "kĩ"),
    ("i-y", "quí", "quý"),
    ("i-y", "Lý", "Lí"),
]
KEPT = [
    ("tone-placement", "quý hoàn toàn già thuế khuỷu ngoẹo hoài của"),
    ("i-y", "khi thay vui tiền hai"),
    ("telex", "Panthers thua 308"),
    ("chat", "khôngkhí"),
]
KEYS = [
    ("telex", "ĐƯỜNG", "DDUOWNGF"),
    ("telex", "Ấn Độ", "Aans DDooj".replace("DD", "Dd")),
    ("telex", "lưu trữ ưa", "luwu truwx uwa"),
    ("vni", "ăn ơn ân êm ôm", "a8n o7n a6n e6m o6m"),
    ("chat", "bao nhiêu người không biết gì", "bn ng ko bít j"),
]


def test_every_noise_has_a_fact_here() -> None:
    assert TYPED.keys() | WITH_CHANCE == NOISES.keys()


@pytest.mark.parametrize("noise", TYPED)
def test_a_question_typed_in_each_way(noise: str) -> None:
    assert NOISES[noise](QUESTION, SEED) == TYPED[noise]


@pytest.mark.parametrize(("noise", "one", "other"), PAIRS)
def test_both_conventions_turn_into_each_other(noise: str, one: str, other: str) -> None:
    assert NOISES[noise](one, SEED) == other
    assert NOISES[noise](other, SEED) == one


@pytest.mark.parametrize(("noise", "text"), KEPT)
def test_what_a_noise_leaves_alone(noise: str, text: str) -> None:
    assert NOISES[noise](text, SEED) == text


@pytest.mark.parametrize(("noise", "text", "typed"), KEYS)
def test_what_is_typed(noise: str, text: str, typed: str) -> None:
    assert NOISES[noise](text, SEED) == typed


@pytest.mark.parametrize("noise", NOISES)
def test_composed_and_decomposed_questions_get_the_same_noise(noise: str) -> None:
    if noise not in WITH_CHANCE | {"none", "uppercase"}:
        decomposed = unicodedata.normalize("NFD", QUESTION)
        assert NOISES[noise](decomposed, SEED) == NOISES[noise](QUESTION, SEED)


@pytest.mark.parametrize("noise", NOISES)
@given(question=st.text(max_size=60), seed=st.integers())
def test_noise_is_a_function_of_question_and_seed(noise: str, question: str, seed: int) -> None:
    assert NOISES[noise](question, seed) == NOISES[noise](question, seed)


@given(seed=st.integers())
def test_a_slip_hits_one_syllable_in_ten(seed: int) -> None:
    question = " ".join(["đường"] * 30) + " 2010"
    typed = NOISES["typo"](question, seed).split(" ")
    assert len(typed) == 31
    assert sum(word != "đường" for word in typed[:30]) == 3
    assert typed[30] == "2010"


@given(seed=st.integers(), word=st.sampled_from(["ở", "oo", "đường", "Ai"]))
def test_a_slip_is_one_edit(seed: int, word: str) -> None:
    typed = NOISES["typo"](" ".join([word] * 10), seed).split(" ")
    (slipped,) = [other for other in typed if other != word]
    assert abs(len(slipped) - len(word)) <= 1
    assert slipped


def test_a_short_question_is_hit_now_and_then() -> None:
    hit = sum(NOISES["typo"]("Ai là vua", seed) != "Ai là vua" for seed in range(1000))
    assert 240 <= hit <= 360  # three syllables: three in ten


@given(seed=st.integers())
def test_one_space_in_ten_is_left_out(seed: int) -> None:
    question = " ".join(["xã"] * 21)
    assert NOISES["run-together"](question, seed).count(" ") == 18


def test_about_half_of_the_words_lose_their_diacritics() -> None:
    typed = NOISES["partly-diacritics"](" ".join(["đường"] * 1000), SEED).split(" ")
    assert set(typed) == {"đường", "duong"}
    assert 400 <= typed.count("duong") <= 600
