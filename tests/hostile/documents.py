"""Files made to hurt who reads them, each in the size that is asked for.

DOCUMENTS["nested.html"](1 << 20) -> b"<div><div>…", of about a megabyte

Packed formats stay small themselves: the size is what they unpack to.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Mapping

from tests.fuzz.targets import packed
from tests.retrieval.articles.samples import BODY, RECORD, TITLE

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RUN = "<w:r><w:t>Xã Yên Phúc.</w:t></w:r>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>"


def repeated(piece: str, size: int) -> bytes:
    """The piece as often as it fits."""
    data = piece.encode()
    return data * max(1, size // len(data))


def records(size: int, **fields: object) -> bytes:
    """A record after the other, each with an id of its own."""
    line = json.dumps({"id": "%d", **fields}, ensure_ascii=False) + "\n"
    return b"".join(line.encode() % number for number in range(max(1, size // len(line.encode()))))


def page(content: bytes) -> bytes:
    return b"<html><body><article>" + content + b"</article></body></html>"


def related(parts: bytes) -> bytes:
    return b'Content-Type: multipart/related; boundary="B"\n\n' + parts


def document(body: str) -> bytes:
    return f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'.encode()


def deflated(document: bytes) -> bytes:
    """A Word file with that document, as small as it gets."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packed(document))) as plain,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        for entry in plain.infolist():
            archive.writestr(entry.filename, plain.read(entry), zipfile.ZIP_DEFLATED)
    return file.getvalue()


def boxes(depth: int) -> bytes:
    """Text boxes within text boxes; to go through each from each outer one takes 2**depth steps."""
    opened = "<w:p><w:r><w:txbxContent>" * depth
    return deflated(document(f"{opened}<w:p>{RUN}</w:p>" + "</w:txbxContent></w:r></w:p>" * depth))


def laughs(size: int) -> bytes:
    """Entities made of entities, which would grow tenfold nine times."""
    entities = "".join(
        f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10)
    )
    head = f'<!DOCTYPE w:document [<!ENTITY e0 "ha">{entities}]>'
    body = "<w:p><w:r><w:t>&e9;</w:t></w:r></w:p>" + f"<w:p>{RUN}</w:p>"
    return deflated(head.encode() + document(body))


def lying(size: int) -> bytes:
    """An archive whose directory says that a part has nearly 4 GB."""
    data = bytearray(deflated(document(f"<w:p>{RUN}</w:p>")))
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    return bytes(data)


def pdf(*objects: bytes, count: int | None = None) -> bytes:
    """A PDF of those objects, the first of which is its catalogue; without a table of them."""
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % each for each in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer<</Size 99/Root 1 0 R>>\n%%EOF\n"


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"


def many_pages(size: int) -> bytes:
    """One page, shown a million times and more."""
    count = max(100_000, size // 6)
    return pdf(CATALOG, b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, b"3 0 R " * count), PAGE)


def own_child(size: int) -> bytes:
    """A tree of pages that is its own branch."""
    return pdf(CATALOG, b"<</Type/Pages/Count 2/Kids[2 0 R 3 0 R]>>", PAGE)


def own_length(size: int) -> bytes:
    """A stream as long as an object says that says it is as long as itself; fonts alike."""
    text = b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
    stream = b"<</Length 6 0 R>>stream\nBT /F 9 Tf (x) Tj ET\nendstream"
    font = b"<</Type/Font/Subtype/Type0/DescendantFonts[5 0 R]/ToUnicode 5 0 R>>"
    return pdf(CATALOG, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", text, stream, font, b"6 0 R")


def own_forms(size: int) -> bytes:
    """A drawing that draws itself, ten times."""
    resources = b"/Resources<</XObject<</X 4 0 R>>>>"
    drawn = b"/X Do " * 10
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]%s/Length %d>>stream\n%s\nendstream"
    text = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R%s>>" % resources
    return pdf(
        CATALOG,
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        text,
        form % (resources, len(drawn), drawn),
    )


def blown_stream(size: int) -> bytes:
    """A page whose instructions unpack to the size."""
    squeezed = zlib.compress(repeated("BT (Xa Yen Phuc) Tj ET\n", size), 1)
    squeezed = zlib.compress(squeezed)
    return pdf(
        CATALOG,
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R"
        b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%s\nendstream"
        % (len(squeezed), squeezed),
    )


def deep_arrays(size: int) -> bytes:
    return pdf(CATALOG, b"<</Type/Pages/Count 1/Kids[3 0 R]/X%s>>" % (b"[" * size), PAGE)


DOCUMENTS: Mapping[str, Callable[[int], bytes]] = {
    "prose.txt": lambda size: repeated(BODY + "\n", size),
    "one-line.txt": lambda size: repeated(BODY.replace("\n", " ") + " ", size),
    "one-word.txt": lambda size: repeated("a", size),
    "short-lines.txt": lambda size: repeated("a\n", size),
    "dots.txt": lambda size: repeated("a. ", size),
    "quotation-marks.txt": lambda size: repeated('"', size),
    "captions.txt": lambda size: repeated("Ảnh: X\n", size) + BODY.encode(),
    "dates.txt": lambda size: repeated("12/07/2024\n", size) + BODY.encode(),
    "marks.txt": lambda size: repeated("\u0323\u0301", size),
    "marked-letters.txt": lambda size: repeated("a" + "\u0323\u0301" * 31, size),
    "windows-1258-marks.txt": lambda size: b"a\xf2\xec" * (size // 3),
    "matter.md": lambda size: b"---\na: " + repeated("[", size) + b"\n---\n" + BODY.encode(),
    "aliases.md": lambda size: (
        b"---\nx0: &x0 [a, b]\n"
        + b"".join(b"x%d: &x%d [%s]\n" % (n, n, b"*x%d," % (n - 1) * 9) for n in range(1, 12))
        + b"title: *x11\n---\n"
        + BODY.encode()
    ),
    "rules.md": lambda size: repeated("---\n", size),
    "headings.md": lambda size: repeated("# \t ", size) + BODY.encode(),
    "parts.mhtml": lambda size: related(repeated("--B\n\n\n", size)),
    "nested.mhtml": lambda size: b"".join(
        b'Content-Type: multipart/related; boundary="%d"\n\n--%d\n' % (number, number)
        for number in range(max(10, size // 60))
    ),
    "kind.mhtml": lambda size: b"Content-Type: text/html;" + repeated("a*0=b; ", size) + b"\n\nx",
    "heads.mhtml": lambda size: repeated("X-Tin: a\n", size) + related(page(BODY.encode())),
    "nested.html": lambda size: page(repeated("<div>", size) + BODY.encode()),
    "nested-tables.html": lambda size: page(repeated("<table><tr><td>", size) + BODY.encode()),
    "paragraphs.html": lambda size: page(repeated(f"<p>{BODY}</p>", size)),
    "short-paragraphs.html": lambda size: page(repeated("<p>a</p>", size)),
    "most-tags.html": lambda size: page(repeated("<p>a</p>", min(size, 1_590_000))),
    "links.html": lambda size: page(repeated("<a href=x>a</a> ", size)),
    "one-tag.html": lambda size: page(b"<p " + repeated("a=b ", size) + b">" + BODY.encode()),
    "comment.html": lambda size: page(repeated("<!--", size) + BODY.encode()),
    "meta.html": lambda size: page(repeated("<meta name=date content=2024>", size)),
    "scripts.html": lambda size: page(repeated('<script>{"@type":"Article",', size)),
    "records.jsonl": lambda size: records(size, title=TITLE, text=BODY),
    "tiny-records.jsonl": lambda size: records(size, text="a"),
    "no-records.jsonl": lambda size: repeated("x\n", size),
    "nested.json": lambda size: repeated("[", size),
    "digits.json": lambda size: repeated("1", size),
    "long-title.json": lambda size: json.dumps(
        RECORD | {"title": "a " * (size // 3), "author": "a\n" * 999}
    ).encode(),
    "half-characters.json": lambda size: b'{"id":1,"text":"' + repeated("\\ud83d", size) + b'"}',
    "commas.csv": lambda size: b"id,text\n" + repeated(",", size),
    "quotes.csv": lambda size: b"id,text\n1," + repeated('""', size),
    "header.csv": lambda size: repeated("id,text;", size),
    "bomb.docx": lambda size: deflated(document("<w:p/>" * (size // 6))),
    "long-text.docx": lambda size: deflated(
        document(f"<w:p><w:r><w:t>{'a' * size}</w:t></w:r></w:p>")
    ),
    "boxes.docx": lambda size: boxes(60),
    "laughs.docx": laughs,
    "lying.docx": lying,
    "many-pages.pdf": many_pages,
    "own-child.pdf": own_child,
    "own-length.pdf": own_length,
    "own-forms.pdf": own_forms,
    "blown-stream.pdf": blown_stream,
    "deep-arrays.pdf": deep_arrays,
    "objects.pdf": lambda size: pdf(CATALOG, *[b"<<>>"] * (size // 24)),
}
