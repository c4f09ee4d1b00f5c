"""Word documents: paragraphs and tables in the order of the document."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Set
from itertools import takewhile
from typing import Any

from retrieval.articles.assembly import Loaded, Properties, assemble
from retrieval.articles.office import real_author, real_title
from retrieval.errors import OversizedFile, UnreadableFile

_LARGEST_UNPACKED = 512 * 1024 * 1024  # bytes
_OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BOX = _W + "txbxContent"
# Deleted and moved text, and what older programs show in place of a text box.
_NOT_SHOWN = frozenset(
    {
        _W + "del",
        _W + "moveFrom",
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    }
)
_SPELLED = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "\u2011"}


def load_docx(data: bytes, name: str) -> Loaded:
    """One article: a line for every paragraph, one for every table row, cells between " | ".

    Raises UnreadableFile for what is no .docx (an old .doc, an encrypted or truncated file).
    """
    document = _open(data, name)
    core = document.core_properties
    properties = Properties(
        title=real_title(core.title),
        author=real_author(core.author),
        published=core.created.date() if core.created else None,
    )
    text = "\n".join(_blocks(document.element.body)).strip("\n")
    return Loaded((assemble(name, text, properties, printed_first=True),))


def _open(data: bytes, name: str) -> Any:
    import docx

    if data.startswith(_OLE_MAGIC):
        raise UnreadableFile(
            name, "an encrypted or old Word document", "save it as .docx without a password"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > _LARGEST_UNPACKED:
            raise OversizedFile(name, f"{unpacked:,} bytes when unpacked", "split it")
        return docx.Document(io.BytesIO(data))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UnreadableFile(
            name, "broken, or not a Word document", "open it in Word and save it again"
        ) from error


def _blocks(parent: Any) -> Iterator[str]:
    """The text of every paragraph and table row, also within content controls.

    python-docx passes over what stands in smart tags, insertions and content controls; words
    must not get lost, so the elements are walked here.
    """
    for element in parent:
        if element.tag == _W + "p":
            yield "".join(_pieces(element))
            for box in element.iter(_BOX):
                # a box within a box comes up in the outer one
                if not _within(box, _NOT_SHOWN | {_BOX}, element):
                    yield from _blocks(box)
        elif element.tag == _W + "tbl":
            yield from map(_row_text, _own(element, _W + "tr"))
        elif element.tag not in _NOT_SHOWN:
            yield from _blocks(element)


def _pieces(paragraph: Any) -> Iterator[str]:
    for node in paragraph.iter(_W + "t", *_SPELLED):
        # outside of a run, w:tab is a tab stop of the paragraph's format
        is_text = node.getparent().tag == _W + "r"
        if is_text and not _within(node, _NOT_SHOWN | {_BOX}, paragraph):
            yield _SPELLED.get(node.tag) or node.text or ""


def _row_text(row: Any) -> str:
    cells = (" ".join(" ".join(_blocks(cell)).split()) for cell in _own(row, _W + "tc"))
    return " | ".join(filter(None, cells))


def _own(parent: Any, tag: str) -> Iterator[Any]:
    """The descendants that belong to `parent`, not to a table inside of it."""
    return (node for node in parent.iter(tag) if next(node.iterancestors(parent.tag)) is parent)


def _within(node: Any, tags: Set[str], root: Any) -> bool:
    """Whether an element with one of `tags` lies between `node` and `root`."""
    between = takewhile(lambda ancestor: ancestor is not root, node.iterancestors())
    return any(ancestor.tag in tags for ancestor in between)
