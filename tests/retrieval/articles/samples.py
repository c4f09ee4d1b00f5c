"""Real sample files, made here: one for every ending, all telling of the same article."""

from __future__ import annotations

import base64
import csv
import io
import json
import quopri
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import docx

TITLE = "Đảng bộ xã Yên Phúc nâng cao sức chiến đấu"
AUTHOR = "Thanh Đàn"
PUBLISHED = date(2024, 7, 12)
SOURCE = "https://example.org/dang-bo-xa-yen-phuc"
PARAGRAPHS = (
    "Xác định sức mạnh của Đảng phải bắt đầu từ chi bộ Đảng và từng đảng viên, Đảng bộ xã đã "
    "nhanh chóng ban hành các hướng dẫn về nâng cao chất lượng sinh hoạt chi bộ.",
    "Bí thư Đảng uỷ xã Yên Phúc là ông Vi Văn Dụng. Đảng bộ đã tập trung lãnh đạo, chỉ đạo các "
    "tổ chức cơ sở đảng triển khai sâu rộng nghị quyết tới từng thôn bản trong toàn xã.",
)
BODY = "\n\n".join(PARAGRAPHS)
RECORD = {
    "id": "yen-phuc",
    "title": TITLE,
    "text": BODY,
    "author": AUTHOR,
    "published": PUBLISHED.isoformat(),
    "source": SOURCE,
}


def make_text() -> bytes:
    return f"Thứ sáu,  12/07/2024\n\n{TITLE}\n\n{BODY}\n\n{AUTHOR}".encode()


def make_markdown() -> bytes:
    matter = f"title: {TITLE}\ndate: 2024-07-12\nauthor: {AUTHOR}\nurl: {SOURCE}"
    return f"---\n{matter}\n---\n\n# {TITLE}\n\n{BODY}\n".encode()


def make_html() -> bytes:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return f"""<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">
    <title>{TITLE}</title>
    <meta property="og:title" content="{TITLE}">
    <meta name="author" content="{AUTHOR}">
    <meta property="article:published_time" content="2024-07-12T08:30:00+07:00">
    <link rel="canonical" href="{SOURCE}"></head><body>
    <nav><ul><li><a href="/">Trang chủ</a></li><li><a href="/kt">Kinh tế</a></li></ul></nav>
    <article><h1>{TITLE}</h1>{paragraphs}</article>
    <footer>© 2011 Bản quyền thuộc về toà soạn</footer></body></html>""".encode()


def make_mhtml(page: bytes | None = None) -> bytes:
    """As Chrome writes it: the page, a frame of it, and a picture."""
    parts = (
        ("text/html", SOURCE, make_html() if page is None else page),
        ("text/html", "cid:frame@mhtml.blink", "<p>Quảng cáo</p>".encode()),
        ("image/png", "https://example.org/anh.png", b"\x89PNG\r\n\x1a\n"),
    )
    head = f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {SOURCE}\r\nSubject: Tin\r\n"
    kind = 'multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----MultipartBoundary--x----"'
    pieces = [f"{head}MIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n".encode()]
    for kind, location, content in parts:
        spelled = kind == "text/html"
        body = quopri.encodestring(content) if spelled else base64.encodebytes(content)
        fields = {
            "Content-Type": kind,
            "Content-Transfer-Encoding": "quoted-printable" if spelled else "base64",
            "Content-Location": location,
        }
        told = "".join(f"{key}: {value}\r\n" for key, value in fields.items())
        pieces.append(f"\r\n------MultipartBoundary--x----\r\n{told}\r\n".encode())
        pieces.append(body.replace(b"\n", b"\r\n"))
    return b"".join([*pieces, b"\r\n------MultipartBoundary--x------\r\n"])


def make_docx() -> bytes:
    document = docx.Document()
    core = document.core_properties
    core.title, core.author, core.created = TITLE, AUTHOR, datetime(2024, 7, 12, 8, 30)
    document.add_heading(TITLE)
    document.add_paragraph(PARAGRAPHS[0])
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (cell for row in table.rows for cell in row.cells),
        ("Chi bộ", "Đảng viên", "Thôn Chợ", "32"),
        strict=True,
    ):
        cell.text = text
    document.add_paragraph(PARAGRAPHS[1])
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def make_pdf() -> bytes:
    lines = [(72, 760, 18, TITLE)]
    y = 720
    for paragraph in PARAGRAPHS:
        for line in wrap(paragraph, 80):
            lines.append((72, y, 11, line))
            y -= 14
    return pdf([lines], {"Title": TITLE, "Author": AUTHOR, "CreationDate": "D:20240712083000+07"})


def make_csv(delimiter: str = ",") -> bytes:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, RECORD, delimiter=delimiter)
    writer.writeheader()
    writer.writerow(RECORD)
    return file.getvalue().encode()


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    ".txt": make_text,
    ".md": make_markdown,
    ".markdown": make_markdown,
    ".html": make_html,
    ".htm": make_html,
    ".mhtml": make_mhtml,
    ".mht": make_mhtml,
    ".pdf": make_pdf,
    ".docx": make_docx,
    ".json": lambda: json.dumps(RECORD, ensure_ascii=False).encode(),
    ".jsonl": lambda: json.dumps(RECORD).encode() + b"\n",
    ".csv": make_csv,
    ".tsv": lambda: make_csv("\t"),
}


def wrap(text: str, width: int) -> list[str]:
    """Lines of whole words, at most `width` characters each."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


PdfLine = tuple[float, float, float, str]
"""x and y from the lower left corner in points, font size, text."""


def pdf(
    pages: Sequence[Sequence[PdfLine]],
    information: Mapping[str, str] | None = None,
    *,
    encrypted: bool = False,
    with_unicode: bool = True,
) -> bytes:
    """A PDF 1.7 file whose one font carries a ToUnicode map, so that it needs no font file.

    Every character is half as wide as the font is high.
    """
    characters = sorted({c for page in pages for line in page for c in line[3]})
    codes = {character: code for code, character in enumerate(characters, 1)}
    first_page = 7
    kids = " ".join(f"{first_page + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        _font(with_unicode),
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Plain/CIDSystemInfo<</Registry(Adobe)"
        b"/Ordering(Identity)/Supplement 0>>/FontDescriptor<</Type/FontDescriptor/FontName/Plain"
        b"/Flags 4/FontBBox[0 -200 1000 800]/ItalicAngle 0/Ascent 800/Descent -200"
        b"/CapHeight 700/StemV 80>>/DW 500>>",
        _stream(_unicode_map(codes)),
        _information(information or {}),
    ]
    for number, lines in enumerate(pages):
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>"
            b"/Contents %d 0 R>>" % (first_page + 2 * number + 1),
            _stream("\n".join(_show(line, codes) for line in lines)),
        ]
    return _file(objects, encrypted)


def _font(with_unicode: bool) -> bytes:
    unicode_map = b"/ToUnicode 5 0 R" if with_unicode else b""
    return (
        b"<</Type/Font/Subtype/Type0/BaseFont/Plain/Encoding/Identity-H"
        b"/DescendantFonts[4 0 R]%s>>" % unicode_map
    )


def _show(line: PdfLine, codes: Mapping[str, int]) -> str:
    x, y, size, text = line
    shown = "".join(f"{codes[character]:04x}" for character in text)
    return f"BT /F {size} Tf {x} {y} Td <{shown}> Tj ET"


def _unicode_map(codes: Mapping[str, int]) -> str:
    pairs = [f"<{code:04x}> <{_utf16(character)}>" for character, code in codes.items()]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CMapName /Plain def /CMapType 2 def",
            "1 begincodespacerange <0000> <ffff> endcodespacerange",
            *(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks),
            "endcmap end end",
        ]
    )


def _information(values: Mapping[str, str]) -> bytes:
    entries = "".join(f"/{key}<feff{_utf16(value)}>" for key, value in values.items())
    return f"<<{entries}>>".encode()


def _utf16(text: str) -> str:
    return text.encode("utf-16-be").hex()


def _stream(content: str) -> bytes:
    data = content.encode()
    return b"<</Length %d>>stream\n%s\nendstream" % (len(data), data)


def _file(objects: Sequence[bytes], encrypted: bool) -> bytes:
    file = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    # No password has this check value: readers ask for one, and refuse whatever they get.
    lock = b"/Encrypt<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>/ID[<00><00>]" % (
        b"11" * 32,
        b"22" * 32,
    )
    file += b"trailer<</Size %d/Root 1 0 R/Info 6 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        lock if encrypted else b"",
        start,
    )
    return bytes(file)
