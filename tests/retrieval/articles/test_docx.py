"""Word documents: no word is lost, wherever Word has put it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml

from retrieval.articles import load_bytes
from retrieval.errors import EmptyFile, UnreadableFile
from retrieval.model import Article
from tests.retrieval.articles import samples

FIRST, SECOND = samples.PARAGRAPHS
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def load(build: Callable[[Any], object]) -> Article:
    document = docx.Document()
    build(document)
    file = io.BytesIO()
    document.save(file)
    return load_bytes(file.getvalue(), "tin.docx").articles[0]


def load_xml(*elements: str) -> Article:
    def build(document: Any) -> None:
        for element in reversed(elements):
            document.element.body.insert(0, parse_xml(element))

    return load(build)


def test_tables_stand_where_the_document_has_them() -> None:
    text = load_bytes(samples.make_docx(), "tin.docx").articles[0].text
    assert text.split("\n") == [
        samples.TITLE,
        FIRST,
        "Chi bộ | Đảng viên",
        "Thôn Chợ | 32",
        SECOND,
    ]


def test_a_table_within_a_table_is_read_once() -> None:
    def build(document: Any) -> None:
        cell = document.add_table(rows=1, cols=2).cell(0, 0)
        cell.text = "ngoài"
        cell.add_table(rows=1, cols=1).cell(0, 0).text = "trong"

    assert load(build).text == "ngoài trong"


def test_merged_cells_are_read_once() -> None:
    def build(document: Any) -> None:
        table = document.add_table(rows=1, cols=3)
        table.cell(0, 0).merge(table.cell(0, 1)).text = "Chi bộ"
        table.cell(0, 2).text = "Đảng viên"

    assert load(build).text == "Chi bộ | Đảng viên"


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<w:r><w:t>Hồ Chí Minh</w:t></w:r>", "Hồ Chí Minh"),
        ('<w:smartTag w:element="place"><w:r><w:t>Yên Phúc</w:t></w:r></w:smartTag>', "Yên Phúc"),
        ("<w:ins><w:r><w:t>thêm</w:t></w:r></w:ins>", "thêm"),
        ("<w:r><w:t>còn</w:t></w:r><w:del><w:r><w:delText>bỏ</w:delText></w:r></w:del>", "còn"),
        ("<w:r><w:t>còn</w:t></w:r><w:moveFrom><w:r><w:t>cũ</w:t></w:r></w:moveFrom>", "còn"),
        ("<w:sdt><w:sdtContent><w:r><w:t>ô nhập</w:t></w:r></w:sdtContent></w:sdt>", "ô nhập"),
        ("<w:r><w:t>một</w:t><w:br/><w:t>hai</w:t><w:tab/><w:t>ba</w:t></w:r>", "một\nhai\tba"),
        ('<w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>chữ</w:t></w:r>', "chữ"),
    ],
    ids=["run", "smart-tag", "insertion", "deletion", "move", "control", "breaks", "tab-stop"],
)
def test_every_shown_word_of_a_paragraph_is_read(inside: str, text: str) -> None:
    assert load_xml(f"<w:p {W}>{inside}</w:p>").text == text


def test_paragraphs_in_content_controls_are_read() -> None:
    control = (
        f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t>{{}}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    article = load_xml(control.format("một"), control.format("hai"))
    assert article.text == "một\nhai"


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    box = "<w:pict><w:txbxContent><w:p><w:r><w:t>khung</w:t></w:r></w:p></w:txbxContent></w:pict>"
    article = load_xml(
        f"<w:p {W} {MC}><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent><w:t>đoạn</w:t></w:r></w:p>"
    )
    assert article.text == "đoạn\nkhung"


def test_a_printed_byline_wins_over_the_author_of_the_file() -> None:
    def build(document: Any) -> None:
        document.core_properties.author = "Trần Văn Thư"
        for line in ("Thứ sáu, 12/07/2024", samples.TITLE, FIRST, SECOND, samples.AUTHOR):
            document.add_paragraph(line)

    article = load(build)
    assert (article.author, article.published) == (samples.AUTHOR, samples.PUBLISHED)
    assert article.title == samples.TITLE


def test_a_document_without_words_is_empty() -> None:
    with pytest.raises(EmptyFile, match=r"^tin\.docx: holds no text$"):
        load(lambda document: document.add_paragraph("  "))


def zip_of(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zip_of("a.txt"), "broken, or not a Word document; open it in Word and save it again"),
        (
            samples.make_docx()[:2000],
            "broken, or not a Word document; open it in Word and save it again",
        ),
        (b"PK\x03\x04", "broken, or not a Word document; open it in Word and save it again"),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512),
            "an encrypted or old Word document; save it as .docx without a password",
        ),
    ],
    ids=["another-zip", "truncated", "only-a-mark", "old-or-encrypted"],
)
def test_an_unreadable_document_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        load_bytes(data, "tin.docx")
    assert str(caught.value) == f"tin.docx: {reason}"
