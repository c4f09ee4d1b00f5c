"""PDF: visual lines become paragraphs, and what cannot be read says why."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from retrieval.articles import load_bytes
from retrieval.errors import UnreadableFile
from retrieval.model import Article
from tests.retrieval.articles import samples
from tests.retrieval.articles.samples import PdfLine, pdf, wrap

FIRST, SECOND = samples.PARAGRAPHS


def load(*pages: Sequence[PdfLine], **information: str) -> Article:
    return load_bytes(pdf(pages, information), "tin.pdf").articles[0]


def column(text: str, top: float, left: float = 72, width: int = 70) -> list[PdfLine]:
    return [(left, top - 14 * row, 11, line) for row, line in enumerate(wrap(text, width))]


def test_lines_of_one_paragraph_are_joined() -> None:
    assert load(column(f"{FIRST} {SECOND}", 760)).text == f"{FIRST} {SECOND}"


def test_a_wider_gap_parts_paragraphs() -> None:
    assert load(column(FIRST, 760) + column(SECOND, 690)).text == f"{FIRST}\n\n{SECOND}"


def test_a_line_that_ends_early_parts_paragraphs_without_a_gap() -> None:
    short = "Đây là đoạn ngắn."
    first = column(FIRST, 760)
    below = 760 - 14 * len(first)
    text = load(first + column(short, below) + column(SECOND, below - 14)).text
    assert text.split("\n\n")[-2:] == [short, SECOND]


def test_an_indented_line_begins_a_paragraph() -> None:
    full = "một hai ba bốn năm sáu bảy tám chín mười."
    lines = [(72, 760, 11, full), (92, 746, 11, "Hai" + full[3:]), (72, 732, 11, "và thế thôi.")]
    assert load(lines).text == f"{full}\n\nHai{full[3:]} và thế thôi."


def test_two_columns_are_read_one_after_the_other() -> None:
    text = load(column(FIRST, 760, 40, 36) + column(SECOND, 760, 310, 36)).text
    assert text.replace("\n\n", " ") == f"{FIRST} {SECOND}"
    assert SECOND in text


def test_a_heading_in_larger_type_stands_alone() -> None:
    text = load([(72, 760, 13, samples.TITLE), *column(FIRST, 745)]).text
    assert text == f"{samples.TITLE}\n\n{FIRST}"


def test_a_sentence_that_crosses_a_page_is_made_whole_without_the_page_numbers() -> None:
    lines = column(f"{FIRST} {SECOND}", 760)
    pages = [[*lines[:4], (290, 40, 11, "1")], [*lines[4:], (280, 40, 11, "Trang 2/2")]]
    assert lines[4][3][0].islower()
    assert load(*pages).text == f"{FIRST} {SECOND}"


def test_pages_that_end_with_a_sentence_are_separated_by_a_blank_line() -> None:
    assert load(column(FIRST, 760), column(SECOND, 760)).text == f"{FIRST}\n\n{SECOND}"


def test_a_hyphenated_name_across_lines_keeps_its_hyphen() -> None:
    text = load([(72, 760, 11, "Ngày hội ở Bà Rịa-"), (72, 746, 11, "Vũng Tàu.")]).text
    assert text == "Ngày hội ở Bà Rịa-Vũng Tàu."


def test_a_list_keeps_its_items_apart() -> None:
    items = ["- Phát triển kinh tế của xã", "- Giữ gìn an ninh trong xã", "- Xây dựng Đảng của xã"]
    lines = [(72, 760 - 14 * row, 11, item) for row, item in enumerate(items)]
    assert load(lines).text == "\n\n".join(items)


def test_placeholders_of_office_programs_are_no_title_and_no_author() -> None:
    article = load(column(FIRST, 760), Title="Microsoft Word - tin.docx", Author="Admin")
    assert article.author is None
    assert article.title.startswith("Xác định sức mạnh")


def test_a_printed_date_and_byline_win_over_the_file_properties() -> None:
    page: list[PdfLine] = [
        (72, 800, 11, "Thứ sáu, 12/07/2024"),
        (72, 770, 16, samples.TITLE),
        *column(FIRST, 740),
        *column(SECOND, 680),
        (400, 600, 11, samples.AUTHOR),
    ]
    article = load(page, Author="Trần Văn Thư", CreationDate="D:20250101")
    assert (article.author, article.published) == (samples.AUTHOR, samples.PUBLISHED)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdf([[]]), "no text layer; run OCR on it first"),
        (pdf([[], []]), "no text layer; run OCR on it first"),
        (
            pdf([column(FIRST, 760)], encrypted=True),
            "encrypted with a password; save a copy without one",
        ),
        (
            pdf([column(FIRST, 760)], with_unicode=False),
            "its fonts do not say which characters they show; run OCR on it first",
        ),
        (
            pdf([column(FIRST, 760)])[:400],
            "broken, or not a PDF; open it in a PDF reader and save it again",
        ),
        (b"%PDF", "broken, or not a PDF; open it in a PDF reader and save it again"),
    ],
    ids=["empty-page", "empty-pages", "encrypted", "no-unicode", "truncated", "only-a-mark"],
)
def test_an_unreadable_pdf_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        load_bytes(data, "thongbao.pdf")
    assert str(caught.value) == f"thongbao.pdf: {reason}"
