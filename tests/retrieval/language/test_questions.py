"""Facts about what questions ask for."""

from __future__ import annotations

import unicodedata

import pytest

from retrieval.language.questions import (
    CLOSERS,
    OPENERS,
    PARTICLES,
    QUESTION_WORDS,
    AboutArticle,
    AnswerType,
    about_article,
    answer_type,
    asking_words,
    without_fillers,
)
from retrieval.text import strip_diacritics

VIETNAMESE = (
    ("Ai là Bí thư Đảng uỷ xã Yên Phúc?", AnswerType.PERSON),
    ("Bí thư Đảng uỷ xã Yên Phúc là ai vậy ạ?", AnswerType.PERSON),
    ("Người nào lãnh đạo xã?", AnswerType.PERSON),
    ("Vị vua nào sáng lập nhà Nguyễn?", AnswerType.PERSON),
    ("Bí thư xã tên là gì?", AnswerType.PERSON),
    ("Truyện Kiều do ai sáng tác?", AnswerType.PERSON),
    ("Nhà khoa học nào phát hiện ra radium?", AnswerType.PERSON),
    ("Napoléon mất năm nào?", AnswerType.TIME),
    ("Đại hội diễn ra khi nào?", AnswerType.TIME),
    ("Bao giờ có kết quả?", AnswerType.TIME),
    ("Trận đấu bắt đầu lúc mấy giờ?", AnswerType.TIME),
    ("Hiệp định ký ngày bao nhiêu?", AnswerType.TIME),
    ("Thành phố được lập vào thế kỷ nào?", AnswerType.TIME),
    ("Xã Yên Phúc thuộc huyện nào?", AnswerType.PLACE),
    ("Vịnh Hạ Long ở đâu?", AnswerType.PLACE),
    ("Ông ấy đến từ đâu?", AnswerType.PLACE),
    ("Thủ đô của Pháp là gì?", AnswerType.PLACE),
    ("Nước nào có diện tích lớn nhất?", AnswerType.PLACE),
    ("Ai Cập nằm ở đâu?", AnswerType.PLACE),
    ("Dân số Hà Nội là bao nhiêu?", AnswerType.NUMBER),
    ("Bao nhiêu phần trăm chi bộ đã nâng cao chất lượng sinh hoạt?", AnswerType.NUMBER),
    ("Xã có mấy thôn?", AnswerType.NUMBER),
    ("Chiến tranh kéo dài bao lâu?", AnswerType.NUMBER),
    ("Việt Nam đứng thứ mấy?", AnswerType.NUMBER),
    ("Vì sao trời xanh?", AnswerType.REASON),
    ("Tại sao nước biển mặn?", AnswerType.REASON),
    ("Nguyên nhân của chiến tranh là gì?", AnswerType.REASON),
    ("Người ta xây đập để làm gì?", AnswerType.REASON),
    ("Sao lại như thế?", AnswerType.REASON),
    ("Đảng viên chưa làm tốt nhiệm vụ thì sao?", AnswerType.MANNER),
    ("Làm thế nào để nâng cao chất lượng?", AnswerType.MANNER),
    ("Đời sống người dân ra sao?", AnswerType.MANNER),
    ("Bằng cách nào cây hút nước?", AnswerType.MANNER),
    ("Quang hợp là gì?", AnswerType.DEFINITION),
    ("Thế nào là dân chủ?", AnswerType.DEFINITION),
    ("GDP nghĩa là gì?", AnswerType.DEFINITION),
    ("Công ty nào sản xuất iPhone?", AnswerType.ORGANISATION),
    ("Cơ quan nào ban hành nghị quyết?", AnswerType.ORGANISATION),
    ("Năm 2010 Đảng bộ dự định làm gì?", AnswerType.THING),
    ("Ngôn ngữ nào được dùng nhiều nhất?", AnswerType.THING),
    ("Nhiệm vụ của đảng viên là gì?", AnswerType.THING),
    ("Vật liệu nào được dùng?", AnswerType.THING),  # "liệu" asks nothing in such words
    ("Trống được làm bằng chất liệu gì?", AnswerType.THING),
    ("Bộ phim nào dựa trên tư liệu của làng?", AnswerType.THING),
    ("Liệu giá lúa có tăng?", AnswerType.YES_NO),
    ("Môi trường nào hợp với cá?", AnswerType.THING),  # no school
    ("Lễ hội nào được tổ chức?", AnswerType.THING),  # no society
    ("Đặc điểm nào giúp cây sống lâu?", AnswerType.THING),  # no place
    ("Huyện được tặng phần thưởng cao quý nào?", AnswerType.THING),  # no quarter
    ("Nhà khoa học Việt Nam nào làm ra vắc xin?", AnswerType.PERSON),  # no year
    ("Trẻ được khám ở bất kỳ bệnh viện nào khi nào?", AnswerType.TIME),
    ("Cán bộ nào phụ trách?", AnswerType.PERSON),
    ("Điệu múa của người Chăm tên là gì?", AnswerType.THING),
    ("Người ta gọi món này bằng cái tên gì?", AnswerType.THING),
    ("Hợp tác xã nào đạt giải?", AnswerType.ORGANISATION),
    ("Tờ báo nào đăng tin?", AnswerType.ORGANISATION),
    ("Phụ nữ được kết hôn từ độ tuổi nào?", AnswerType.NUMBER),
    ("Nhiệt độ lên đến mức nào?", AnswerType.NUMBER),
    ("Đảng bộ có đoàn kết không?", AnswerType.YES_NO),
    ("Có phải Hà Nội là thủ đô?", AnswerType.YES_NO),
)
ENGLISH = (
    ("Who is the party secretary?", AnswerType.PERSON),
    ("Which king founded the dynasty?", AnswerType.PERSON),
    ("When did Napoleon die?", AnswerType.TIME),
    ("In what year was the treaty signed?", AnswerType.TIME),
    ("Where is the bay?", AnswerType.PLACE),
    ("What is the capital of France?", AnswerType.PLACE),
    ("Which district does it belong to?", AnswerType.PLACE),
    ("How many cells were there?", AnswerType.NUMBER),
    ("What percentage of cells improved?", AnswerType.NUMBER),
    ("What is the population of Hanoi?", AnswerType.NUMBER),
    ("How long did the war last?", AnswerType.NUMBER),
    ("Why did the empire fall?", AnswerType.REASON),
    ("What caused the war?", AnswerType.REASON),
    ("How does a plant drink?", AnswerType.MANNER),
    ("What is photosynthesis?", AnswerType.DEFINITION),
    ("What does UNESCO stand for?", AnswerType.DEFINITION),
    ("Which company makes it?", AnswerType.ORGANISATION),
    ("What was planned for 2010?", AnswerType.THING),
    ("Where did he work when he wrote it?", AnswerType.PLACE),  # the first word asks
    ("What was used when the king died?", AnswerType.THING),
    ("What is the risk for babies who are ill?", AnswerType.THING),
    ("What is the name of the man who wrote it?", AnswerType.PERSON),
    ("By when must it be paid?", AnswerType.TIME),
    ("Besides the mayor, who spoke?", AnswerType.PERSON),
    ("What is the top speed of the train?", AnswerType.NUMBER),
    ("At what altitude does it fly?", AnswerType.NUMBER),
    ("Was Napoleon the emperor?", AnswerType.YES_NO),
)
NEITHER = ("", "?", "🙂🙂", "Yên Phúc", "2010", "xã Yên Phúc huyện Văn Quan")


@pytest.mark.parametrize(("question", "expected"), VIETNAMESE)
def test_vietnamese_question_asks_for(question: str, expected: AnswerType) -> None:
    assert answer_type(question) == expected


@pytest.mark.parametrize(("question", "expected"), VIETNAMESE)
def test_the_same_without_diacritics(question: str, expected: AnswerType) -> None:
    assert answer_type(strip_diacritics(question)) == expected


@pytest.mark.parametrize(("question", "expected"), VIETNAMESE)
@pytest.mark.parametrize("noise", [str.upper, lambda text: unicodedata.normalize("NFD", text)])
def test_the_same_in_capitals_and_nfd(question: str, expected: AnswerType, noise) -> None:  # type: ignore[no-untyped-def]
    assert answer_type(noise(question)) == expected


@pytest.mark.parametrize(("question", "expected"), ENGLISH)
def test_english_question_asks_for(question: str, expected: AnswerType) -> None:
    assert answer_type(question) == expected


@pytest.mark.parametrize("question", NEITHER)
def test_what_is_no_question_asks_for_nothing(question: str) -> None:
    assert answer_type(question) is None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("AI là gì?", AnswerType.DEFINITION),  # artificial intelligence
        ("AI LÀ BÍ THƯ?", AnswerType.PERSON),
        ("Kim tự tháp Ai Cập là gì?", AnswerType.DEFINITION),
        ("Sao Hoả là gì?", AnswerType.DEFINITION),
        ("nha may san xuat gi", AnswerType.THING),  # "may" here is no "mấy"
        ("may tinh tinh gi", AnswerType.THING),
        ("che do nao cai tri", AnswerType.THING),  # "do" is no "do"
        ("dien vien nao dong phim", AnswerType.PERSON),  # "vien" is no "viện"
        ("benh vien nao gan nhat", AnswerType.ORGANISATION),
        ("doi nao vo dich", AnswerType.ORGANISATION),  # "doi" is no "đời"
        ("hoc thuyet co ten la gi", AnswerType.THING),  # "co" is no "cô"
    ],
)
def test_look_alikes_are_told_apart(question: str, expected: AnswerType) -> None:
    assert answer_type(question) == expected


ABOUT = (
    ("Ai viết bài này?", AboutArticle.AUTHOR),
    ("Bài báo này do ai viết?", AboutArticle.AUTHOR),
    ("bài này của ai vậy ạ", AboutArticle.AUTHOR),
    ("Tác giả bài viết là ai?", AboutArticle.AUTHOR),
    ("tác giả là ai", AboutArticle.AUTHOR),
    ("Phóng viên nào viết tin này?", AboutArticle.AUTHOR),
    ("Ai viết bài về xã Yên Phúc?", AboutArticle.AUTHOR),
    ("Ai là tác giả bài báo về xã Yên Phúc?", AboutArticle.AUTHOR),
    ("Who wrote this article?", AboutArticle.AUTHOR),
    ("Who is the author of the article?", AboutArticle.AUTHOR),
    ("Bài này đăng ngày nào?", AboutArticle.DATE),
    ("Bài báo được đăng khi nào?", AboutArticle.DATE),
    ("đăng ngày nào", AboutArticle.DATE),
    ("Khi nào bài viết này được xuất bản?", AboutArticle.DATE),
    ("Ngày đăng bài viết này?", AboutArticle.DATE),
    ("When was this article published?", AboutArticle.DATE),
    ("Bài báo tên gì?", AboutArticle.TITLE),
    ("Tiêu đề bài này là gì?", AboutArticle.TITLE),
    ("What is the title of this article?", AboutArticle.TITLE),
    ("Bài này lấy từ nguồn nào?", AboutArticle.SOURCE),
    ("Bài này đăng ở đâu?", AboutArticle.SOURCE),
    ("Bài viết này đăng trên báo nào?", AboutArticle.SOURCE),
    ("nguồn nào", AboutArticle.SOURCE),
    ("cho xin link bài này với", AboutArticle.SOURCE),
    ("Where was this article published?", AboutArticle.SOURCE),
)
ABOUT_SOMETHING_ELSE = (
    "Ai viết Truyện Kiều?",
    "Ai viết bài thơ này?",
    "Ai viết bài hát Tiến quân ca?",
    "Bài Tiến quân ca do ai sáng tác?",
    "Tác giả của Truyện Kiều là ai?",
    "Bài báo này viết về ai?",
    "Bài này nói về năm nào?",
    "Tờ báo nào ra đời đầu tiên?",
    "Nguồn điện nào sạch nhất?",
    "Sách xuất bản khi nào?",
    "Ai là Bí thư Đảng uỷ xã Yên Phúc?",
    "Luật này ban hành ngày nào?",
    "Tên của xã là gì?",
    "Who wrote Hamlet?",
    "When was the book published?",
    "Xã Yên Phúc ở đâu?",
    "Bài toán này giải thế nào?",
    "",
)


@pytest.mark.parametrize(("question", "expected"), ABOUT)
def test_question_about_the_article(question: str, expected: AboutArticle) -> None:
    assert about_article(question) == expected
    assert about_article(strip_diacritics(question)) == expected


@pytest.mark.parametrize("question", ABOUT_SOMETHING_ELSE)
def test_question_about_something_else(question: str) -> None:
    assert about_article(question) is None
    assert about_article(strip_diacritics(question)) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Ad ơi cho em hỏi ai là bí thư vậy ạ?", "ai là bí thư"),
        ("cho minh hoi bi thu la ai vay a", "bi thu la ai"),
        ("Mọi người ơi, xin hỏi Hà Nội ở đâu thế nhỉ", "Hà Nội ở đâu"),
        ("Làm ơn cho biết dân số Hà Nội. Cảm ơn ạ!", "dân số Hà Nội"),
        ("Please tell me who the mayor is, thanks", "who the mayor is"),
        ("Theo bài viết này, xã có bao nhiêu hộ?", "xã có bao nhiêu hộ?"),
        ("Xã có bao nhiêu hộ, theo tác giả?", "Xã có bao nhiêu hộ"),
        ("According to the article, who is the mayor?", "who is the mayor?"),
        ("Theo người viết, quán hợp với ai?", "quán hợp với ai?"),
        ("Bà chủ tặng người viết món gì?", "Bà chủ tặng món gì?"),
        ("Con của người viết thích gì?", "Con thích gì?"),
        ("Ai là người viết bài này?", "Ai là người viết bài này?"),
        ("Người viết là ai?", "Người viết là ai?"),
        ("Người viết sử đầu tiên là ai?", "Người viết sử đầu tiên là ai?"),
        ("tuc le cua nguoi viet la gi", "tuc le cua nguoi viet la gi"),
        ("Dân số nước ta?", "Dân số nước ta?"),
        ("Thủ đô Tây Ban Nha", "Thủ đô Tây Ban Nha"),
        ("tac dung cua vitamin a", "tac dung cua vitamin a"),
        ("Lợi thế", "Lợi thế"),
        ("ạ", "ạ"),
        ("", ""),
    ],
)
def test_politeness_is_cut_off(typed: str, meant: str) -> None:
    assert without_fillers(typed) == meant


def test_tables_are_lower_case_nfc_without_duplicates() -> None:
    for table in (OPENERS, CLOSERS, PARTICLES):
        assert len(set(table)) == len(table)
        assert all(phrase == unicodedata.normalize("NFC", phrase).lower() for phrase in table)
    assert all(" " not in word and word == word.lower() for word in QUESTION_WORDS)


@pytest.mark.parametrize(
    ("question", "asking"),
    [
        ("gia dau o dau", [3]),
        ("may tinh gia bao nhieu", [3, 4]),
        ("con bao nao lon nhat", [2]),
        ("vi sao co the nhu the", [0, 1, 2, 4, 5]),
        ("co may chi bo", [0, 1]),
    ],
)
def test_question_words_typed_bare_are_told_by_their_company(
    question: str, asking: list[int]
) -> None:
    assert sorted(asking_words(question.split())) == asking
