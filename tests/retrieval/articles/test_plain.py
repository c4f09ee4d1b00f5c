"""Text pasted from a news site: its parts are recognised, its characters kept."""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.articles import load_bytes
from retrieval.articles.zones import recognise
from retrieval.model import Article, Span, ZoneKind

YEN_PHUC = Path(__file__).parents[3] / "data" / "articles" / "dang-bo-xa-yen-phuc.txt"
TITLE = "Đảng bộ xã Yên Phúc nâng cao sức chiến đấu"
FIRST = (
    "Xác định sức mạnh của Đảng phải bắt đầu từ chi bộ Đảng và từng đảng viên, Đảng bộ xã đã "
    "nhanh chóng ban hành các hướng dẫn về nâng cao chất lượng sinh hoạt chi bộ."
)
SECOND = (
    "Bí thư Đảng uỷ xã Yên Phúc là ông Vi Văn Dụng. Đảng bộ đã tập trung lãnh đạo, chỉ đạo các "
    "tổ chức cơ sở đảng triển khai sâu rộng nghị quyết tới từng thôn bản trong toàn xã."
)
DATE_LINE = "Thứ sáu, 12/07/2024"


def load(text: str, name: str = "tin/bai-viet.txt") -> Article:
    return load_bytes(text.encode(), name).articles[0]


def page(*lines: str, gap: str = "\n\n") -> Article:
    return load(gap.join(lines))


def parts(article: Article, kind: ZoneKind) -> list[str]:
    return [zone.span.of(article.text) for zone in article.zones if zone.kind is kind]


def test_the_yen_phuc_article_has_its_title_date_and_author() -> None:
    article = load_bytes(YEN_PHUC.read_bytes(), YEN_PHUC.name).articles[0]
    assert article.id == "dang-bo-xa-yen-phuc.txt"
    assert article.title == TITLE
    assert article.published == date(2024, 7, 12)
    assert article.author == "Thanh Đàn"


def test_the_yen_phuc_article_keeps_every_character() -> None:
    article = load_bytes(YEN_PHUC.read_bytes(), YEN_PHUC.name).articles[0]
    assert article.text == YEN_PHUC.read_bytes().decode()


def test_the_yen_phuc_article_has_exactly_its_five_zones() -> None:
    article = load_bytes(YEN_PHUC.read_bytes(), YEN_PHUC.name).articles[0]
    date_line, title, lede, caption, author = article.zones
    assert date_line.kind is ZoneKind.DATE
    assert date_line.span == Span(0, 20)
    assert title.span.of(article.text) == TITLE
    assert lede.kind is ZoneKind.REPEATED_LEDE
    assert lede.span.of(article.text).endswith("gia đình khó...")
    assert caption.kind is ZoneKind.CAPTION
    assert caption.span.of(article.text) == "Nghề làm bánh cao khô ở xã Yên Phúc, huyện Văn Quan"
    assert author.span.of(article.text) == "Thanh Đàn"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_zones_fit_whatever_the_normal_form_and_line_ends(form: str, newline: str) -> None:
    text = newline.join([DATE_LINE, "", TITLE, "", FIRST, SECOND, "", "Thanh Đàn"])
    article = load(unicodedata.normalize(form, text))
    assert article.text == unicodedata.normalize(form, text)
    assert parts(article, ZoneKind.TITLE) == [unicodedata.normalize(form, TITLE)]
    assert (article.title, article.author) == (TITLE, "Thanh Đàn")
    assert article.published == date(2024, 7, 12)


@pytest.mark.parametrize(
    "line",
    [
        "Thứ sáu,  12/07/2024",
        "08:30 | 12/07/2024",
        "Thứ Sáu, 12/7/2024, 08:30 (GMT+7)",
        "Ngày 12 tháng 7 năm 2024",
        "Cập nhật: 12/07/2024 08:30",
        "Lạng Sơn, ngày 12 tháng 7 năm 2024",
        "2024-07-12",
    ],
)
@pytest.mark.parametrize("date_first", [True, False])
def test_the_date_line_stands_above_or_under_the_title(line: str, date_first: bool) -> None:
    head = (line, TITLE) if date_first else (TITLE, line)
    article = page(*head, FIRST, SECOND)
    assert parts(article, ZoneKind.DATE) == [line]
    assert article.published == date(2024, 7, 12)
    assert article.title == TITLE


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("Thanh Đàn", "Thanh Đàn"),
        ("THANH ĐÀN", "THANH ĐÀN"),
        ("Thanh Đàn – Hoàng Hiếu", "Thanh Đàn – Hoàng Hiếu"),
        ("Thanh Đàn, Nguyễn Thị Minh Khai", "Thanh Đàn, Nguyễn Thị Minh Khai"),
        ("Thanh Đàn (tổng hợp)", "Thanh Đàn"),
        ("Tác giả: Thanh Đàn", "Thanh Đàn"),
        ("Bài và ảnh: Thanh Đàn", "Thanh Đàn"),
        ("Bài, ảnh: THANH ĐÀN", "THANH ĐÀN"),
        ("Bài: Thanh Đàn - Ảnh: Hoàng Hiếu", "Thanh Đàn"),
        ("Theo VnExpress", "VnExpress"),
        ("(Theo Báo Lạng Sơn)", "Báo Lạng Sơn"),
        ("Nguồn: baolangson.vn", "baolangson.vn"),
        ("(TTXVN)", "TTXVN"),
        ("(TTXVN/Vietnam+)", "TTXVN/Vietnam+"),
    ],
)
def test_the_byline_gives_the_author(line: str, author: str) -> None:
    article = page(TITLE, FIRST, SECOND, line)
    assert parts(article, ZoneKind.AUTHOR) == [line]
    assert article.author == author


def test_a_name_beside_the_date_under_the_title_is_the_author() -> None:
    article = page(TITLE, "Thanh Đàn", DATE_LINE, FIRST, SECOND)
    assert (article.title, article.author) == (TITLE, "Thanh Đàn")


def test_a_name_under_an_agency_is_not_mixed_up_with_it() -> None:
    article = page(TITLE, FIRST, SECOND, "Tác giả: Thanh Đàn", "(Theo Báo Lạng Sơn)")
    assert article.author == "Thanh Đàn"
    assert len(parts(article, ZoneKind.AUTHOR)) == 2


@pytest.mark.parametrize(
    "line",
    [
        "Ảnh: Hoàng Hiếu",
        "(Ảnh: Hoàng Hiếu)",
        "Ảnh minh hoạ",
        "Ảnh 1: Chợ phiên Yên Phúc.",
        "Chợ phiên Yên Phúc. Ảnh: Hoàng Hiếu",
        "Chợ phiên Yên Phúc ngày giáp Tết (Ảnh: Hoàng Hiếu)",
        "Chợ phiên Yên Phúc ngày giáp Tết",
    ],
)
def test_a_caption_between_paragraphs_is_marked(line: str) -> None:
    article = page(TITLE, FIRST, line, SECOND)
    assert parts(article, ZoneKind.CAPTION) == [line]


@pytest.mark.parametrize("ellipsis", ["...", "…", " [...]", ""])
def test_a_lede_that_is_cut_off_and_repeated_is_marked_once(ellipsis: str) -> None:
    lede = FIRST[:100].rstrip() + ellipsis
    article = page(TITLE, lede, FIRST + " Và còn nữa.", SECOND)
    expected = [lede] if ellipsis else []
    assert parts(article, ZoneKind.REPEATED_LEDE) == expected


def test_a_lede_repeated_in_full_is_marked_once() -> None:
    article = page(TITLE, FIRST, f"(LSO) – {FIRST} {SECOND}", SECOND)
    assert parts(article, ZoneKind.REPEATED_LEDE) == [FIRST]


def test_a_cut_off_copy_may_follow_the_lede() -> None:
    cut = FIRST[:120] + "…"
    article = page(TITLE, FIRST, cut, SECOND)
    assert parts(article, ZoneKind.REPEATED_LEDE) == [cut]


POEM = """Trăm năm trong cõi người ta,
Chữ tài chữ mệnh khéo là ghét nhau.
Trải qua một cuộc bể dâu,
Những điều trông thấy mà đau đớn lòng.
Lạ gì bỉ sắc tư phong,
Trời xanh quen thói má hồng đánh ghen."""
WRAPPED = """Đảng bộ xã Yên Phúc đã nhanh chóng ban hành các hướng dẫn về nâng cao
chất lượng sinh hoạt chi bộ với những nội dung cụ thể. Đồng thời xã
tổ chức tập huấn cho đội ngũ cán bộ, chọn một chi bộ làm điểm, từ đó
nhân ra diện rộng tới các thôn bản xa xôi nhất trong toàn xã.
Bí thư Đảng uỷ xã là ông Vi Văn Dụng, phó bí thư là ông Hoàng
Văn Nam."""


@pytest.mark.parametrize(
    "text",
    [
        "Thanh Đàn",
        "12/07/2024",
        "Một dòng duy nhất, không có gì khác.",
        f"{FIRST}\n\n{SECOND}",
        POEM,
        WRAPPED,
        "Danh sách\nNguyễn Văn An\nTrần Thị Bình\nLê Văn Cường",
        "Gạo nếp\nThịt lợn\nLá dong\nĐỗ xanh",
        "12/07/2024\n13/07/2024\n14/07/2024",
        f"{FIRST}\n\n{SECOND}\n\nCuộc họp kết thúc sớm.",
        f"{FIRST}\n\n{SECOND}\n\nXin cảm ơn!",
        f"{FIRST}\n\n{SECOND}\n\n(Còn nữa)",
        f"{FIRST}\n\n{SECOND}\n\nHết",
        f"{FIRST}\n\n- Phát triển kinh tế\n\n- Giữ gìn an ninh\n\n{SECOND}",
        f"{FIRST}\n\nCác thôn gồm:\n\nThôn Chợ\n\nThôn Nà\n\n{SECOND}",
        f"{FIRST}\n\nChi bộ | Đảng viên\n\nThôn Chợ | 32\n\n{SECOND}",
        f"{FIRST}\n\n{FIRST[:30]}...\n\n{SECOND}",
    ],
)
def test_what_only_looks_like_a_news_page_has_no_zones(text: str) -> None:
    assert recognise(text).zones == ()


def test_a_title_may_begin_like_an_attribution() -> None:
    assert page("Theo Bác lên chiến khu", FIRST, SECOND).title == "Theo Bác lên chiến khu"


@pytest.mark.parametrize("mark", ["?", "!"])
def test_a_title_may_ask_or_exclaim(mark: str) -> None:
    assert page(TITLE + mark, FIRST, SECOND).title == TITLE + mark


def test_the_longer_of_two_head_lines_is_the_title() -> None:
    assert page("Xây dựng Đảng", TITLE, FIRST, SECOND).title == TITLE


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Tin vắn.", "Tin vắn."),
        (f"{FIRST}\n{SECOND}", "Xác định sức mạnh của Đảng phải bắt đầu từ chi bộ Đảng và từng "
         "đảng viên, Đảng bộ xã đã nhanh chóng…"),
        (SECOND, "Bí thư Đảng uỷ xã Yên Phúc là ông Vi Văn Dụng."),
        (POEM, "Trăm năm trong cõi người ta,"),
        ("CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n***\nTHÔNG BÁO\nVề việc"
         " họp chi bộ\nHọp lúc 8 giờ.", "THÔNG BÁO"),
        ("12345", "bai-viet"),
        ("ư" * 300, "ư" * 99 + "…"),
    ],
)  # fmt: skip
def test_without_a_title_line_the_first_words_stand_in(text: str, title: str) -> None:
    assert load(text).title == title


LINES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [DATE_LINE, TITLE, FIRST, FIRST[:90] + "...", SECOND, "Thanh Đàn", "Ảnh: An", "", "  "]
    ),
)


@given(st.lists(LINES, max_size=12), st.sampled_from(["\n", "\n\n", "\r\n", "\u2028"]))
def test_zones_of_any_text_are_sorted_disjoint_lines_of_it(lines: list[str], gap: str) -> None:
    text = gap.join(lines)
    zones = recognise(text).zones
    edges = [edge for zone in zones for edge in (zone.span.start, zone.span.end)]
    assert edges == sorted(set(edges))
    assert all(zone.span.of(text) == zone.span.of(text).strip() != "" for zone in zones)


@given(st.lists(LINES, min_size=1, max_size=12).map("\n".join).filter(str.strip))
def test_any_text_is_kept_and_titled(text: str) -> None:
    article = load(text.replace("\0", ""), "a.txt") if text.replace("\0", "").strip() else None
    if article:
        assert article.text == text.replace("\0", "")
        assert 1 <= len(article.title) <= 200
